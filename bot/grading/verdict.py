"""What a grader says of an answer. A submission without a `Grade` is pending, never wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.content.schema import Question
from bot.errors import QuizError


class GradingFailed(QuizError):
    """A grader could not judge; the submission stays pending and is tried again."""


class Verdict(StrEnum):
    """One key point's outcome, with the credit it earns."""

    HIT = "hit"
    PARTIAL = "partial"
    MISS = "miss"
    CONTRADICTED = "contradicted"

    @property
    def credit(self) -> float:
        """Share of the key point's weight, 0.0 to 1.0."""
        return {Verdict.HIT: 1.0, Verdict.PARTIAL: 0.5}.get(self, 0.0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the answer; `start` and `end` are code-point offsets, `text` is `answer[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """A verdict on one key point. `confidence` is 0.0 to 1.0; `evidence` is None for a miss."""

    id: str
    verdict: Verdict
    confidence: float
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class MisconceptionFound:
    """A misconception of the question that the answer asserts."""

    id: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Grade:
    """All verdicts of one answer by one grader version, in the question's order of key points."""

    points: tuple[PointVerdict, ...]
    misconceptions: tuple[MisconceptionFound, ...]
    grader: str
    score: float  # 0.0 to 100.0, one decimal


def score_of(verdicts: Mapping[str, Verdict], question: Question) -> float:
    """100 × Σ weight·credit / Σ weight over the question's key points, 0.0 to 100.0, to one decimal."""
    total = sum(point.weight for point in question.key_points)
    earned = sum(point.weight * verdicts.get(point.id, Verdict.MISS).credit for point in question.key_points)
    return round(100 * earned / total, 1)


class Grader(Protocol):
    """Judges answers. The same answer, question and `version` always give the same grade."""

    @property
    def version(self) -> str:
        """A short stable word, such as `offline-1`; stored with every grade."""
        ...

    async def grade(self, question: Question, answer: str) -> Grade:
        """Grade one answer. Raises `GradingFailed` when it cannot; the submission then stays pending."""
        ...
