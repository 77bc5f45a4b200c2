"""Cut an answer into clauses: the smallest pieces that assert something by themselves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.grading.spans import Piece, is_to_the_grader, sentences
from bot.grading.text import Folded, fold, words
from bot.grading.vocabulary import FUNCTION, NEGATORS, NOT_REALLY, VERBS, concept, join_phrases

_DENIED_BEFORE = re.compile(
    r"\b(?:myth|misconception|(?:people|some|folks|many|they|colleagues?) (?:say|think|believe|claim)s?|"
    r"(?:is|'s) (?:not true|untrue|false|wrong|a lie) that|contrary to)\b"
)
_DENIES = re.compile(
    r"^\W*(?:but |and |which |well |no )*(?:that|this|it|which|they)?(?:'s| is| are|'re)? ?"
    r"(?:just |simply |totally |all )?"
    r"(?:wrong|false|untrue|not true|isn't true|a myth|nonsense|incorrect|not (?:right|correct|the case)|bs|mistaken)\b"
)
_REACH = 7  # words that a negation reaches forward


@dataclass(frozen=True, slots=True)
class Term:
    """A word that says something. `polarity`: 1 asserted, -1 denied, 0 before a negation (its subject)."""

    concept: str
    polarity: int


@dataclass(frozen=True, slots=True)
class Clause:
    """`start` and `end` are offsets into the original; `sentence` numbers its sentence."""

    start: int
    end: int
    sentence: int
    terms: tuple[Term, ...]


def clauses(original: str) -> tuple[Clause, ...]:
    """The clauses that assert something: no bare lists of terms, no words to the grader."""
    folded = fold(original)
    text = join_phrases(folded.text)
    found: list[Clause] = []
    for pieces in sentences(text):
        if is_to_the_grader(text, pieces) or _is_keyword_list(text, pieces):
            continue
        denied = [_is_denied(text, pieces, index) for index in range(len(pieces))]
        found += [
            _clause(folded, text, piece, flip)
            for piece, flip in zip(pieces, denied, strict=True)
            if not _DENIES.match(text[piece.start : piece.end])
        ]
    return tuple(clause for clause in found if clause.terms)


def terms(text: str) -> tuple[Term, ...]:
    """The terms of one wording, read as a single clause after another."""
    folded = join_phrases(fold(text).text)
    return tuple(term for pieces in sentences(folded) for piece in pieces for term in _terms(folded, piece, flip=False))


def _is_keyword_list(text: str, pieces: list[Piece]) -> bool:
    """Terms in a row, with next to nothing that would make a sentence of them."""
    said = [word for piece in pieces for word, *_ in words(text[piece.start : piece.end])]
    if not said:
        return False
    glue = sum(word in FUNCTION or word in NEGATORS or word in VERBS for word in said)
    if len(said) >= 5 and glue / len(said) < 0.12:
        return True
    short = sum(len(words(text[piece.start : piece.end])) <= 2 for piece in pieces)
    return len(pieces) >= 4 and short / len(pieces) > 0.6 and (glue / len(said) < 0.3 or len(pieces) >= 8)


def _is_denied(text: str, pieces: list[Piece], index: int) -> bool:
    """Quoted only to be refuted: `people say X, but that's wrong`."""
    following = pieces[index + 1] if index + 1 < len(pieces) else None
    if following is not None and _DENIES.match(text[following.start : following.end]):
        return True
    piece = pieces[index]
    said = text[piece.start : piece.end]
    reported = _DENIED_BEFORE.search(said)
    rest = "".join(text[later.start : later.end] for later in pieces[index + 1 :])
    return reported is not None and bool(re.search(r"\b(wrong|false|untrue|not true|myth|nonsense|incorrect)\b", rest))


def _clause(folded: Folded, text: str, piece: Piece, flip: bool) -> Clause:
    # From the text before phrases were joined: their padding is no white space of the answer's.
    said = folded.text[piece.start : piece.end]
    start = piece.start + len(said) - len(said.lstrip(" \n-*•·.,;:()"))
    end = piece.end - (len(said) - len(said.rstrip()))
    start, end = folded.span(start, end) if start < end else (0, 0)
    return Clause(start, end, piece.sentence, tuple(_terms(text, piece, flip=flip)))


def _terms(text: str, piece: Piece, *, flip: bool) -> Iterator[Term]:
    said = text[piece.start : piece.end]
    spared = {index for match in NOT_REALLY.finditer(said) for index in range(*match.span())}
    spoken = words(said)
    negations = [
        number
        for number, (word, start, _) in enumerate(spoken)
        if (word in NEGATORS or word.endswith("n't")) and start not in spared
    ]
    for number, (word, *_) in enumerate(spoken):
        meaning = concept(word)
        if meaning is None:
            continue
        before = sum(number - _REACH <= negation < number for negation in negations)
        later = any(negation > number for negation in negations)
        polarity = -1 if before % 2 else 0 if later and not before else 1
        yield Term(meaning, -polarity if flip else polarity)
