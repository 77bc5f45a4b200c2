"""How long an answer may be and how soon the next one may come."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """`longest` and `shortest` count characters after trimming; `cooldown` is per person."""

    longest: int = 3_000
    shortest: int = 12
    cooldown: timedelta = timedelta(seconds=15)
