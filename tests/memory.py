"""A store in memory: what the store contract says, with nothing but dictionaries behind it."""

import asyncio
import copy
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Self

from bot.chat.event import Place
from bot.grading.verdict import Verdict
from bot.quiz.items import Judged
from bot.quiz.period import Period
from bot.quiz.round import Round, RoundStatus
from bot.quiz.ruling import Ruling, doubt
from bot.quiz.schedule import Plan, Schedule
from bot.quiz.scoring import points, ranks
from bot.quiz.submission import Submission
from bot.quiz.team import Channel, Player, Team
from bot.services import ports
from bot.services.ports import NotStored
from bot.services.records import (
    Board,
    GradedAnswer,
    Opening,
    OutboxRow,
    Parcel,
    Played,
    PointTally,
    RowStatus,
    Scope,
    Standing,
    StoredGrade,
    Task,
    TeamExport,
)
from bot.store.lock import LockHeld

_POSTED = (RoundStatus.OPEN, RoundStatus.CLOSED)
_UNSENT = (RowStatus.WAITING, RowStatus.SENDING)


@dataclass
class _Work:
    """A submission with what happens to it."""

    submission: Submission
    available_at: datetime
    grades: list[StoredGrade] = field(default_factory=list)  # the current one is the last
    points: int = 0
    rulings: list[Ruling] = field(default_factory=list)
    counted: bool = False
    claimed: bool = False
    withdrawn: bool = False


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
    left: dict[tuple[str, str], datetime] = field(default_factory=dict)
    leads: dict[tuple[int, str], str] = field(default_factory=dict)
    installations: dict[tuple[str, str], str] = field(default_factory=dict)
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
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def write(self) -> "MemoryUnitOfWork":
        return MemoryUnitOfWork(self, writes=True)

    def read(self) -> "MemoryUnitOfWork":
        return MemoryUnitOfWork(self, writes=False)

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[LockHeld]:
        async with self._locks[name]:
            yield LockHeld()

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
        self.rulings: ports.Rulings = _Rulings(state)
        self.outdated: ports.Outdated = _Outdated(state)
        self.hints: ports.Hints = _Hints(state)
        self.outbox: ports.Outbox = _Outbox(state)
        self.inbox: ports.Inbox = _Inbox(state)
        self.memory: ports.Memory = _Memory(state)
        self.leads: ports.Leads = _Leads(state)
        self.installations: ports.Installations = _Installations(state)
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

    async def workspace(self, place: Place, *, now: datetime) -> int:
        state = self._state
        key = (place.platform, place.workspace_id)
        if key not in state.workspaces:
            team = Team(state.new_id(), place.workspace_name)
            state.teams[team.id] = team
            state.workspaces[key] = (state.new_id(), team.id)
        return state.workspaces[key][0]

    async def channels_in(self, platform: str, workspace_id: str) -> Sequence[Channel]:
        wanted = (platform, workspace_id)
        here = (c for c in self._state.channels.values() if (c.platform, c.workspace_external_id) == wanted)
        return sorted(here, key=lambda channel: channel.id)

    async def leave(self, platform: str, workspace_id: str, *, now: datetime) -> bool:
        key = (platform, workspace_id)
        if key not in self._state.workspaces or key in self._state.left:
            return False
        self._state.left[key] = now
        return True

    async def come_back(self, platform: str, workspace_id: str) -> bool:
        return self._state.left.pop((platform, workspace_id), None) is not None

    async def has_left(self, workspace_id: int) -> bool:
        return any(self._state.workspaces[key][0] == workspace_id for key in self._state.left)

    async def present(self, platform: str) -> frozenset[str]:
        known = {key for key in self._state.workspaces if key[0] == platform}
        return frozenset(name for _, name in known - self._state.left.keys())

    async def delete_left(self, *, before: datetime) -> int:
        gone = [key for key, at in self._state.left.items() if at < before]
        for key in gone:
            del self._state.left[key]
            workspace_id, team_id = self._state.workspaces.pop(key)
            for channel in [c for c in self._state.channels.values() if c.workspace_id == workspace_id]:
                self._forget_channel(channel.id)
            if all(team != team_id for _, team in self._state.workspaces.values()):
                self._forget_team(team_id)
        return len(gone)

    def _forget_channel(self, channel_id: int) -> None:
        state = self._state
        del state.channels[channel_id]
        state.schedules = {i: s for i, s in state.schedules.items() if s.channel_id != channel_id}
        state.rounds = {i: r for i, r in state.rounds.items() if r.channel_id != channel_id}
        state.work = {i: w for i, w in state.work.items() if w.submission.channel_id != channel_id}
        state.outbox = {i: row for i, row in state.outbox.items() if row.channel_id != channel_id}

    def _forget_team(self, team_id: int) -> None:
        state = self._state
        del state.teams[team_id]
        state.players = {i: player for i, player in state.players.items() if player.team_id != team_id}
        state.standings = {key: kept for key, kept in state.standings.items() if key[0] != team_id}

    async def register(self, place: Place, *, now: datetime) -> Channel:
        state = self._state
        await self.workspace(place, now=now)
        workspace_id, team_id = state.workspaces[place.platform, place.workspace_id]
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
        ours = {c.workspace_id: c.id for c in state.channels.values() if c.team_id == player.team_id}
        state.leads = {
            key: name for key, name in state.leads.items() if key[1] != player.external_id or key[0] not in ours
        }
        for schedule in list(state.schedules.values()):
            same_team = state.channels[schedule.channel_id].team_id == player.team_id
            if same_team and schedule.lead_id == player.external_id:
                state.schedules[schedule.id] = replace(schedule, lead_id=None)
        for work in state.work.values():
            channel = state.channels[work.submission.channel_id]
            if (channel.team_id, channel.platform) == (player.team_id, player.platform):
                mine = [ruling.ruled_by == player.external_id for ruling in work.rulings]
                pairs = zip(work.rulings, mine, strict=True)
                work.rulings = [replace(ruling, ruled_by=None) if own else ruling for ruling, own in pairs]
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

    async def to_change(self, channel_id: int) -> Schedule | None:
        return await self.of_channel(channel_id)

    async def get(self, schedule_id: int) -> Schedule:
        if schedule_id not in self._state.schedules:
            raise NotStored("schedule", schedule_id)
        return self._state.schedules[schedule_id]

    async def in_workspace(self, platform: str, workspace_id: str) -> Sequence[Schedule]:
        here = {c.id for c in await _Teams(self._state).channels_in(platform, workspace_id)}
        return sorted((s for s in self._state.schedules.values() if s.channel_id in here), key=lambda s: s.id)

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
        return sum(
            w.submission.ranked and w.submission.round_id == round_id and not w.withdrawn
            for w in self._state.work.values()
        )


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
        ticket: str | None = None,
        message_ref: str | None = None,
    ) -> Submission:
        first = ranked and round_id is not None and await self.ranked_of(round_id, player_id) is None
        id_ = self._state.new_id()
        made = Submission(id_, player_id, channel_id, round_id, question_id, answer, at, first, ticket, message_ref)
        self._state.work[made.id] = _Work(made, at)
        return made

    async def get(self, submission_id: int) -> Submission | None:
        work = self._state.work.get(submission_id)
        return work.submission if work and not work.withdrawn else None

    def _of(self, player_id: int) -> list[Submission]:
        mine = (w.submission for w in self._state.work.values() if w.submission.player_id == player_id)
        return sorted(mine, key=lambda s: (s.submitted_at, s.id), reverse=True)

    def _is_withdrawn(self, submission: Submission) -> bool:
        return self._state.work[submission.id].withdrawn

    async def latest_of(self, player_id: int) -> Submission | None:
        return next((s for s in self._of(player_id) if not self._is_withdrawn(s)), None)

    async def in_message(self, channel_id: int, message_ref: str) -> Submission | None:
        given = sorted(self._state.work.values(), key=lambda w: -w.submission.id)
        wanted = (channel_id, message_ref, False)
        return next(
            (w.submission for w in given if (w.submission.channel_id, w.submission.message_ref, w.withdrawn) == wanted),
            None,
        )

    async def reword(self, submission_id: int, answer: str) -> bool:
        work = self._state.work[submission_id]
        if work.grades or work.claimed or work.withdrawn:
            return False
        work.submission = replace(work.submission, answer=answer)
        return True

    async def withdraw(self, submission_id: int) -> None:
        work = self._state.work[submission_id]
        work.submission = replace(work.submission, answer="", ticket=None)
        work.withdrawn, work.grades, work.rulings = True, [], []

    async def ranked_of(self, round_id: int, player_id: int) -> Submission | None:
        return next((s for s in self._of(player_id) if s.ranked and s.round_id == round_id), None)

    async def claim_pending(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Submission]:
        free = [w for w in self._state.work.values() if self._waits(w) and w.available_at <= now]
        held = sorted(free, key=lambda w: (w.available_at, w.submission.id))[:limit]
        for work in held:
            work.available_at, work.claimed = now + lease, True
        return [work.submission for work in held]

    async def put_off(self, submission_id: int, *, until: datetime) -> None:
        self._state.work[submission_id].available_at = until

    async def pending(self) -> int:
        return sum(self._waits(work) for work in self._state.work.values())

    def _waits(self, work: _Work) -> bool:
        return not work.grades and not work.withdrawn


