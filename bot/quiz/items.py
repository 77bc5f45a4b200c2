"""Item statistics: how questions and their key points do when people answer them. Pure.

An item that everybody hits, or nobody, tells no good answer from a poor one; so does one whose credit does not go
with the rest of the score.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.content.schema import Question
from bot.grading.verdict import Verdict, score_of

ENOUGH = 8  # answers before anything is said of an item
LOW = 0.20  # discrimination below which an item is called poor (Ebel, 1965)
RARE = 0.10  # share of hits
HIGH = 0.60  # mean credit of the rest, 0.0 to 1.0

NEVER = "nobody ever hits"
ALWAYS = "everybody hits"
POOR = "low discrimination"
UNASKED = "not asked for by the prompt"


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts of one answer, by key point."""

    question_id: str
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class PointFigures:
    """One key point over all answers that were judged on it. Shares are 0.0 to 1.0, of these answers.

    `discrimination`: point-biserial correlation of its credit with the score of the other key points,
    -1.0 to 1.0; None where one of the two never varies.
    """

    id: str
    answers: int
    hits: float
    partials: float
    contradictions: float
    discrimination: float | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question. `score` is the mean, 0.0 to 100.0; shares are of all verdicts on its key points.

    `discrimination`: the mean of its key points' that have one.
    """

    id: str
    answers: int
    score: float
    hits: float
    partials: float
    contradictions: float
    discrimination: float | None
    flags: tuple[str, ...]
    points: tuple[PointFigures, ...]


def item_figures(questions: Iterable[Question], judged: Iterable[Judged]) -> tuple[QuestionFigures, ...]:
    """Figures of every question that has answers, in the order of ids.

    Verdicts on key points that the question no longer has are left out.
    """
    by_question: dict[str, list[Mapping[str, Verdict]]] = {}
    for answer in judged:
        by_question.setdefault(answer.question_id, []).append(answer.verdicts)
    return tuple(
        _question(question, by_question[question.id])
        for question in sorted(questions, key=lambda question: question.id)
        if question.id in by_question
    )


def point_biserial(credits: Sequence[float], rest: Sequence[float]) -> float | None:
    """Pearson's correlation; None where there are fewer than two pairs or one side never varies."""
    if len(credits) < 2:
        return None
    mean, other_mean = math.fsum(credits) / len(credits), math.fsum(rest) / len(rest)
    spread = math.fsum((credit - mean) ** 2 for credit in credits)
    other_spread = math.fsum((score - other_mean) ** 2 for score in rest)
    if spread < 1e-12 or other_spread < 1e-12:
        return None
    together = math.fsum((one - mean) * (other - other_mean) for one, other in zip(credits, rest, strict=True))
    return together / math.sqrt(spread * other_spread)


def _question(question: Question, answers: Sequence[Mapping[str, Verdict]]) -> QuestionFigures:
    points = tuple(
        figures for point in question.key_points if (figures := _point(question, point.id, answers)) is not None
    )
    known = [point.id for point in question.key_points]
    verdicts = [verdicts[id_] for verdicts in answers for id_ in known if id_ in verdicts]
    defined = [point.discrimination for point in points if point.discrimination is not None]
    discrimination = math.fsum(defined) / len(defined) if defined else None
    hits = _share(verdicts, Verdict.HIT)
    return QuestionFigures(
        question.id,
        len(answers),
        math.fsum(score_of(verdicts, question) for verdicts in answers) / len(answers),
        hits,
        _share(verdicts, Verdict.PARTIAL),
        _share(verdicts, Verdict.CONTRADICTED),
        discrimination,
        tuple(_flags(len(answers), hits, discrimination, rest=None)),
        points,
    )


def _point(question: Question, id_: str, answers: Sequence[Mapping[str, Verdict]]) -> PointFigures | None:
    """None where no answer was judged on it."""
    on_it = [verdicts for verdicts in answers if id_ in verdicts]
    if not on_it:
        return None
    verdicts = [each[id_] for each in on_it]
    rest = [_rest(question, id_, each) for each in on_it]
    discrimination = point_biserial([verdict.credit for verdict in verdicts], rest)
    hits = _share(verdicts, Verdict.HIT)
    return PointFigures(
        id_,
        len(on_it),
        hits,
        _share(verdicts, Verdict.PARTIAL),
        _share(verdicts, Verdict.CONTRADICTED),
        discrimination,
        tuple(_flags(len(on_it), hits, discrimination, rest=math.fsum(rest) / len(rest))),
    )


def _rest(question: Question, id_: str, verdicts: Mapping[str, Verdict]) -> float:
    """The score without this key point, 0.0 to 1.0."""
    others = [point for point in question.key_points if point.id != id_]
    earned = math.fsum(point.weight * verdicts.get(point.id, Verdict.MISS).credit for point in others)
    return earned / math.fsum(point.weight for point in others)


def _share(verdicts: Sequence[Verdict], wanted: Verdict) -> float:
    return sum(verdict is wanted for verdict in verdicts) / len(verdicts) if verdicts else 0.0


def _flags(answers: int, hits: float, discrimination: float | None, *, rest: float | None) -> Iterable[str]:
    if answers < ENOUGH:
        return
    if hits == 0:
        yield NEVER
    if hits == 1:
        yield ALWAYS
    if discrimination is not None and discrimination < LOW:
        yield POOR
    if rest is not None and hits <= RARE and rest >= HIGH:
        yield UNASKED
