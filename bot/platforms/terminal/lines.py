"""Where lines come from: a person at a prompt, or a script on standard input."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output.plain_text import PlainTextOutput
from prompt_toolkit.utils import is_dumb_terminal


class Lines(Protocol):
    """`is_script`: nobody is there to correct a line, so wrong ones count."""

    is_script: bool

    async def next(self, person: str) -> str | None:
        """The next line of that person; None at the end."""
        ...

    async def fill(self, title: str, value: str) -> str | None:
        """Text for a form; None if the person gave up."""
        ...


class ScriptLines:
    """Lines of a file or pipe. A final backslash continues a line; `#` lines and empty ones are skipped."""

    is_script = True

    def __init__(self, stream: TextIO, echo: Callable[[str], None]) -> None:
        self._lines = self._joined(stream)
        self._echo = echo

    async def next(self, person: str) -> str | None:
        line = next(self._lines, None)
        if line is not None:
            self._echo(f"{person}> {line}")
        return line

    async def fill(self, title: str, value: str) -> str | None:
        line = next(self._lines, None)
        if line is not None:
            self._echo(f"[{title}] {line}")
        return line

    @staticmethod
    def _joined(stream: TextIO) -> Iterator[str]:
        held: list[str] = []
        for raw in stream:
            line = raw.rstrip("\r\n")
            if not held and (not line.strip() or line.lstrip().startswith("#")):
                continue
            if line.endswith("\\"):
                held.append(line[:-1])
                continue
            yield "\n".join([*held, line])
            held = []
        if held:
            yield "\n".join(held)


@dataclass(frozen=True, slots=True)
class PromptLook:
    """What a prompt shows and completes. `status` is the line at the bottom."""

    status: Callable[[], str]
    complete: Callable[[str], Iterable[str]]


class PromptLines:
    """A person at a real terminal: line editing, history, completion, several lines with Alt-Enter.

    On a dumb one prompt_toolkit only shows the prompt and what is typed.
    """

    is_script = False

    def __init__(self, look: PromptLook, history: Path | None) -> None:
        self._look = look
        # Found by the session by itself, not given to it: then it keeps to what a dumb terminal can.
        plain = create_app_session(output=PlainTextOutput(sys.stdout)) if is_dumb_terminal() else nullcontext()
        with plain:
            self._session: PromptSession[str] = PromptSession(
                history=_history(history),
                completer=_Words(look.complete),
                complete_while_typing=False,
                bottom_toolbar=lambda: FormattedText([("", " " + look.status())]),
                key_bindings=_keys(),
                multiline=True,
                prompt_continuation="... ",
                refresh_interval=1.0,
            )

    async def next(self, person: str) -> str | None:
        try:
            return await self._session.prompt_async(f"{person}> ", default="")
        except KeyboardInterrupt:
            return ""
        except EOFError:
            return None

    async def fill(self, title: str, value: str) -> str | None:
        """Enter sends; Alt-Enter starts a new line; Ctrl-C gives up."""
        try:
            return await self._session.prompt_async(f"{title}\n: ", default=value)
        except (KeyboardInterrupt, EOFError):
            return None


def _history(path: Path | None) -> History:
    """In the file where one can be written, as in most homes; else only while the room is open."""
    try:
        if path is not None:
            path.open("ab").close()
            return FileHistory(str(path))
    except OSError:
        pass
    return InMemoryHistory()


class _Words(Completer):
    def __init__(self, complete: Callable[[str], Iterable[str]]) -> None:
        self._complete = complete

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        typed = document.text_before_cursor
        if not typed.startswith("/"):
            return
        last = typed.rpartition(" ")[2]
        for word in self._complete(typed):
            yield Completion(word, start_position=-len(last))


def _keys() -> KeyBindings:
    """Enter sends and Alt-Enter breaks the line, as in chat programs; pasted newlines stay."""
    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _break(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
