"""The clock of the local Discord: it stands still until a test moves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells the time by which deadlines, tokens and ids are measured.

    It stands still by default, so a slow machine never misses a deadline. With `base` it follows
    another clock: `real_time`, for a bot that must meet the real three seconds, or the bot's own.
    """

    def __init__(self, base: Callable[[], datetime] | None = None) -> None:
        start = real_time()
        self._base = base or (lambda: start)
        self._moved = timedelta()

    def now(self) -> datetime:
        return self._base() + self._moved

    def move_to(self, hour: int) -> None:
        """By hours, to when this one (UTC, 0 to 23) has begun anew."""
        self.move(hours=1)
        while self.now().hour != hour:
            self.move(hours=1)

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self._moved += timedelta(seconds=seconds, minutes=minutes, hours=hours)
