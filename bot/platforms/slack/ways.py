"""Showing something to one person alone.

Somebody who just did something (there is a ticket) is answered where they did it: in the modal, by the response_url,
in the thread; else by an ephemeral message in the channel. Slack promises no delivery of ephemeral messages and drops
them on reload, so what comes without a ticket (notices to leads, feedback long after the answer) goes by direct
message, which waits for them. Feedback also stays in `/quiz why` and on the Home tab.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.chat.message import Message
from bot.chat.platform import Delivered, SendResult
from bot.platforms.slack import views
from bot.platforms.slack.api import Api, Payload
from bot.platforms.slack.outcomes import NOT_THERE, NotInstalled, SlackRefused, SlackSilent, outcome
from bot.platforms.slack.render import blocks_of, fallback_of
from bot.platforms.slack.ticket import Ticket, Way

_GONE_WAYS = frozenset({"not_found", "expired_url", "view_not_found", "expired_trigger_id", "exchanged_trigger_id"})
_NO_DIRECT = frozenset({"messages_tab_disabled", "channel_not_found"})
_NO_PREVIEWS = {"unfurl_links": False, "unfurl_media": False}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Spot:
    """One person in one channel of a workspace; `channel_id` is empty on the bot's own page."""

    team_id: str
    channel_id: str
    person_id: str


class Ways:
    """All ways to one person."""

    def __init__(self, api: Api, now: Callable[[], datetime]) -> None:
        self.api = api
        self.now = now

    async def show(self, spot: Spot, message: Message, ticket: Ticket | None) -> SendResult:
        """By the ticket while it lasts, else as near as possible. Raises as `Api.call`."""
        if ticket is None:
            return await self.direct(spot, message)
        return await self._by(ticket, spot, message) or await self.nearby(spot, message)

    async def nearby(self, spot: Spot, message: Message, thread_ts: str | None = None) -> SendResult:
        """In the channel, where they are in it; else directly. Raises as `Api.call`."""
        if spot.channel_id and not spot.channel_id.startswith("D"):
            try:
                return await self._ephemeral(spot, message, thread_ts)
            except SlackRefused as error:
                if error.error not in NOT_THERE:
                    raise
        return await self.direct(spot, message)

    async def direct(self, spot: Spot, message: Message) -> SendResult:
        """By direct message; where the app may send none, in the channel. Raises as `Api.call`."""
        try:
            # A person's id as the channel is the app's direct messages with them.
            body = _private_content(message) | _NO_PREVIEWS
            sent = await self.api.call(spot.team_id, "chat.postMessage", channel=spot.person_id, **body)
            return Delivered(f"{sent['channel']}:{sent['ts']}")
        except SlackRefused as error:
            if error.error not in _NO_DIRECT or not spot.channel_id:
                raise
            try:
                return await self._ephemeral(spot, message, None)
            except SlackRefused:
                return outcome(error)

    async def update_view(self, spot: Spot, view_id: str, view: Payload) -> bool:
        """False where it was closed meanwhile. Raises as `Api.call`."""
        try:
            await self.api.call(spot.team_id, "views.update", view_id=view_id, view=view)
        except SlackRefused as error:
            if error.error in _GONE_WAYS:
                return False
            raise
        return True

    async def open_view(self, spot: Spot, trigger_id: str, view: Payload, *, on_top: bool = False) -> bool:
        """Open a modal, or lay it on top of the open one; False where it is too late for one."""
        method = "views.push" if on_top else "views.open"
        try:
            await self.api.call(spot.team_id, method, trigger_id=trigger_id, view=view)
        except (SlackRefused, SlackSilent, NotInstalled) as error:
            log.info("slack_view_not_opened", reason=getattr(error, "error", type(error).__name__))
            return False
        return True

    async def _by(self, ticket: Ticket, spot: Spot, message: Message) -> SendResult | None:
        """None where the way is closed."""
        if ticket.way is Way.THREAD:
            return await self.nearby(spot, message, ticket.at)
        if ticket.way is Way.VIEW:
            shown = await self.update_view(spot, ticket.at, views.message_view(message, ticket.title))
            return Delivered(f"view:{ticket.at}") if shown else None
        try:
            await self.api.respond(ticket.at, ephemeral(message) | {"replace_original": True})
        except SlackRefused as error:
            if error.error in _GONE_WAYS:
                return None
            raise
        return Delivered("response")

    async def _ephemeral(self, spot: Spot, message: Message, thread_ts: str | None) -> SendResult:
        args = {"channel": spot.channel_id, "user": spot.person_id, "thread_ts": thread_ts}
        sent = await self.api.call(spot.team_id, "chat.postEphemeral", **args, **_private_content(message))
        return Delivered(f"{spot.channel_id}:{sent['message_ts']}")


def content(message: Message) -> Payload:
    """What a post is made with; links show no preview."""
    return {"text": fallback_of(message), "blocks": blocks_of(message)} | _NO_PREVIEWS


def ephemeral(message: Message) -> Payload:
    """What a response_url takes."""
    return {"response_type": "ephemeral"} | _private_content(message)


def _private_content(message: Message) -> Payload:
    return {"text": fallback_of(message), "blocks": blocks_of(message, private=True)}
