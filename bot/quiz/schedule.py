"""When a channel gets its question. Pure data; `calendar` does the arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.content.schema import Difficulty

WORKDAYS = frozenset({1, 2, 3, 4, 5})
EVERY_DIFFICULTY: Mapping[Difficulty, int] = {difficulty: 1 for difficulty in Difficulty}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a lead chooses: the part of a schedule that a person can set.

    `weekdays` are ISO numbers, 1 Monday to 7 Sunday. `mix` weighs difficulties (0 leaves one out).
    `open_for` is how long a round stays open. A post later than `late_after` past its time is missed.
    `ping`: the role or group that a post notifies, in the platform's own id; None notifies nobody.
    """

    local_time: time
    weekdays: frozenset[int]
    tz: str
    packs: tuple[str, ...]
    open_for: timedelta
    late_after: timedelta = timedelta(hours=2)
    mix: Mapping[Difficulty, int] = field(default_factory=lambda: EVERY_DIFFICULTY)
    ping: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A channel's plan and where it stands.

    `next_date`/`next_fire_at`: the coming occurrence in local and absolute terms. `last_date`: the newest
    local date that was posted or missed; never posted again. `skipped`: dates a lead struck out.
    `paused`: None, or the reason (`lead`, or what the platform refused). `version` counts changes.
    `lead_id`: whom to tell, privately, what needs a lead (the one who set it up or changed it last).
    """

    id: int
    channel_id: int
    plan: Plan
    seed: int
    next_date: date
    next_fire_at: datetime
    last_date: date | None = None
    skipped: frozenset[date] = frozenset()
    paused: str | None = None
    version: int = 1
    lead_id: str | None = None
