"""The README is true: every command, every chat command and every setting stands in it."""

import re
from pathlib import Path

import click
import pytest

from bot.chat.command import COMMANDS
from bot.cli import main
from bot.settings import ALL

HOUSE = Path(__file__).resolve().parents[2]
README = (HOUSE / "README.md").read_text(encoding="utf-8")
EXAMPLE = (HOUSE / ".env.example").read_text(encoding="utf-8")
SETTINGS = sorted(name.upper() for kind in ALL for name in kind.model_fields)


def _commands(group: click.Group, before: str = "quizbot") -> list[str]:
    found: list[str] = []
    for name, command in group.commands.items():
        words = f"{before} {name}"
        found += _commands(command, words) if isinstance(command, click.Group) else [words]
    return found


@pytest.mark.parametrize("command", _commands(main))
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"`{command}" in README


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command.words))
def test_every_chat_command_stands_in_the_readme(command: object) -> None:
    words = getattr(command, "words", "")
    alone = words.replace("/quiz-admin ", "")
    assert f"`{words}" in README or f"`{alone}" in README


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_stands_in_the_readme_and_the_example(name: str) -> None:
    assert f"`{name}`" in README
    assert re.search(rf"(?m)^#?{name}=", EXAMPLE)


def test_nothing_else_is_called_a_setting() -> None:
    assert sorted(re.findall(r"(?m)^#?([A-Z_]+)=", EXAMPLE)) == SETTINGS


def test_the_readmes_two_commands_are_there() -> None:
    assert "quizbot play" in README.split("## ")[0]
    assert "pytest" in README.split("## ")[0]
