"""What one person sees, and waiting for it."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from tests.local_slack.channel import Channel
from tests.local_slack.message import Message
from tests.local_slack.modals import View
from tests.local_slack.profile import Profile

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack
    from tests.local_slack.workspace import Workspace

Seen = Message | View
Picker = Callable[[], Sequence[Seen]]


class Screen:
    """Read by `Person`; holds only what a reload makes go away and the errors shown."""

    def __init__(self, slack: "LocalSlack", workspace: "Workspace", profile: Profile) -> None:
        self.slack = slack
        self.workspace = workspace
        self.profile = profile
        self.errors: list[str] = []
        self.gone: set[str] = set()  # ephemeral messages from before a reload

    def channels(self) -> list[Channel]:
        """Where this person is a member."""
        user = self.profile.id
        return [c for c in self.workspace.channels.values() if user in c.members and not c.deleted]

    def messages(self, channel: Channel | None = None) -> list[Message]:
        """All messages in view, oldest first."""
        places = self.channels() if channel is None else [channel] if channel in self.channels() else []
        return sorted((m for place in places for m in place.messages if self._visible(m)), key=lambda m: m.ts)

    def _visible(self, message: Message) -> bool:
        if message.deleted or message.ts in self.gone:
            return False
        if message.visible_to and message.is_reply and len(message.channel.thread(message.thread_ts or "")) < 2:
            return False  # Slack shows such a message only in a thread that already has replies
        return message.visible_to in ("", self.profile.id)

    def ephemeral(self) -> list[Message]:
        """What only this person sees, until a reload."""
        return [message for message in self.messages() if message.visible_to]

    def direct(self) -> list[Message]:
        """Direct messages, of apps and people."""
        return [message for message in self.messages() if message.channel.kind == "im"]

    def view(self) -> View | None:
        """The modal on top."""
        stack = self.slack.modals.stack(self.profile.id)
        return stack[-1] if stack else None

    def homes(self) -> list[View]:
        """The Home tabs published for this person."""
        return [view for (user, _), view in self.slack.modals.homes.items() if user == self.profile.id]

    def read(self, seen: Seen) -> str:
        """A message or view in this person's zone."""
        return seen.text(self.profile.zone())

    def everything(self) -> str:
        """A dump of all there is, for a failing test."""
        parts = [f"#{m.channel.name}{' (only you)' if m.visible_to else ''}: {self.read(m)}" for m in self.messages()]
        if view := self.view():
            parts.append(f"modal: {self.read(view)}")
        parts += [f"home: {self.read(home)}" for home in self.homes()]
        parts += [f"error: {error}" for error in self.errors]
        return "\n".join(parts)

    async def wait(self, pick: Picker, what: str) -> Seen:
        """The newest thing `pick` finds, as soon as there is one."""
        await self.slack.until(lambda: bool(pick()), f"{self.profile.name} to see {what}", self.everything)
        return pick()[-1]

    def containing(self, text: str, things: Iterable[Seen]) -> list[Seen]:
        """Those of these that this person reads the text in."""
        return [thing for thing in things if text in self.read(thing)]
