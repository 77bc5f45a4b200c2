"""When a schedule is due. Pure date arithmetic; `now` is always an argument.

The rule for clock changes is that of PEP 495 with fold=0: a local time that does not exist moves forward by
the gap, one that exists twice is taken the first time. So no day is lost and none is doubled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.errors import QuizError
from bot.quiz.schedule import Plan, Schedule

_DAY = timedelta(days=1)
_NOON = time(12)
_MOST_MISSED = 7  # older misses are not worth a line each; the newest tell the story


@dataclass
class NotAPostingDay(QuizError):
    """The date is no coming occurrence of the schedule."""

    day: date


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One posting time: the board's local date and the absolute instant (UTC)."""

    local_date: date
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What a due schedule has to do: post one occurrence or none; `missed` dates are oldest first."""

    post: Occurrence | None
    missed: tuple[date, ...]


def next_occurrence(after: datetime, local_time: time, weekdays: frozenset[int], tz: str) -> Occurrence:
    """The first occurrence strictly after the aware instant `after`. `weekdays` are ISO numbers, 1 to 7.

    Raises ValueError for a naive instant or no weekday.
    """
    return next(_occurrences(after, local_time, weekdays, tz))


def upcoming(schedule: Schedule, after: datetime, count: int) -> list[Occurrence]:
    """The next `count` occurrences a schedule will post, without skipped dates and dates it had already."""
    return list(islice(_coming(schedule, after), count))


def advance(schedule: Schedule, now: datetime) -> Schedule:
    """The schedule after it dealt with everything due at `now`."""
    dealt_with = _last_due(schedule, now)
    last = max(filter(None, (schedule.last_date, dealt_with)), default=None)
    moved = replace(schedule, last_date=last)
    kept = frozenset(day for day in schedule.skipped if last is None or day > last)
    return _aim(replace(moved, skipped=kept), now)


def replan(schedule: Schedule, plan: Plan, now: datetime) -> Schedule:
    """The schedule with a new plan, from `now` on. A date it had is never posted again."""
    return _aim(replace(schedule, plan=plan), now)


def pause(schedule: Schedule, reason: str) -> Schedule:
    """The schedule, standing still. `reason` is shown to leads."""
    return replace(schedule, paused=reason)


def resume(schedule: Schedule, now: datetime) -> Schedule:
    """The schedule, running again from `now`: what came due while it was paused is not posted."""
    return _aim(replace(schedule, paused=None), now)


def skip(schedule: Schedule, day: date | None, now: datetime) -> Schedule:
    """The schedule without that date, or without the coming one. Raises `NotAPostingDay`."""
    coming = _coming(schedule, now)
    if day is None:
        day = next(coming).local_date
    else:
        found = next((o.local_date for o in coming if o.local_date >= day), None)
        if found != day:
            raise NotAPostingDay(day)
    return _aim(replace(schedule, skipped=schedule.skipped | {day}), now)


def judge_due(schedule: Schedule, now: datetime) -> Due:
    """Sort what is due at `now` into one to post and those missed.

    Only the newest occurrence may still be posted, and only within `late_after`: never a burst.
    """
    due = _due(schedule, now)
    if not due:
        return Due(None, ())
    newest = due[-1]
    if now - newest.due_at <= schedule.plan.late_after:
        return Due(newest, tuple(o.local_date for o in due[:-1]))
    return Due(None, tuple(o.local_date for o in due))


def _occurrences(after: datetime, local_time: time, weekdays: frozenset[int], tz: str) -> Iterator[Occurrence]:
    """All occurrences after `after`, in order. Instants grow strictly, whatever the zone does."""
    if after.tzinfo is None:
        raise ValueError("after must be an aware instant")
    if not weekdays:
        raise ValueError("a schedule needs at least one weekday")
    zone = ZoneInfo(tz)
    # Two days back: a zone that skipped a date lies that far from naive arithmetic.
    day = after.astimezone(zone).date() - 2 * _DAY
    while True:
        if day.isoweekday() in weekdays:
            due_at = datetime.combine(day, local_time, zone).astimezone(UTC)
            if due_at > after and _exists(day, zone):
                yield Occurrence(day, due_at)
        day += _DAY


def _exists(day: date, zone: ZoneInfo) -> bool:
    """False for a date that a zone left out altogether (Apia, 2011-12-30): it has no posting time."""
    return datetime.combine(day, _NOON, zone).astimezone(UTC).astimezone(zone).date() == day


def _coming(schedule: Schedule, after: datetime) -> Iterator[Occurrence]:
    plan = schedule.plan
    for occurrence in _occurrences(after, plan.local_time, plan.weekdays, plan.tz):
        had = schedule.last_date is not None and occurrence.local_date <= schedule.last_date
        if not had and occurrence.local_date not in schedule.skipped:
            yield occurrence


def _aim(schedule: Schedule, now: datetime) -> Schedule:
    first = next(_coming(schedule, now))
    return replace(schedule, next_date=first.local_date, next_fire_at=first.due_at)


def _due(schedule: Schedule, now: datetime) -> list[Occurrence]:
    """What fell due from next_fire_at to now, oldest first; bounded however long the bot was away."""
    if schedule.next_fire_at > now:
        return []
    horizon = now - timedelta(days=7 * (_MOST_MISSED + 1))
    start = max(schedule.next_fire_at - timedelta(microseconds=1), horizon)
    due: list[Occurrence] = []
    for occurrence in _coming(schedule, start):
        if occurrence.due_at > now:
            break
        due.append(occurrence)
    return due[-_MOST_MISSED - 1 :]


def _last_due(schedule: Schedule, now: datetime) -> date | None:
    due = _due(schedule, now)
    return due[-1].local_date if due else None
