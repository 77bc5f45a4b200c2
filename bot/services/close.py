"""Close rounds: settle the standings, put the reveal on its way."""

from datetime import datetime

import structlog

from bot.chat.event import Event
from bot.quiz.round import Round, RoundStatus
from bot.services.facts import NoOpenRound
from bot.services.game import Game
from bot.services.ports import Task, UnitOfWork

_BATCH = 50

log = structlog.get_logger(__name__)


async def close_due(game: Game, now: datetime) -> int:
    """Close every round whose time is up; how many."""
    closed = 0
    while True:
        async with game.store.write() as uow:
            rounds = await uow.rounds.claim_closing(now, _BATCH)
            for asked in rounds:
                await close_round(uow, asked, now)
            await uow.commit()
        closed += len(rounds)
        if len(rounds) < _BATCH:
            break
    if closed:
        game.work.set()
    return closed


async def close_now(game: Game, event: Event) -> None:
    """`/quiz-admin close`: close the channel's open rounds at once. Raises `NoOpenRound`."""
    async with game.store.write() as uow:
        channel = await uow.teams.channel_at(event.place)
        rounds = await uow.rounds.open_in(channel.id) if channel else ()
        if not rounds:
            raise NoOpenRound
        for asked in rounds:
            await close_round(uow, asked, event.at)
        await uow.commit()
    game.work.set()


async def close_round(uow: UnitOfWork, asked: Round, now: datetime) -> None:
    """Close one round inside the caller's transaction. A second call does nothing."""
    if await uow.rounds.finish(asked.id, RoundStatus.CLOSED, now=now):
        await uow.grades.settle(asked.id)
        await uow.outbox.put(
            f"reveal:{asked.id}", Task.REVEAL, channel_id=asked.channel_id, subject_id=asked.id, now=now
        )
        log.info("round_closed", round=asked.id, question=asked.question_id)
