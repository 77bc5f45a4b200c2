"""A store in memory: what the store contract says, with nothing but dictionaries behind it."""

import asyncio
import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Self

from bot.chat.event import Place
from bot.grading.verdict import Verdict
from bot.quiz.period import Period
from bot.quiz.round import Round, RoundStatus
from bot.quiz.schedule import Plan, Schedule
from bot.quiz.scoring import points, ranks
from bot.quiz.submission import Submission
from bot.quiz.team import Channel, Player, Team
from bot.services import ports
from bot.services.ports import (
    Board,
    NotStored,
    Opening,
    OutboxRow,
    Parcel,
    Played,
    PointTally,
    RowStatus,
    Standing,
    StoredGrade,
    Task,
    TeamExport,
)

_POSTED = (RoundStatus.OPEN, RoundStatus.CLOSED)
_UNSENT = (RowStatus.WAITING, RowStatus.SENDING)


@dataclass
class _Work:
    """A submission with what happens to it."""

    submission: Submission
    available_at: datetime
    grades: list[StoredGrade] = field(default_factory=list)
    counted: bool = False


@dataclass
class _Lease:
    until: datetime | None = None
    holder: str | None = None


@dataclass
class _State:
    teams: dict[int, Team] = field(default_factory=dict)
    workspaces: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # -> (id, team id)
    channels: dict[int, Channel] = field(default_factory=dict)
    players: dict[int, Player] = field(default_factory=dict)
    schedules: dict[int, Schedule] = field(default_factory=dict)
    rounds: dict[int, Round] = field(default_factory=dict)
    work: dict[int, _Work] = field(default_factory=dict)
    hints: dict[tuple[int, str, int | None], int] = field(default_factory=dict)
    outbox: dict[int, OutboxRow] = field(default_factory=dict)
    leases: dict[int, _Lease] = field(default_factory=dict)
    put_at: dict[int, datetime] = field(default_factory=dict)
    inbox: dict[tuple[str, str], datetime] = field(default_factory=dict)
    memory: dict[str, str] = field(default_factory=dict)
    standings: dict[tuple[int, str, int], tuple[int, int]] = field(default_factory=dict)
    last_id: int = 0

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id


class MemoryStore:
    """One writer at a time; readers see what was committed when they began."""

    def __init__(self) -> None:
        self.state = _State()
        self.writing = asyncio.Lock()

    def write(self) -> "MemoryUnitOfWork":
        return MemoryUnitOfWork(self, writes=True)

    def read(self) -> "MemoryUnitOfWork":
        return MemoryUnitOfWork(self, writes=False)

    async def close(self) -> None:
        """Nothing to close."""


class MemoryUnitOfWork:
    """A copy of the state, which `commit` makes the state."""

    def __init__(self, store: MemoryStore, *, writes: bool) -> None:
        self._store = store
        self._writes = writes
        self._state = _State()
        self._bind()

    def _bind(self) -> None:
        state = self._state
        self.teams: ports.Teams = _Teams(state)
        self.players: ports.Players = _Players(state)
        self.schedules: ports.Schedules = _Schedules(state)
        self.rounds: ports.Rounds = _Rounds(state)
        self.submissions: ports.Submissions = _Submissions(state)
        self.grades: ports.Grades = _Grades(state)
        self.hints: ports.Hints = _Hints(state)
        self.outbox: ports.Outbox = _Outbox(state)
        self.inbox: ports.Inbox = _Inbox(state)
        self.memory: ports.Memory = _Memory(state)
        self.views: ports.Views = _Views(state)

    async def __aenter__(self) -> Self:
        if self._writes:
            await self._store.writing.acquire()
        self._state = copy.deepcopy(self._store.state)
        self._bind()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writes:
            self._store.writing.release()

    async def commit(self) -> None:
        self._store.state = copy.deepcopy(self._state)


