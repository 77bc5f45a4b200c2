"""Events: which app hears of what, and how it is told again when it did not listen.

https://docs.slack.dev/apis/events-api
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.local_slack.ack import ACK_SECONDS, NOTHING_IN_TIME, Ack
from tests.local_slack.channel import SCOPE_PREFIX, Channel
from tests.local_slack.payload import Payload

if TYPE_CHECKING:
    from tests.local_slack.app import Installation
    from tests.local_slack.message import Message
    from tests.local_slack.server import LocalSlack
    from tests.local_slack.workspace import Workspace

RETRY_SECONDS = (0, 0, 60, 300)  # the first delivery, then three retries
NO_SCOPE = {"app_home_opened", "app_uninstalled", "tokens_revoked"}
READ_CHANNELS = {
    "channel_archive", "channel_unarchive", "channel_deleted", "channel_rename", "channel_left", "channel_created",
}  # fmt: skip
READ_GROUPS = {"group_archive", "group_unarchive", "group_deleted", "group_rename", "group_left"}
NEEDED = {
    "app_mention": "app_mentions:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    **dict.fromkeys(READ_CHANNELS, "channels:read"),
    **dict.fromkeys(READ_GROUPS, "groups:read"),
}


@dataclass
class Delivery:
    """One event on its way to one app, with each attempt's outcome."""

    event_id: str
    to: "Installation"
    body: Payload
    attempts: list[Ack] = field(default_factory=list)

    @property
    def type(self) -> str:
        return str(self.body["event"]["type"])

    @property
    def acknowledged(self) -> bool:
        return any(ack.ok for ack in self.attempts)


