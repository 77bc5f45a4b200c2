"""What one person sees of what she did: the answer, private messages, a form."""

from collections.abc import Callable
from typing import TypeVar

from tests.local_discord import interactions as kinds
from tests.local_discord.forms import Form
from tests.local_discord.interactions import Interaction
from tests.local_discord.messages import Message
from tests.local_discord.pulse import NeverHappened

Found = TypeVar("Found")


class Seen:
    """The view of the person who used a command, pressed a button or sent a form.

    Whatever is awaited here waits for the event, never for a time.
    """

    def __init__(self, interaction: Interaction) -> None:
        self.interaction = interaction
        self._home = interaction.home
        self._edits_before = interaction.source.edits if interaction.source else 0

    @property
    def response(self) -> Message | None:
        """The first answer as it is now; None as long as there is none."""
        return self.interaction.response

    @property
    def failed(self) -> bool:
        """She reads "The application did not respond"."""
        return self.interaction.failed

    @property
    def messages(self) -> list[Message]:
        """The answer and what followed it, private ones too."""
        return self.interaction.messages

    def text(self) -> str:
        """All she sees of it now."""
        if self.failed:
            return "The application did not respond"
        shown = [message.text() for message in self.messages]
        if self.interaction.form is not None:
            shown.append(Form(self.interaction, self.interaction.form).text())
        return "\n\n".join(shown)

    async def acknowledged(self) -> "Seen":
        """Waits for any first response."""
        await self._until(lambda: self.interaction.acknowledged or None, "a first response")
        return self

    async def until_final(self) -> Message:
        """Waits until the answer is there and is not "thinking" any more."""
        return await self._until(self._final, "a final answer")

    async def shows(self, *texts: str) -> Message:
        """Waits until one message contains all these texts, and returns it."""
        return await self._until(lambda: self._showing(texts), f"{texts}")

    async def followup(self, number: int = 1) -> Message:
        """Waits for a further message after the answer."""

        def found() -> Message | None:
            sent = self.interaction.followups
            return sent[number - 1] if len(sent) >= number else None

        return await self._until(found, f"follow-up {number}")

    async def form(self) -> Form:
        """Waits for a form to open."""
        opened = await self._until(lambda: self.interaction.form, "a form")
        return Form(self.interaction, opened)

    def _final(self) -> Message | None:
        response = self.interaction.response
        if response is None or response.loading:
            return None
        if self.interaction.callback == kinds.DEFERRED_UPDATE and response.edits == self._edits_before:
            return None
        return response

    def _showing(self, texts: tuple[str, ...]) -> Message | None:
        source = self.interaction.source
        shown = [*self.messages, *([source] if source and not source.deleted else [])]
        return next((message for message in shown if message.shows(*texts)), None)

    async def _until(self, look: Callable[[], Found | None], what: str) -> Found:
        def look_or_fail() -> Found | None:
            found = look()
            if found is None and self.failed:
                raise NeverHappened(f"{self.interaction.person.name} reads: The application did not respond.")
            return found

        return await self._home.pulse.until(look_or_fail, f"{what} for {self.interaction.person.name}", self.text)
