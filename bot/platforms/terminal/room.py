"""The terminal room: reads what people type, turns it into events, and moves the clock."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from rapidfuzz import process

from bot.chat.command import UnknownCommand, WrongOption, parse
from bot.chat.event import ButtonPressed, CommandUsed, Event, FormSubmitted, Person, Place
from bot.chat.message import Form
from bot.errors import QuizError
from bot.platforms.terminal.adapter import HERE, TerminalPlatform, TerminalReply
from bot.platforms.terminal.clockwork import NoSuchMove, read_move
from bot.platforms.terminal.lines import Lines
from bot.services.cards.problem import sentence

_NAME = re.compile(r"[^\W_][\w .'-]{0,31}\Z")
_WORDS = ("/as", "/clock", "/press", "/help", "/quit", "/quiz", "/quiz-admin")

HELP = """\
Type an answer and press Enter: it goes to the question you were shown last (Alt-Enter: new line).
/quiz             the question now; /quiz help lists all quiz commands
/quiz-admin help  what leads can do: schedule, post, close
/as NAME          be somebody else
/clock +1d        move the clock: +90m, 09:00, fri 09:00, 2026-12-01 09:00, now
/press 1          press a button of the last message
/quit             leave; everything is kept"""


class Driver(Protocol):
    """The clock and the machinery behind the room."""

    @property
    def zone(self) -> str:
        """The room's time zone."""
        ...

    def now(self) -> datetime: ...

    def wall(self) -> datetime:
        """The machine's own time."""
        ...

    async def move_to(self, instant: datetime) -> None:
        """Move the clock and live through everything that falls due on the way."""
        ...

    async def settle(self) -> None:
        """Return when everything is handled, graded and sent."""
        ...


class Mistyped(QuizError):
    """A line that is no command of the room; the text is a sentence."""


class Room:
    """One session at the terminal. `session` makes event ids unique over restarts."""

    def __init__(self, platform: TerminalPlatform, driver: Driver, lines: Lines, *, session: str, person: str) -> None:
        self._platform = platform
        self._driver = driver
        self._lines = lines
        self._session = session
        self._person = person
        self._events = 0
        self._form: Form | None = None
        self.mistyped = 0
        self._room_words: dict[str, Callable[[str], Awaitable[None]]] = {
            "/as": self._as,
            "/clock": self._clock,
            "/press": self._press,
            "/help": self._help,
        }

    @property
    def person(self) -> str:
        """Who is typing."""
        return self._person

    async def run(self) -> int:
        """Read lines until the end. 0, or 1 if a script had lines that were not understood."""
        while True:
            line = await self._lines.next(self._person)
            if line is None or line.strip().lower() in ("/quit", "/exit"):
                break
            if not line.strip():
                continue
            await self.handle(line)
        return 1 if self._lines.is_script and self.mistyped else 0

    async def handle(self, line: str) -> None:
        """One line, to its end: its event is handled, graded and answered when this returns."""
        try:
            await self._line(line)
        except (Mistyped, NoSuchMove, UnknownCommand, WrongOption) as error:
            self.mistyped += 1
            self._platform.screen.line(_sentence(error))
        await self._driver.settle()
        while self._form is not None:
            await self._fill(self._form)
            await self._driver.settle()

    async def _line(self, line: str) -> None:
        if not line.startswith("/"):
            await self._answer(line)
            return
        word, _, rest = line.strip().partition(" ")
        handler = self._room_words.get(word.lower())
        if handler is not None:
            await handler(rest.strip())
            return
        if not word.lower().startswith(("/quiz",)):
            raise Mistyped(_unknown(word))
        parsed = parse(line)
        await self._emit(CommandUsed(*self._basics(), path=parsed.path, options=parsed.options))

    async def _answer(self, text: str) -> None:
        action = self._platform.screen.answering(self._person)
        if action is None:
            raise Mistyped("No question was asked yet. See when one comes with /quiz, or practise: /quiz practice")
        await self._emit(FormSubmitted(*self._basics(), action=action, values={"text": text}))

    async def _fill(self, form: Form) -> None:
        self._form = None
        (field,) = form.fields
        text = await self._lines.fill(form.title, field.value)
        if text is None or not text.strip():
            self._platform.screen.line("Nothing was sent.")
            return
        await self._emit(FormSubmitted(*self._basics(), action=form.action, values={field.name: text}))

    async def _as(self, name: str) -> None:
        if not _NAME.match(name):
            raise Mistyped("A name has 1 to 32 letters, digits, spaces or . ' - and starts with one: /as ana")
        self._person = name

    async def _clock(self, text: str) -> None:
        if text:
            now, wall = self._driver.now(), self._driver.wall()
            await self._driver.move_to(read_move(text, now=now, wall=wall, zone=self._driver.zone))
            await self._driver.settle()
        local = self._driver.now().astimezone(ZoneInfo(self._driver.zone))
        self._platform.screen.line(f"It is {local:%a} {local.day} {local:%b %Y %H:%M} ({self._driver.zone}).")

    async def _press(self, what: str) -> None:
        buttons = self._platform.screen.buttons
        for number, button in enumerate(buttons, 1):
            if what.lower() in (str(number), button.label.lower()):
                await self._emit(ButtonPressed(*self._basics(), action=button.action))
                return
        labels = ", ".join(f"{number} {button.label}" for number, button in enumerate(buttons, 1))
        raise Mistyped(f"There is no such button. Press one of: {labels}" if buttons else "There is no button yet.")

    async def _help(self, _: str) -> None:
        for line in HELP.splitlines():
            self._platform.screen.line(line)

    def _basics(self) -> tuple[str, datetime, Person, Place, TerminalReply]:
        self._events += 1
        reply = TerminalReply(self._platform.screen, self._person, self._open_form)
        # Whoever sits at the keyboard may lead: the room is theirs.
        person = Person(self._person, self._person, leads=True)
        return f"{self._session}-{self._events}", self._driver.now(), person, HERE, reply

    def _open_form(self, form: Form) -> None:
        self._form = form

    async def _emit(self, event: Event) -> None:
        if self._platform.sink is not None:
            await self._platform.sink(event)


def _unknown(word: str) -> str:
    near = process.extractOne(word.lower(), _WORDS, score_cutoff=60)
    return f"There is no {word}. " + (f"Did you mean {near[0]}?" if near else "Type /help.")


def _sentence(error: QuizError) -> str:
    if isinstance(error, NoSuchMove):
        return error.why
    return str(error) if isinstance(error, Mistyped) else sentence(error)
