"""The trained grader: spans of the answer, the judge's probabilities, verdicts with their evidence, the grade."""

import string
from bisect import bisect_right
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.content.schema import Question
from bot.grading.claims import claims
from bot.grading.judge import Judge, Judged
from bot.grading.offline import Likeness, likenesses
from bot.grading.spans import Span, shown, spans
from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict, score_of

VERDICTS = (Verdict.MISS, Verdict.PARTIAL, Verdict.HIT, Verdict.CONTRADICTED)  # the judge's order
_NEXT = 0.5  # share of the best clause's evidence from which a neighbouring clause belongs to it
_LONGEST = 3  # clauses of one piece of evidence
_BEFORE = string.whitespace + "-*•·.,;:()"  # a clause's first word

# Which likenesses (said, in part, rejected, denied) speak for a verdict.
_LIKE = {Verdict.HIT: (0,), Verdict.PARTIAL: (0, 1), Verdict.CONTRADICTED: (2, 3)}
_EVEN = 0.5

Row = NDArray[np.float32]


def judge_trained(judge: Judge, question: Question, answer: str) -> Grade:
    """Grade one answer. The same text, rubric and model always give the same grade."""
    own = spans(answer, shown(question))
    judged = judge.judge(own, claims(question)) if own else None
    if judged is None or not judged.reading.offsets:
        return _nothing(question, judge.version)
    like = likenesses(question, answer)

    def evidence_of(index: int) -> Callable[[Verdict], Evidence]:
        return lambda verdict: _evidence(judged, index, own, answer, like[index], verdict)

    points = tuple(
        _point(point.id, judge.blend.verdicts(judged.verdicts[index], like[index]), evidence_of(index))
        for index, point in enumerate(question.key_points)
    )
    found = tuple(
        MisconceptionFound(wrong.id, evidence_of(index)(Verdict.HIT))
        for index, wrong in enumerate(question.misconceptions, len(question.key_points))
        if judge.blend.asserted(judged.verdicts[index], like[index]) > _EVEN
    )
    return Grade(points, found, judge.version, score_of({point.id: point.verdict for point in points}, question))


def _nothing(question: Question, version: str) -> Grade:
    """The answer says nothing of its own."""
    points = tuple(PointVerdict(point.id, Verdict.MISS, 1.0, None) for point in question.key_points)
    return Grade(points, (), version, 0.0)


def _point(id_: str, row: Row, evidence: Callable[[Verdict], Evidence]) -> PointVerdict:
    best = int(row.argmax())
    verdict = VERDICTS[best]
    earned = None if verdict is Verdict.MISS else evidence(verdict)
    return PointVerdict(id_, verdict, round(float(row[best]), 3), earned)


def _evidence(
    judged: Judged, index: int, own: Sequence[Span], answer: str, like: Likeness, verdict: Verdict
) -> Evidence:
    """The clause that speaks most for the verdict, and its neighbours that do so at least half as much."""
    strengths = _strengths(judged, index, own, like, verdict)
    number = max(range(len(own)), key=lambda span: max(strengths[span]))
    span, by_clause = own[number], strengths[number]
    first = last = int(np.argmax(by_clause))
    enough = by_clause[first] * _NEXT
    while last + 1 < len(by_clause) and last - first + 1 < _LONGEST and by_clause[last + 1] >= enough:
        last += 1
    while first > 0 and last - first + 1 < _LONGEST and by_clause[first - 1] >= enough:
        first -= 1
    start, end = span.clauses[first][0], span.clauses[last][1]
    said = span.text[start:end]
    start += len(said) - len(said.lstrip(_BEFORE))
    end -= len(said) - len(said.rstrip())
    start, end = span.in_answer(start, end)
    return Evidence(start, end, answer[start:end])


def _strengths(judged: Judged, index: int, own: Sequence[Span], like: Likeness, verdict: Verdict) -> list[list[float]]:
    """By span and clause: the strongest evidence that the judge sees in it, and how like the rubric's words it is."""
    found = [[0.0] * len(span.clauses) for span in own]
    starts = [[start for start, _ in span.clauses] for span in own]
    for (number, start, end), strength in zip(judged.reading.offsets, judged.evidence[index].tolist(), strict=True):
        clause = bisect_right(starts[number], end - 1) - 1
        if clause >= 0 and start < own[number].clauses[clause][1]:
            found[number][clause] = max(found[number][clause], strength)
    for number, span in enumerate(own):
        for clause, (start, end) in enumerate(span.clauses):
            found[number][clause] += _likeness(like, verdict, *span.in_answer(start, end))
    return found


def _likeness(like: Likeness, verdict: Verdict, start: int, end: int) -> float:
    """The greatest likeness that speaks for the verdict and lies in this part of the answer; 0.0 if there is none."""
    scores = [
        like.scores[kind]
        for kind in _LIKE[verdict]
        if (place := like.places[kind]) and place[0] < end and place[1] > start
    ]
    return max(scores, default=0.0)
