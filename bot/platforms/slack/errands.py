"""Work that goes on after Slack was answered; none of it is lost sight of."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Errands:
    """Runs work beside everything else. Errands of one `lane` run one after the other, in the order they came."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Task[None]] = {}

    def start(self, work: Coroutine[Any, Any, None], name: str, *, lane: str | None = None) -> None:
        """Begin it now, or when the last of its lane is done. It must answer its person itself; errors are logged."""
        before = self._last.get(lane) if lane else None
        task = asyncio.create_task(self._run(work, name, before), name=name)
        self._running.add(task)
        if lane:
            self._last[lane] = task
        task.add_done_callback(lambda done: self._ended(done, lane))

    async def finish(self, *, within: float) -> None:
        """Wait for what runs, `within` seconds; then end the rest."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=within)
        rest = set(self._running)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _run(self, work: Coroutine[Any, Any, None], name: str, before: asyncio.Task[None] | None) -> None:
        try:
            if before is not None:
                await asyncio.wait({before})
            await work
        except Exception:
            # The boundary: nobody awaits an errand, so this is the last place that hears of its error.
            log.exception("errand_failed", errand=name)
        finally:
            work.close()

    def _ended(self, task: asyncio.Task[None], lane: str | None) -> None:
        self._running.discard(task)
        if lane and self._last.get(lane) is task:
            del self._last[lane]
