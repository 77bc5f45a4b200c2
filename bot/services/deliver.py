"""Carry outbox rows to their platforms. Claim with a lease, commit, send outside any transaction, record."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.chat.message import Message
from bot.chat.platform import ChatPlatform, Delivered, Rejected, SendResult, Target, Unknown
from bot.quiz.calendar import pause
from bot.quiz.round import RoundStatus
from bot.quiz.team import Channel
from bot.services.compose import compose
from bot.services.game import Game
from bot.services.ports import OutboxRow, Parcel, Task, UnitOfWork

LEASE = timedelta(minutes=1)
MOST_ATTEMPTS = 12
_FIRST_WAIT = 2.0  # seconds; doubles with each attempt
_LONGEST_WAIT = 900.0  # seconds
_LONGEST_SEND = timedelta(seconds=25)
_BATCH = 32

log = structlog.get_logger(__name__)


async def deliver_due(
    game: Game, platforms: Mapping[str, ChatPlatform], now: datetime, *, holder: str, limit: int = _BATCH
) -> int:
    """Send what is due, one row of each lane side by side; how many rows were worked on."""
    rows = await claim(game, now, holder=holder, limit=limit)

    async def carry(row: OutboxRow) -> None:
        await record(game, row, await attempt(game, platforms, row), now, holder=holder)

    await asyncio.gather(*map(carry, rows))
    return len(rows)


async def claim(game: Game, now: datetime, *, holder: str, limit: int) -> Sequence[OutboxRow]:
    """Rows that are `holder`'s to send until now + `LEASE`."""
    async with game.store.write() as uow:
        rows = await uow.outbox.claim(now, lease=LEASE, holder=holder, limit=limit)
        await uow.commit()
    return rows


async def attempt(game: Game, platforms: Mapping[str, ChatPlatform], row: OutboxRow) -> SendResult:
    """Send one row, outside any transaction and for less than its lease."""
    async with game.store.read() as uow:
        channel = await uow.teams.channel(row.channel_id)
        message = await compose(game, uow, row)
    platform = platforms.get(channel.platform)
    if message is None:
        return Delivered("")  # nothing to show any more: its person was forgotten
    if platform is None:
        return Rejected(f"no {channel.platform} platform is running here", permanent=False)
    try:
        async with asyncio.timeout(_LONGEST_SEND.total_seconds()):
            result = await _send(game, platform, channel, row, message)
    except TimeoutError:
        result = Unknown("no answer in time")
    game.meter.post_tried(platform.name, row.task, type(result).__name__.lower())
    return result


async def record(game: Game, row: OutboxRow, result: SendResult, now: datetime, *, holder: str) -> None:
    """Keep what became of one attempt, unless the row went to another holder meanwhile."""
    async with game.store.write() as uow:
        await _record(uow, row, result, now, holder)
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


async def _record(uow: UnitOfWork, row: OutboxRow, result: SendResult, now: datetime, holder: str) -> None:
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
        await _question_refused(uow, row, result.reason, now)


async def _question_refused(uow: UnitOfWork, row: OutboxRow, reason: str, now: datetime) -> None:
    """The question was never seen: it is not used up, the schedule waits for a lead, and the lead is told."""
    if row.subject_id is not None:
        await uow.rounds.finish([row.subject_id], RoundStatus.FAILED, now=now)
    schedule = await uow.schedules.of_channel(row.channel_id)
    if schedule is None or schedule.paused is not None:
        return
    await uow.schedules.save(pause(schedule, reason))
    log.error("schedule_paused", schedule=schedule.id, reason=reason)
    if schedule.lead_id is not None:
        channel = await uow.teams.channel(row.channel_id)
        text = (
            f"The quiz in #{channel.name} is paused: {reason}. Mend that, then type "
            "/quiz-admin schedule resume in the channel."
        )
        parcel = Parcel(f"refused:{row.id}", Task.NOTICE, row.channel_id, schedule.lead_id, text=text)
        await uow.outbox.put(parcel, now=now)


def _wait(row: OutboxRow, result: Rejected | Unknown) -> timedelta:
    """Growing, with jitter so that many channels refused at once do not come back at once."""
    if isinstance(result, Rejected) and result.retry_after is not None:
        return timedelta(seconds=result.retry_after)
    seconds = min(_FIRST_WAIT * 2 ** max(row.attempts - 1, 0), _LONGEST_WAIT)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
