"""How late an event loop wakes, and percentiles."""

import asyncio
import time
from collections.abc import Sequence

_EVERY_S = 0.005


class Lag:
    """How late the event loop wakes, in milliseconds, sampled every 5 ms while the block runs."""

    def __init__(self) -> None:
        self.samples: list[float] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Lag":
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_EVERY_S)
            self.samples.append(1000 * (time.perf_counter() - began - _EVERY_S))

    def __str__(self) -> str:
        half, most = percentile(self.samples, 50), percentile(self.samples, 99)
        return f"p50 {half:.1f}, p99 {most:.1f}, max {max(self.samples):.1f} ms"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value at this percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
