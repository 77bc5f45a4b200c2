"""The only place that reads the time."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where `now` comes from."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class RoomClock:
    """A clock that a person moves forward. Between moves it runs with the machine's, or stands still.

    It never goes back, so that nothing in the store lies in its future.
    """

    def __init__(self, start: datetime, *, runs: bool, base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self._runs = runs
        self._set(start)

    def now(self) -> datetime:
        if not self._runs:
            return self._at
        return self._at + max(self._base.now() - self._since, timedelta())

    def move(self, instant: datetime) -> None:
        """Go on from `instant`; an earlier one than now is ignored."""
        self._set(max(instant.astimezone(UTC), self.now()))

    def _set(self, instant: datetime) -> None:
        self._at = instant.astimezone(UTC)
        self._since = self._base.now()