class _Grades:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def hold(self, submission_ids: Collection[int]) -> Sequence[GradedAnswer]:
        found = (self._state.work.get(id_) for id_ in sorted(submission_ids))
        return [_graded(self._state, work) for work in found if work and work.grades]

    async def add(self, stored: StoredGrade, *, earned: int | None = None) -> bool:
        work = self._state.work.get(stored.submission_id)
        if work is None or work.withdrawn or _made_from(stored) in map(_made_from, work.grades):
            return False
        self._make_current(work, stored, points(stored.grade) if earned is None else earned)
        return True

    async def renew(self, grades: Sequence[tuple[StoredGrade, int]]) -> frozenset[int]:
        return frozenset([stored.submission_id for stored, earned in grades if self._renew(stored, earned)])

    def _renew(self, stored: StoredGrade, earned: int) -> bool:
        work = self._state.work.get(stored.submission_id)
        if work is None or work.withdrawn or (work.grades and _made_from(work.grades[-1]) == _made_from(stored)):
            return False
        known = [kept for kept in work.grades if _made_from(kept) == _made_from(stored)]
        work.grades = [kept for kept in work.grades if kept not in known]
        self._make_current(work, known[0] if known else stored, earned)
        return True

    async def kept(self, submission_ids: Collection[int], grader: str) -> Sequence[StoredGrade]:
        works = (self._state.work[id_] for id_ in submission_ids if id_ in self._state.work)
        return [kept for work in works for kept in work.grades if kept.grade.grader == grader]

    def _make_current(self, work: _Work, stored: StoredGrade, earned: int) -> None:
        work.grades.append(stored)
        work.submission = replace(work.submission, ticket=None)
        self._revalue(work, earned)

    def _revalue(self, work: _Work, earned: int) -> None:
        before, work.points = work.points, earned
        if work.counted:
            self._count(work, earned - before, rounds=0)
        else:
            self._settle(work)

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
            self._count(work, work.points, rounds=1)

    def _count(self, work: _Work, more: int, *, rounds: int) -> None:
        asked = self._state.rounds[work.submission.round_id or 0]
        player = self._state.players[work.submission.player_id]
        for period in Period:
            key = (player.team_id, period.key(asked.day), player.id)
            had = self._state.standings.get(key, (0, 0))
            self._state.standings[key] = (had[0] + more, had[1] + rounds)


