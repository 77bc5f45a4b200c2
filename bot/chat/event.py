"""What people do, in neutral words. A platform parses its payloads into these and calls the sink."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.chat.action import Action
from bot.chat.message import Form, Message


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it, as the platform knows them. `leads`: may use `/quiz-admin` here, as of this event."""

    external_id: str
    name: str
    leads: bool = False


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
        """Open a form for this person. Must be the first response to a button or command."""
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
    text: str


@dataclass(frozen=True, slots=True)
class ThreadReply(Event):
    """A reply in the thread of a post; `post_ref` is the reference that `send` returned for it."""

    post_ref: str
    text: str


Sink = Callable[[Event], Awaitable[None]]