class Events:
    """All events this Slack sent, and the sending itself."""

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack = slack
        self.sent: list[Delivery] = []

    def settled(self) -> bool:
        """Is every event acknowledged?"""
        return all(delivery.acknowledged for delivery in self.sent)

    # what happens in a channel

    def message(self, message: "Message") -> None:
        """Somebody wrote something; a mention of a bot is told twice, as message and as app_mention."""
        channel = message.channel
        for installation in self._members(channel):
            event = message.payload() | _where(channel, message.ts)
            if message.is_reply:
                event["parent_user_id"] = self._author(channel, message.thread_ts)
            self._to(installation, event, channel)
            if installation.bot_user_id in message.pings() and channel.kind != "im" and not message.bot_id:
                mention = {key: value for key, value in event.items() if key != "channel_type"}
                self._to(installation, mention | {"type": "app_mention"}, channel)

    def message_changed(self, message: "Message", previous: Payload) -> None:
        """Somebody edited something."""
        extra = {"subtype": "message_changed", "message": message.payload(), "previous_message": previous}
        self._hidden(message.channel, extra)

    def message_deleted(self, message: "Message", previous: Payload) -> None:
        """Somebody deleted something."""
        extra = {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": previous}
        self._hidden(message.channel, extra)

    def _hidden(self, channel: Channel, extra: Payload) -> None:
        ts = self.slack.ts()
        for installation in self._members(channel):
            event = {"type": "message", "hidden": True, "ts": ts} | extra | _where(channel, ts)
            self._to(installation, event, channel)

    def joined(self, channel: Channel, user: str) -> None:
        """Somebody, or a bot, came into a channel."""
        self._membership("member_joined_channel", channel, user)

    def left(self, channel: Channel, user: str) -> None:
        """Somebody left; a bot that was removed is told by channel_left instead."""
        self._membership("member_left_channel", channel, user)
        kind = "group_left" if channel.kind == "private" else "channel_left"
        for workspace in channel.workspaces:
            for installation in workspace.installations.values():
                if installation.bot_user_id == user:
                    self._to(installation, {"type": kind, "channel": channel.id, "actor_id": user}, channel)

    def _membership(self, kind: str, channel: Channel, user: str) -> None:
        letter = {"public": "C", "private": "G"}.get(channel.kind, "C")
        event = {
            "type": kind,
            "user": user,
            "channel": channel.id,
            "channel_type": letter,
            "team": channel.workspaces[0].id,
        }
        for installation in self._members(channel):
            self._to(installation, event, channel)

    def channel_life(self, channel: Channel, what: str, by: str) -> None:
        """A channel was archived, unarchived, deleted or renamed."""
        prefix = "group" if channel.kind == "private" else "channel"
        event: Payload = {"type": f"{prefix}_{what}", "channel": channel.id, "user": by}
        if what == "rename":
            event |= {"channel": {"id": channel.id, "name": channel.name, "created": 1}}
        for workspace in channel.workspaces:
            for installation in workspace.installations.values():
                if channel.kind == "public" or installation.bot_user_id in channel.members:
                    self._to(installation, event, channel)

    def reaction(self, kind: str, message: "Message", user: str, name: str) -> None:
        """Somebody reacted to a message, or took it back."""
        item = {"type": "message", "channel": message.channel.id, "ts": message.ts}
        event = {"type": kind, "user": user, "reaction": name, "item_user": message.user, "item": item}
        for installation in self._members(message.channel):
            self._to(installation, event, message.channel)

    # what happens in a workspace

    def workspace(self, workspace: "Workspace", event: Payload) -> None:
        """Every app of the workspace hears of it."""
        for installation in workspace.installations.values():
            self._to(installation, event)

    def to(self, installation: "Installation", event: Payload) -> None:
        """One app hears of it."""
        self._to(installation, event)

    def _members(self, channel: Channel) -> Iterator["Installation"]:
        for workspace in channel.workspaces:
            for installation in list(workspace.installations.values()):
                if installation.bot_user_id in channel.members:
                    yield installation

    def _author(self, channel: Channel, ts: str | None) -> str:
        return next((message.user for message in channel.messages if message.ts == ts), "")

    def _to(self, installation: "Installation", event: Payload, channel: Channel | None = None) -> None:
        if not _hears(installation, event, channel):
            return
        delivery = Delivery(self.slack.ids.new("Ev"), installation, {})
        delivery.body = self._body(installation, event, channel, delivery.event_id)
        self.sent.append(delivery)
        self.slack.spawn(self._deliver(delivery))

    def _body(self, installation: "Installation", event: Payload, channel: Channel | None, event_id: str) -> Payload:
        app, now = installation.app, self.slack.clock.now()
        workspace = installation.workspace
        return {
            "token": app.verification_token,
            "team_id": workspace.id,
            **({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {}),
            "context_team_id": workspace.id,
            "context_enterprise_id": workspace.enterprise_id or None,
            "api_app_id": app.id,
            "event": {"event_ts": self.slack.ts()} | event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(now),
            "authorizations": [installation.authorization()],
            "is_ext_shared_channel": bool(channel and channel.is_shared),
            "event_context": f"4-{event_id}",
        }

    async def _deliver(self, delivery: Delivery) -> None:
        reason = ""
        for attempt, wait in enumerate(RETRY_SECONDS):
            await self.slack.clock.reached(self.slack.clock.now() + wait)
            ack = await self._attempt(delivery, attempt, reason)
            if ack.ok or ack.no_retry:
                return
            reason = ack.retry_reason

    async def again(self, delivery: Delivery) -> Ack:
        """Deliver once more what the bot has already taken, as Slack does when an acknowledgement is lost."""
        return await self._attempt(delivery, 1, "http_timeout")

    async def _attempt(self, delivery: Delivery, attempt: int, reason: str) -> Ack:
        """Deliver once and wait three seconds of Slack's clock."""
        clock = self.slack.clock
        sending = asyncio.ensure_future(delivery.to.app.transport.send("events", delivery.body, attempt, reason))
        late = asyncio.ensure_future(clock.reached(clock.now() + ACK_SECONDS))
        try:
            await asyncio.wait({sending, late}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                ack = sending.result()
            else:
                ack = Ack("events", ok=False, error=NOTHING_IN_TIME, retry_reason="http_timeout")
        finally:
            sending.cancel()
            late.cancel()
        ack.attempt = attempt
        delivery.attempts.append(ack)
        self.slack.acks.append(ack)
        self.slack.changed()
        return ack


def _where(channel: Channel, ts: str) -> Payload:
    return {"channel": channel.id, "channel_type": channel.channel_type, "event_ts": ts}


def _hears(installation: "Installation", event: Payload, channel: Channel | None) -> bool:
    kind, app = event["type"], installation.app
    if kind == "message" and channel is not None:
        place = {"channel": "channels", "group": "groups"}.get(channel.channel_type, channel.channel_type)
        return f"message.{place}" in app.bot_events and f"{place}:history" in installation.scopes
    if kind not in app.bot_events:
        return False
    if kind in ("member_joined_channel", "member_left_channel") and channel is not None:
        return f"{SCOPE_PREFIX[channel.kind]}:read" in installation.scopes
    return kind in NO_SCOPE or NEEDED.get(kind, "") in installation.scopes
