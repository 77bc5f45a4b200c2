"""What people do and the bot must answer in three seconds: commands, buttons, forms, menus.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.local_slack.ack import ACK_SECONDS, NOTHING_IN_TIME, SAFETY_SECONDS, Ack
from tests.local_slack.app import Installation
from tests.local_slack.payload import ApiError, Payload

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack

TRIGGER_SECONDS = 3.0


@dataclass
class Trigger:
    """The right to open a modal on one person's screen."""

    id: str
    user: str
    bot: Installation
    expires_at: float
    used: bool = False


class Interactions:
    """Sends interactions to the bot; `in_flight` are the ones it has not answered yet."""

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack = slack
        self.in_flight: list[str] = []
        self._triggers: dict[str, Trigger] = {}

    def trigger(self, user: str, bot: Installation) -> str:
        """A trigger id: three seconds, once."""
        clock, number = self.slack.clock, self.slack.ids.new("")
        trigger = Trigger(f"{number}.{bot.workspace.id}.x", user, bot, clock.now() + TRIGGER_SECONDS)
        self._triggers[trigger.id] = trigger
        return trigger.id

    def exchange(self, trigger_id: str, bot: Installation) -> Trigger:
        """Use a trigger up.

        Raises:
            ApiError: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None or trigger.bot.app is not bot.app or trigger.bot.workspace is not bot.workspace:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if trigger.expires_at <= self.slack.clock.now():
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger

    async def send(self, bot: Installation, kind: str, payload: Payload) -> Ack:
        """Send and wait for the answer, at most three seconds of Slack's clock."""
        clock = self.slack.clock
        sending = asyncio.ensure_future(bot.app.transport.send(kind, payload))
        late = asyncio.ensure_future(clock.reached(clock.now() + ACK_SECONDS))
        self.in_flight.append(kind)
        self.slack.changed()
        try:
            await asyncio.wait({sending, late}, timeout=SAFETY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            ack = self._outcome(kind, sending, late)
        finally:
            self.in_flight.remove(kind)
            sending.cancel()
            late.cancel()
        self.slack.acks.append(ack)
        self.slack.changed()
        return ack

    def _outcome(self, kind: str, sending: "asyncio.Future[Ack]", late: "asyncio.Future[None]") -> Ack:
        if sending.done():
            return sending.result()
        if late.done():
            return Ack(kind, ok=False, error=NOTHING_IN_TIME)
        raise AssertionError(
            f"The bot did not answer a {kind} within {SAFETY_SECONDS:.0f} real seconds. "
            f"Move the clock by 3 s to see what a person would see. Violations: {self.slack.violations}"
        )

    async def waiting(self, kind: str = "") -> None:
        """Return when something (of this kind) was sent and is not answered yet."""
        await self.slack.until(lambda: any(kind in name for name in self.in_flight), f"a {kind} in flight")
