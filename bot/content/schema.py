"""A question file and a pack file as frozen models; `loader` is the only place that builds them from YAML.

Validators raise ValueError with what is wrong and, after a semicolon, what to write instead; one that looks at
several values raises `Misplaced`, which says where.
"""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)


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


# Patterns are for editors; the validators above decide, and word what is wrong.
_SLUG_SCHEMA = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 64}
_LINE_SCHEMA = {"type": "string", "pattern": r"^[^\n]+$"}
_VERSION_SCHEMA = {"type": "string", "pattern": r"^3\.\d{1,2}$"}
_ADDRESS_SCHEMA = {"type": "string", "format": "uri", "pattern": r"^https://\S+$"}

Slug = Annotated[str, AfterValidator(_slug), WithJsonSchema(_SLUG_SCHEMA)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = Annotated[Text, AfterValidator(_line), WithJsonSchema(_LINE_SCHEMA)]
PythonVersion = Annotated[str, AfterValidator(_version), WithJsonSchema(_VERSION_SCHEMA)]
Address = Annotated[Text, AfterValidator(_address), WithJsonSchema(_ADDRESS_SCHEMA)]


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


def _says(description: str) -> Any:  # noqa: ANN401 - Field's own return type
    return Field(description=description)


def _some(description: str) -> Any:  # noqa: ANN401
    """A list that is left out or has something in it."""
    return Field(default=(), min_length=1, description=description)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class KeyPoint(_Frozen):
    """One atomic claim a good answer makes."""

    id: Slug = _says("Kebab-case, unique in the question; it never changes.")
    claim: Line = _says("The claim in one plain sentence: one assertion, no “and”.")
    weight: float = Field(default=1.0, gt=0, le=10, description="What it counts against the others; 1 where left out.")
    accept: tuple[Line, ...] = _some(
        "Other wordings that earn it, as different people would say it; each the whole claim."
    )
    partial: tuple[Line, ...] = _some("What is only a part of it, or too vague: half credit.")
    reject: tuple[Line, ...] = _some("Statements that cannot be true together with the claim.")
    missing: Line = _says("Shown to whoever missed it: what to say, such as “Say that …”.")
    since: PythonVersion | None = Field(default=None, description="The first Python version for which it is true.")
    until: PythonVersion | None = Field(default=None, description="The last Python version for which it is true.")
    review_by: date | None = Field(default=None, description="When to check it against its source again.")
    source: Address | None = Field(default=None, description="The page that says so.")


class Misconception(_Frozen):
    """One wrong claim worth catching, with its correction."""

    id: Slug = _says("Kebab-case, unique in the question; it never changes.")
    claim: Line = _says("The wrong claim in one sentence.")
    accept: tuple[Line, ...] = _some("Other ways people say it.")
    correction: Line = _says("One or two sentences that put it right.")


class Sample(_Frozen):
    """A labelled answer: a regression case for the grader."""

    text: Text = _says("The answer, as somebody would type it.")
    verdicts: dict[Slug, Annotated[SampleVerdict, _WORD]] = _says(
        "By key point, what a fair strict interviewer would say. Points not named are a miss."
    )
    misconceptions: tuple[Slug, ...] = Field(default=(), description="Misconceptions that it asserts.")
    style: Line | None = Field(default=None, description="How it is written, such as terse or half right.")


class Question(_Frozen):
    """One YAML file: prompt, key points, model answer."""

    id: Slug = _says("Kebab-case, the file's name; it never changes.")
    title: Line = _says("Names the question without giving the answer away.")
    prompt: Text = _says("What people see: asks for everything the key points want and gives none of them away.")
    topic: Slug = _says("What practice is chosen by.")
    difficulty: Annotated[Difficulty, _WORD] = _says("Who is expected to answer well.")
    minutes: int = Field(ge=1, le=60, description="How long a good spoken answer takes, with thinking.")
    key_points: tuple[KeyPoint, ...] = Field(min_length=3, max_length=10, description="The claims a good answer makes.")
    misconceptions: tuple[Misconception, ...] = _some("Wrong claims worth catching.")
    hints: tuple[Text, Text, Text] = _says("Direction, mechanism, near answer; the first two give no key point away.")
    model_answer: Text = _says("Spoken English, 5 to 12 sentences, that makes every key point.")
    code: Text | None = Field(
        default=None, description="A complete program; `# prints: TEXT` names each line it prints, in order."
    )
    looking_for: Text = _says("What the interviewer really wants to hear.")
    follow_up: Text = _says("One deeper question.")
    sources: tuple[Address, ...] = Field(min_length=1, description="Where to read on.")
    samples: tuple[Sample, ...] = _some("Labelled answers in different styles, eight or more.")

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
    """pack.yaml: what a folder of questions is about."""

    id: Slug = _says("Kebab-case, the folder's name.")
    title: Line = _says("What the pack is about.")
    description: Text = _says("For leads who choose packs.")
    opener: Slug | None = Field(default=None, description="The question a channel gets first.")
    default: bool = Field(default=False, description="Whether a new channel asks from it when its lead names no pack.")


def _twice(ids: Sequence[str]) -> int | None:
    """The index of the first id that was there before."""
    return next((index for index, name in enumerate(ids) if name in ids[:index]), None)


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    return f"there is no {what} {name} here; write one of: {', '.join(known) or 'none, there are none'}"
