"""What the use cases need from a store. `store` implements it; one contract test covers every implementation.

All instants are aware. Methods that take `now` never read a clock.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from bot.chat.event import Place
from bot.errors import QuizError
from bot.grading.verdict import Verdict
from bot.quiz.items import Judged
from bot.quiz.round import Round, RoundStatus
from bot.quiz.ruling import Ruling
from bot.quiz.schedule import Plan, Schedule
from bot.quiz.submission import Submission
from bot.quiz.team import Channel, Player, Team
from bot.services.records import (
    Board,
    GradedAnswer,
    Opening,
    OutboxRow,
    Parcel,
    Played,
    PointTally,
    Scope,
    StoredGrade,
    TeamExport,
)


class StoreUnavailable(QuizError):
    """The database cannot be reached, or its schema is not the one this version needs."""


class StoreUnreachable(StoreUnavailable):
    """The database server does not answer; it may later."""


@dataclass
class NotStored(QuizError):
    """No such row, or none any more."""

    what: str
    id: int | str


class Teams(Protocol):
    async def channel_at(self, place: Place) -> Channel | None:
        """The channel, if its workspace and channel are known."""
        ...

    async def register(self, place: Place, *, now: datetime) -> Channel:
        """The channel at `place`, with team and workspace made as needed; names are refreshed."""
        ...

    async def workspace(self, place: Place, *, now: datetime) -> int:
        """The workspace at `place`, with its team made as needed; its name is refreshed."""
        ...

    async def channels_in(self, platform: str, workspace_id: str) -> Sequence[Channel]:
        """The workspace's known channels, oldest first; `workspace_id` is the platform's own."""
        ...

    async def leave(self, platform: str, workspace_id: str, *, now: datetime) -> bool:
        """Note that the bot was removed; False if it is unknown or had left already."""
        ...

    async def come_back(self, platform: str, workspace_id: str) -> bool:
        """Note that the bot is there again; False if it had not left."""
        ...

    async def has_left(self, workspace_id: int) -> bool: ...

    async def present(self, platform: str) -> frozenset[str]:
        """Workspaces (the platform's own ids) that the bot has not left."""
        ...

    async def delete_left(self, *, before: datetime) -> int:
        """Delete workspaces left before, and teams that have none any more, with all that is theirs; how many."""
        ...

    async def channels(self, channel_ids: Sequence[int]) -> Mapping[int, Channel]:
        """By id; unknown ids are left out."""
        ...

    async def channel(self, channel_id: int) -> Channel: ...

    async def team(self, team_id: int) -> Team: ...

    async def platforms(self) -> frozenset[str]:
        """Names of the platforms that have workspaces here."""
        ...


class Players(Protocol):
    async def enrol(self, team_id: int, platform: str, external_id: str, name: str, *, now: datetime) -> Player:
        """The player, made as needed; the name is refreshed."""
        ...

    async def find(self, team_id: int, platform: str, external_id: str) -> Player | None: ...

    async def get(self, player_id: int) -> Player: ...

    async def named(self, team_id: int, name: str) -> Sequence[Player]:
        """Players of the team with that name or that external id."""
        ...

    async def forget(self, player_id: int) -> None:
        """Delete the player and all that is theirs, unsent feedback and being a lead too; others keep their scores."""
        ...


class Schedules(Protocol):
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
        """A channel has at most one schedule."""
        ...

    async def of_channel(self, channel_id: int) -> Schedule | None: ...

    async def to_change(self, channel_id: int) -> Schedule | None:
        """As `of_channel`, locked for this transaction, so that no tick comes between reading and saving."""
        ...

    async def get(self, schedule_id: int) -> Schedule: ...

    async def in_workspace(self, platform: str, workspace_id: str) -> Sequence[Schedule]:
        """Schedules of the workspace's channels, locked to be changed; `workspace_id` is the platform's own."""
        ...

    async def save(self, *schedules: Schedule) -> None:
        """Write all fields and count `version` up."""
        ...

    async def claim_due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Unpaused schedules with next_fire_at <= now, oldest first, locked for this transaction."""
        ...

    async def next_fire_at(self) -> datetime | None:
        """The earliest of all unpaused schedules."""
        ...


class Rounds(Protocol):
    async def open(self, openings: Sequence[Opening]) -> Sequence[Round]:
        """The rounds made; none for a schedule that has one on that `scheduled_on` already."""
        ...

    async def get(self, round_id: int) -> Round: ...

    async def latest(self, channel_id: int, status: RoundStatus | None = None) -> Round | None:
        """The newest round of the channel (by opened_at, then id), of that status if given."""
        ...

    async def open_in(self, *channel_ids: int) -> Sequence[Round]:
        """Open rounds of these channels, oldest first."""
        ...

    async def claim_closing(self, now: datetime, limit: int) -> Sequence[Round]:
        """Open rounds with closes_at <= now, oldest first, locked for this transaction."""
        ...

    async def finish(self, round_ids: Sequence[int], status: RoundStatus, *, now: datetime) -> frozenset[int]:
        """Move open rounds to their end; the ids of those that were open."""
        ...

    async def asked(self, channel_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """By channel: question ids of its open and closed rounds, oldest first."""
        ...

    async def next_close_at(self) -> datetime | None: ...

    async def by_post(self, channel_id: int, ref: str) -> Round | None:
        """The round whose question post has this reference."""
        ...

    async def answers(self, round_id: int) -> int:
        """How many people have a ranked submission that was not withdrawn."""
        ...


class Submissions(Protocol):
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
        """Store it, pending. `ranked` is kept only for the first of (round, player)."""
        ...

    async def get(self, submission_id: int) -> Submission | None:
        """None once its player was forgotten or it was withdrawn."""
        ...

    async def latest_of(self, player_id: int) -> Submission | None:
        """The newest one that was not withdrawn."""
        ...

    async def ranked_of(self, round_id: int, player_id: int) -> Submission | None:
        """Also a withdrawn one: its place stays taken."""
        ...

    async def in_message(self, channel_id: int, message_ref: str) -> Submission | None:
        """The newest one that this chat message held and that was not withdrawn."""
        ...

    async def reword(self, submission_id: int, answer: str) -> bool:
        """Change the text; False if it is graded (or being graded) already."""
        ...

    async def withdraw(self, submission_id: int) -> None:
        """Erase text, ticket, grades and rulings; it counts no more, but is still the ranked one of its round.

        Only before its round is closed: points in the standings stay.
        """
        ...

    async def claim_pending(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Submission]:
        """Pending submissions that nobody holds, oldest first; held until now + lease."""
        ...

    async def put_off(self, submission_id: int, *, until: datetime) -> None:
        """Grading failed: still pending, not tried again before `until`."""
        ...

    async def pending(self) -> int: ...


class Grades(Protocol):
    async def add(self, stored: StoredGrade, *, earned: int | None = None) -> bool:
        """Keep it and make it the submission's current grade. `earned`: its points with rulings laid over it.

        False (and nothing changed) if the submission has this grade already or is gone.
        """
        ...

    async def renew(self, grades: Sequence[tuple[StoredGrade, int]]) -> frozenset[int]:
        """Make these grades, each with what it earned as in `add`, the current ones; a known one becomes it again.

        `hold` their submissions first. The ids of those that changed: neither gone nor up to date.
        """
        ...

    async def kept(self, submission_ids: Collection[int], grader: str) -> Sequence[StoredGrade]:
        """All grades of these submissions by that grader, current or not."""
        ...

    async def hold(self, submission_ids: Collection[int]) -> Sequence[GradedAnswer]:
        """The graded ones among them, by id. None of them is graded, ruled on or counted until this unit ends."""
        ...

    async def current(self, submission_id: int) -> StoredGrade | None: ...

    async def settle(self, round_ids: Sequence[int]) -> None:
        """Add to the standings every ranked grade of these closed rounds not yet counted."""
        ...


class Rulings(Protocol):
    async def add(self, ruling: Ruling, *, earned: int) -> None:
        """Keep it; the newest on a key point counts. `earned`: the submission's points with it, which it has now.

        `Grades.hold` the submission first: it must have a grade.
        """
        ...

    async def on(self, submission_id: int) -> Mapping[str, Verdict]: ...

    async def history(self, submission_id: int) -> Sequence[Ruling]:
        """Every ruling on it, oldest first."""
        ...

    async def unsure(
        self, team_id: int, question_ids: Collection[str], *, below: float, upto: int | None, limit: int
    ) -> Sequence[GradedAnswer]:
        """Ranked answers to these questions, in closed rounds of the team, newest first.

        Only those with a verdict that is less confident than `below` and that nobody ruled on. `upto`: with that
        submission id or a smaller one.
        """
        ...

    async def waiting(self, team_id: int, question_ids: Collection[str], *, below: float) -> int:
        """How many answers `unsure` would find without a limit."""
        ...


class Outdated(Protocol):
    """Graded answers that a regrade looks at; see `Scope`. Pending and withdrawn ones are never among them."""

    async def people(self, scope: Scope, *, after: int, limit: int) -> Sequence[Player]:
        """Who gave them, by id, with an id greater than `after`."""
        ...

    async def answers(self, scope: Scope, player_ids: Collection[int]) -> Sequence[GradedAnswer]:
        """Theirs, by player and then by id."""
        ...

    async def without_question(self, scope: Scope) -> Mapping[str, int]:
        """By question id, how many answers there are to questions of which `scope` has no rubric."""
        ...


class Hints(Protocol):
    async def take(self, player_id: int, question_id: str, round_id: int | None, *, of: int) -> int:
        """The number, 1 to `of`, of the next hint for this player and round (or practice).

        The last one repeats.
        """
        ...


class Outbox(Protocol):
    async def put(self, *parcels: Parcel, now: datetime) -> None:
        """Those whose key is there already are left out."""
        ...

    async def claim(
        self, now: datetime, *, lease: timedelta, holder: str, limit: int, platforms: Collection[str]
    ) -> Sequence[OutboxRow]:
        """Rows for `platforms` to send now; they become `sending` and `attempts` counts up.

        Only the first unsent row of each lane: if waiting and available, or sending with a lease that
        ran out (which comes back `uncertain`).
        """
        ...

    async def sent(self, row_id: int, ref: str, *, holder: str) -> bool:
        """False if the lease went to another holder meanwhile."""
        ...

    async def put_back(self, row_id: int, *, until: datetime, error: str, uncertain: bool, holder: str) -> bool: ...

    async def give_up(self, row_id: int, *, error: str, holder: str) -> bool: ...

    async def dead(self, limit: int) -> Sequence[OutboxRow]:
        """Rows given up, newest first; not those after which their like, or a question, got through."""
        ...

    async def ref_of(self, key: str) -> str | None:
        """The platform's reference of the message with this key, once sent."""
        ...

    async def depth(self) -> int:
        """Rows not yet sent."""
        ...

    async def prune(self, *, before: datetime, posts_before: datetime) -> int:
        """Delete what was sent or given up before these instants (question posts: the second); how many."""
        ...

    async def next_at(self) -> datetime | None:
        """When the earliest row may be claimed: the head of a lane, waiting or with a lease that ends."""
        ...


class Inbox(Protocol):
    async def first_time(self, platform: str, event_id: str, *, now: datetime) -> bool:
        """Record the event; False if it was recorded before."""
        ...

    async def prune(self, *, before: datetime) -> int:
        """Forget events received before; how many."""
        ...


class Memory(Protocol):
    """Small facts that outlive a restart, by name."""

    async def get(self, name: str) -> str | None: ...

    async def set(self, name: str, value: str) -> None: ...

    async def take(self, name: str) -> str | None:
        """Get and forget: of several that take at once, one gets it."""
        ...


class Leads(Protocol):
    """People who may use `/quiz-admin` in a workspace by a lead's word, not by the platform's permissions."""

    async def add(self, workspace_id: int, external_id: str, name: str) -> None:
        """Again: only the name is refreshed."""
        ...

    async def remove(self, workspace_id: int, external_id: str) -> bool:
        """False if they were none."""
        ...

    async def named(self, place: Place, external_id: str) -> bool: ...

    async def all(self, place: Place) -> Sequence[tuple[str, str]]:
        """External id and name of each, by name."""
        ...


class Installations(Protocol):
    """What platforms keep of each installation, as text that they encrypted, by platform and a key of their own."""

    async def get(self, platform: str, key: str) -> str | None: ...

    async def put(self, platform: str, key: str, sealed: str, *, now: datetime) -> None: ...

    async def delete(self, platform: str, key: str) -> None: ...

    async def keys(self, platform: str) -> Sequence[str]: ...


class Views(Protocol):
    """Reads that go round the model."""

    async def judged(self, question_ids: Collection[str]) -> Sequence[Judged]:
        """Every answer to these questions that has a grade, ranked or practice, oldest first, of all teams."""
        ...

    async def board(self, team_id: int, period: str, *, size: int, own: int | None) -> Board:
        """`period` is a key of `quiz.period`, such as `week:2026-W48` or `all`."""
        ...

    async def history(self, player_id: int, limit: int) -> Sequence[Played]:
        """Newest first."""
        ...

    async def point_tallies(self, player_id: int) -> Sequence[PointTally]: ...

    async def attendance(self, team_id: int, player_id: int) -> Sequence[tuple[Round, bool]]:
        """Open and closed rounds of the team, oldest first, with whether the player has a ranked answer."""
        ...

    async def round_scores(self, round_id: int) -> Sequence[tuple[str, int]]:
        """Name and points of each ranked, graded submission, best first."""
        ...

    async def practised(self, player_id: int) -> frozenset[str]:
        """Question ids this player has answered in any way."""
        ...

    async def teams(self) -> Sequence[Team]: ...

    async def export(self, team_id: int) -> TeamExport: ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it rolls back unless `commit` was called; never open one inside another."""

    teams: Teams
    players: Players
    schedules: Schedules
    rounds: Rounds
    submissions: Submissions
    grades: Grades
    rulings: Rulings
    outdated: Outdated
    hints: Hints
    outbox: Outbox
    inbox: Inbox
    memory: Memory
    leads: Leads
    installations: Installations
    views: Views

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None: ...


class Held(Protocol):
    """A lock that this process has."""

    @property
    def lost(self) -> asyncio.Event:
        """Set when the lock is no longer ours although we did not give it back: the connection was cut."""
        ...


class Store(Protocol):
    """Where units of work come from."""

    def lock(self, name: str) -> AbstractAsyncContextManager[Held]:
        """Entered by one process at a time, of all that use this database; others wait until it left or died."""
        ...

    def write(self) -> UnitOfWork:
        """A transaction that may write."""
        ...

    def read(self) -> UnitOfWork:
        """A transaction that only reads, free beside a writer."""
        ...