def _made_from(stored: StoredGrade) -> tuple[str, str]:
    return stored.grade.grader, stored.rubric


def _newest(work: _Work) -> dict[str, Verdict]:
    return {ruling.point_id: ruling.verdict for ruling in work.rulings}


def _graded(state: _State, work: _Work) -> GradedAnswer:
    asked = state.rounds.get(work.submission.round_id or 0)
    day = asked.day if asked else None
    return GradedAnswer(work.submission, work.grades[-1], _newest(work), work.points, work.counted, day)


class _Rulings:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def add(self, ruling: Ruling, *, earned: int) -> None:
        work = self._state.work[ruling.submission_id]
        work.rulings.append(ruling)
        _Grades(self._state)._revalue(work, earned)

    async def on(self, submission_id: int) -> Mapping[str, Verdict]:
        work = self._state.work.get(submission_id)
        return _newest(work) if work else {}

    async def history(self, submission_id: int) -> Sequence[Ruling]:
        work = self._state.work.get(submission_id)
        return list(work.rulings) if work else []

    async def unsure(
        self, team_id: int, question_ids: Collection[str], *, below: float, upto: int | None, limit: int
    ) -> Sequence[GradedAnswer]:
        found = [
            answer
            for work in self._state.work.values()
            if work.grades and (answer := _graded(self._state, work)) and self._waits(answer, team_id, below)
        ]
        asked = [a for a in found if a.submission.question_id in question_ids]
        asked = [a for a in asked if upto is None or a.submission.id <= upto]
        return sorted(asked, key=lambda a: -a.submission.id)[:limit]

    async def waiting(self, team_id: int, question_ids: Collection[str], *, below: float) -> int:
        return len(await self.unsure(team_id, question_ids, below=below, upto=None, limit=1_000_000))

    def _waits(self, answer: GradedAnswer, team_id: int, below: float) -> bool:
        given = answer.submission
        asked = self._state.rounds.get(given.round_id or 0)
        least = doubt(answer.stored.grade, answer.rulings)
        ours = self._state.players[given.player_id].team_id == team_id
        closed = asked is not None and asked.status is RoundStatus.CLOSED
        return ours and closed and given.ranked and least is not None and least < below


