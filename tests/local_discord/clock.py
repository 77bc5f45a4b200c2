"""The clock of the local Discord: it stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time by which deadlines, tokens and ids are measured.

    It stands still by default, so a slow machine never misses a deadline. `running=True` follows
    the real time, for a bot that must meet the real three seconds.
    """

    def __init__(self, *, running: bool = False) -> None:
        self.running = running
        self._start = datetime.now(UTC)
        self._moved = timedelta()

    def now(self) -> datetime:
        base = datetime.now(UTC) if self.running else self._start
        return base + self._moved

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self._moved += timedelta(seconds=seconds, minutes=minutes, hours=hours)
