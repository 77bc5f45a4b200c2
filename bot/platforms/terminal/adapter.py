"""The terminal as a chat platform: one channel on one screen, with several people taking turns at it."""

from collections.abc import Callable, Sequence

from rich.console import Console

from bot.chat.action import Action
from bot.chat.event import Place, Sink
from bot.chat.literal import visible
from bot.chat.message import Button, Buttons, Form, Message
from bot.chat.platform import Capabilities, Delivered, Finding, SendResult, Target
from bot.platforms.terminal.render import show

HERE = Place("terminal", "room", "Terminal room", "gil", "gil")


class Screen:
    """What was shown, and what one can press now."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._answers_for_all: Action | None = None
        self._answers_for: dict[str, Action] = {}
        self.buttons: tuple[Button, ...] = ()

    def show(self, message: Message, *, person_id: str | None = None) -> None:
        """Print it, for everyone or marked as for one person."""
        show(self._console, message, seen_by=person_id)
        buttons = tuple(b for block in message.blocks if isinstance(block, Buttons) for b in block.items)
        if not buttons:
            return
        self.buttons = buttons
        answer = next((b.action for b in buttons if b.primary), None)
        if answer is None:
            return
        if person_id is None:
            self._answers_for_all = answer
            self._answers_for.clear()
        else:
            self._answers_for[person_id] = answer

    def line(self, text: str) -> None:
        """A line of the room itself, not of the bot. It may repeat what somebody typed."""
        text = visible(text)
        self._console.print(text, markup=False, highlight=False, style="dim" if self._console.is_terminal else None)

    def answering(self, person_id: str) -> Action | None:
        """What plain text of this person answers: the newest question they were shown."""
        return self._answers_for.get(person_id, self._answers_for_all)


class TerminalPlatform:
    """A `ChatPlatform` whose sends are prints; what was printed was delivered."""

    name = "terminal"
    capabilities = Capabilities(edits=False, forms=True, private_messages=True)

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.sink: Sink | None = None

    async def connect(self, sink: Sink) -> None:
        self.sink = sink

    def trouble(self) -> str | None:
        return None

    async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
        """The key serves as the reference: a screen has no ids of its own."""
        self.screen.show(message, person_id=target.person_id)
        return Delivered(key)

    async def edit(self, target: Target, ref: str, message: Message) -> SendResult:
        """A printed line stays as it is, so the new state is printed below."""
        return await self.send(target, message, ref)

    async def examine(self, target: Target) -> Sequence[Finding]:
        """A screen refuses nothing."""
        return ()

    async def close(self) -> None:
        self.sink = None


class TerminalReply:
    """The way back to the person at the keyboard."""

    def __init__(self, screen: Screen, person_id: str, on_form: Callable[[Form], None]) -> None:
        self._screen = screen
        self._person_id = person_id
        self._on_form = on_form

    async def acknowledge(self) -> None:
        """Nobody times out at a terminal."""

    async def private(self, message: Message) -> bool:
        self._screen.show(message, person_id=self._person_id)
        return True

    async def open_form(self, form: Form) -> bool:
        self._on_form(form)
        return True

    @property
    def ticket(self) -> str | None:
        return None
