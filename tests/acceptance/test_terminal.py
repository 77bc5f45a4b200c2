"""The room in a real terminal, read off the screen."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte
import pytest

HOUSE = Path(__file__).resolve().parents[2]
PATIENCE_S = 30


class Terminal:
    """A pseudo-terminal with the room in it, and the screen a person would see."""

    def __init__(self, columns: int, **environment: str) -> None:
        self._screen = pyte.Screen(columns, 60)
        self._stream = pyte.Stream(self._screen)
        self.raw = ""
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", "bot", "play", "--start", "2026-11-24 08:59:59", "--zone", "Europe/Berlin", "--as", "ana"],
            dimensions=(60, columns),
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(Path.cwd()),
                "PYTHONPATH": str(HOUSE),
                "PYTHONUTF8": "1",
                "TERM": "xterm-256color",
                "PROMPT_TOOLKIT_NO_CPR": "1",
            }
            | environment,
            encoding="utf-8",
            timeout=PATIENCE_S,
        )

    def shows(self, text: str) -> list[str]:
        """Wait until the screen shows `text`; the screen's lines."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(text in line for line in self.lines):
            assert time.monotonic() < deadline, "\n".join(["never shown: " + text, *filter(None, self.lines)])
            written = self._child.read_nonblocking(size=65536, timeout=PATIENCE_S)
            self.raw += written
            self._stream.feed(written)
        return self.lines

    def types(self, line: str) -> None:
        self.presses(line + "\r")

    def presses(self, keys: str) -> None:
        self._child.send(keys)

    def leaves(self) -> int:
        self._child.send("/quit\r")
        self._child.expect(pexpect.EOF)
        self._child.close()
        return int(self._child.exitstatus or 0)

    def close(self) -> None:
        self._child.close(force=True)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]


@contextmanager
def terminal(columns: int, **environment: str) -> Iterator[Terminal]:
    opened = Terminal(columns, **environment)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize("columns", [80, 120])
def test_the_question_comes_by_itself_and_its_panel_fits_the_screen(columns: int) -> None:
    with terminal(columns) as room:
        room.shows("answers are private")
        panel = [line for line in room.shows("╯") if line.startswith(("╭", "│", "╰"))]
        assert "What the GIL is and how to work around it" in panel[0]
        assert {len(line) for line in panel} == {min(columns, 100)}
        room.types("Only one thread runs bytecode at a time, as refcounts are not thread-safe.")
        room.shows("2 of 8 key points")
        room.shows("only ana sees this ─╯")
        assert room.leaves() == 0


def test_no_color_means_no_colour() -> None:
    with terminal(80, NO_COLOR="1") as room:
        room.shows("answers are private")
        assert "\x1b[34m" not in room.raw
        assert "╭" in room.raw
        assert room.leaves() == 0


def test_a_dumb_terminal_gets_plain_text() -> None:
    with terminal(80, TERM="dumb") as room:
        room.shows("answers are private")
        assert "╭" not in room.raw
        assert "\x1b" not in room.raw
        room.types("/quiz me")
        room.shows("You have not answered yet")
        # Nothing is drawn in place: no empty screen, no clock that counts seconds.
        assert "\r\r\n\r\r\n" not in room.raw
        assert [line.removeprefix("ana> ") for line in room.raw.splitlines() if "--- #" in line] == ["--- #quiz ---"]
        assert room.leaves() == 0


def test_a_home_that_cannot_be_written_only_costs_the_history() -> None:
    with terminal(80, HOME="/nowhere") as room:
        room.shows("answers are private")
        room.types("/quiz me")
        room.shows("You have not answered yet")
        assert room.leaves() == 0
        assert "xception" not in room.raw


def test_several_people_take_turns_and_words_are_completed() -> None:
    with terminal(80) as room:
        room.shows("answers are private")
        room.types("/as bo")
        room.shows("bo>")
        room.presses("/quiz lead\t")
        room.shows("bo> /quiz leaderboard")
        room.types("")
        room.shows("The open round counts when it closes")
        assert room.leaves() == 0
