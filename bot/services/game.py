"""What every use case needs, handed over once by the composition root."""

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.chat.event import Reply
from bot.content.bank import Bank
from bot.quiz.limits import Limits
from bot.quiz.ruling import UNSURE_BELOW
from bot.services.meter import Meter, NoMeter
from bot.services.ports import Store

_KEPT_REPLIES = 10_000
_TOLD_WITHIN = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class _Waiting:
    reply: Reply
    told: asyncio.Event = field(default_factory=asyncio.Event)


class OpenReplies:
    """The live ways back to people who wait for feedback, by submission id.

    Only a shortcut: what is not here (after a restart, on another replica) goes out as a private message.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, _Waiting] = OrderedDict()

    def keep(self, submission_id: int, reply: Reply) -> None:
        """Before the submission is committed, so that no grade can be faster."""
        self._waiting[submission_id] = _Waiting(reply)
        if len(self._waiting) > _KEPT_REPLIES:
            self._waiting.popitem(last=False)

    def told(self, submission_id: int) -> None:
        """The person has seen that the answer is saved; feedback may now replace that."""
        if waiting := self._waiting.get(submission_id):
            waiting.told.set()

    async def take(self, submission_id: int) -> Reply | None:
        """The reply, once the person has seen that the answer is saved."""
        # It stays where `told` finds it until then.
        waiting = self._waiting.get(submission_id)
        if waiting is None:
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TOLD_WITHIN):
                await waiting.told.wait()
        self._waiting.pop(submission_id, None)
        return waiting.reply


class Bell:
    """Rung whenever something waits to be graded or sent, so that nobody waits for the next tick."""

    def __init__(self) -> None:
        self.rings = 0
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake everyone who waits."""
        self.rings += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def heard(self, since: int, *, at_most: float) -> None:
        """Until it was rung more than `since` times, or `at_most` seconds."""
        if self.rings > since:
            return
        with contextlib.suppress(TimeoutError):
            # Not wait_for: before Python 3.12 it forgets a cancellation that comes with the ring.
            async with asyncio.timeout(at_most):
                await self._rung.wait()


@dataclass(frozen=True, slots=True)
class Game:
    """The store, the questions, the limits; who waits for feedback, and who waits for work.

    `unsure_below`: verdicts with less confidence are not sure, see `quiz.ruling`.
    """

    store: Store
    bank: Bank
    limits: Limits = field(default_factory=Limits)
    replies: OpenReplies = field(default_factory=OpenReplies)
    work: Bell = field(default_factory=Bell)
    meter: Meter = field(default_factory=NoMeter)
    unsure_below: float = UNSURE_BELOW
