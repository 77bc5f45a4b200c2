"""What leads type about schedules."""

from datetime import date, time, timedelta

import pytest

from bot.content.schema import Difficulty
from bot.quiz.phrases import (
    Unreadable,
    read_date,
    read_mix,
    read_span,
    read_time,
    read_weekdays,
    read_zone,
    say_span,
    say_weekdays,
    zones_matching,
)

BOUNDS = {"at_least": timedelta(minutes=1), "at_most": timedelta(days=7)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("9", time(9)), ("9:05", time(9, 5)), ("09.30", time(9, 30)), ("9am", time(9)), ("12am", time(0)),
     ("12pm", time(12)), ("9 pm", time(21)), ("21:15", time(21, 15))],
)  # fmt: skip
def test_times_are_read_as_people_write_them(text: str, expected: time) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize("text", ["", "25:00", "9:60", "13pm", "nine", "9:5:1"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_time(text)
    assert refused.value.example == "09:00"


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon-fri", {1, 2, 3, 4, 5}), ("Mon, Wed,fri", {1, 3, 5}), ("weekdays", {1, 2, 3, 4, 5}),
     ("daily", set(range(1, 8))), ("every day", set(range(1, 8))), ("sat sun", {6, 7}),
     ("fri-mon", {5, 6, 7, 1}), ("tuesday and thursday", {2, 4})],
)  # fmt: skip
def test_weekdays_are_read_as_people_write_them(text: str, days: set[int]) -> None:
    assert read_weekdays(text) == days


def test_a_zone_is_found_by_name_or_city_and_a_typo_names_the_nearest() -> None:
    assert read_zone("europe/berlin") == "Europe/Berlin"
    assert read_zone("Berlin") == "Europe/Berlin"
    assert read_zone("new york") == "America/New_York"
    assert read_zone("utc") == "UTC"
    with pytest.raises(Unreadable) as refused:
        read_zone("Europe/Berln")
    assert "Europe/Berlin" in refused.value.example
    assert "Asia/Tokyo" in zones_matching("tok", 5)


def test_spans_are_read_within_bounds() -> None:
    assert read_span("1d12h", **BOUNDS) == timedelta(hours=36)
    assert read_span("2 hours", **BOUNDS) == timedelta(hours=2)
    for text in ("0m", "8d", "soon", "8h later", "-8h"):
        with pytest.raises(Unreadable):
            read_span(text, **BOUNDS)


def test_dates_are_read_from_today_on() -> None:
    tuesday = date(2026, 11, 24)
    assert read_date("2026-12-24", tuesday) == date(2026, 12, 24)
    assert read_date("tomorrow", tuesday) == date(2026, 11, 25)
    assert read_date("fri", tuesday) == date(2026, 11, 27)
    with pytest.raises(Unreadable):
        read_date("2026-13-01", tuesday)


def test_a_mix_names_difficulties_and_weights() -> None:
    assert read_mix("senior=3, mid:1") == {Difficulty.SENIOR: 3, Difficulty.MID: 1}
    for text in ("expert=1", "mid=0", "mid=x", ""):
        with pytest.raises(Unreadable):
            read_mix(text)


def test_what_was_read_is_said_back_shortly() -> None:
    assert say_weekdays(frozenset({1, 2, 3, 5})) == "Mon-Wed, Fri"
    assert say_weekdays(frozenset({6, 7})) == "Sat, Sun"
    assert say_span(timedelta(hours=36, minutes=5)) == "1 d 12 h 5 min"
