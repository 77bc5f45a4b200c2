"""A question's wordings, prepared once for matching."""

import math
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.content.rubric import rubric_hash
from bot.content.schema import Question
from bot.grading.clauses import Term, terms
from bot.grading.spans import Shown, shown

_KEPT = 1024
# Words of any Python question: they tell no point from another.
_LIGHT = frozenset("python cpython code exist use work interpret program need way one".split())
_MATTERS = 0.2  # share of a wording's weight from which what it denies cannot be left out
_CARRIES = 0.35  # share of a wording's weight from which its one heaviest word cannot be left out
_ASKED = 0.35  # what a word of the prompt weighs: repeating the question says nothing


@dataclass(frozen=True)
class Wording:
    """One way to say something: its terms with their weights, and the weight of all."""

    terms: tuple[tuple[Term, float], ...]
    total: float

    @cached_property
    def needed(self) -> tuple[frozenset[str], ...]:
        """One concept of each of these must be spoken of: of what it denies, and the word that carries it."""
        denials = {term.concept: weight for term, weight in self.terms if term.polarity < 0}
        denied = frozenset(denials if sum(denials.values()) > _MATTERS * self.total else ())
        heaviest = max(weight for _, weight in self.terms)
        carrying = frozenset(term.concept for term, weight in self.terms if weight == heaviest)
        carries = len(self.terms) > 2 and len(carrying) == 1 and heaviest > _CARRIES * self.total
        return tuple(one_of for one_of in (denied, carrying if carries else frozenset()) if one_of)


@dataclass(frozen=True, slots=True)
class PointWordings:
    """What earns, half earns and contradicts one key point."""

    id: str
    accept: tuple[Wording, ...]
    partial: tuple[Wording, ...]
    reject: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """Everything the lexical judge knows of a question.

    `vocabulary` is every concept in it; `shown` is what people were given to read.
    """

    points: tuple[PointWordings, ...]
    misconceptions: Mapping[str, tuple[Wording, ...]]
    vocabulary: tuple[str, ...]
    shown: Shown


_prepared: OrderedDict[str, Rubric] = OrderedDict()


def prepare(question: Question) -> Rubric:
    """The question's rubric, made once for its content: a process that grades gets a copy with every answer."""
    key = rubric_hash(question)
    if key not in _prepared:
        _prepared[key] = _prepare(question)
        if len(_prepared) > _KEPT:
            _prepared.popitem(last=False)
    return _prepared[key]


def _prepare(question: Question) -> Rubric:
    asked = {term.concept for term in terms(question.prompt)}
    spread = Counter(
        concept
        for point in question.key_points
        for concept in {term.concept for text in (point.claim, *point.accept) for term in terms(text)}
    )

    def weight(concept: str) -> float:
        return (_ASKED if concept in asked or concept in _LIGHT else 1.0) / math.sqrt(max(spread[concept], 1))

    def wordings(texts: Iterable[str]) -> tuple[Wording, ...]:
        made = (tuple((term, weight(term.concept)) for term in _once(terms(text))) for text in texts)
        return tuple(Wording(weighed, sum(w for _, w in weighed)) for weighed in made if weighed)

    points = tuple(
        PointWordings(
            point.id,
            wordings((point.claim, *point.accept)),
            wordings(point.partial),
            wordings(point.reject),
        )
        for point in question.key_points
    )
    wrong = {m.id: wordings((m.claim, *m.accept)) for m in question.misconceptions}
    every = [w for p in points for w in (*p.accept, *p.partial, *p.reject)] + [w for ws in wrong.values() for w in ws]
    vocabulary = tuple(sorted({term.concept for w in every for term, _ in w.terms}))
    return Rubric(points, wrong, vocabulary, shown(question))


def _once(all_terms: Iterable[Term]) -> tuple[Term, ...]:
    kept: dict[str, Term] = {}
    for term in all_terms:
        kept.setdefault(term.concept, term)
    return tuple(kept.values())
