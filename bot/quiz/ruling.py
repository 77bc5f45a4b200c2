"""A person's decision on one verdict outranks every grader, for ever; and of which verdicts a grader is not sure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.schema import Question
from bot.grading.verdict import Grade, PointVerdict, Verdict, score_of

UNSURE_BELOW = 0.5  # confidence; the setting UNSURE_BELOW changes it

Rulings = Mapping[str, Verdict]
"""The rulings that hold on one submission, by key point: the newest on each."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A lead's decision on one verdict. `ruled_by`: the lead's external id; None once the lead was forgotten."""

    submission_id: int
    point_id: str
    verdict: Verdict
    ruled_by: str | None
    ruled_at: datetime


def ruled(grade: Grade, rulings: Rulings, question: Question) -> Grade:
    """The grade with rulings laid over it: a ruled verdict is certain, and the score follows.

    The score stays the grader's own where no verdict changes. Rulings on key points that the grade does not judge
    change nothing.
    """
    points = tuple(_ruled(point, rulings.get(point.id)) for point in grade.points)
    verdicts = {point.id: point.verdict for point in points}
    if verdicts == {point.id: point.verdict for point in grade.points}:
        return replace(grade, points=points)
    return replace(grade, points=points, score=score_of(verdicts, question))


def unsure(grade: Grade, below: float) -> Sequence[PointVerdict]:
    """Verdicts with less confidence than `below`, in the grade's order; lay rulings over the grade first."""
    return [point for point in grade.points if point.confidence < below]


def doubt(grade: Grade, rulings: Rulings) -> float | None:
    """The least confidence of the verdicts that nobody ruled on, 0.0 to 1.0; None where there are none."""
    return min((point.confidence for point in grade.points if point.id not in rulings), default=None)


def _ruled(point: PointVerdict, verdict: Verdict | None) -> PointVerdict:
    return point if verdict is None else replace(point, verdict=verdict, confidence=1.0)
