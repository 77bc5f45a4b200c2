"""What a grader makes of a question's own wordings: whether its rubric does what its author means."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.finding import Finding, Severity
from bot.content.schema import KeyPoint, Question
from bot.grading.evaluate import Judge
from bot.grading.verdict import Grade, Verdict

_FULL = 100.0
_EARNED = (Verdict.HIT, Verdict.CONTRADICTED)


@dataclass(frozen=True, slots=True)
class Proof:
    """Remarks on one question, and the grades of its samples in their order."""

    findings: tuple[Finding, ...]
    samples: tuple[Grade, ...]


Remark = tuple[str, Severity, str, str]


def prove(question: Question, judge: Judge) -> Proof:
    """Judge everything that the file says a grader should make something of."""
    remarks = (
        *_model_answer(question, judge),
        *_accepted(question, judge),
        *_half_and_wrong(question, judge),
        *_misconceptions(question, judge),
        *_given_away(question, judge),
    )
    samples = tuple(judge(question, sample.text) for sample in question.samples)
    return Proof(tuple(Finding(question.id, *remark) for remark in remarks), samples)


def _model_answer(question: Question, judge: Judge) -> Iterator[Remark]:
    grade = judge(question, question.model_answer)
    if grade.score < _FULL:
        lost = ", ".join(f"{point.id} ({point.verdict})" for point in grade.points if point.verdict is not Verdict.HIT)
        yield (
            "model-answer",
            "error",
            f"the model answer scores {grade.score:g}, not 100: {lost}",
            "make every key point",
        )
    for found in grade.misconceptions:
        yield (
            "model-answer",
            "warning",
            f"the model answer is taken for the misconception {found.id}: “{found.evidence.text}”",
            "say it otherwise",
        )


def _accepted(question: Question, judge: Judge) -> Iterator[Remark]:
    """Each earning wording earns its point and no other."""
    for point in question.key_points:
        for wording in (point.claim, *point.accept):
            grade = judge(question, wording)
            said = {judged.id: judged.verdict for judged in grade.points}
            if said[point.id] is not Verdict.HIT:
                yield (
                    "accept",
                    "warning",
                    f"{point.id} is not earned by “{wording}” but judged {said[point.id]}",
                    "say the whole claim in it",
                )
            others = [f"{id_} ({verdict})" for id_, verdict in said.items() if id_ != point.id and verdict in _EARNED]
            others += [f"the misconception {found.id}" for found in grade.misconceptions]
            if others:
                yield (
                    "accept",
                    "warning",
                    f"“{wording}” of {point.id} also makes {', '.join(others)}",
                    "make the key points differ",
                )


def _half_and_wrong(question: Question, judge: Judge) -> Iterator[Remark]:
    for point in question.key_points:
        for wanted, wordings in ((Verdict.PARTIAL, point.partial), (Verdict.CONTRADICTED, point.reject)):
            for wording in wordings:
                judged = _verdict(question, point, wording, judge)
                if judged is not wanted:
                    yield (
                        "partial" if wanted is Verdict.PARTIAL else "reject",
                        "warning",
                        f"“{wording}” of {point.id} is judged {judged}, not {wanted}",
                        "make it more concrete",
                    )


def _verdict(question: Question, point: KeyPoint, wording: str, judge: Judge) -> Verdict:
    return next(judged.verdict for judged in judge(question, wording).points if judged.id == point.id)


def _misconceptions(question: Question, judge: Judge) -> Iterator[Remark]:
    for wrong in question.misconceptions:
        for wording in (wrong.claim, *wrong.accept):
            if wrong.id not in [found.id for found in judge(question, wording).misconceptions]:
                yield (
                    "misconception",
                    "warning",
                    f"the misconception {wrong.id} is not found in “{wording}”",
                    "make it more concrete",
                )


def _given_away(question: Question, judge: Judge) -> Iterator[Remark]:
    """Prompt and first two hints state no point, read as if an answer had said the same in its own words."""
    unshown = question.model_copy(update={"hints": ("-", "-", "-")})
    told = (
        ("the prompt", question, question.prompt),
        ("hint 1", unshown, question.hints[0]),
        ("hint 2", unshown, question.hints[1]),
    )
    for name, asked, text in told:
        earned = [f"{p.id} ({p.verdict})" for p in judge(asked, text).points if p.verdict is Verdict.HIT]
        if earned:
            yield "given-away", "warning", f"{name} earns {', '.join(earned)}", "give less away"
