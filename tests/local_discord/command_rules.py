"""The rules for application commands that Discord's documentation states in prose.

https://docs.discord.com/developers/interactions/application-commands
"""

import re
import unicodedata
from collections.abc import Iterator

from tests.local_discord.components import too_long
from tests.local_discord.refusal import Mistake, Path, Payload

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
MOST_CHARACTERS = 8000
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
NAME = re.compile(r"[-_'\w]{1,32}")


def mistakes(command: Payload, root: Path = ()) -> Iterator[Mistake]:
    kind = command.get("type") or CHAT_INPUT
    if kind == CHAT_INPUT:
        yield from _name((*root, "name"), command.get("name"))
        yield from too_long((*root, "description"), command.get("description"), 100, least=1)
        yield from _options((*root, "options"), command.get("options") or [], depth=0)
    else:
        yield from too_long((*root, "name"), command.get("name"), 32, least=1)
        if command.get("description") or command.get("options"):
            yield Mistake(root, "APPLICATION_COMMAND_CONTEXT_MENU", "A menu command has no description and no options.")
    if characters(command) > MOST_CHARACTERS:
        yield Mistake(root, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_CHARACTERS})")


def set_mistakes(commands: list[Payload]) -> Iterator[Mistake]:
    """The rules for all commands of one scope together."""
    for kind, most in MOST.items():
        if sum((each.get("type") or CHAT_INPUT) == kind for each in commands) > most:
            yield Mistake((), "APPLICATION_COMMAND_TOO_MANY", f"There are more than {most} commands of type {kind}.")
    names = [(each.get("type") or CHAT_INPUT, each.get("name")) for each in commands]
    if len(set(names)) < len(names):
        yield Mistake((), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    for index, command in enumerate(commands):
        yield from mistakes(command, (index,))


def characters(command: Payload) -> int:
    """Names, descriptions and values of a command and all in it; the longest of each and its translations counts."""
    total = sum(_longest(command, key) for key in ("name", "description"))
    for choice in command.get("choices") or ():
        total += _longest(choice, "name") + (len(choice["value"]) if isinstance(choice["value"], str) else 0)
    return total + sum(characters(option) for option in command.get("options") or ())


def _longest(each: Payload, key: str) -> int:
    translated = (each.get(f"{key}_localizations") or {}).values()
    return max(len(text) for text in (each.get(key) or "", *translated))


def _name(path: Path, name: object) -> Iterator[Mistake]:
    valid = isinstance(name, str) and NAME.fullmatch(name) and name == name.lower()
    if not valid or any(unicodedata.category(letter) in ("So", "Cn") for letter in str(name)):
        yield Mistake(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _options(path: Path, options: list[Payload], *, depth: int) -> Iterator[Mistake]:
    if len(options) > 25:
        yield Mistake(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        yield Mistake(path, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name already exists")
    yield from _order(path, options)
    for index, option in enumerate(options):
        yield from _option((*path, index), option, depth)


def _order(path: Path, options: list[Payload]) -> Iterator[Mistake]:
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        yield Mistake(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and option cannot be side by side")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        message = "Required options must be placed before non-required options"
        yield Mistake(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)


def _option(path: Path, option: Payload, depth: int) -> Iterator[Mistake]:
    yield from _name((*path, "name"), option.get("name"))
    yield from too_long((*path, "description"), option.get("description"), 100, least=1)
    kind = option.get("type")
    if kind in (SUBCOMMAND, GROUP):
        if depth >= (2 if kind == SUBCOMMAND else 1):
            yield Mistake((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        yield from _options((*path, "options"), option.get("options") or [], depth=depth + 1)
        if kind == GROUP and not option.get("options"):
            yield Mistake((*path, "options"), "BASE_TYPE_REQUIRED", "This field is required")
        return
    yield from _choices((*path, "choices"), option)


def _choices(path: Path, option: Payload) -> Iterator[Mistake]:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        yield Mistake(path, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Choices and autocomplete exclude each other.")
    if (choices or option.get("autocomplete")) and option.get("type") not in (STRING, INTEGER, NUMBER):
        yield Mistake(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Only texts and numbers have choices.")
    if len(choices) > 25:
        yield Mistake(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if len({choice.get("name") for choice in choices}) < len(choices):
        yield Mistake(path, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS", "Option choice name already exists")
    for index, choice in enumerate(choices):
        yield from too_long((*path, index, "name"), choice.get("name"), 100, least=1)
        if option.get("type") == STRING:
            yield from too_long((*path, index, "value"), choice.get("value"), 100)
