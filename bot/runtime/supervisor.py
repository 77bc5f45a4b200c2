"""Keeps the bot's work going: ticks by the metronome, grading and sending as soon as there is something."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import datetime

import structlog

from bot.chat.platform import ChatPlatform
from bot.grading.verdict import Grader
from bot.runtime.clock import Clock
from bot.runtime.courier import Courier
from bot.runtime.metronome import Metronome
from bot.services.deliver import deliver_due
from bot.services.game import Game
from bot.services.grade import grade_pending
from bot.services.housekeeping import prune
from bot.services.ports import StoreUnavailable
from bot.services.tick import tick

_IDLE_S = 1.0
_HOUSEKEEPING_S = 3600.0
_STOP_WITHIN_S = 20.0  # hosts kill after half a minute
_AT_LEAST_S = 1.0  # to end what was cancelled

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
        self._courier = Courier(game, platforms, clock, holder=holder)
        self._metronome = Metronome()
        self._metronome.every(tick_seconds, "tick", self.tick)
        self._metronome.every(_HOUSEKEEPING_S, "housekeeping", self._prune)
        self._loops: list[asyncio.Task[None]] = []
        self._grading = asyncio.Lock()
        self.ticked_at: datetime | None = None  # the last tick that went through

    async def start(self) -> None:
        """Tick once, then keep ticking and working until `stop`."""
        await self.tick()
        self._metronome.start()
        self._loops = [
            asyncio.create_task(self._grade(), name="grade"),
            asyncio.create_task(self._courier.run(), name="courier"),
        ]

    async def stop(self, *, within: float = _STOP_WITHIN_S) -> None:
        """Take no new work, finish what is in hand `within` seconds; the rest stays in the store."""
        now = asyncio.get_running_loop().time
        end = now() + within
        await self._metronome.stop(within=within)
        with contextlib.suppress(TimeoutError):
            # Not in the middle of a batch: its grades would be made again.
            async with asyncio.timeout_at(end):
                await self._grading.acquire()
        for loop in self._loops:
            loop.cancel()
        if self._loops:
            await asyncio.wait(self._loops, timeout=max(end - now(), _AT_LEAST_S))
        await self._courier.finish(within=max(end - now(), 0))
        log.info("stopped", holder=self._holder)

    async def tick(self) -> None:
        """Do what is due now."""
        now = self._clock.now()
        try:
            await tick(self._game, now)
        except StoreUnavailable as error:
            log.warning("tick_failed", reason=str(error))
            return
        self.ticked_at = now

    async def settle(self) -> None:
        """Grade and send until nothing is left that could be done now."""
        while True:
            graded = await grade_pending(self._game, self._grader, self._clock.now())
            sent = await deliver_due(self._game, self._platforms, self._clock.now(), holder=self._holder)
            if not graded.done and not sent:
                break

    async def _prune(self) -> None:
        with contextlib.suppress(StoreUnavailable):  # the next hour will do
            pruned = await prune(self._game, self._clock.now())
            log.info("pruned", events=pruned.events, messages=pruned.messages, workspaces=pruned.workspaces)

    async def _grade(self) -> None:
        while True:
            heard = self._game.work.rings
            graded = 0
            try:
                async with self._grading:
                    graded = (await grade_pending(self._game, self._grader, self._clock.now())).done
            except StoreUnavailable as error:
                log.warning("grading_interrupted", reason=str(error))
            except Exception:
                log.exception("grading_broke")  # the next answers may fare better
            if not graded:
                await self._game.work.heard(heard, at_most=_IDLE_S)
