"""Verdicts of which the grader is not sure, for the leads of the team. They count as the grader said until a ruling.

Only those on ranked answers of closed rounds: a lead may play, too, and must not see what others say before.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.chat.event import Event
from bot.content.schema import KeyPoint, Question
from bot.grading.verdict import PointVerdict
from bot.quiz.ruling import ruled, unsure
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.records import GradedAnswer
from bot.services.where import channel_here

_PAGE = 20


@dataclass(frozen=True, slots=True)
class Doubt:
    """One verdict to decide. `words`: the evidence, or the whole answer where there is none."""

    submission_id: int
    question: Question
    point: KeyPoint
    said: PointVerdict
    words: str


@dataclass(frozen=True, slots=True)
class Doubts:
    """`next` is None when there are no more below; `answers`: how many answers of the team have such verdicts."""

    next: Doubt | None
    answers: int


async def doubts(game: Game, event: Event, *, after: tuple[int, str] | None = None) -> Doubts:
    """`/quiz-admin unsure`: the newest, or the one below `after` (submission id, key point id). Raises `NoQuizHere`."""
    async with game.store.read() as uow:
        team_id = (await channel_here(uow, event.place)).team_id
        waiting = await uow.rulings.waiting(team_id, game.bank.questions.keys(), below=game.unsure_below)
        return Doubts(await _next(game, uow, team_id, after) if waiting else None, waiting)


async def _next(game: Game, uow: UnitOfWork, team_id: int, after: tuple[int, str] | None) -> Doubt | None:
    upto = after[0] if after else None
    while True:
        page = await uow.rulings.unsure(
            team_id, game.bank.questions.keys(), below=game.unsure_below, upto=upto, limit=_PAGE
        )
        for answer in page:
            for doubt in _of(game, answer, after):
                return doubt
        if len(page) < _PAGE:
            return None
        upto = page[-1].submission.id - 1


def _of(game: Game, answer: GradedAnswer, after: tuple[int, str] | None) -> Iterator[Doubt]:
    """Key points that left the question are skipped: nobody could say what they claim."""
    given, question = answer.submission, game.bank.get(answer.submission.question_id)
    grade = ruled(answer.stored.grade, answer.rulings, question)
    order = [point.id for point in grade.points]
    seen = order.index(after[1]) if after and after[0] == given.id and after[1] in order else -1
    known = {point.id: point for point in question.key_points}
    for said in unsure(grade, game.unsure_below):
        if order.index(said.id) > seen and said.id in known:
            words = said.evidence.text if said.evidence else given.answer
            yield Doubt(given.id, question, known[said.id], said, words)
