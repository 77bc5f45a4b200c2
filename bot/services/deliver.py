"""Carry outbox rows to their platforms. Claim with a lease, commit, send outside any transaction, record."""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.chat.message import Message
from bot.chat.platform import ChatPlatform, Delivered, Rejected, SendResult, Target, Unknown
from bot.quiz.calendar import pause
from bot.quiz.round import RoundStatus
from bot.quiz.team import Channel
from bot.services.compose import compose
from bot.services.game import Game
from bot.services.ports import OutboxRow, Task, UnitOfWork

LEASE = timedelta(minutes=1)
MOST_ATTEMPTS = 12
_FIRST_WAIT = 2.0  # seconds; doubles with each attempt
_LONGEST_WAIT = 900.0  # seconds
_BATCH = 32

log = structlog.get_logger(__name__)


async def deliver_due(
    game: Game, platforms: Mapping[str, ChatPlatform], now: datetime, *, holder: str, limit: int = _BATCH
) -> int:
    """Send what is due, one row of each lane side by side; how many rows were worked on."""
    async with game.store.write() as uow:
        rows = await uow.outbox.claim(now, lease=LEASE, holder=holder, limit=limit)
        await uow.commit()
    await asyncio.gather(*(_deliver(game, platforms, row, now, holder) for row in rows))
    return len(rows)


async def _deliver(
    game: Game, platforms: Mapping[str, ChatPlatform], row: OutboxRow, now: datetime, holder: str
) -> None:
    async with game.store.read() as uow:
        channel = await uow.teams.channel(row.channel_id)
        message = await compose(game, uow, row)
    platform = platforms.get(channel.platform)
    if message is None:
        result: SendResult = Delivered("")  # nothing to show any more: its person was forgotten
    elif platform is None:
        result = Rejected(f"no {channel.platform} platform is running here", permanent=False)
    else:
        result = await _send(game, platform, channel, row, message)
    async with game.store.write() as uow:
        await _record(uow, channel, row, result, now, holder)
        await uow.commit()
    log.info("outbox_row_tried", row=row.id, task=row.task, result=type(result).__name__, attempt=row.attempts)


async def _send(game: Game, platform: ChatPlatform, channel: Channel, row: OutboxRow, message: Message) -> SendResult:
    if row.task is Task.FEEDBACK and row.subject_id is not None:
        reply = await game.replies.take(row.subject_id)
        if reply is not None and await reply.private(message):
            return Delivered("reply")
    target = Target(channel.workspace_external_id, channel.external_id, row.person_id)
    try:
        return await platform.send(target, message, row.key, uncertain=row.uncertain)
    except Exception as error:
        log.exception("platform_send_failed", row=row.id, platform=platform.name)
        return Unknown(type(error).__name__)


async def _record(
    uow: UnitOfWork, channel: Channel, row: OutboxRow, result: SendResult, now: datetime, holder: str
) -> None:
    if isinstance(result, Delivered):
        await uow.outbox.sent(row.id, result.ref, holder=holder)
        return
    for_good = isinstance(result, Rejected) and result.permanent
    if not for_good and row.attempts < MOST_ATTEMPTS:
        await uow.outbox.put_back(
            row.id,
            until=now + _wait(row, result),
            error=result.reason,
            uncertain=row.uncertain or isinstance(result, Unknown),
            holder=holder,
        )
        return
    if await uow.outbox.give_up(row.id, error=result.reason, holder=holder) and row.task is Task.QUESTION:
        await _question_refused(uow, channel, row, result.reason, now)


async def _question_refused(uow: UnitOfWork, channel: Channel, row: OutboxRow, reason: str, now: datetime) -> None:
    """The question was never seen: it is not used up, and the schedule waits for a lead."""
    if row.subject_id is not None:
        await uow.rounds.finish(row.subject_id, RoundStatus.FAILED, now=now)
    schedule = await uow.schedules.of_channel(channel.id)
    if schedule is not None and schedule.paused is None:
        await uow.schedules.save(pause(schedule, reason))
    log.error("schedule_paused", channel=channel.id, reason=reason)


def _wait(row: OutboxRow, result: Rejected | Unknown) -> timedelta:
    """Growing, with jitter so that many channels refused at once do not come back at once."""
    if isinstance(result, Rejected) and result.retry_after is not None:
        return timedelta(seconds=result.retry_after)
    seconds = min(_FIRST_WAIT * 2 ** max(row.attempts - 1, 0), _LONGEST_WAIT)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
