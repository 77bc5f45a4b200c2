"""The trained grader: spans of the answer, the judge's probabilities, verdicts with their evidence, the grade."""

import string
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.content.schema import Question
from bot.grading.claims import claims
from bot.grading.judge import Judge, Judged
from bot.grading.spans import Span, shown, spans
from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict, score_of

VERDICTS = (Verdict.MISS, Verdict.PARTIAL, Verdict.HIT, Verdict.CONTRADICTED)  # the judge's order
_ASSERTED = VERDICTS.index(Verdict.HIT)
_NEXT = 0.5  # share of the best clause's evidence from which a neighbouring clause belongs to it
_LONGEST = 3  # clauses of one piece of evidence
_BEFORE = string.whitespace + "-*•·.,;:()"  # a clause's first word

Row = NDArray[np.float32]


def judge_trained(judge: Judge, question: Question, answer: str) -> Grade:
    """Grade one answer. The same text, rubric and model always give the same grade."""
    own = spans(answer, shown(question))
    judged = judge.judge(own, claims(question)) if own else None
    if judged is None or not judged.reading.offsets:
        return _nothing(question, judge.version)
    points = tuple(
        _point(point.id, judged.verdicts[index], judged, index, own, answer)
        for index, point in enumerate(question.key_points)
    )
    found = tuple(
        MisconceptionFound(wrong.id, _evidence(judged, index, own, answer))
        for index, wrong in enumerate(question.misconceptions, len(points))
        if int(judged.verdicts[index].argmax()) == _ASSERTED
    )
    return Grade(points, found, judge.version, score_of({point.id: point.verdict for point in points}, question))


def _nothing(question: Question, version: str) -> Grade:
    """The answer says nothing of its own."""
    points = tuple(PointVerdict(point.id, Verdict.MISS, 1.0, None) for point in question.key_points)
    return Grade(points, (), version, 0.0)


def _point(id_: str, row: Row, judged: Judged, index: int, own: Sequence[Span], answer: str) -> PointVerdict:
    best = int(row.argmax())
    evidence = None if VERDICTS[best] is Verdict.MISS else _evidence(judged, index, own, answer)
    return PointVerdict(id_, VERDICTS[best], round(float(row[best]), 3), evidence)


def _evidence(judged: Judged, index: int, own: Sequence[Span], answer: str) -> Evidence:
    """The clause with the strongest evidence, and its neighbours that have at least half as much."""
    strength = judged.evidence[index]
    number = judged.reading.offsets[int(strength.argmax())][0]
    span = own[number]
    by_clause = _by_clause(span, number, judged.reading.offsets, strength)
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


def _by_clause(
    span: Span, number: int, offsets: Sequence[tuple[int, int, int]], strength: NDArray[np.float32]
) -> list[float]:
    """The strongest evidence in each clause of the span with this number, 0.0 to 1.0."""
    found = [0.0] * len(span.clauses)
    starts = [start for start, _ in span.clauses]
    for token, (of, start, end) in enumerate(offsets):
        if of != number:
            continue
        clause = bisect_right(starts, end - 1) - 1
        if clause >= 0 and start < span.clauses[clause][1]:
            found[clause] = max(found[clause], float(strength[token]))
    return found
