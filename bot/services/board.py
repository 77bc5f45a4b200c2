"""Leaderboards and one person's own record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.chat.event import Event
from bot.quiz.period import Period
from bot.quiz.streaks import Streak, streak
from bot.quiz.team import Channel
from bot.services.facts import UnknownPeriod
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.records import Board, Played, PointTally
from bot.services.where import channel_here, whereabouts

_PAGE = 10
_HISTORY = 5
_ENDS = 3


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """A page of a team's board. `open_rounds`: rounds whose points do not count yet."""

    team: str
    period: Period
    board: Board
    own_id: int | None
    open_rounds: int


@dataclass(frozen=True, slots=True)
class PointRecord:
    """One key point of a person's record: its claim and the mean credit earned, 0.0 to 1.0."""

    claim: str
    question: str
    answers: int
    credit: float


@dataclass(frozen=True, slots=True)
class Record:
    """What `/quiz me` shows."""

    name: str
    streak: Streak
    boards: tuple[tuple[Period, Board], ...]
    history: tuple[tuple[str, Played], ...]
    strongest: tuple[PointRecord, ...]
    weakest: tuple[PointRecord, ...]


async def leaderboard(game: Game, event: Event, period: str | None) -> Leaderboard:
    """`/quiz leaderboard [week|month|season|all]`. Raises `NoQuizHere`, `UnknownPeriod`."""
    span = _period(period)
    async with game.store.read() as uow:
        channel = await channel_here(uow, event.place)
        player = await uow.players.find(channel.team_id, channel.platform, event.person.external_id)
        own = player.id if player else None
        day = await today(uow, channel, event.at)
        return Leaderboard(
            (await uow.teams.team(channel.team_id)).name,
            span,
            await uow.views.board(channel.team_id, span.key(day), size=_PAGE, own=own),
            own,
            len(await uow.rounds.open_in(channel.id)),
        )


async def record(game: Game, event: Event) -> Record:
    """`/quiz me`. Raises `NoQuizHere`."""
    async with game.store.write() as uow:
        channel, player = await whereabouts(uow, event)
        day = await today(uow, channel, event.at)
        await uow.commit()
    async with game.store.read() as uow:
        boards = tuple(
            [
                (span, await uow.views.board(player.team_id, span.key(day), size=0, own=player.id))
                for span in (Period.WEEK, Period.ALL)
            ]
        )
        history = await uow.views.history(player.id, _HISTORY)
        tallies = await uow.views.point_tallies(player.id)
        attended = await uow.views.attendance(player.team_id, player.id)
    points = _point_records(game, tallies)
    weak = [point for point in reversed(points) if point.credit < 1]
    strong = [point for point in points if point.credit > 0]
    return Record(
        player.name,
        streak(attended),
        boards,
        tuple((_title(game, played.question_id), played) for played in history),
        tuple(strong[:_ENDS]),
        tuple([point for point in weak if point not in strong[:_ENDS]][:_ENDS]),
    )


async def today(uow: UnitOfWork, channel: Channel, now: datetime) -> date:
    """The board's local date: the date in the zone of the channel's schedule, else in UTC."""
    schedule = await uow.schedules.of_channel(channel.id)
    return now.astimezone(ZoneInfo(schedule.plan.tz if schedule else "UTC")).date()


def _period(name: str | None) -> Period:
    try:
        return Period((name or Period.WEEK).lower())
    except ValueError:
        raise UnknownPeriod(str(name)) from None


def _title(game: Game, question_id: str) -> str:
    question = game.bank.questions.get(question_id)
    return question.title if question else question_id


def _point_records(game: Game, tallies: Sequence[PointTally]) -> list[PointRecord]:
    """Best first; points of questions that left the bank are skipped."""
    records = []
    for tally in tallies:
        question = game.bank.questions.get(tally.question_id)
        claim = next((p.claim for p in question.key_points if p.id == tally.point_id), None) if question else None
        if question and claim:
            records.append(PointRecord(claim, question.title, tally.answers, tally.credit))
    return sorted(records, key=lambda point: (-point.credit, -point.answers, point.claim))