class _Outdated:
    def __init__(self, state: _State) -> None:
        self._state = state

    def _graded(self, scope: Scope) -> list[GradedAnswer]:
        found = [_graded(self._state, work) for work in self._state.work.values() if work.grades]
        found = [a for a in found if scope.team_id in (None, self._state.players[a.submission.player_id].team_id)]
        return [a for a in found if scope.since is None or a.submission.submitted_at >= scope.since]

    def _outdated(self, scope: Scope) -> list[GradedAnswer]:
        found = [answer for answer in self._graded(scope) if answer.submission.question_id in scope.rubrics]
        todays = {answer.submission.id: scope.rubrics[answer.submission.question_id] for answer in found}
        return [
            answer
            for answer in found
            if scope.up_to_date_too or _made_from(answer.stored) != (scope.grader, todays[answer.submission.id])
        ]

    async def people(self, scope: Scope, *, after: int, limit: int) -> Sequence[Player]:
        ids = sorted({answer.submission.player_id for answer in self._outdated(scope)})
        return [self._state.players[id_] for id_ in ids if id_ > after][:limit]

    async def answers(self, scope: Scope, player_ids: Collection[int]) -> Sequence[GradedAnswer]:
        found = [answer for answer in self._outdated(scope) if answer.submission.player_id in player_ids]
        return sorted(found, key=lambda a: (a.submission.player_id, a.submission.id))

    async def without_question(self, scope: Scope) -> Mapping[str, int]:
        names = (answer.submission.question_id for answer in self._graded(scope))
        return dict(sorted(Counter(name for name in names if name not in scope.rubrics).items()))


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
                parcel.at or now,
                ticket=parcel.ticket,
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

    async def claim(
        self, now: datetime, *, lease: timedelta, holder: str, limit: int, platforms: Collection[str]
    ) -> Sequence[OutboxRow]:
        heads: dict[str, OutboxRow] = {}
        for row in self._state.outbox.values():
            if row.status in _UNSENT and self._state.channels[row.channel_id].platform in platforms:
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
        return self._end(row_id, holder, status=RowStatus.SENT, ref=ref, error=None, ticket=None)

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
        through: dict[tuple[str, Task], int] = {}
        for row in self._state.outbox.values():
            if row.status is RowStatus.SENT:
                through[row.lane, row.task] = row.id
        rows = (row for row in self._state.outbox.values() if row.status is RowStatus.DEAD)
        found = [
            row for row in rows if row.id > max(through.get((row.lane, task), 0) for task in (row.task, Task.QUESTION))
        ]
        return sorted(found, key=lambda row: -row.id)[:limit]

    async def ref_of(self, key: str) -> str | None:
        return next((row.ref for row in self._state.outbox.values() if row.key == key), None)

    async def depth(self) -> int:
        return sum(row.status in _UNSENT for row in self._state.outbox.values())

    async def next_at(self) -> datetime | None:
        heads: dict[str, OutboxRow] = {}
        for row in self._state.outbox.values():
            if row.status in _UNSENT:
                heads.setdefault(row.lane, row)
        return min(filter(None, map(self._free_at, heads.values())), default=None)

    def _free_at(self, row: OutboxRow) -> datetime | None:
        return row.available_at if row.status is RowStatus.WAITING else self._state.leases[row.id].until


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

    async def take(self, name: str) -> str | None:
        return self._state.memory.pop(name, None)