class _Teams:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def channel_at(self, place: Place) -> Channel | None:
        wanted = (place.platform, place.workspace_id, place.channel_id)
        for channel in self._state.channels.values():
            if (channel.platform, channel.workspace_external_id, channel.external_id) == wanted:
                return channel
        return None

    async def register(self, place: Place, *, now: datetime) -> Channel:
        state = self._state
        key = (place.platform, place.workspace_id)
        if key not in state.workspaces:
            team = Team(state.new_id(), place.workspace_name)
            state.teams[team.id] = team
            state.workspaces[key] = (state.new_id(), team.id)
        workspace_id, team_id = state.workspaces[key]
        known = await self.channel_at(place)
        id_ = known.id if known else state.new_id()
        channel = Channel(
            id_, team_id, workspace_id, place.platform, place.workspace_id, place.channel_id, place.channel_name
        )
        state.channels[id_] = channel
        return channel

    async def channels(self, channel_ids: Sequence[int]) -> Mapping[int, Channel]:
        return {id_: self._state.channels[id_] for id_ in channel_ids if id_ in self._state.channels}

    async def channel(self, channel_id: int) -> Channel:
        if channel_id not in self._state.channels:
            raise NotStored("channel", channel_id)
        return self._state.channels[channel_id]

    async def team(self, team_id: int) -> Team:
        if team_id not in self._state.teams:
            raise NotStored("team", team_id)
        return self._state.teams[team_id]

    async def platforms(self) -> frozenset[str]:
        return frozenset(platform for platform, _ in self._state.workspaces)


class _Players:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def enrol(self, team_id: int, platform: str, external_id: str, name: str, *, now: datetime) -> Player:
        known = await self.find(team_id, platform, external_id)
        player = Player(known.id if known else self._state.new_id(), team_id, platform, external_id, name)
        self._state.players[player.id] = player
        return player

    async def find(self, team_id: int, platform: str, external_id: str) -> Player | None:
        wanted = (team_id, platform, external_id)
        for player in self._state.players.values():
            if (player.team_id, player.platform, player.external_id) == wanted:
                return player
        return None

    async def get(self, player_id: int) -> Player:
        if player_id not in self._state.players:
            raise NotStored("player", player_id)
        return self._state.players[player_id]

    async def named(self, team_id: int, name: str) -> Sequence[Player]:
        here = (player for player in self._state.players.values() if player.team_id == team_id)
        return [player for player in here if name in (player.name, player.external_id)]

    async def forget(self, player_id: int) -> None:
        player = await self.get(player_id)
        state = self._state
        for row in list(state.outbox.values()):
            channel = state.channels[row.channel_id]
            same = (channel.team_id, channel.platform) == (player.team_id, player.platform)
            if same and row.person_id == player.external_id:
                del state.outbox[row.id]
        state.work = {id_: work for id_, work in state.work.items() if work.submission.player_id != player_id}
        state.hints = {key: taken for key, taken in state.hints.items() if key[0] != player_id}
        state.standings = {key: kept for key, kept in state.standings.items() if key[2] != player_id}
        del state.players[player_id]


class _Schedules:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def add(
        self,
        channel_id: int,
        plan: Plan,
        *,
        seed: int,
        next_date: date,
        next_fire_at: datetime,
        lead_id: str | None = None,
    ) -> Schedule:
        schedule = Schedule(self._state.new_id(), channel_id, plan, seed, next_date, next_fire_at, lead_id=lead_id)
        self._state.schedules[schedule.id] = schedule
        return schedule

    async def of_channel(self, channel_id: int) -> Schedule | None:
        return next((s for s in self._state.schedules.values() if s.channel_id == channel_id), None)

    async def get(self, schedule_id: int) -> Schedule:
        if schedule_id not in self._state.schedules:
            raise NotStored("schedule", schedule_id)
        return self._state.schedules[schedule_id]

    async def save(self, *schedules: Schedule) -> None:
        for schedule in schedules:
            self._state.schedules[schedule.id] = replace(schedule, version=schedule.version + 1)

    async def claim_due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        due = [s for s in self._state.schedules.values() if s.paused is None and s.next_fire_at <= now]
        return sorted(due, key=lambda s: (s.next_fire_at, s.id))[:limit]

    async def next_fire_at(self) -> datetime | None:
        return min((s.next_fire_at for s in self._state.schedules.values() if s.paused is None), default=None)


