"""Open rounds: those that schedules make due, and those a lead posts by hand."""

from datetime import date, datetime, timedelta

import structlog

from bot.chat.event import Event
from bot.content.schema import Question
from bot.quiz.calendar import advance, judge_due, pause
from bot.quiz.round import Round, RoundStatus
from bot.quiz.schedule import Schedule
from bot.quiz.selection import NothingToAsk, choose
from bot.quiz.team import Channel
from bot.services.board import today
from bot.services.close import close_round
from bot.services.facts import NoQuizHere
from bot.services.game import Game
from bot.services.ports import Task, UnitOfWork

_BATCH = 100
_ON_TIME = timedelta(minutes=5)
_BY_HAND = timedelta(hours=8)  # how long a round stays open in a channel without a schedule

log = structlog.get_logger(__name__)


async def open_due(game: Game, now: datetime) -> int:
    """Open the rounds of every schedule that is due; how many. Any number of replicas may call it."""
    opened = 0
    while True:
        async with game.store.write() as uow:
            due = await uow.schedules.claim_due(now, _BATCH)
            for schedule in due:
                opened += await _serve(uow, game, schedule, now)
            await uow.commit()
        if len(due) < _BATCH:
            break
    if opened:
        game.work.set()
    return opened


async def post_now(game: Game, event: Event, question_id: str | None) -> Round:
    """`/quiz-admin post [question]`: a round outside the schedule.

    Raises `NoQuizHere`, `QuestionNotFound`, `NothingToAsk`.
    """
    async with game.store.write() as uow:
        channel = await uow.teams.channel_at(event.place)
        schedule = await uow.schedules.of_channel(channel.id) if channel else None
        if channel is None or schedule is None:
            raise NoQuizHere
        question = game.bank.get(question_id) if question_id else await _choose(uow, game, schedule)
        await _close_open(uow, channel.id, event.at)
        day = await today(uow, channel, event.at)
        asked = await uow.rounds.open(
            channel=channel,
            schedule_id=schedule.id,
            scheduled_on=None,
            day=day,
            due_at=event.at,
            opened_at=event.at,
            closes_at=event.at + (schedule.plan.open_for if schedule else _BY_HAND),
            question_id=question.id,
        )
        if asked is None:  # only a scheduled date can be taken already
            raise NoQuizHere
        await _announce(uow, asked, event.at)
        await uow.commit()
    game.work.set()
    return asked


async def _serve(uow: UnitOfWork, game: Game, schedule: Schedule, now: datetime) -> int:
    """Post or miss what is due of one schedule; 1 if a round was opened."""
    channel = await uow.teams.channel(schedule.channel_id)
    due = judge_due(schedule, now)
    for missed_on in due.missed:
        await _miss(uow, channel, schedule, missed_on, now)
    opened = 0
    if due.post is not None:
        try:
            question = await _choose(uow, game, schedule)
        except NothingToAsk:
            await _stop(uow, channel, schedule, now)
            return 0
        opened = await _open(uow, channel, schedule, question, due.post.local_date, due.post.due_at, now)
    await uow.schedules.save(advance(schedule, now))
    return opened


async def _choose(uow: UnitOfWork, game: Game, schedule: Schedule) -> Question:
    plan = schedule.plan
    asked = await uow.rounds.asked(schedule.channel_id)
    questions, opener = game.bank.of_packs(plan.packs), game.bank.opener(plan.packs)
    return choose(questions, asked, seed=schedule.seed, mix=plan.mix, opener=opener)


async def _open(
    uow: UnitOfWork,
    channel: Channel,
    schedule: Schedule,
    question: Question,
    local_date: date,
    due_at: datetime,
    now: datetime,
) -> int:
    start = due_at if now - due_at <= _ON_TIME else now
    await _close_open(uow, channel.id, now)
    asked = await uow.rounds.open(
        channel=channel,
        schedule_id=schedule.id,
        scheduled_on=local_date,
        day=local_date,
        due_at=due_at,
        opened_at=now,
        closes_at=start + schedule.plan.open_for,
        question_id=question.id,
    )
    if asked is None:
        return 0  # another replica, or an earlier plan of this schedule, had this date
    await _announce(uow, asked, now)
    return 1


async def _announce(uow: UnitOfWork, asked: Round, now: datetime) -> None:
    await uow.outbox.put(
        f"question:{asked.id}", Task.QUESTION, channel_id=asked.channel_id, subject_id=asked.id, now=now
    )
    log.info("round_opened", round=asked.id, question=asked.question_id, due_at=asked.due_at.isoformat())


async def _miss(uow: UnitOfWork, channel: Channel, schedule: Schedule, missed_on: date, now: datetime) -> None:
    missed = await uow.rounds.open(
        channel=channel,
        schedule_id=schedule.id,
        scheduled_on=missed_on,
        day=missed_on,
        due_at=now,
        opened_at=now,
        closes_at=now,
        question_id=None,
        status=RoundStatus.MISSED,
    )
    if missed is None:
        return
    text = (
        f"No question was posted on {missed_on:%a} {missed_on.day} {missed_on:%b}: the bot was not running at "
        f"{schedule.plan.local_time:%H:%M}. The schedule goes on; to post one now: /quiz-admin post"
    )
    await uow.outbox.put(f"missed:{missed.id}", Task.NOTICE, channel_id=channel.id, text=text, now=now)
    log.warning("round_missed", schedule=schedule.id, day=missed_on.isoformat())


async def _stop(uow: UnitOfWork, channel: Channel, schedule: Schedule, now: datetime) -> None:
    """Nothing to ask is a lead's to mend; the schedule waits for it instead of failing every tick."""
    await uow.schedules.save(pause(schedule, "no question fits its packs and mix"))
    text = (
        f"The quiz is paused: no question fits the packs {', '.join(schedule.plan.packs)} and the mix. "
        "Choose others with /quiz-admin schedule set, then /quiz-admin schedule resume."
    )
    key = f"stopped:{schedule.id}:{schedule.version}"
    await uow.outbox.put(key, Task.NOTICE, channel_id=channel.id, text=text, now=now)
    log.error("schedule_paused", schedule=schedule.id, reason="nothing_to_ask")


async def _close_open(uow: UnitOfWork, channel_id: int, now: datetime) -> None:
    """A channel has one open round at a time: a new one closes the one before."""
    for older in await uow.rounds.open_in(channel_id):
        await close_round(uow, older, now)
