"""Carries the outbox: as many messages at once as it has hands, so that a slow channel holds up no other."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.chat.platform import ChatPlatform
from bot.runtime.clock import Clock
from bot.services.deliver import attempt, claim, record
from bot.services.game import Game
from bot.services.ports import StoreUnavailable
from bot.services.records import OutboxRow

_IDLE_S = 1.0

log = structlog.get_logger(__name__)


class Courier:
    """Sends what is due, side by side; `holder` names it in leases."""

    def __init__(
        self, game: Game, platforms: Mapping[str, ChatPlatform], clock: Clock, *, holder: str, hands: int = 64
    ) -> None:
        self._game = game
        self._platforms = platforms
        self._clock = clock
        self._holder = holder
        self._hands = hands
        self._carrying: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; what is being sent then goes on, see `finish`."""
        while True:
            heard = self._game.work.rings
            if not await self._take():
                await self._game.work.heard(heard, at_most=_IDLE_S)

    async def finish(self, *, within: float) -> None:
        """Wait for what is being sent, `within` seconds; the rest is left to its lease and sent again later."""
        if self._carrying:
            await asyncio.wait(set(self._carrying), timeout=within)
        for task in set(self._carrying):
            task.cancel()

    async def _take(self) -> bool:
        """Start carrying what is due; whether there may be more at once."""
        free = self._hands - len(self._carrying)
        if free <= 0:
            await asyncio.wait(set(self._carrying), return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            rows = await claim(self._game, self._platforms, self._clock.now(), holder=self._holder, limit=free)
        except StoreUnavailable as error:
            log.warning("outbox_unreachable", reason=str(error))
            return False
        except Exception:
            log.exception("outbox_not_read")  # the next look may do better; a courier that ends sends nothing more
            return False
        for row in rows:
            task = asyncio.create_task(self._carry(row), name=f"outbox-{row.id}")
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)
        return len(rows) > 0

    async def _carry(self, row: OutboxRow) -> None:
        try:
            result = await attempt(self._game, self._platforms, row)
            await record(self._game, row, result, self._clock.now(), holder=self._holder)
        except StoreUnavailable as error:
            log.warning("outbox_row_not_recorded", row=row.id, reason=str(error))
        except Exception:
            log.exception("outbox_row_failed", row=row.id)
        # The next one of its lane may go now.
        self._game.work.ring()
