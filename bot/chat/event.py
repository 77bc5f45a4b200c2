"""What people do, in neutral words. A platform parses its payloads into these and calls the sink."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.chat.action import Action
from bot.chat.message import Form, Message


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it, as the platform knows them. `leads`: may use `/quiz-admin` here, as of this event.

    `tz`: the IANA zone of their profile, where the platform tells.
    """

    external_id: str
    name: str
    leads: bool = False
    tz: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened, in the platform's own ids."""

    platform: str
    workspace_id: str
    workspace_name: str
    channel_id: str
    channel_name: str


class Reply(Protocol):
    """The way back to the person, carried by an event. Tokens and deadlines stay inside the platform."""

    async def acknowledge(self) -> None:
        """Tell the platform within its limit that work goes on; a second call does nothing."""
        ...

    async def private(self, message: Message) -> bool:
        """Show `message` to this person only, replacing what an acknowledgement showed.

        False: it could not be shown (expired, gone); the caller falls back on another way.
        """
        ...

    async def open_form(self, form: Form) -> bool:
        """Open a form for this person. Must be the first response to a button or command.

        False: it was too late for a form.
        """
        ...

    @property
    def ticket(self) -> str | None:
        """The way back as text, for `Target.ticket`: any process can use it while it lasts. None: there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """What every event has. `id` is unique per platform and the same when redelivered; `at` is aware."""

    id: str
    at: datetime
    person: Person
    place: Place
    reply: Reply


@dataclass(frozen=True, slots=True)
class CommandUsed(Event):
    """`/quiz leaderboard week`: path ("quiz", "leaderboard"), options {"period": "week"}."""

    path: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ButtonPressed(Event):
    """A button of ours was pressed."""

    action: Action


@dataclass(frozen=True, slots=True)
class FormSubmitted(Event):
    """A form of ours came back with its text."""

    action: Action
    values: Mapping[str, str]

    @property
    def text(self) -> str:
        """What stands in the field `text`, as in the form for an answer."""
        return self.values.get("text", "")


@dataclass(frozen=True, slots=True)
class ThreadReply(Event):
    """A reply in the thread of a post, or one that mentions the bot.

    `post_ref` is the reference that `send` returned for the post. `message_ref` finds the reply itself again.
    """

    post_ref: str
    text: str
    message_ref: str


@dataclass(frozen=True, slots=True)
class ReplyEdited(Event):
    """A person changed a message that may be an answer."""

    message_ref: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplyDeleted(Event):
    """A person deleted a message that may be an answer."""

    message_ref: str


@dataclass(frozen=True, slots=True)
class HomeOpened(Event):
    """A person looks at the bot's own page, where the platform has one; `reply.private` fills it."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a workspace and not by one person in a channel. `at` is aware."""

    at: datetime
    platform: str
    workspace_id: str


@dataclass(frozen=True, slots=True)
class WorkspaceLeft(Happening):
    """The bot was removed from it."""


@dataclass(frozen=True, slots=True)
class WorkspaceJoined(Happening):
    """The bot was added to it, for the first time or again."""


@dataclass(frozen=True, slots=True)
class ChannelLost(Happening):
    """The bot can no longer post in a channel: deleted, archived, or the bot was removed. `reason` is a clause."""

    channel_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RollCall:
    """All workspaces that the platform has the bot in, as far as `covers` tells that this process would know."""

    at: datetime
    platform: str
    present: frozenset[str]
    covers: Callable[[str], bool]


Sink = Callable[[Event | Happening | RollCall], Awaitable[None]]
