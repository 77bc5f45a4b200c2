"""Message events: which of them may be an answer, a changed one, a deleted one.

https://docs.slack.dev/reference/events/message. A reply that mentions the bot comes twice, as `message` and as
`app_mention`; both have the same channel and timestamp, which name it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.platforms.slack.escape import unescape
from bot.platforms.slack.workspaces import Installation

_PLAIN = frozenset({None, "thread_broadcast", "file_share"})


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a person; `thread` is the timestamp of what it replies to, None for none."""

    person_id: str
    channel_id: str
    ts: str
    thread: str | None
    text: str

    @property
    def ref(self) -> str:
        return f"{self.channel_id}:{self.ts}"

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(float(self.ts), UTC)


@dataclass(frozen=True, slots=True)
class Changed(Said):
    """It says something else now."""


@dataclass(frozen=True, slots=True)
class Deleted(Said):
    """It is gone; `text` is what it said."""


def read_message(event: Mapping[str, Any], installation: Installation) -> Said | None:
    """None for what no person said: bots, joins, topics, link previews that only changed how a message looks."""
    subtype = event.get("subtype")
    channel = str(event.get("channel", ""))
    if subtype == "message_changed":
        return _changed(event, channel, installation)
    if subtype == "message_deleted":
        return _said(Deleted, event.get("previous_message") or {}, channel, installation)
    return _said(Said, event, channel, installation) if subtype in _PLAIN else None


def _changed(event: Mapping[str, Any], channel: str, installation: Installation) -> Said | None:
    now, before = event.get("message") or {}, event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        return _said(Deleted, before, channel, installation)
    if now.get("text") == before.get("text"):
        return None
    return _said(Changed, now, channel, installation)


def _said(kind: type[Said], message: Mapping[str, Any], channel: str, installation: Installation) -> Said | None:
    person, ts = message.get("user"), message.get("ts")
    by_machine = message.get("bot_id") or message.get("bot_profile") or person == installation.bot_user_id
    if by_machine or not person or not ts or message.get("subtype") not in _PLAIN:
        return None
    root = message.get("thread_ts")
    text = unescape(str(message.get("text") or ""), leave_out=installation.bot_user_id)
    return kind(str(person), channel, str(ts), str(root) if root and root != ts else None, text)
