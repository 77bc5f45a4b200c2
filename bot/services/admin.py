"""What leads do to a schedule."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.chat.event import Event
from bot.chat.platform import ChatPlatform, Finding, Target
from bot.content.schema import Question
from bot.quiz.calendar import Occurrence, next_occurrence, pause, replan, resume, skip, upcoming
from bot.quiz.phrases import is_zone, read_date, read_mix, read_span, read_time, read_weekdays, read_zone
from bot.quiz.schedule import WORKDAYS, Plan, Schedule
from bot.quiz.selection import preview
from bot.quiz.team import Channel
from bot.services.facts import AlreadyPaused, NoQuizHere, NotPaused, UnknownPack
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.records import OutboxRow
from bot.services.where import channel_to_lead

_SHOWN = 5
_SHORTEST_ROUND, _LONGEST_ROUND = timedelta(minutes=10), timedelta(days=7)
_LONGEST_DELAY = timedelta(hours=12)
_NOBODY = ("none", "nobody", "-")


@dataclass(frozen=True, slots=True)
class Outlook:
    """A schedule with its next occurrences; `titles` are the questions to come, where asked for."""

    channel: Channel
    schedule: Schedule
    coming: tuple[Occurrence, ...]
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """What `/quiz-admin doctor` looks at. `findings`: what the platform says of the channel."""

    outlook: Outlook
    pending: int
    waiting: int
    dead: tuple[OutboxRow, ...]
    findings: tuple[Finding, ...] = ()


def default_plan(game: Game, tz: str | None = None) -> Plan:
    """Working days at nine (in the zone of whoever sets it up, else UTC), the packs for everybody, open for 8 hours."""
    return Plan(time(9), WORKDAYS, tz or "UTC", game.bank.default_packs, timedelta(hours=8))


async def setup(game: Game, event: Event, options: Mapping[str, str]) -> Outlook:
    """`/quiz-admin setup`: make the channel a quiz channel, or change its plan.

    Raises `Unreadable`, `UnknownPack`, `NothingToAsk`.
    """
    async with game.store.write() as uow:
        channel = await uow.teams.register(event.place, now=event.at)
        schedule = await uow.schedules.to_change(channel.id)
        if schedule is None:
            plan = plan_from(game, options, default_plan(game, event.person.tz))
            schedule = await add_schedule(uow, channel, plan, event.at, lead_id=event.person.external_id)
        else:
            schedule = _led_by(event, replan(schedule, plan_from(game, options, schedule.plan), event.at))
            await uow.schedules.save(schedule)
        asked = (await uow.rounds.asked([channel.id]))[channel.id]
        outlook = _with_titles(game, _outlook(channel, schedule, event.at), asked)
        await uow.commit()
    return outlook


async def plan_here(game: Game, event: Event) -> Plan:
    """What a form for the channel begins with: its plan, or the one a new channel gets."""
    async with game.store.read() as uow:
        channel = await uow.teams.channel_at(event.place)
        schedule = await uow.schedules.of_channel(channel.id) if channel else None
    return schedule.plan if schedule else default_plan(game, event.person.tz)


async def add_schedule(
    uow: UnitOfWork, channel: Channel, plan: Plan, now: datetime, *, lead_id: str | None = None
) -> Schedule:
    """The channel's first schedule, from the next posting time after `now` on."""
    first = next_occurrence(now, plan.local_time, plan.weekdays, plan.tz)
    name = f"{channel.platform}/{channel.workspace_external_id}/{channel.external_id}"
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])
    return await uow.schedules.add(
        channel.id, plan, seed=seed >> 1, next_date=first.local_date, next_fire_at=first.due_at, lead_id=lead_id
    )


def _led_by(event: Event, schedule: Schedule) -> Schedule:
    """Who changed it last is told what needs a lead."""
    return replace(schedule, lead_id=event.person.external_id)


async def show(game: Game, event: Event, *, with_titles: bool = False) -> Outlook:
    """`/quiz-admin schedule show` and `preview`. Raises `NoQuizHere`."""
    async with game.store.read() as uow:
        channel, schedule = await _schedule(uow, event)
        outlook = _outlook(channel, schedule, event.at)
        if not with_titles:
            return outlook
        return _with_titles(game, outlook, (await uow.rounds.asked([channel.id]))[channel.id])


async def next_question(game: Game, event: Event) -> Question:
    """The question that comes next. Raises `NoQuizHere`, `NothingToAsk`."""
    async with game.store.read() as uow:
        channel, schedule = await _schedule(uow, event)
        asked = (await uow.rounds.asked([channel.id]))[channel.id]
    return _coming(game, schedule, asked, 1)[0]


async def change(game: Game, event: Event, options: Mapping[str, str]) -> Outlook:
    """`/quiz-admin schedule set …`. Raises `NoQuizHere`, `Unreadable`, `UnknownPack`."""
    async with game.store.write() as uow:
        channel, schedule = await _to_change(uow, event)
        changed = _led_by(event, replan(schedule, plan_from(game, options, schedule.plan), event.at))
        return await _keep(uow, channel, changed, event.at)


async def hold(game: Game, event: Event) -> Outlook:
    """`/quiz-admin schedule pause`. Raises `NoQuizHere`, `AlreadyPaused`."""
    async with game.store.write() as uow:
        channel, schedule = await _to_change(uow, event)
        if schedule.paused is not None:
            raise AlreadyPaused
        return await _keep(uow, channel, pause(schedule, "by a lead"), event.at)


