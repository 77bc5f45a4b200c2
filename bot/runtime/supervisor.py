"""Keeps the bot's work going: ticks by the metronome, grading and sending as soon as there is something."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.chat.platform import ChatPlatform
from bot.grading.verdict import Grader
from bot.runtime.clock import Clock
from bot.runtime.metronome import Metronome
from bot.services.deliver import deliver_due
from bot.services.game import Game
from bot.services.grade import grade_pending
from bot.services.ports import StoreUnavailable
from bot.services.tick import tick

_IDLE = timedelta(seconds=1)

log = structlog.get_logger(__name__)


class Supervisor:
    """One process's share of the work. `holder` names it in leases."""

    def __init__(
        self,
        game: Game,
        grader: Grader,
        platforms: Mapping[str, ChatPlatform],
        clock: Clock,
        *,
        holder: str,
        tick_seconds: float,
    ) -> None:
        self._game = game
        self._grader = grader
        self._platforms = platforms
        self._clock = clock
        self._holder = holder
        self._metronome = Metronome()
        self._metronome.every(tick_seconds, "tick", self.tick)
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Tick once, then keep ticking and working until `stop`."""
        await self.tick()
        self._metronome.start()
        self._worker = asyncio.create_task(self._work(), name="work")

    async def stop(self) -> None:
        """Finish what is in hand; what is not stays in the store for the next start."""
        await self._metronome.stop()
        if self._worker is not None:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker

    async def tick(self) -> None:
        """Do what is due now."""
        try:
            await tick(self._game, self._clock.now())
        except StoreUnavailable as error:
            log.warning("tick_failed", reason=str(error))

    async def settle(self) -> None:
        """Grade and send until nothing is left that could be done now."""
        while await self._step():
            pass

    async def _step(self) -> bool:
        graded = await grade_pending(self._game, self._grader, self._clock.now())
        sent = await deliver_due(self._game, self._platforms, self._clock.now(), holder=self._holder)
        return graded.done > 0 or sent > 0

    async def _work(self) -> None:
        while True:
            self._game.work.clear()
            try:
                await self.settle()
            except StoreUnavailable as error:
                log.warning("work_failed", reason=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._game.work.wait(), _IDLE.total_seconds())
