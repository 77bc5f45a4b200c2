"""The slash commands, made from the one tree of chat commands.

Discord has no command that both has subcommands and can be used by itself: `/quiz` becomes `/quiz today`,
`/quiz privacy` becomes `/quiz privacy show`.
"""

import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Literal

import discord
from discord import app_commands

from bot.chat.command import COMMANDS, Command, Option, UnknownCommand, WrongOption, parse
from bot.content.bank import Bank
from bot.quiz.limits import Limits
from bot.services.ports import Store
from bot.services.suggest import suggest

Interaction = discord.Interaction[Any]
Use = Callable[[Interaction, tuple[str, ...], Mapping[str, str], int | None], Awaitable[None]]
"""What a command does: its path, its options as text, and the channel it is about where one was chosen."""
Suggestions = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]

_MOST_CHOICES, _LONGEST_CHOICE = 25, 100
_SUGGESTED = frozenset({"zone", "packs", "topic", "question", "time", "days", "open"})
_BY_ITSELF: dict[tuple[str, ...], str] = {("quiz",): "today"}
_GROUPS = {
    ("quiz",): "The quiz",
    ("quiz", "privacy"): "What is kept about you",
    ("quiz-admin",): "For leads: set up and run the quiz",
    ("quiz-admin", "schedule"): "When the questions come",
    ("quiz-admin", "lead"): "Who may use these commands",
}
_SETUP = ("quiz-admin", "setup")


class PostingChannel(app_commands.Transformer):
    """A channel in which a question can be posted."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(self, _interaction: Interaction, value: Any) -> Any:  # noqa: ANN401 - any channel
        return value


async def unused(
    _interaction: Interaction, _path: tuple[str, ...], _options: Mapping[str, str], _channel: int | None
) -> None:
    """For a tree that is only looked at."""


def add_to(tree: app_commands.CommandTree[Any], bank: Bank, use: Use) -> None:
    """Put `/quiz` and `/quiz-admin` into a tree, for servers only."""
    made: dict[tuple[str, ...], app_commands.Group] = {}
    for path, about in _GROUPS.items():
        made[path] = _group(path, about, made.get(path[:-1]))
    for command in COMMANDS:
        path = discord_path(command)
        made[path[:-1]].add_command(_command(command, path[-1], bank, use))
    for path, group in made.items():
        if len(path) == 1:
            tree.add_command(group)


def discord_path(command: Command) -> tuple[str, ...]:
    """Where a command stands on Discord."""
    if command.path in _GROUPS:
        return (*command.path, _BY_ITSELF.get(command.path, "show"))
    return command.path


_BY_PATH = {command.path: command for command in COMMANDS}


def as_typed_here(text: str) -> str:
    """A command as one types it on Discord: `/quiz practice topic:asyncio`. Other text stays as it is.

    Choices in brackets, as in a list of commands, are left out: Discord offers them while one types.
    """
    try:
        parsed = parse(text.partition(" [")[0]) if text.startswith("/quiz") else None
    except (UnknownCommand, WrongOption):
        return text
    command = _BY_PATH.get(parsed.path) if parsed else None
    if parsed is None or command is None or not text.startswith(command.words):
        return text
    return " ".join(["/" + " ".join(discord_path(command)), *(f"{k}:{v}" for k, v in parsed.options.items())])


def _group(path: tuple[str, ...], about: str, parent: app_commands.Group | None) -> app_commands.Group:
    if parent is not None:
        return app_commands.Group(name=path[-1], description=about, parent=parent)
    for_leads = discord.Permissions(manage_guild=True) if path == ("quiz-admin",) else None
    return app_commands.Group(
        name=path[-1],
        description=about,
        default_permissions=for_leads,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )


def _command(command: Command, name: str, bank: Bank, use: Use) -> app_commands.Command[Any, ..., None]:
    async def callback(interaction: Interaction, **chosen: Any) -> None:  # noqa: ANN401 - of the kinds below
        channel = chosen.pop("channel", None)
        options = _as_text({name: value for name, value in chosen.items() if value is not None})
        await use(interaction, command.path, options, channel.id if channel else None)

    taken = [_parameter(option) for option in command.options]
    helps = {option.name: option.help for option in command.options}
    if any(option.name == "ping" for option in command.options):
        taken.append(_optional("ping_nobody", bool))
        helps["ping_nobody"] = "Notify nobody any more"
    if command.path == _SETUP:
        taken.insert(0, _optional("channel", app_commands.Transform[Any, PostingChannel]))
        helps["channel"] = "Where the questions come; this channel if you choose none"
    first = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Interaction)
    # discord.py reads a command's options from the signature of its function.
    callback.__signature__ = inspect.Signature([first, *taken])  # type: ignore[attr-defined]
    app_commands.describe(**helps)(callback)
    made: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=name, description=command.help, callback=callback
    )
    for option in command.options:
        if option.name in _SUGGESTED:
            made.autocomplete(option.name)(_suggesting(bank, option.name))
    return made


def _parameter(option: Option) -> inspect.Parameter:
    if option.name == "person":
        return inspect.Parameter("person", inspect.Parameter.KEYWORD_ONLY, annotation=discord.User)
    if option.name == "ping":
        return _optional("ping", discord.Role)
    if option.choices:
        return _optional(option.name, Literal[option.choices])
    if option.free_text:
        return _optional(option.name, app_commands.Range[str, 1, Limits().longest])
    return _optional(option.name, str)


def _optional(name: str, kind: Any) -> inspect.Parameter:  # noqa: ANN401 - an annotation
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind | None)


def _as_text(chosen: Mapping[str, Any]) -> dict[str, str]:
    """Options as the core reads them: a role by its id, a person as `id|name`."""
    options = {name: _one_as_text(value) for name, value in chosen.items() if name != "ping_nobody"}
    if chosen.get("ping_nobody"):
        options["ping"] = "none"
    return options


def _one_as_text(value: object) -> str:
    if isinstance(value, discord.User | discord.Member):
        return f"{value.id}|{value.display_name}"
    return str(value.id) if isinstance(value, discord.Role) else str(value)


def _suggesting(bank: Bank, option: str) -> Suggestions:
    async def suggestions(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=label[:_LONGEST_CHOICE], value=value)
            for value, label in suggest(bank, option, typed, _MOST_CHOICES)
            if len(value) <= _LONGEST_CHOICE
        ]

    return suggestions


# Installing them. Discord counts every command made (200 a day), so it is told only of changes.


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Changes whenever Discord would be told something else."""
    told = [command.to_dict(tree) for command in tree.get_commands()]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def memory_name(application_id: int) -> str:
    """Under which the store remembers what is installed."""
    return f"discord:commands:{application_id}"


async def install(tree: app_commands.CommandTree[Any], store: Store, application_id: int) -> bool:
    """Tell Discord of the commands unless it was told of these before; whether it was told now."""
    name, wanted = memory_name(application_id), fingerprint(tree)
    async with store.read() as uow:
        if await uow.memory.get(name) == wanted:
            return False
    await tree.sync()
    async with store.write() as uow:
        await uow.memory.set(name, wanted)
        await uow.commit()
    return True


def shape(told: list[dict[str, Any]]) -> dict[str, str]:
    """Every command, subcommand and option of such a list with its help, to compare two of them."""
    return {path: about for each in told for path, about in _walk(each, "")}


def _walk(each: Mapping[str, Any], above: str) -> list[tuple[str, str]]:
    path = f"{above} {each['name']}".strip()
    below = [pair for option in each.get("options") or () for pair in _walk(option, path)]
    return [(path, str(each.get("description", ""))), *below]
