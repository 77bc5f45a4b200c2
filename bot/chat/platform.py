"""The port every chat platform implements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.chat.event import Sink
from bot.chat.message import Message
from bot.errors import QuizError


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; what it cannot has a fallback in its own renderer."""

    edits: bool
    forms: bool
    private_messages: bool
    setup_form: bool = False  # has the fields that setting up a channel needs


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: a channel, or one person in a channel when `person_id` is set (private).

    `ticket`: the way back of what that person did (`Reply.ticket`), taken while it lasts; then privately as else.
    """

    workspace_id: str
    channel_id: str
    person_id: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform has it; `ref` finds it again for an edit or a thread reply."""

    ref: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform refused. `permanent`: the same send will be refused again; `retry_after` in seconds."""

    reason: str
    permanent: bool
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer: it may or may not have arrived (time-out, crash)."""

    reason: str


SendResult = Delivered | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, in a few words; `remedy` says what to do and is None when it is well."""

    what: str
    remedy: str | None = None


@dataclass
class PlatformRefused(QuizError):
    """The platform does not let the bot in. `remedy` says what to do; neither text holds a secret."""

    platform: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.platform.capitalize()}: {self.reason}. {self.remedy}"


class ChatPlatform(Protocol):
    """One chat service. Never raises out of `send` and `edit`; facts come back as a `SendResult`."""

    @property
    def name(self) -> str:
        """A short stable word: `terminal`, `discord`, `slack`. Stored with workspaces."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def connect(self, sink: Sink) -> None:
        """Start delivering events to `sink`; returns when ready to send. Raises `PlatformRefused`."""
        ...

    def trouble(self) -> str | None:
        """None while it works; else one sentence on what is wrong, for people who operate the bot."""
        ...

    async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
        """Send once. `key` is the same for every attempt at one message.

        `uncertain`: an earlier attempt may have arrived; find it by `key` before sending again.
        """
        ...

    async def edit(self, target: Target, ref: str, message: Message) -> SendResult:
        """Replace a sent message."""
        ...

    async def examine(self, target: Target) -> Sequence[Finding]:
        """Whether the channel can be used as a quiz needs it: there, and every permission granted."""
        ...

    async def close(self) -> None: ...
