"""What a question file that loads may still do badly. Findings are advice to its author."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.content.bank import Bank
from bot.content.schema import Question

_SAMPLES = 6
_WORDS_A_MINUTE = 200
_CODE_COLUMNS = 74  # what a terminal of 80 shows inside a frame
_SENTENCE = re.compile(r"[.!?](?:\s|$)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a question."""

    question: str
    severity: Literal["error", "warning"]
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.question}: {self.severity}: {self.what}; {self.instead}"


def check(bank: Bank, today: date) -> tuple[Finding, ...]:
    """All findings, in the order of question ids. `today` decides which facts are up for review."""
    found: list[Finding] = []
    for id_, question in sorted(bank.questions.items()):
        found += [Finding(id_, "warning", what, instead) for rule in _RULES for what, instead in rule(question, today)]
    return tuple(found)


Remarks = Iterator[tuple[str, str]]


def _review(question: Question, today: date) -> Remarks:
    for point in question.key_points:
        if point.review_by is not None and point.review_by < today:
            yield (
                f"key point {point.id} was to be reviewed by {point.review_by}",
                "check it against its source and set a new date",
            )


def _wordings(question: Question, _: date) -> Remarks:
    seen: dict[str, str] = {}
    for point in question.key_points:
        if len(point.accept) < 2:
            yield f"key point {point.id} has fewer than two accept wordings", "add what people really say"
        for wording in point.accept:
            folded = wording.casefold()
            if folded in seen:
                yield f"“{wording}” earns both {seen[folded]} and {point.id}", "make the key points differ"
            if folded in (text.casefold() for text in point.reject):
                yield f"“{wording}” is both accepted and rejected in {point.id}", "keep one of them"
            seen[folded] = point.id


def _samples(question: Question, _: date) -> Remarks:
    if len(question.samples) < _SAMPLES:
        yield f"labelled samples: only {len(question.samples)}", f"write at least {_SAMPLES}"
    labelled = {verdict for sample in question.samples for verdict in sample.verdicts.values()}
    if question.samples and len(labelled) < 2:
        yield "all samples are labelled alike", "add a partial and a contradicting one"


def _hints(question: Question, _: date) -> Remarks:
    for number, hint in enumerate(question.hints[:2], 1):
        for point in question.key_points:
            if point.claim.casefold().rstrip(".") in hint.casefold():
                yield f"hint {number} gives {point.id} away", "keep that for the third"


def _model_answer(question: Question, _: date) -> Remarks:
    sentences = len(_SENTENCE.findall(question.model_answer))
    if not 4 <= sentences <= 14:
        yield f"sentences of the model answer: {sentences}", "say it in 5 to 12"
    if len(question.model_answer.split()) / _WORDS_A_MINUTE > question.minutes:
        yield (
            f"the model answer takes longer to read than the {question.minutes} min of the question",
            "shorten it or raise minutes",
        )


def _code(question: Question, _: date) -> Remarks:
    for number, line in enumerate((question.code or "").splitlines(), 1):
        if len(line) > _CODE_COLUMNS:
            yield (
                f"line {number} of the code has {len(line)} columns",
                f"break it at {_CODE_COLUMNS}: screens are narrow",
            )


_RULES: tuple[Callable[[Question, date], Remarks], ...] = (
    _review,
    _wordings,
    _samples,
    _hints,
    _model_answer,
    _code,
)
