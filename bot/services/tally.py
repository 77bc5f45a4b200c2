"""Keep a round's post up to date: how many answered, and that it is closed.

Platforms limit how often a message may be edited (Discord much more so once it is an hour old), so answers that
come together make one edit, at the end of the stretch of time they fall into.
"""

from datetime import UTC, datetime, timedelta

from bot.quiz.round import Round
from bot.services.records import Parcel, Task

_FRESH = timedelta(minutes=50)
_WHILE_FRESH, _LATER = 15, 300  # seconds of one stretch


def question_key(round_id: int | None) -> str:
    """The outbox key of a round's post."""
    return f"question:{round_id}"


def tally(asked: Round, now: datetime) -> Parcel:
    """One edit for every answer of this stretch; more parcels of the same stretch are not put."""
    seconds = _WHILE_FRESH if now - asked.opened_at < _FRESH else _LATER
    stretch = int(now.timestamp()) // seconds + 1
    at = datetime.fromtimestamp(stretch * seconds, UTC)
    return Parcel(f"tally:{asked.id}:{at:%Y%m%dT%H%M%S}", Task.TALLY, asked.channel_id, subject_id=asked.id, at=at)


def closing_tally(asked: Round) -> Parcel:
    """The last edit: closed, and how many answered."""
    return Parcel(f"tally:{asked.id}:closed", Task.TALLY, asked.channel_id, subject_id=asked.id)
