"""Answers that a reader has labelled: what graders learn from and are measured by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.content.schema import Question
from bot.grading.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Label:
    """A reader's verdict and the spans of the answer that earned it, as code-point offsets.

    `marked`: whether the reader marked spans at all.
    """

    verdict: Verdict
    spans: tuple[tuple[int, int], ...] = ()
    marked: bool = True


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer with a label for every key point, and the misconceptions that it asserts."""

    question: str
    style: str
    text: str
    points: Mapping[str, Label]
    misconceptions: Mapping[str, Label]
    second: Mapping[str, Verdict] = field(default_factory=dict)  # by another reader, where there was one


def samples(questions: Iterable[Question]) -> tuple[LabelledAnswer, ...]:
    """The samples of question files as labelled answers; their labels name no spans."""
    return tuple(
        LabelledAnswer(
            question.id,
            sample.style or "sample",
            sample.text,
            {
                point.id: Label(Verdict(sample.verdicts.get(point.id, Verdict.MISS)), marked=False)
                for point in question.key_points
            },
            {wrong: Label(Verdict.HIT, marked=False) for wrong in sample.misconceptions},
        )
        for question in questions
        for sample in question.samples
    )
