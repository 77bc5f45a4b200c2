"""One question put to one team."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RoundStatus(StrEnum):
    """Where a round is. `missed` and `failed` rounds never used up a question."""

    OPEN = "open"
    CLOSED = "closed"
    MISSED = "missed"  # due during an outage longer than the schedule's late_after
    FAILED = "failed"  # the platform refused the post for good


@dataclass(frozen=True, slots=True)
class Round:
    """Open from `opened_at` to `closes_at`; answers count from the first to the last instant before it.

    `day` is the board's local date; `scheduled_on` is the same date for a round a schedule opened and
    None for one a lead posted by hand. A missed round has no question.
    """

    id: int
    team_id: int
    channel_id: int
    schedule_id: int | None
    scheduled_on: date | None
    day: date
    due_at: datetime
    opened_at: datetime
    closes_at: datetime
    status: RoundStatus
    question_id: str | None
    closed_at: datetime | None = None

    def takes_answers(self, at: datetime) -> bool:
        """Whether an answer at this instant belongs to the round; later ones are practice."""
        return self.status is RoundStatus.OPEN and at < self.closes_at
