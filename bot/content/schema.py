"""A question file and a pack file as frozen models; `loader` is the only place that builds them from YAML.

Validators raise ValueError with what is wrong and, after a semicolon, what to write instead; one that looks at
several values raises `Misplaced`, which says where.
"""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator


class Misplaced(ValueError):
    """A value that does not agree with another one; `place` leads to it from the top of the file."""

    def __init__(self, place: tuple[str | int, ...], what: str) -> None:
        super().__init__(what)
        self.place = place


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_VERSION = re.compile(r"3\.\d{1,2}\Z")


def _slug(text: str) -> str:
    if not _SLUG.match(text) or len(text) > 64:
        raise ValueError("not kebab-case; write lower-case words joined by hyphens, such as one-thread-at-a-time")
    return text


def _line(text: str) -> str:
    if "\n" in text:
        raise ValueError("has several lines; write it on one")
    return text


def _version(text: str) -> str:
    if not _VERSION.match(text):
        raise ValueError('not a Python version; write it in quotes, such as "3.14"')
    return text


def _address(text: str) -> str:
    if not text.startswith("https://") or len(text.split()) != 1:
        raise ValueError("not an address; write one that starts with https://")
    return text


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[Text, AfterValidator(_line)]
PythonVersion = Annotated[str, AfterValidator(_version)]
Address = Annotated[Text, AfterValidator(_address)]


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


# Strict models take no text for an enum; the words of the file are text.
_WORD = Field(strict=False)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class KeyPoint(_Frozen):
    """One atomic claim a good answer makes; the id never changes.

    `since`/`until`: first and last Python version for which it is true. `review_by`: check it again then.
    """

    id: Slug
    claim: Line
    weight: float = Field(default=1.0, gt=0, le=10)
    accept: tuple[Line, ...] = Field(default=(), min_length=1)
    partial: tuple[Line, ...] = Field(default=(), min_length=1)
    reject: tuple[Line, ...] = Field(default=(), min_length=1)
    missing: Line
    since: PythonVersion | None = None
    until: PythonVersion | None = None
    review_by: date | None = None
    source: Address | None = None


class Misconception(_Frozen):
    """One wrong claim worth catching, with its correction. `accept`: other ways people say it."""

    id: Slug
    claim: Line
    accept: tuple[Line, ...] = Field(default=(), min_length=1)
    correction: Line


class Sample(_Frozen):
    """A labelled answer: a regression case for the grader. Points not named are a miss."""

    text: Text
    verdicts: dict[Slug, Annotated[SampleVerdict, _WORD]]
    misconceptions: tuple[Slug, ...] = ()
    style: Line | None = None


class Question(_Frozen):
    """One YAML file: prompt, key points, model answer."""

    id: Slug
    title: Line
    prompt: Text
    topic: Slug
    difficulty: Annotated[Difficulty, _WORD]
    minutes: int = Field(ge=1, le=60)
    key_points: tuple[KeyPoint, ...] = Field(min_length=3, max_length=10)
    misconceptions: tuple[Misconception, ...] = Field(default=(), min_length=1)
    hints: tuple[Text, Text, Text]
    model_answer: Text
    code: Text | None = None
    looking_for: Text
    follow_up: Text
    sources: tuple[Address, ...] = Field(min_length=1)
    samples: tuple[Sample, ...] = Field(default=(), min_length=1)

    @model_validator(mode="after")
    def _ids_agree(self) -> Self:
        points = [point.id for point in self.key_points]
        wrong = [misconception.id for misconception in self.misconceptions]
        for ids, key, what in ((points, "key_points", "key point"), (wrong, "misconceptions", "misconception")):
            if (twice := _twice(ids)) is not None:
                raise Misplaced((key, twice, "id"), f"two {what}s have the id {ids[twice]}; give each its own")
        for number, sample in enumerate(self.samples):
            for name in sample.verdicts:
                if name not in points:
                    raise Misplaced(("samples", number, "verdicts", name), _unknown("key point", name, points))
            for index, name in enumerate(sample.misconceptions):
                if name not in wrong:
                    place = ("samples", number, "misconceptions", index)
                    raise Misplaced(place, _unknown("misconception", name, wrong))
        return self


class Pack(_Frozen):
    """pack.yaml: what a folder of questions is about. `opener`: the question a channel gets first."""

    id: Slug
    title: Line
    description: Text
    opener: Slug | None = None


def _twice(ids: Sequence[str]) -> int | None:
    """The index of the first id that was there before."""
    return next((index for index, name in enumerate(ids) if name in ids[:index]), None)


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    return f"there is no {what} {name} here; write one of: {', '.join(known) or 'none, there are none'}"