async def go_on(game: Game, event: Event) -> Outlook:
    """`/quiz-admin schedule resume`. Raises `NoQuizHere`, `NotPaused`."""
    async with game.store.write() as uow:
        channel, schedule = await _to_change(uow, event)
        if schedule.paused is None:
            raise NotPaused
        return await _keep(uow, channel, resume(schedule, event.at), event.at)


async def leave_out(game: Game, event: Event, day: str | None) -> Outlook:
    """`/quiz-admin schedule skip [date]`. Raises `NoQuizHere`, `NotAPostingDay`, `Unreadable`."""
    async with game.store.write() as uow:
        channel, schedule = await _to_change(uow, event)
        today = event.at.astimezone(ZoneInfo(schedule.plan.tz)).date()
        chosen: date | None = read_date(day, today) if day else None
        return await _keep(uow, channel, skip(schedule, chosen, event.at), event.at)


async def examine(game: Game, event: Event, platform: ChatPlatform | None) -> Health:
    """`/quiz-admin doctor`. Raises `NoQuizHere`."""
    async with game.store.read() as uow:
        channel, schedule = await _schedule(uow, event)
        dead = tuple(row for row in await uow.outbox.dead(100) if row.channel_id == channel.id)
        health = Health(
            _outlook(channel, schedule, event.at),
            await uow.submissions.pending(),
            await uow.outbox.depth(),
            dead,
        )
    return replace(health, findings=await look_at(platform, channel))


async def look_at(platform: ChatPlatform | None, channel: Channel) -> tuple[Finding, ...]:
    """What the platform says of the channel; nothing where it is not connected here."""
    if platform is None:
        return ()
    return tuple(await platform.examine(Target(channel.workspace_external_id, channel.external_id)))


def plan_from(game: Game, options: Mapping[str, str], base: Plan) -> Plan:
    """`base` with what the lead typed. Raises `Unreadable`, `UnknownPack`."""
    plan, options = base, _with_city(game, options)
    if text := options.get("time"):
        plan = replace(plan, local_time=read_time(text))
    if text := options.get("days"):
        plan = replace(plan, weekdays=read_weekdays(text))
    if text := options.get("zone"):
        plan = replace(plan, tz=read_zone(text))
    if text := options.get("packs"):
        plan = replace(plan, packs=_packs(game, text))
    if text := options.get("open"):
        plan = replace(plan, open_for=read_span(text, at_least=_SHORTEST_ROUND, at_most=_LONGEST_ROUND))
    if text := options.get("late"):
        plan = replace(plan, late_after=read_span(text, at_least=timedelta(minutes=1), at_most=_LONGEST_DELAY))
    if text := options.get("mix"):
        plan = replace(plan, mix=read_mix(text))
    if text := options.get("ping"):
        plan = replace(plan, ping=None if text.lower() in _NOBODY else text)
    return plan


def _with_city(game: Game, options: Mapping[str, str]) -> Mapping[str, str]:
    """A lone word is read as a pack; one that is no pack but a city is meant as the time zone."""
    names = options.get("packs", "").split(",")
    if "zone" in options or not names[-1]:
        return options
    for name in names:
        if name not in game.bank.packs and name != "all" and is_zone(name):
            packs = ",".join(other for other in names if other != name)
            return {**options, "zone": name, "packs": packs}
    return options


def _packs(game: Game, text: str) -> tuple[str, ...]:
    names = [name for name in text.lower().replace(",", " ").split() if name]
    if names == ["all"]:
        return tuple(sorted(game.bank.packs))
    for name in names:
        if name not in game.bank.packs:
            raise UnknownPack(name, tuple(sorted(game.bank.packs)))
    return tuple(dict.fromkeys(names))


async def _schedule(uow: UnitOfWork, event: Event) -> tuple[Channel, Schedule]:
    channel = await channel_to_lead(uow, event.place)
    schedule = await uow.schedules.of_channel(channel.id)
    if schedule is None:
        raise NoQuizHere
    return channel, schedule


async def _to_change(uow: UnitOfWork, event: Event) -> tuple[Channel, Schedule]:
    channel = await channel_to_lead(uow, event.place)
    schedule = await uow.schedules.to_change(channel.id)
    if schedule is None:
        raise NoQuizHere
    return channel, schedule


async def _keep(uow: UnitOfWork, channel: Channel, schedule: Schedule, now: datetime) -> Outlook:
    await uow.schedules.save(schedule)
    await uow.commit()
    return _outlook(channel, schedule, now)


def _with_titles(game: Game, outlook: Outlook, asked: Sequence[str]) -> Outlook:
    questions = _coming(game, outlook.schedule, asked, _SHOWN)
    return replace(outlook, titles=tuple(question.title for question in questions))


def _coming(game: Game, schedule: Schedule, asked: Sequence[str], count: int) -> list[Question]:
    plan = schedule.plan
    return preview(
        game.bank.of_packs(plan.packs),
        asked,
        seed=schedule.seed,
        mix=plan.mix,
        count=count,
        opener=game.bank.opener(plan.packs),
    )


def _outlook(channel: Channel, schedule: Schedule, now: datetime) -> Outlook:
    return Outlook(channel, schedule, tuple(upcoming(schedule, now, _SHOWN)))
