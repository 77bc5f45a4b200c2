"""Ids as Discord makes them: milliseconds since 2015, then a running number."""

from datetime import UTC, datetime
from itertools import count

from tests.local_discord.clock import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
TIME_SHIFT = 22


class Snowflakes:
    """Hands out ids that only grow, also when a test moves the clock back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._last = 0

    def next(self) -> int:
        milliseconds = int((self._clock.now() - EPOCH).total_seconds() * 1000)
        made = (milliseconds << TIME_SHIFT) | (next(self._numbers) & 0xFFF)
        self._last = max(made, self._last + 1)
        return self._last

    def on_shard(self, shard: int, shards: int) -> int:
        """An id that falls on this shard, for a guild of a sharded bot."""
        made = self.next()
        group = made >> TIME_SHIFT
        group += (shard - group) % shards
        return (group << TIME_SHIFT) | (made & ((1 << TIME_SHIFT) - 1))
