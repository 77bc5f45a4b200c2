"""How a closed round went."""

from dataclasses import dataclass

from bot.quiz.period import Period
from bot.quiz.round import Round
from bot.services.ports import UnitOfWork
from bot.services.records import Board

_PAGE = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """Names and points of the graded answers, best first; `answers` counts pending ones too."""

    asked: Round
    answers: int
    scores: tuple[tuple[str, int], ...]
    week: Board


async def outcome_of(uow: UnitOfWork, asked: Round) -> Outcome:
    """Read it inside the caller's transaction."""
    return Outcome(
        asked,
        await uow.rounds.answers(asked.id),
        tuple(await uow.views.round_scores(asked.id)),
        await uow.views.board(asked.team_id, Period.WEEK.key(asked.day), size=_PAGE, own=None),
    )