class _Leads:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def add(self, workspace_id: int, external_id: str, name: str) -> None:
        self._state.leads[workspace_id, external_id] = name

    async def remove(self, workspace_id: int, external_id: str) -> bool:
        return self._state.leads.pop((workspace_id, external_id), None) is not None

    async def named(self, place: Place, external_id: str) -> bool:
        return any(lead == external_id for lead, _ in await self.all(place))

    async def all(self, place: Place) -> Sequence[tuple[str, str]]:
        workspace_id, _ = self._state.workspaces.get((place.platform, place.workspace_id), (0, 0))
        here = [(lead, name) for (where, lead), name in self._state.leads.items() if where == workspace_id]
        return sorted(here, key=lambda lead: (lead[1], lead[0]))


class _Installations:
    def __init__(self, state: _State) -> None:
        self._state = state

    async def get(self, platform: str, key: str) -> str | None:
        return self._state.installations.get((platform, key))

    async def put(self, platform: str, key: str, sealed: str, *, now: datetime) -> None:
        self._state.installations[platform, key] = sealed

    async def delete(self, platform: str, key: str) -> None:
        self._state.installations.pop((platform, key), None)

    async def keys(self, platform: str) -> Sequence[str]:
        return sorted(key for name, key in self._state.installations if name == platform)


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
        for work in [w for w in reversed(self._works(player_id)) if not w.withdrawn]:
            given = work.submission
            asked = self._state.rounds.get(given.round_id or 0)
            day = asked.day if asked else given.submitted_at.date()
            earned = work.points if work.grades else None
            played.append(Played(given.id, given.question_id, day, given.submitted_at, given.ranked, earned))
        return played[:limit]

    async def point_tallies(self, player_id: int) -> Sequence[PointTally]:
        earned: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for work in self._works(player_id):
            for point in work.grades[-1].grade.points if work.grades else ():
                verdict = _newest(work).get(point.id, point.verdict)
                earned[work.submission.question_id, point.id].append(verdict.credit)
        return [PointTally(*key, len(each), sum(each) / len(each)) for key, each in sorted(earned.items())]

    async def judged(self, question_ids: Collection[str]) -> Sequence[Judged]:
        graded = [w for w in self._state.work.values() if w.grades and w.submission.question_id in question_ids]
        graded.sort(key=lambda w: (w.submission.submitted_at, w.submission.id))
        return [
            Judged(w.submission.question_id, {p.id: _newest(w).get(p.id, p.verdict) for p in w.grades[-1].grade.points})
            for w in graded
        ]

    async def attendance(self, team_id: int, player_id: int) -> Sequence[tuple[Round, bool]]:
        answered = {w.submission.round_id for w in self._works(player_id) if w.submission.ranked and not w.withdrawn}
        posted = [r for r in self._state.rounds.values() if r.team_id == team_id and r.status in _POSTED]
        return [(r, r.id in answered) for r in sorted(posted, key=lambda r: (r.opened_at, r.id))]

    async def round_scores(self, round_id: int) -> Sequence[tuple[str, int]]:
        scored = [
            (w.submission, w.points)
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
