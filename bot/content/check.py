"""What a question file that loads may still do badly, as far as reading it shows.

What only a grader can show is in `grading.proof`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from bot.content.code import expected_output
from bot.content.finding import Finding
from bot.content.schema import Question
from bot.content.sources import fault_of

_SAMPLES = 8
_ACCEPT = 3
_FEWEST_POINTS, _MOST_POINTS = 4, 8
_WORDS_A_MINUTE = 200
_CODE_COLUMNS = 74  # what a terminal of 80 shows inside a frame
_LONGEST_PROMPT_S = 60
_SENTENCE = re.compile(r"[.!?](?:\s|$)")
# `and` before a subject with a verb of its own begins a second claim; two subjects of one verb are one.
_SUBJECT = r"(?:so|then|therefore|it|they|that|this|the|an?|each|every|no|only|there) (?:\w+ ){0,4}?"
_VERB = r"(?:is|has|can|does|gets?|needs?|must|will|may|cannot)"
_SECOND_CLAIM = re.compile(rf";|, and {_SUBJECT}(?:are|have|do|{_VERB})\b| and {_SUBJECT}{_VERB}\b")

Remarks = Iterator[tuple[str, str]]


def check(question: Question, today: date) -> tuple[Finding, ...]:
    """Advice on one question. `today` decides which facts are up for review."""
    return tuple(
        Finding(question.id, rule, "warning", what, instead)
        for rule, remarks in _RULES.items()
        for what, instead in remarks(question, today)
    )


def reading_seconds(text: str) -> float:
    """How long people read this, at 200 words a minute."""
    return 60 * len(text.split()) / _WORDS_A_MINUTE


def _review(question: Question, today: date) -> Remarks:
    for point in question.key_points:
        if point.review_by is not None and point.review_by < today:
            yield (
                f"key point {point.id} was to be reviewed by {point.review_by}",
                "check it against its source and set a new date",
            )


def _key_points(question: Question, _: date) -> Remarks:
    count = len(question.key_points)
    if not _FEWEST_POINTS <= count <= _MOST_POINTS:
        yield f"key points: {count}", f"write {_FEWEST_POINTS} to {_MOST_POINTS}"
    for point in question.key_points:
        if _SECOND_CLAIM.search(point.claim):
            yield f"key point {point.id} may join two claims", "make two key points of it, or keep one"


def _wordings(question: Question, _: date) -> Remarks:
    seen: dict[str, str] = {}
    for point in question.key_points:
        if len(point.accept) < _ACCEPT:
            yield (
                f"key point {point.id} has fewer than {_ACCEPT} accept wordings",
                "add what people really say",
            )
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


def _reading_time(question: Question, _: date) -> Remarks:
    if reading_seconds(question.prompt) > _LONGEST_PROMPT_S:
        yield "reading the prompt takes more than a minute", "shorten it"
    if reading_seconds(question.model_answer) > 60 * question.minutes:
        yield (
            f"the model answer takes longer to read than the {question.minutes} min of the question",
            "shorten it or raise minutes",
        )


def _sources(question: Question, _: date) -> Remarks:
    addresses = [*question.sources, *(point.source for point in question.key_points if point.source)]
    for address in dict.fromkeys(addresses):
        if fault := fault_of(address):
            yield f"the source {address} {fault}", "copy the address from the page"
    for point in question.key_points:
        if point.source is None:
            yield f"key point {point.id} has no source", "name the page that says so"


def _code(question: Question, _: date) -> Remarks:
    if question.code and "print(" in question.code and not expected_output(question.code):
        yield "the code prints and does not say what", "add `# prints: TEXT` for each line, in order"
    for number, line in enumerate((question.code or "").splitlines(), 1):
        if len(line) > _CODE_COLUMNS:
            yield (
                f"line {number} of the code has {len(line)} columns",
                f"break it at {_CODE_COLUMNS}: screens are narrow",
            )


_RULES: Mapping[str, Callable[[Question, date], Remarks]] = {
    "review": _review,
    "key-points": _key_points,
    "wordings": _wordings,
    "samples": _samples,
    "hints": _hints,
    "model-answer": _model_answer,
    "reading-time": _reading_time,
    "sources": _sources,
    "code": _code,
}
