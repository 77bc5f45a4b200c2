"""What goes into a store and comes out of it, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.grading.verdict import Grade
from bot.quiz.round import RoundStatus
from bot.quiz.ruling import Rulings
from bot.quiz.submission import Submission
from bot.quiz.team import Channel


class Task(StrEnum):
    """What an outbox row sends."""

    QUESTION = "question"  # subject: round id
    REVEAL = "reveal"  # subject: round id
    FEEDBACK = "feedback"  # subject: submission id, private to one person
    NOTICE = "notice"  # for the leads; text in `text`
    TALLY = "tally"  # subject: round id; brings its post up to date
    RULING = "ruling"  # subject: submission id, private to one person; `text`: its points before
    CORRECTION = "correction"  # private to one person; text in `text`


class RowStatus(StrEnum):
    """Where an outbox row is. `dead` rows were refused for good and stand in `doctor`."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message on its way. Rows of one `lane` (a channel, or a person in it) are sent in order of id.

    `uncertain`: an earlier attempt ended without an answer. `ref`: the platform's reference once sent.
    `ticket`: see `chat.platform.Target`; forgotten once sent.
    """

    id: int
    key: str
    task: Task
    channel_id: int
    person_id: str | None
    subject_id: int | None
    text: str | None
    status: RowStatus
    attempts: int
    uncertain: bool
    available_at: datetime
    ref: str | None = None
    error: str | None = None
    ticket: str | None = None

    @property
    def lane(self) -> str:
        return lane_of(self.task, self.channel_id, self.person_id)


def lane_of(task: Task, channel_id: int, person_id: str | None) -> str:
    """What waits for its time has a lane of its own, so that it holds up no message: edits of a post, rulings."""
    later = "#" if task in (Task.TALLY, Task.RULING) else ""
    return f"{channel_id}/{later}{person_id or ''}"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message to put into the outbox. `key` is its own for ever: a second one with it is not put.

    `at`: not to be sent before; None is at once.
    """

    key: str
    task: Task
    channel_id: int
    person_id: str | None = None
    subject_id: int | None = None
    text: str | None = None
    ticket: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A round to open, or to record as missed (then without a question). See `Round` for the fields."""

    channel: Channel
    schedule_id: int | None
    scheduled_on: date | None
    day: date
    due_at: datetime
    opened_at: datetime
    closes_at: datetime
    question_id: str | None
    status: RoundStatus = RoundStatus.OPEN


@dataclass(frozen=True, slots=True)
class StoredGrade:
    """A grade as kept, with what it was made from."""

    submission_id: int
    grade: Grade
    rubric: str
    graded_at: datetime


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """An answer with its current grade and the rulings that hold on it.

    `points`: as they stand, rulings laid over the grade. `counted`: in the standings. `day`: its round's local date,
    None for practice outside of a round.
    """

    submission: Submission
    stored: StoredGrade
    rulings: Rulings
    points: int
    counted: bool
    day: date | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Graded answers whose current grade is not of `grader` and of today's rubric.

    `rubrics`: today's rubric hash by question id; other questions are out of it. `since`: answered then or later
    (aware). `up_to_date_too`: also those whose current grade is of today.
    """

    grader: str
    rubrics: Mapping[str, str]
    team_id: int | None = None
    since: datetime | None = None
    up_to_date_too: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of a leaderboard. Ties share a rank: 1, 2, 2, 4."""

    rank: int
    player_id: int
    name: str
    points: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Board:
    """A page of standings, and the reader's own row when it is not on the page."""

    top: tuple[Standing, ...]
    own: Standing | None
    players: int


@dataclass(frozen=True, slots=True)
class Played:
    """A graded or pending answer in someone's history. `points` is None while pending."""

    submission_id: int
    question_id: str
    day: date
    submitted_at: datetime
    ranked: bool
    points: int | None


@dataclass(frozen=True, slots=True)
class PointTally:
    """How often one person's ranked and practice answers earned one key point; credit is 0.0 to 1.0."""

    question_id: str
    point_id: str
    answers: int
    credit: float


@dataclass(frozen=True, slots=True)
class TeamExport:
    """All of one team's data as rows of plain values, for CSV and JSON."""

    team: str
    rounds: Sequence[Mapping[str, object]]
    answers: Sequence[Mapping[str, object]]
    scores: Sequence[Mapping[str, object]]
