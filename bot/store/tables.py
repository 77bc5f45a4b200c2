"""The tables. Only here is a class a table; repositories map rows to the frozen dataclasses of the core.

Table models do not validate: what goes in was validated at the edges.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.types import UTCDateTime

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _instant(*, nullable: bool = False) -> Any:  # noqa: ANN401 - SQLModel's own return type
    return Field(default=None, sa_type=UTCDateTime, nullable=nullable)


def _parent(table: str, *, nullable: bool = False) -> Any:  # noqa: ANN401
    return Field(default=None, sa_column_args=[ForeignKey(f"{table}.id", ondelete="CASCADE")], nullable=nullable)


class TeamRow(SQLModel, table=True):
    __tablename__ = "team"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    created_at: datetime = _instant()


class WorkspaceRow(SQLModel, table=True):
    __tablename__ = "workspace"
    __table_args__ = (UniqueConstraint("platform", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = _parent("team")
    platform: str
    external_id: str
    name: str
    created_at: datetime = _instant()
    left_at: datetime | None = _instant(nullable=True)


class ChannelRow(SQLModel, table=True):
    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("workspace_id", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = _parent("workspace")
    external_id: str
    name: str


class PlayerRow(SQLModel, table=True):
    __tablename__ = "player"
    __table_args__ = (UniqueConstraint("team_id", "platform", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = _parent("team")
    platform: str
    external_id: str
    name: str
    created_at: datetime = _instant()


class ScheduleRow(SQLModel, table=True):
    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("channel_id"),
        Index(
            "ix_schedule_due",
            "next_fire_at",
            sqlite_where=text("paused IS NULL"),
            postgresql_where=text("paused IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    channel_id: int = _parent("channel")
    local_time: str  # HH:MM
    weekdays: str  # ISO numbers, such as 12345
    tz: str
    packs: list[str] = Field(sa_column=Column(JSON, nullable=False))
    mix: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    open_seconds: int
    late_seconds: int
    seed: int = Field(sa_column=Column(BigInteger, nullable=False))
    next_date: date
    next_fire_at: datetime = _instant()
    last_date: date | None = None
    skipped: list[str] = Field(sa_column=Column(JSON, nullable=False))
    paused: str | None = None
    version: int = 1
    lead_id: str | None = None
    ping: str | None = None


class RoundRow(SQLModel, table=True):
    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("schedule_id", "scheduled_on"),
        Index("ix_round_channel", "channel_id", "opened_at"),
        Index(
            "ix_round_closing",
            "closes_at",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_round_team", "team_id", "opened_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = _parent("team")
    channel_id: int = _parent("channel")
    schedule_id: int | None = _parent("schedule", nullable=True)
    scheduled_on: date | None = None
    day: date
    due_at: datetime = _instant()
    opened_at: datetime = _instant()
    closes_at: datetime = _instant()
    closed_at: datetime | None = _instant(nullable=True)
    status: str
    question_id: str | None = None


class SubmissionRow(SQLModel, table=True):
    __tablename__ = "submission"
    __table_args__ = (
        # The database, not a check before the insert, decides which answer was first.
        Index(
            "uq_submission_ranked",
            "round_id",
            "player_id",
            unique=True,
            sqlite_where=text("ranked"),
            postgresql_where=text("ranked"),
        ),
        Index(
            "ix_submission_pending",
            "available_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_submission_player", "player_id", "submitted_at"),
        Index("ix_submission_message", "channel_id", "message_ref"),
        Index("ix_submission_doubt", "doubt"),
    )
    id: int | None = Field(default=None, primary_key=True)
    player_id: int = _parent("player")
    channel_id: int = _parent("channel")
    round_id: int | None = _parent("round", nullable=True)
    question_id: str
    answer: str
    submitted_at: datetime = _instant()
    ranked: bool
    status: str = "pending"  # pending, graded, withdrawn
    available_at: datetime = _instant()
    attempts: int = 0
    grade_id: int | None = None  # the current grade
    points: int | None = None  # of the current grade, with rulings laid over it
    doubt: float | None = None  # the least confidence of its verdicts that nobody ruled on
    counted: bool = False  # in the standings already
    ticket: str | None = None
    message_ref: str | None = None


class GradeRow(SQLModel, table=True):
    __tablename__ = "grade"
    __table_args__ = (UniqueConstraint("submission_id", "grader", "rubric"),)
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = _parent("submission")
    grader: str
    rubric: str
    score: float
    verdicts: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    misconceptions: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    graded_at: datetime = _instant()


class RulingRow(SQLModel, table=True):
    """Never changed: of several on one key point, the newest counts."""

    __tablename__ = "ruling"
    __table_args__ = (Index("ix_ruling_submission", "submission_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = _parent("submission")
    point_id: str
    verdict: str
    ruled_by: str | None = None  # the lead's external id, until the lead is forgotten
    ruled_at: datetime = _instant()


class HintRow(SQLModel, table=True):
    __tablename__ = "hint"
    __table_args__ = (UniqueConstraint("player_id", "question_id", "round_key"),)
    id: int | None = Field(default=None, primary_key=True)
    player_id: int = _parent("player")
    question_id: str
    round_key: int  # the round's id, 0 for practice (a NULL would never be equal to itself)
    taken: int


class StandingRow(SQLModel, table=True):
    """Points of one person in one span, kept up to date so that a page costs the same for any history."""

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_page", "team_id", "period", "points"),)
    team_id: int = Field(sa_column_args=[ForeignKey("team.id", ondelete="CASCADE")], primary_key=True)
    period: str = Field(primary_key=True)
    player_id: int = Field(sa_column_args=[ForeignKey("player.id", ondelete="CASCADE")], primary_key=True, index=True)
    points: int
    rounds: int


class OutboxTable(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "ix_outbox_lane",
            "lane",
            "id",
            sqlite_where=text("status IN ('waiting', 'sending')"),
            postgresql_where=text("status IN ('waiting', 'sending')"),
        ),
        Index("ix_outbox_ref", "channel_id", "ref"),
        Index("ix_outbox_ended", "status", "created_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str
    task: str
    lane: str
    channel_id: int = _parent("channel")
    person_id: str | None = None
    subject_id: int | None = None
    text: str | None = None
    status: str = "waiting"
    attempts: int = 0
    uncertain: bool = False
    available_at: datetime = _instant()
    lease_until: datetime | None = _instant(nullable=True)
    lease_by: str | None = None
    ref: str | None = None
    error: str | None = None
    ticket: str | None = None
    created_at: datetime = _instant()


class InboxRow(SQLModel, table=True):
    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_received", "received_at"),)
    platform: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    received_at: datetime = _instant()


class MemoryRow(SQLModel, table=True):
    __tablename__ = "memory"
    name: str = Field(primary_key=True)
    value: str


class LeadRow(SQLModel, table=True):
    __tablename__ = "lead"
    workspace_id: int = Field(sa_column_args=[ForeignKey("workspace.id", ondelete="CASCADE")], primary_key=True)
    external_id: str = Field(primary_key=True)
    name: str


class InstallationRow(SQLModel, table=True):
    """Sealed by its platform before it comes here: the database never sees a token."""

    __tablename__ = "installation"
    platform: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    sealed: str
    updated_at: datetime = _instant()
