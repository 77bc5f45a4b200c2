"""Reading what leads type about schedules, and saying it back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from rapidfuzz import process

from bot.content.schema import Difficulty
from bot.errors import QuizError
from bot.quiz.schedule import EVERY_DIFFICULTY, Plan

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {
    "weekdays": frozenset({1, 2, 3, 4, 5}),
    "workdays": frozenset({1, 2, 3, 4, 5}),
    "weekend": frozenset({6, 7}),
    "daily": frozenset(range(1, 8)),
    "everyday": frozenset(range(1, 8)),
    "every day": frozenset(range(1, 8)),
}
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?\Z")
_SPAN = re.compile(r"(\d{1,5})\s*(days?|d|hours?|hrs?|h|minutes?|mins?|m)")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


@dataclass
class Unreadable(QuizError):
    """Text that is not what was asked for. `example` is what to write instead."""

    what: str
    text: str
    example: str


def read_time(text: str) -> time:
    """A time of day: `9`, `9:00`, `09.30`, `9am`, `21:15`. Raises `Unreadable`."""
    match = _TIME.match(text.strip().lower())
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if match[3] == "pm" else 0)
        elif match[3]:
            hour = 99
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Unreadable("time", text, "09:00")


def read_weekdays(text: str) -> frozenset[int]:
    """Weekdays: `mon-fri`, `mon,wed,fri`, `weekdays`, `daily`. ISO numbers. Raises `Unreadable`."""
    lowered = " ".join(text.lower().split())
    if lowered in _GROUPS:
        return _GROUPS[lowered]
    days: set[int] = set()
    for part in re.sub(r"\s*[-–]\s*", "-", lowered).replace(",", " ").replace("+", " ").split():
        if part == "and":
            continue
        first, _, last = part.partition("-")
        days |= _GROUPS.get(part) or _range(_day(first, text), _day(last or first, text))
    if not days:
        raise Unreadable("list of weekdays", text, "mon-fri")
    return frozenset(days)


def read_zone(text: str) -> str:
    """An IANA zone by name or city, in any case: `Europe/Berlin`, `berlin`, `utc`. Raises `Unreadable`."""
    wanted = text.strip().lower().replace(" ", "_")
    if wanted in _zones():
        return _zones()[wanted]
    cities = [name for name in _zones().values() if name.lower().rpartition("/")[2] == wanted]
    if len(cities) == 1:
        return cities[0]
    nearest = cities or zones_matching(text, 2)
    raise Unreadable("time zone", text, " or ".join(nearest[:3]) or "Europe/Berlin")


def is_zone(text: str) -> bool:
    """Whether `read_zone` takes it."""
    try:
        read_zone(text)
    except Unreadable:
        return False
    return True


def zones_matching(text: str, limit: int) -> list[str]:
    """Zone names for a lead who is still typing, best first."""
    wanted = text.strip().lower().replace(" ", "_")
    containing = [name for lowered, name in _zones().items() if wanted in lowered]
    containing.sort(key=lambda name: not name.lower().rpartition("/")[2].startswith(wanted))
    if len(containing) >= limit:
        return containing[:limit]
    near = process.extract(wanted, list(_zones()), limit=limit, score_cutoff=60)
    return list(dict.fromkeys([*containing, *(_zones()[name] for name, *_ in near)]))[:limit]


def read_span(text: str, *, at_least: timedelta, at_most: timedelta) -> timedelta:
    """A span of time: `8h`, `90m`, `1d12h`, `2 hours`. Raises `Unreadable`, also outside the bounds."""
    lowered = text.strip().lower().replace("and", " ")
    found = _SPAN.findall(lowered)
    if found and not _SPAN.sub("", lowered).strip(" ,"):
        span = sum((int(number) * _UNITS[unit[0]] for number, unit in found), timedelta())
        if at_least <= span <= at_most:
            return span
    raise Unreadable(f"span of {say_span(at_least)} to {say_span(at_most)}", text, "8h")


def read_date(text: str, today: date) -> date:
    """A date: `2026-12-24`, `today`, `tomorrow`, or the coming `fri`. Raises `Unreadable`."""
    lowered = text.strip().lower()
    if lowered in ("today", "tomorrow"):
        return today + timedelta(days=lowered == "tomorrow")
    if lowered[:3] in _DAYS and len(lowered) >= 3:
        return today + timedelta(days=(_day(lowered, text) - today.isoweekday()) % 7)
    try:
        return date.fromisoformat(lowered)
    except ValueError:
        raise Unreadable("date", text, "2026-12-24") from None


def read_mix(text: str) -> Mapping[Difficulty, int]:
    """Weights of difficulties: `senior=3 mid=1`, or `any`; others are left out. Raises `Unreadable`."""
    if text.strip().lower() in ("any", "all"):
        return EVERY_DIFFICULTY
    mix: dict[Difficulty, int] = {}
    for part in text.lower().replace(",", " ").split():
        name, _, weight = part.replace(":", "=").partition("=")
        if name not in set(Difficulty) or not (weight or "1").isdecimal() or len(weight) > 3:
            raise Unreadable("mix of difficulties", text, "senior=3,mid=1")
        mix[Difficulty(name)] = int(weight or 1)
    if not any(mix.values()):
        raise Unreadable("mix of difficulties", text, "senior=3,mid=1")
    return mix


def say_weekdays(weekdays: frozenset[int]) -> str:
    """`Mon-Fri`, `daily`, `Mon, Wed, Fri`; a run of three or more is joined."""
    if len(weekdays) == 7:
        return "daily"
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [_DAYS[n].capitalize() for n in range(7)]
    words: list[str] = []
    for run in runs:
        if len(run) > 2:
            words.append(f"{names[run[0] - 1]}-{names[run[-1] - 1]}")
        else:
            words += [names[day - 1] for day in run]
    return ", ".join(words)


def say_span(span: timedelta) -> str:
    """`8 h`, `1 d 12 h`, `90 min` stays `1 h 30 min`."""
    minutes = int(span.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    return " ".join(parts) or "0 min"


def say_span_short(span: timedelta) -> str:
    """`8h`, `1d12h`, as `read_span` takes it."""
    return say_span(span).replace(" min", "m").replace(" ", "")


def say_plan(plan: Plan) -> str:
    """One line: days, time, zone, how long a round is open, packs and mix."""
    mix = ""
    if dict(plan.mix) != dict(EVERY_DIFFICULTY):
        mix = ", mix " + ", ".join(f"{d}={plan.mix[d]}" for d in Difficulty if plan.mix.get(d))
    return (
        f"{say_weekdays(plan.weekdays)} at {plan.local_time:%H:%M} ({plan.tz}), "
        f"open for {say_span(plan.open_for)}, packs {', '.join(plan.packs)}{mix}"
    )


@cache
def _zones() -> dict[str, str]:
    """Names by their lower case, without the aliases that name no place."""
    return {name.lower(): name for name in sorted(available_timezones()) if "/" in name or name == "UTC"}


def _day(word: str, text: str) -> int:
    if len(word) >= 2:
        for number, name in enumerate(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1
        ):
            if name.startswith(word) or word in (name[:3] + "s", name + "s"):
                return number
    raise Unreadable("list of weekdays", text, "mon-fri")


def _range(first: int, last: int) -> frozenset[int]:
    """`fri-mon` wraps over the weekend."""
    return frozenset((first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1))
