"""Close rounds: settle the standings, put the reveal on its way."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.chat.event import Event
from bot.quiz.round import Round, RoundStatus
from bot.services.facts import NoOpenRound
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.records import Parcel, Task
from bot.services.tally import closing_tally
from bot.services.where import channel_to_lead

_BATCH = 250  # rounds of one transaction

log = structlog.get_logger(__name__)


async def close_due(game: Game, now: datetime) -> int:
    """Close every round whose time is up; how many."""
    closed = 0
    while True:
        async with game.store.write() as uow:
            rounds = await uow.rounds.claim_closing(now, _BATCH)
            closed += await close_rounds(uow, rounds, now)
            await uow.commit()
        for _ in rounds:
            game.meter.round_closed()
        if len(rounds) < _BATCH:
            break
    if closed:
        game.work.ring()
    return closed


async def close_now(game: Game, event: Event) -> None:
    """`/quiz-admin close`: close the channel's open rounds at once. Raises `NoOpenRound`, `NoQuizHere`."""
    async with game.store.write() as uow:
        channel = await channel_to_lead(uow, event.place)
        rounds = await uow.rounds.open_in(channel.id)
        if not rounds:
            raise NoOpenRound
        await close_rounds(uow, rounds, event.at)
        await uow.commit()
    game.work.ring()


async def close_rounds(uow: UnitOfWork, rounds: Sequence[Round], now: datetime) -> int:
    """Close rounds inside the caller's transaction; how many were still open."""
    if not rounds:
        return 0
    ended = await uow.rounds.finish([asked.id for asked in rounds], RoundStatus.CLOSED, now=now)
    closing = [asked for asked in rounds if asked.id in ended]
    await uow.grades.settle([asked.id for asked in closing])
    reveals = (Parcel(f"reveal:{asked.id}", Task.REVEAL, asked.channel_id, subject_id=asked.id) for asked in closing)
    await uow.outbox.put(*reveals, *map(closing_tally, closing), now=now)
    for asked in closing:
        log.info("round_closed", round=asked.id, question=asked.question_id)
    return len(closing)
