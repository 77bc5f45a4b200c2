"""Slack's clock: it stands still until a test moves it."""

import asyncio
import time


class Clock:
    """Starts at the real time, so that signatures and dates are plausible, and moves only by `advance`.

    Rate limits alone also count the real seconds that went by: a bot that waits as told is let through.
    """

    def __init__(self, *, real_seconds_count: bool = True) -> None:
        self._start = time.time()
        self._real_start = time.monotonic()
        self._moved = 0.0
        self._real_seconds_count = real_seconds_count
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Seconds since 1970."""
        return self._start + self._moved

    def for_limits(self) -> float:
        """Seconds for rate limits, see the class."""
        real = time.monotonic() - self._real_start if self._real_seconds_count else 0.0
        return self.now() + real

    def advance(self, seconds: float) -> None:
        """Move on and wake whoever waits for a time that has now come."""
        self._moved += seconds
        due = [future for at, future in self._waiting if at <= self.now()]
        self._waiting = [(at, future) for at, future in self._waiting if at > self.now()]
        for future in due:
            if not future.done():
                future.set_result(None)

    async def reached(self, at: float) -> None:
        """Return when the clock shows `at` or later."""
        if at <= self.now():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((at, future))
        await future
