"""Open rounds: those that schedules make due, and those a lead posts by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog

from bot.chat.event import Event
from bot.content.schema import Question
from bot.quiz.calendar import Occurrence, advance, judge_due, pause
from bot.quiz.round import Round, RoundStatus
from bot.quiz.schedule import Schedule
from bot.quiz.selection import NothingToAsk, choose
from bot.quiz.team import Channel
from bot.services.board import today
from bot.services.close import close_rounds
from bot.services.facts import NoQuizHere
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.records import Opening, Parcel, Task
from bot.services.tally import question_key
from bot.services.where import channel_to_lead

_BATCH = 250  # schedules of one transaction
_ON_TIME = timedelta(minutes=5)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Work:
    """What one batch of due schedules leads to."""

    openings: list[Opening] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    moved: list[Schedule] = field(default_factory=list)


async def open_due(game: Game, now: datetime) -> int:
    """Open the rounds of every schedule that is due; how many. Any number of replicas may call it."""
    opened = 0
    while True:
        async with game.store.write() as uow:
            due = await uow.schedules.claim_due(now, _BATCH)
            made = await _serve(uow, game, due, now) if due else []
            await uow.commit()
        _report(game, made, now)
        opened += sum(asked.status is RoundStatus.OPEN for asked in made)
        if len(due) < _BATCH:
            break
    if opened:
        game.work.ring()
    return opened


async def post_now(game: Game, event: Event, question_id: str | None) -> Round:
    """`/quiz-admin post [question]`: a round outside the schedule.

    Raises `NoQuizHere`, `QuestionNotFound`, `NothingToAsk`.
    """
    async with game.store.write() as uow:
        channel = await channel_to_lead(uow, event.place)
        schedule = await uow.schedules.of_channel(channel.id)
        if schedule is None:
            raise NoQuizHere
        asked_before = (await uow.rounds.asked([channel.id]))[channel.id]
        question = game.bank.get(question_id) if question_id else _choose(game, schedule, asked_before)
        await close_rounds(uow, await uow.rounds.open_in(channel.id), event.at)
        day = await today(uow, channel, event.at)
        closes_at = event.at + schedule.plan.open_for
        opening = Opening(channel, schedule.id, None, day, event.at, event.at, closes_at, question.id)
        (asked,) = await uow.rounds.open([opening])
        await uow.outbox.put(_question_parcel(asked), now=event.at)
        await uow.commit()
    _report(game, [asked], event.at)
    game.work.ring()
    return asked


async def _serve(uow: UnitOfWork, game: Game, due: Sequence[Schedule], now: datetime) -> Sequence[Round]:
    """Post or miss what is due of these schedules; the rounds made."""
    channel_ids = [schedule.channel_id for schedule in due]
    channels = await uow.teams.channels(channel_ids)
    asked_before = await uow.rounds.asked(channel_ids)
    work = _Work()
    for schedule in due:
        _decide(work, game, schedule, channels[schedule.channel_id], asked_before[schedule.channel_id], now)
    # A date that another replica, or an earlier plan of the schedule, has had already is not made again.
    made = await uow.rounds.open(work.openings)
    posting_in = [asked.channel_id for asked in made if asked.status is RoundStatus.OPEN]
    if posting_in:
        # A channel has one open round at a time: a new one closes the one before.
        new = {asked.id for asked in made}
        before = [asked for asked in await uow.rounds.open_in(*posting_in) if asked.id not in new]
        await close_rounds(uow, before, now)
    schedules = {schedule.id: schedule for schedule in due}
    await uow.outbox.put(*work.parcels, *(_parcel(asked, schedules) for asked in made), now=now)
    await uow.schedules.save(*work.moved)
    return made


def _decide(
    work: _Work, game: Game, schedule: Schedule, channel: Channel, asked_before: Sequence[str], now: datetime
) -> None:
    due = judge_due(schedule, now)
    work.openings += [_missed(channel, schedule, day, now) for day in due.missed]
    if due.post is not None:
        try:
            question = _choose(game, schedule, asked_before)
        except NothingToAsk:
            # A lead's to mend: the schedule waits instead of failing every tick.
            work.moved.append(pause(schedule, "no question fits its packs and mix"))
            work.parcels.append(_stopped(schedule))
            return
        work.openings.append(_opening(channel, schedule, question, due.post, now))
    work.moved.append(advance(schedule, now))


def _choose(game: Game, schedule: Schedule, asked_before: Sequence[str]) -> Question:
    plan = schedule.plan
    questions, opener = game.bank.of_packs(plan.packs), game.bank.opener(plan.packs)
    return choose(questions, asked_before, seed=schedule.seed, mix=plan.mix, opener=opener)


def _opening(channel: Channel, schedule: Schedule, question: Question, due: Occurrence, now: datetime) -> Opening:
    start = due.due_at if now - due.due_at <= _ON_TIME else now
    closes_at = start + schedule.plan.open_for
    day = due.local_date
    return Opening(channel, schedule.id, day, day, due.due_at, now, closes_at, question.id)


def _missed(channel: Channel, schedule: Schedule, day: date, now: datetime) -> Opening:
    return Opening(channel, schedule.id, day, day, now, now, now, None, RoundStatus.MISSED)


def _parcel(asked: Round, schedules: Mapping[int, Schedule]) -> Parcel:
    if asked.status is RoundStatus.OPEN:
        return _question_parcel(asked)
    schedule = schedules[asked.schedule_id or 0]
    text = (
        f"No question was posted on {asked.day:%a} {asked.day.day} {asked.day:%b}: the bot was not running at "
        f"{schedule.plan.local_time:%H:%M}. The schedule goes on; to post one now: /quiz-admin post"
    )
    return Parcel(f"missed:{asked.id}", Task.NOTICE, asked.channel_id, schedule.lead_id, text=text)


def _question_parcel(asked: Round) -> Parcel:
    return Parcel(question_key(asked.id), Task.QUESTION, asked.channel_id, subject_id=asked.id)


def _stopped(schedule: Schedule) -> Parcel:
    text = (
        f"The quiz is paused: no question fits the packs {', '.join(schedule.plan.packs)} and the mix. "
        "Choose others with /quiz-admin schedule set, then /quiz-admin schedule resume."
    )
    log.error("schedule_paused", schedule=schedule.id, reason="nothing_to_ask")
    key = f"stopped:{schedule.id}:{schedule.version}"
    return Parcel(key, Task.NOTICE, schedule.channel_id, schedule.lead_id, text=text)


def _report(game: Game, made: Sequence[Round], now: datetime) -> None:
    for asked in made:
        if asked.status is RoundStatus.OPEN:
            game.meter.round_opened(now - asked.due_at)
            log.info("round_opened", round=asked.id, question=asked.question_id, due_at=asked.due_at.isoformat())
        else:
            game.meter.round_missed()
            log.warning("round_missed", round=asked.id, schedule=asked.schedule_id, day=asked.day.isoformat())
