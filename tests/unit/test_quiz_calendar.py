"""No day lost, none doubled, never early, whatever the clocks do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.quiz.calendar import NotAPostingDay, advance, judge_due, next_occurrence, pause, replan, resume, skip, upcoming
from bot.quiz.schedule import Plan, Schedule

ZONES = (
    "UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Los_Angeles", "America/St_Johns",
    "America/Havana", "America/Santiago", "America/Sao_Paulo", "America/Nuuk", "Africa/Casablanca", "Africa/Cairo",
    "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe",
    "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
)  # fmt: skip
EVERY_DAY = frozenset(range(1, 8))
zones = st.sampled_from(ZONES)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
instants = st.integers(0, 18 * 365 * 24 * 3600).map(lambda s: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
weekdays = st.frozensets(st.integers(1, 7), min_size=1)
exhaustive = settings(derandomize=True, deadline=None, max_examples=200)


def _fires(after: datetime, at: time, days: frozenset[int], zone: str) -> Iterator[tuple[date, datetime]]:
    while True:
        occurrence = next_occurrence(after, at, days, zone)
        yield occurrence.local_date, occurrence.due_at
        after = occurrence.due_at


def _schedule(now: datetime, at: time, zone: str, days: frozenset[int] = EVERY_DAY, late: int = 2) -> Schedule:
    plan = Plan(at, days, zone, ("gil",), timedelta(hours=8), timedelta(hours=late))
    first = next_occurrence(now, at, days, zone)
    return Schedule(1, 1, plan, 7, first.local_date, first.due_at)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0), time(0, 30), time(2), time(2, 30), time(3), time(9), time(23, 30)])
def test_every_local_date_of_two_years_comes_once_and_in_order(zone: str, at: time) -> None:
    fires = _fires(datetime(2025, 1, 1, tzinfo=UTC), at, EVERY_DAY, zone)
    seen = [next(fires) for _ in range(730)]
    for (day, due), (next_day, next_due) in pairwise(seen):
        assert next_day == day + timedelta(days=1)
        assert next_due > due


@exhaustive
@given(instants, times, weekdays, zones)
def test_the_next_occurrence_is_later_on_a_chosen_weekday_and_never_early(
    after: datetime, at: time, days: frozenset[int], zone: str
) -> None:
    found = next_occurrence(after, at, days, zone)
    assert found.due_at > after
    assert found.local_date.isoweekday() in days
    local = found.due_at.astimezone(ZoneInfo(zone))
    wanted = datetime.combine(found.local_date, at)
    # A time that does not exist moves forward by the gap; nothing is ever moved back.
    assert timedelta() <= local.replace(tzinfo=None) - wanted <= timedelta(hours=1)


def test_a_date_the_zone_left_out_is_left_out_and_its_neighbours_are_not() -> None:
    fires = _fires(datetime(2011, 12, 28, tzinfo=UTC), time(9), EVERY_DAY, "Pacific/Apia")
    days = [next(fires)[0] for _ in range(4)]
    assert days == [date(2011, 12, 28), date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_a_repeated_time_takes_the_first_and_a_missing_one_moves_forward() -> None:
    twice = next_occurrence(datetime(2026, 10, 24, 12, tzinfo=UTC), time(2, 30), EVERY_DAY, "Europe/Berlin")
    assert twice.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    missing = next_occurrence(datetime(2026, 3, 28, 12, tzinfo=UTC), time(2, 30), EVERY_DAY, "Europe/Berlin")
    assert missing.due_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_naive_instant_and_no_weekday_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        next_occurrence(datetime(2026, 1, 1), time(9), EVERY_DAY, "UTC")  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="weekday"):
        next_occurrence(datetime(2026, 1, 1, tzinfo=UTC), time(9), frozenset(), "UTC")


@exhaustive
@given(instants, st.lists(st.tuples(times, zones, weekdays, st.integers(0, 50)), min_size=1, max_size=8))
def test_no_change_of_plan_ever_posts_twice_on_one_local_date(
    start: datetime, changes: list[tuple[time, str, frozenset[int], int]]
) -> None:
    schedule, now = _schedule(start, time(9), "Europe/Berlin"), start
    posted: list[date] = []
    for at, zone, days, hours in changes:
        now += timedelta(hours=hours)
        due = judge_due(schedule, now)
        if due.post:
            posted.append(due.post.local_date)
        schedule = advance(schedule, now)
        plan = Plan(at, days, zone, ("gil",), timedelta(hours=8))
        schedule = replan(schedule, plan, now)
        assert schedule.next_fire_at > now
    assert len(posted) == len(set(posted))
    assert posted == sorted(posted)


@exhaustive
@given(instants, times, zones, st.integers(0, 24 * 60))
def test_an_outage_of_any_length_posts_at_most_one_and_misses_the_rest(
    start: datetime, at: time, zone: str, hours: int
) -> None:
    schedule = _schedule(start, at, zone)
    now = start + timedelta(hours=hours)
    due = judge_due(schedule, now)
    if due.post:
        assert timedelta() <= now - due.post.due_at <= schedule.plan.late_after
        assert due.post.local_date not in due.missed
    after = advance(schedule, now)
    assert after.next_fire_at > now
    assert judge_due(after, now).post is None
    assert not judge_due(after, now).missed


def test_an_outage_of_years_is_dealt_with_at_once() -> None:
    schedule = _schedule(datetime(1990, 1, 1, tzinfo=UTC), time(9), "Europe/Berlin")
    due = judge_due(schedule, datetime(2026, 11, 24, 20, tzinfo=UTC))
    assert due.post is None
    assert len(due.missed) <= 8
    assert due.missed[-1] == date(2026, 11, 24)


@exhaustive
@given(instants, times, zones, st.integers(0, 72), st.integers(0, 72))
def test_what_falls_due_while_paused_is_not_posted_afterwards(
    start: datetime, at: time, zone: str, before: int, during: int
) -> None:
    paused_at = start + timedelta(hours=before)
    schedule = pause(advance(_schedule(start, at, zone), paused_at), "by a lead")
    resumed_at = paused_at + timedelta(hours=during)
    running = resume(schedule, resumed_at)
    assert running.paused is None
    assert running.next_fire_at > resumed_at
    assert judge_due(running, resumed_at).post is None


@exhaustive
@given(instants, times, zones, st.integers(0, 6))
def test_a_skipped_date_is_not_posted_and_its_neighbours_are(start: datetime, at: time, zone: str, ahead: int) -> None:
    schedule = _schedule(start, at, zone)
    coming = upcoming(schedule, start, 8)
    skipped = skip(schedule, coming[ahead].local_date, start)
    assert [o.local_date for o in upcoming(skipped, start, 7)] == [
        o.local_date for n, o in enumerate(coming) if n != ahead
    ]
    assert skipped.next_fire_at == (coming[1] if ahead == 0 else coming[0]).due_at


def test_skipping_names_a_posting_day_or_is_refused() -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    schedule = _schedule(now, time(9), "UTC", frozenset({1, 2, 3, 4, 5}))
    with pytest.raises(NotAPostingDay):
        skip(schedule, date(2026, 11, 28), now)
    with pytest.raises(NotAPostingDay):
        skip(schedule, date(2026, 11, 20), now)
    assert skip(schedule, None, now).skipped == {date(2026, 11, 23)}
