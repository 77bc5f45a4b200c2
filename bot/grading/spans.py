"""Cut an answer into spans: the sentences that the person says, with their clauses and the way back to the original.

What nobody says is left out before any judge reads on: words to the grader, the question or a hint given back, and
what was said already.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.content.schema import Question
from bot.grading.text import fold, running

# A line break ends a sentence, unless the line is long: then the text was only wrapped.
_SENTENCE_END = re.compile(r"(?<=[.!?])(?=\s)|\n\s*(?:\n|[-*•·]\s|\d+[.)]\s)|(?<![^\n]{60})\n|\s[•·]\s")
_CLAUSE_END = re.compile(
    r"[;:](?=\s)|,(?=\s)|\s-+\s|\s\(|\)(?=[\s,.])"
    r"|\s(?=(?:but|because|while|whereas|although|though|however|yet|unless|cos|cuz|since|so that|which means|"
    r"meaning|therefore|hence|so)\s)|\s(?=and\s(?:the|it|they|you|a|threads?|that|this|asyncio|multiprocessing)\s)"
)
_TO_THE_GRADER = re.compile(
    r"\b(?:award|grant|assign|give)\b.{0,40}\b(?:(?:points?|marks?|credits?|score)\b"
    r"|(?<!cache )hit\b(?! rate| ratio)|100(?=%|/|\W*$))"
    r"|\b(?:ignore|disregard|forget)\b.{0,30}\b(?:instructions?|rubric|prompt|above|previous)\b"
    r"|\bmark (?:this|it|all|every|each|me|my answer)\b.{0,40}\b(?:hit|made|correct|right|complete|pass|passed|full)\b"
    r"|\b(?:grader|grading bot|system prompt|assistant:)|(?<!\w )\bsystem:"
)
_LEADS = frozenset(("again", "also", "and", "as", "but", "i", "more", "once", "said", "so", "then", "well"))
_QUOTED = 3  # words of a hint in a row, from which on they are a quotation


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause as offsets into folded text; `sentence` numbers its sentence."""

    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What people were given to read: prompt and hints, as runs of words."""

    prompt: str
    hints: tuple[str, ...]

    def includes(self, said: str) -> bool:
        """Whether `said` gives the question or a hint back: a run of their words claims nothing."""
        run = running(said)
        return run in self.prompt or (run.count(" ") > _QUOTED and any(run in hint for hint in self.hints))


@dataclass(frozen=True, slots=True)
class Span:
    """One sentence of the person's own: `text` is folded, `origin[i]` is the index in the answer of character `i`.

    `clauses`: offsets into `text`, in order.
    """

    text: str
    origin: tuple[int, ...]
    clauses: tuple[tuple[int, int], ...]

    def in_answer(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the answer, in code points, for `text[start:end]`, which must not be empty."""
        return self.origin[start], self.origin[end - 1] + 1


def shown(question: Question) -> Shown:
    """What this question shows before anybody answers."""
    return Shown(running(f"{question.title}\n{question.prompt}"), tuple(map(running, question.hints)))


def spans(answer: str, given: Shown) -> tuple[Span, ...]:
    """The sentences of the person's own, each and each longer clause of them once, in their order."""
    folded = fold(answer)
    said: set[str] = set()
    heard: set[str] = set()
    found: list[Span] = []
    for pieces in sentences(folded.text):
        texts = [folded.text[piece.start : piece.end] for piece in pieces]
        own = [p for p, text in zip(pieces, texts, strict=True) if _is_own(text, given) and not _is_again(text, heard)]
        whole = folded.text[pieces[0].start : pieces[-1].end]
        run = running(" ".join(folded.text[piece.start : piece.end] for piece in own))
        if not own or run in said or given.includes(whole) or is_to_the_grader(folded.text, pieces):
            continue
        said.add(run)
        start, end = own[0].start, own[-1].end
        clauses = tuple((piece.start - start, piece.end - start) for piece in own)
        found.append(Span(_read(folded.text[start:end], clauses), folded.origin[start:end], clauses))
    return tuple(found)


def _is_own(said: str, given: Shown) -> bool:
    """Whether a clause has words in it, and other ones than those given."""
    return bool(running(said).strip()) and not given.includes(said)


def _is_again(said: str, heard: set[str]) -> bool:
    """Whether a clause of more than a few words was heard before; from now on it was."""
    run = tuple(itertools.dropwhile(_LEADS.__contains__, running(said).split()))
    again = " ".join(run) in heard
    if len(run) > _QUOTED:
        heard.add(" ".join(run))
    return again


def _read(sentence: str, own: Sequence[tuple[int, int]]) -> str:
    """The sentence without what stands between its own clauses; a few words may stay, the rest speaks of them."""
    for (_, start), (end, _) in itertools.pairwise(own):
        between = sentence[start:end]
        if running(between).count(" ") > _QUOTED:
            sentence = sentence[:start] + " " * len(between) + sentence[end:]
    return sentence


def sentences(text: str) -> Iterator[list[Piece]]:
    """The clauses of folded text, sentence by sentence; empty ones are left out."""
    start = number = 0
    for end in [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]:
        pieces = [piece for piece in _pieces(text, start, end, number) if text[piece.start : piece.end].strip()]
        if pieces:
            yield pieces
            number += 1
        start = end


def is_to_the_grader(text: str, pieces: Sequence[Piece]) -> bool:
    """Whether the sentence tells the grader what to do."""
    return bool(_TO_THE_GRADER.search(text[pieces[0].start : pieces[-1].end]))


def _pieces(text: str, start: int, end: int, number: int) -> Iterator[Piece]:
    begin = start
    for match in _CLAUSE_END.finditer(text, start, end):
        if match.start() > begin:
            yield Piece(begin, match.start(), number)
        begin = match.end()
    if begin < end:
        yield Piece(begin, end, number)
