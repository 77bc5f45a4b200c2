"""Carry outbox rows to their platforms. Claim with a lease, commit, send outside any transaction, record."""

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.chat.message import Message
from bot.chat.platform import ChatPlatform, Delivered, Rejected, SendResult, Target, Unknown
from bot.quiz.calendar import pause
from bot.quiz.round import RoundStatus
from bot.quiz.team import Channel
from bot.services.compose import compose
from bot.services.game import Game
from bot.services.ports import StoreUnavailable, UnitOfWork
from bot.services.records import OutboxRow, Parcel, Task
from bot.services.tally import question_key

LEASE = timedelta(minutes=1)
MOST_ATTEMPTS = 12
_MOST_EDITS = 3
_FIRST_WAIT = 2.0  # seconds; doubles with each attempt
_LONGEST_WAIT = 900.0  # seconds
_LONGEST_SEND = timedelta(seconds=25)
_BATCH = 32

log = structlog.get_logger(__name__)


async def deliver_due(
    game: Game, platforms: Mapping[str, ChatPlatform], now: datetime, *, holder: str, limit: int = _BATCH
) -> int:
    """Send what is due, one row of each lane side by side; how many rows were worked on."""
    rows = await claim(game, platforms, now, holder=holder, limit=limit)

    async def carry(row: OutboxRow) -> None:
        await record(game, row, await attempt(game, platforms, row), now, holder=holder)

    await asyncio.gather(*map(carry, rows))
    return len(rows)


async def claim(
    game: Game, platforms: Collection[str], now: datetime, *, holder: str, limit: int
) -> Sequence[OutboxRow]:
    """Rows for these platforms that are `holder`'s to send until now + `LEASE`."""
    async with game.store.write() as uow:
        rows = await uow.outbox.claim(now, lease=LEASE, holder=holder, limit=limit, platforms=platforms)
        await uow.commit()
    return rows


async def attempt(game: Game, platforms: Mapping[str, ChatPlatform], row: OutboxRow) -> SendResult:
    """Send one row, outside any transaction and for less than its lease. Raises only `StoreUnavailable`."""
    try:
        return await _attempt(game, platforms, row)
    except StoreUnavailable:
        raise
    except Exception as error:
        # Recorded as an attempt, or its lane would wait behind it for ever and nobody would know.
        log.exception("outbox_row_failed", **_named(row))
        return Rejected(f"the message could not be made ({type(error).__name__})", permanent=False)


async def _attempt(game: Game, platforms: Mapping[str, ChatPlatform], row: OutboxRow) -> SendResult:
    async with game.store.read() as uow:
        channel = await uow.teams.channel(row.channel_id)
        message = await compose(game, uow, row)
        post = await uow.outbox.ref_of(question_key(row.subject_id)) if row.task is Task.TALLY else None
        left = await uow.teams.has_left(channel.workspace_id)
    platform = platforms[channel.platform]
    if message is None or left:
        return Delivered("")  # nothing to show any more: its person was forgotten, or nobody is there
    try:
        async with asyncio.timeout(_LONGEST_SEND.total_seconds()):
            if row.task is Task.TALLY:
                result = await _update(platform, channel, post, message)
            else:
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
    log.info("outbox_row_tried", **_named(row), result=type(result).__name__, attempt=row.attempts)


def _named(row: OutboxRow) -> dict[str, object]:
    """What a log calls it: with its round or its submission."""
    subject = "submission" if row.task in (Task.FEEDBACK, Task.RULING) else "round"
    return {"row": row.id, "task": str(row.task)} | ({subject: row.subject_id} if row.subject_id is not None else {})


async def _send(game: Game, platform: ChatPlatform, channel: Channel, row: OutboxRow, message: Message) -> SendResult:
    if row.task is Task.FEEDBACK and row.subject_id is not None:
        reply = await game.replies.take(row.subject_id)
        if reply is not None and await reply.private(message):
            return Delivered("reply")
    target = Target(channel.workspace_external_id, channel.external_id, row.person_id, row.ticket)
    try:
        return await platform.send(target, message, row.key, uncertain=row.uncertain)
    except Exception as error:
        log.exception("platform_send_failed", row=row.id, platform=platform.name)
        return Unknown(type(error).__name__)


async def _update(platform: ChatPlatform, channel: Channel, post: str | None, message: Message) -> SendResult:
    """Edit a post. One that is not there yet will be made with the newest count."""
    if not post or not platform.capabilities.edits:
        return Delivered("")
    target = Target(channel.workspace_external_id, channel.external_id)
    try:
        return await platform.edit(target, post, replace(message, ping=None))
    except Exception as error:
        log.exception("platform_edit_failed", platform=platform.name)
        return Unknown(type(error).__name__)


async def _record(uow: UnitOfWork, row: OutboxRow, result: SendResult, now: datetime, holder: str) -> None:
    if isinstance(result, Delivered):
        await uow.outbox.sent(row.id, result.ref, holder=holder)
        return
    for_good = isinstance(result, Rejected) and result.permanent
    if row.task is Task.TALLY and (for_good or row.attempts >= _MOST_EDITS):
        # Nobody has to act on a post that was deleted or shows an old count.
        log.warning("post_not_updated", row=row.id, reason=result.reason)
        await uow.outbox.sent(row.id, "", holder=holder)
        return
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
    # Schedule first, then round: the order in which a tick locks them.
    await stand_still(uow, row.channel_id, reason, now, key=f"refused:{row.id}")
    if row.subject_id is not None:
        await uow.rounds.finish([row.subject_id], RoundStatus.FAILED, now=now)


async def stand_still(uow: UnitOfWork, channel_id: int, reason: str, now: datetime, *, key: str) -> None:
    """Pause the channel's schedule and tell its lead privately, once; it is never deleted."""
    schedule = await uow.schedules.to_change(channel_id)
    if schedule is None or schedule.paused is not None:
        return
    await uow.schedules.save(pause(schedule, reason))
    log.error("schedule_paused", schedule=schedule.id, reason=reason)
    if schedule.lead_id is not None:
        channel = await uow.teams.channel(channel_id)
        text = (
            f"The quiz in #{channel.name} is paused: {reason}. Mend that, then type "
            "/quiz-admin schedule resume in the channel."
        )
        await uow.outbox.put(Parcel(key, Task.NOTICE, channel_id, schedule.lead_id, text=text), now=now)


def _wait(row: OutboxRow, result: Rejected | Unknown) -> timedelta:
    """Growing, with jitter so that many channels refused at once do not come back at once."""
    if isinstance(result, Rejected) and result.retry_after is not None:
        return timedelta(seconds=result.retry_after)
    seconds = min(_FIRST_WAIT * 2 ** max(row.attempts - 1, 0), _LONGEST_WAIT)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