class _Rounds:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def open(self, openings: Sequence[Opening]) -> Sequence[Round]:
        made = []
        for opening in openings:
            taken = {(r.schedule_id, r.scheduled_on) for r in self._state.rounds.values()}
            if opening.scheduled_on is not None and (opening.schedule_id, opening.scheduled_on) in taken:
                continue
            asked = Round(
                self._state.new_id(),
                opening.channel.team_id,
                opening.channel.id,
                opening.schedule_id,
                opening.scheduled_on,
                opening.day,
                opening.due_at,
                opening.opened_at,
                opening.closes_at,
                opening.status,
                opening.question_id,
            )
            self._state.rounds[asked.id] = asked
            made.append(asked)
        return made

    async def get(self, round_id: int) -> Round:
        if round_id not in self._state.rounds:
            raise NotStored("round", round_id)
        return self._state.rounds[round_id]

    def _of(self, channel_id: int, *statuses: RoundStatus) -> list[Round]:
        here = (r for r in self._state.rounds.values() if r.channel_id == channel_id and r.status in statuses)
        return sorted(here, key=lambda r: (r.opened_at, r.id))

    async def latest(self, channel_id: int, status: RoundStatus | None = None) -> Round | None:
        return next(reversed(self._of(channel_id, *([status] if status else RoundStatus))), None)

    async def open_in(self, *channel_ids: int) -> Sequence[Round]:
        found = [asked for channel_id in channel_ids for asked in self._of(channel_id, RoundStatus.OPEN)]
        return sorted(found, key=lambda r: (r.opened_at, r.id))

    async def claim_closing(self, now: datetime, limit: int) -> Sequence[Round]:
        due = [r for r in self._state.rounds.values() if r.status is RoundStatus.OPEN and r.closes_at <= now]
        return sorted(due, key=lambda r: (r.closes_at, r.id))[:limit]

    async def finish(self, round_ids: Sequence[int], status: RoundStatus, *, now: datetime) -> frozenset[int]:
        ended = {id_ for id_ in round_ids if self._state.rounds[id_].status is RoundStatus.OPEN}
        for id_ in ended:
            self._state.rounds[id_] = replace(self._state.rounds[id_], status=status, closed_at=now)
        return frozenset(ended)

    async def asked(self, channel_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        return {
            channel_id: [r.question_id for r in self._of(channel_id, *_POSTED) if r.question_id is not None]
            for channel_id in channel_ids
        }

    async def next_close_at(self) -> datetime | None:
        return min((r.closes_at for r in self._state.rounds.values() if r.status is RoundStatus.OPEN), default=None)

    async def by_post(self, channel_id: int, ref: str) -> Round | None:
        for row in self._state.outbox.values():
            if (row.channel_id, row.ref, row.task) == (channel_id, ref, Task.QUESTION) and row.subject_id is not None:
                return self._state.rounds.get(row.subject_id)
        return None

    async def answers(self, round_id: int) -> int:
        return sum(w.submission.ranked and w.submission.round_id == round_id for w in self._state.work.values())


class _Submissions:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def add(
        self,
        *,
        player_id: int,
        channel_id: int,
        round_id: int | None,
        question_id: str,
        answer: str,
        at: datetime,
        ranked: bool,
    ) -> Submission:
        first = ranked and round_id is not None and await self.ranked_of(round_id, player_id) is None
        made = Submission(self._state.new_id(), player_id, channel_id, round_id, question_id, answer, at, first)
        self._state.work[made.id] = _Work(made, at)
        return made

    async def get(self, submission_id: int) -> Submission | None:
        work = self._state.work.get(submission_id)
        return work.submission if work else None

    def _of(self, player_id: int) -> list[Submission]:
        mine = (w.submission for w in self._state.work.values() if w.submission.player_id == player_id)
        return sorted(mine, key=lambda s: (s.submitted_at, s.id), reverse=True)

    async def latest_of(self, player_id: int) -> Submission | None:
        return next(iter(self._of(player_id)), None)

    async def ranked_of(self, round_id: int, player_id: int) -> Submission | None:
        return next((s for s in self._of(player_id) if s.ranked and s.round_id == round_id), None)

    async def claim_pending(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Submission]:
        free = [w for w in self._state.work.values() if not w.grades and w.available_at <= now]
        held = sorted(free, key=lambda w: (w.available_at, w.submission.id))[:limit]
        for work in held:
            work.available_at = now + lease
        return [work.submission for work in held]

    async def put_off(self, submission_id: int, *, until: datetime) -> None:
        self._state.work[submission_id].available_at = until

    async def pending(self) -> int:
        return sum(not work.grades for work in self._state.work.values())


class _Grades:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def add(self, stored: StoredGrade) -> bool:
        work = self._state.work.get(stored.submission_id)
        made_from = (stored.grade.grader, stored.rubric)
        if work is None or made_from in {(kept.grade.grader, kept.rubric) for kept in work.grades}:
            return False
        before = points(work.grades[-1].grade) if work.counted else None
        work.grades.append(stored)
        if before is not None:
            self._count(work, points(stored.grade) - before, rounds=0)
        else:
            self._settle(work)
        return True

    async def current(self, submission_id: int) -> StoredGrade | None:
        work = self._state.work.get(submission_id)
        return work.grades[-1] if work and work.grades else None

    async def settle(self, round_ids: Sequence[int]) -> None:
        for work in self._state.work.values():
            if work.submission.round_id in round_ids:
                self._settle(work)

    def _settle(self, work: _Work) -> None:
        asked = self._state.rounds.get(work.submission.round_id or 0)
        closed = asked is not None and asked.status is RoundStatus.CLOSED
        if closed and work.submission.ranked and work.grades and not work.counted:
            work.counted = True
            self._count(work, points(work.grades[-1].grade), rounds=1)

    def _count(self, work: _Work, more: int, *, rounds: int) -> None:
        asked = self._state.rounds[work.submission.round_id or 0]
        player = self._state.players[work.submission.player_id]
        for period in Period:
            key = (player.team_id, period.key(asked.day), player.id)
            had = self._state.standings.get(key, (0, 0))
            self._state.standings[key] = (had[0] + more, had[1] + rounds)


class _Hints:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def take(self, player_id: int, question_id: str, round_id: int | None, *, of: int) -> int:
        key = (player_id, question_id, round_id)
        self._state.hints[key] = self._state.hints.get(key, 0) + 1
        return min(self._state.hints[key], of)


class _Outbox:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def put(self, *parcels: Parcel, now: datetime) -> None:
        for parcel in parcels:
            if any(row.key == parcel.key for row in self._state.outbox.values()):
                continue
            id_ = self._state.new_id()
            self._state.outbox[id_] = OutboxRow(
                id_,
                parcel.key,
                parcel.task,
                parcel.channel_id,
                parcel.person_id,
                parcel.subject_id,
                parcel.text,
                RowStatus.WAITING,
                0,
                False,
                now,
            )
            self._state.leases[id_] = _Lease()
            self._state.put_at[id_] = now

    async def prune(self, *, before: datetime, posts_before: datetime) -> int:
        old = [
            row.id
            for row in self._state.outbox.values()
            if row.status not in _UNSENT
            and self._state.put_at[row.id] < (posts_before if row.task is Task.QUESTION else before)
        ]
        for id_ in old:
            del self._state.outbox[id_]
        return len(old)

    async def claim(self, now: datetime, *, lease: timedelta, holder: str, limit: int) -> Sequence[OutboxRow]:
        heads: dict[str, OutboxRow] = {}
        for row in self._state.outbox.values():
            if row.status in _UNSENT:
                heads.setdefault(row.lane, row)
        free = [row for row in heads.values() if self._is_free(row, now)]
        taken = sorted(free, key=lambda row: (row.available_at, row.id))[:limit]
        for row in taken:
            self._state.outbox[row.id] = replace(
                row,
                uncertain=row.uncertain or row.status is RowStatus.SENDING,
                status=RowStatus.SENDING,
                attempts=row.attempts + 1,
            )
            self._state.leases[row.id] = _Lease(now + lease, holder)
        return [self._state.outbox[row.id] for row in taken]

    def _is_free(self, row: OutboxRow, now: datetime) -> bool:
        if row.status is RowStatus.WAITING:
            return row.available_at <= now
        until = self._state.leases[row.id].until
        return until is not None and until <= now

    async def sent(self, row_id: int, ref: str, *, holder: str) -> bool:
        return self._end(row_id, holder, status=RowStatus.SENT, ref=ref, error=None)

    async def put_back(self, row_id: int, *, until: datetime, error: str, uncertain: bool, holder: str) -> bool:
        return self._end(row_id, holder, status=RowStatus.WAITING, available_at=until, error=error, uncertain=uncertain)

    async def give_up(self, row_id: int, *, error: str, holder: str) -> bool:
        return self._end(row_id, holder, status=RowStatus.DEAD, error=error)

    def _end(self, row_id: int, holder: str, **values: object) -> bool:
        row = self._state.outbox.get(row_id)
        if row is None or row.status is not RowStatus.SENDING or self._state.leases[row_id].holder != holder:
            return False
        self._state.outbox[row_id] = replace(row, **values)  # type: ignore[arg-type]
        self._state.leases[row_id] = _Lease()
        return True

    async def dead(self, limit: int) -> Sequence[OutboxRow]:
        found = [row for row in self._state.outbox.values() if row.status is RowStatus.DEAD]
        return sorted(found, key=lambda row: -row.id)[:limit]

    async def depth(self) -> int:
        return sum(row.status in _UNSENT for row in self._state.outbox.values())

    async def next_at(self) -> datetime | None:
        waiting = (row.available_at for row in self._state.outbox.values() if row.status is RowStatus.WAITING)
        return min(waiting, default=None)


class _Inbox:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def first_time(self, platform: str, event_id: str, *, now: datetime) -> bool:
        fresh = (platform, event_id) not in self._state.inbox
        self._state.inbox.setdefault((platform, event_id), now)
        return fresh

    async def prune(self, *, before: datetime) -> int:
        old = [event for event, at in self._state.inbox.items() if at < before]
        for event in old:
            del self._state.inbox[event]
        return len(old)


class _Memory:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def get(self, name: str) -> str | None:
        return self._state.memory.get(name)

    async def set(self, name: str, value: str) -> None:
        self._state.memory[name] = value


class _Views:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def board(self, team_id: int, period: str, *, size: int, own: int | None) -> Board:
        rows = [
            (self._state.players[player_id], *kept)
            for (team, span, player_id), kept in self._state.standings.items()
            if (team, span) == (team_id, period)
        ]
        rows.sort(key=lambda row: (-row[1], row[0].name, row[0].id))
        places = ranks([row[1] for row in rows])
        everyone = [
            Standing(place, player.id, player.name, earned, count)
            for place, (player, earned, count) in zip(places, rows, strict=True)
        ]
        mine = next((standing for standing in everyone[size:] if standing.player_id == own), None)
        return Board(tuple(everyone[:size]), mine, len(everyone))

    def _works(self, player_id: int) -> list[_Work]:
        mine = (w for w in self._state.work.values() if w.submission.player_id == player_id)
        return sorted(mine, key=lambda w: (w.submission.submitted_at, w.submission.id))

    async def history(self, player_id: int, limit: int) -> Sequence[Played]:
        played = []
        for work in reversed(self._works(player_id)):
            given = work.submission
            asked = self._state.rounds.get(given.round_id or 0)
            day = asked.day if asked else given.submitted_at.date()
            earned = points(work.grades[-1].grade) if work.grades else None
            played.append(Played(given.id, given.question_id, day, given.submitted_at, given.ranked, earned))
        return played[:limit]

    async def point_tallies(self, player_id: int) -> Sequence[PointTally]:
        earned: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for work in self._works(player_id):
            for point in work.grades[-1].grade.points if work.grades else ():
                earned[work.submission.question_id, point.id].append(Verdict(point.verdict).credit)
        return [PointTally(*key, len(each), sum(each) / len(each)) for key, each in sorted(earned.items())]

    async def attendance(self, team_id: int, player_id: int) -> Sequence[tuple[Round, bool]]:
        answered = {w.submission.round_id for w in self._works(player_id) if w.submission.ranked}
        posted = [r for r in self._state.rounds.values() if r.team_id == team_id and r.status in _POSTED]
        return [(r, r.id in answered) for r in sorted(posted, key=lambda r: (r.opened_at, r.id))]

    async def round_scores(self, round_id: int) -> Sequence[tuple[str, int]]:
        scored = [
            (w.submission, points(w.grades[-1].grade))
            for w in self._state.work.values()
            if w.submission.round_id == round_id and w.submission.ranked and w.grades
        ]
        scored.sort(key=lambda pair: (-pair[1], pair[0].submitted_at, pair[0].player_id))
        return [(self._state.players[given.player_id].name, earned) for given, earned in scored]

    async def practised(self, player_id: int) -> frozenset[str]:
        return frozenset(w.submission.question_id for w in self._works(player_id))

    async def teams(self) -> Sequence[Team]:
        return [self._state.teams[id_] for id_ in sorted(self._state.teams)]

    async def export(self, team_id: int) -> TeamExport:
        raise NotImplementedError("the export is the databases' own")
