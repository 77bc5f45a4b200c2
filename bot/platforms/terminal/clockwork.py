"""Reading what comes after `/clock`."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import QuizError
from bot.quiz.phrases import Unreadable, read_date, read_span, read_time

_FURTHEST = timedelta(days=92)


@dataclass
class NoSuchMove(QuizError):
    """The clock cannot be moved there; `why` is a sentence."""

    why: str


def read_move(text: str, *, now: datetime, wall: datetime, zone: str) -> datetime:
    """Where to move the clock: `+1d`, `+90m`, `09:00`, `fri 09:00`, `2026-12-01 09:00`, `now`.

    Raises `NoSuchMove` for the past and for more than 92 days ahead.
    """
    target = _target(text.strip().lower(), now=now, wall=wall, zone=ZoneInfo(zone))
    if target < now:
        raise NoSuchMove("The clock only goes forward. Try /clock +1d or /clock 09:00")
    if target - now > _FURTHEST:
        raise NoSuchMove("That is too far in one step. Move at most 92 days at a time, such as /clock +30d")
    return target


def _target(text: str, *, now: datetime, wall: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    try:
        if text == "now":
            return wall
        if text.startswith("+"):
            span = read_span(text[1:], at_least=timedelta(minutes=1), at_most=timedelta(days=3_650))
            # Whole days keep the time of day, also across a clock change.
            day = datetime.combine(local.date() + timedelta(days=span.days), local.timetz())
            return day.astimezone(UTC) + (span - timedelta(days=span.days))
        first, _, second = text.partition(" ")
        if not second:
            return _at(local, read_time(first), zone)
        return datetime.combine(read_date(first, local.date()), read_time(second), zone).astimezone(UTC)
    except Unreadable:
        raise NoSuchMove(
            f"“{text}” is no time. Try /clock +1d, /clock 09:00, /clock fri 09:00 or /clock 2026-12-01 09:00"
        ) from None


def _at(local: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The coming instant with that local time."""
    target = datetime.combine(local.date(), at, zone)
    if target <= local:
        target = datetime.combine(local.date() + timedelta(days=1), at, zone)
    return target.astimezone(UTC)
