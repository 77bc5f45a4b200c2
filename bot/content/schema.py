"""A question file and a pack file as frozen models; `loader` is the only place that builds them from YAML."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Difficulty(StrEnum):
    """Who is expected to answer well, from easy to hard."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"
    STAFF = "staff"


class SampleVerdict(StrEnum):
    """What a labelled sample says of one key point; the same four words as `grading.verdict.Verdict`."""

    HIT = "hit"
    PARTIAL = "partial"
    MISS = "miss"
    CONTRADICTED = "contradicted"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class KeyPoint(_Frozen):
    """One atomic claim a good answer makes; the id never changes."""

    id: Slug
    claim: Text
    weight: float = Field(default=1.0, gt=0, le=10)
    accept: tuple[Text, ...] = ()
    partial: tuple[Text, ...] = ()
    reject: tuple[Text, ...] = ()
    missing: Text
    since: str | None = None
    until: str | None = None
    review_by: date | None = None
    source: Text | None = None


class Misconception(_Frozen):
    """One wrong claim worth catching, with its correction."""

    id: Slug
    claim: Text
    accept: tuple[Text, ...] = ()
    correction: Text


class Sample(_Frozen):
    """A labelled answer: a regression case for the grader. Points not named are a miss."""

    text: Text
    verdicts: dict[Slug, SampleVerdict]
    misconceptions: tuple[Slug, ...] = ()
    style: Text | None = None


class Question(_Frozen):
    """One YAML file: prompt, key points, model answer."""

    id: Slug
    title: Text
    prompt: Text
    topic: Slug
    difficulty: Difficulty
    minutes: int = Field(ge=1, le=60)
    key_points: tuple[KeyPoint, ...] = Field(min_length=3, max_length=10)
    misconceptions: tuple[Misconception, ...] = ()
    hints: tuple[Text, Text, Text]
    model_answer: Text
    code: Text | None = None
    looking_for: Text
    follow_up: Text
    sources: tuple[Text, ...] = Field(min_length=1)
    samples: tuple[Sample, ...] = ()


class Pack(_Frozen):
    """pack.yaml: what a folder of questions is about."""

    id: Slug
    title: Text
    description: Text
