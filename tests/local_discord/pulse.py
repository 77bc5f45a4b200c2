"""Waiting for what happens on the local Discord, without ever sleeping."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")


class NeverHappened(AssertionError):
    """A test waited in vain; the message says for what, and what there was instead."""


class Pulse:
    """Beats whenever something changes; whoever waits looks again at each beat."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        """Seconds after which a test that waits has failed. Generous: no timing is asserted by it."""
        self._waiting: set[asyncio.Future[None]] = set()
        self._watched: set[asyncio.Task[Any]] = set()
        self.alarm: Callable[[], None] = lambda: None
        """Raises when it is no use to wait any longer."""

    def beat(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    def watch(self, task: "asyncio.Task[Any]") -> None:
        """A bot in this process: should it fall over, every wait fails at once with its error."""
        self._watched.add(task)
        task.add_done_callback(lambda _: self.beat())

    async def until(
        self, look: Callable[[], Found | None], what: str, seen: Callable[[], object] | None = None
    ) -> Found:
        """Waits until `look` finds something (neither None nor False)."""
        try:
            async with asyncio.timeout(self.patience):
                return await self._until(look)
        except TimeoutError:
            instead = f" There was: {seen()}" if seen is not None else ""
            raise NeverHappened(f"Waited for {what}.{instead}") from None

    async def _until(self, look: Callable[[], Found | None]) -> Found:
        while True:
            found = look()
            if found is not None and found is not False:
                return found
            self.alarm()
            self._raise_for_the_fallen()
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            await future

    def _raise_for_the_fallen(self) -> None:
        for task in list(self._watched):
            if task.done():
                self._watched.discard(task)
                if not task.cancelled() and (error := task.exception()):
                    raise error
