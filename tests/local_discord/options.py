"""How Discord's client turns "quiz leaderboard" and its options into a command the bot receives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_discord import wire
from tests.local_discord.applications import Application, User
from tests.local_discord.channels import Channel
from tests.local_discord.guilds import Role
from tests.local_discord.permissions import EVERYTHING, Permission
from tests.local_discord.refusal import Payload

if TYPE_CHECKING:
    from tests.local_discord.people import Person
    from tests.local_discord.server import LocalDiscord

CHAT_INPUT, MESSAGE = 1, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)


class CannotDo(AssertionError):
    """Discord's client would not let a person do this; the message says why."""


@dataclass(frozen=True)
class Chosen:
    """A command with the path to its subcommand, and the options that this takes."""

    app: Application
    command: Payload
    path: tuple[Payload, ...]
    takes: list[Payload]

    def data(self, options: list[Payload], resolved: Payload) -> Payload:
        for step in reversed(self.path):
            options = [{"name": step["name"], "type": step["type"], "options": options}]
        body: Payload = {"id": self.command["id"], "name": self.command["name"], "type": 1, "options": options}
        if "guild_id" in self.command:
            body["guild_id"] = self.command["guild_id"]
        return body | ({"resolved": resolved} if resolved else {})


def choose(home: "LocalDiscord", person: "Person", channel: Channel, words: str, *, hidden_too: bool) -> Chosen:
    """Finds "quiz-admin schedule set" among the commands that this person is offered here."""
    name, *rest = words.split()
    offered = list(_offered(home, person, channel, CHAT_INPUT))
    found = [(app, each) for app, each, _ in offered if each["name"] == name]
    if not found:
        raise CannotDo(f"There is no /{name} here; there is {_listed(each['name'] for _, each, _ in offered)}.")
    app, command = found[0]
    if not hidden_too and not any(shown for _, each, shown in offered if each is command):
        raise CannotDo(f"/{name} is not shown to {person.name}: it needs {command['default_member_permissions']}.")
    return _descend(app, command, rest)


def choose_for_message(
    home: "LocalDiscord", person: "Person", channel: Channel, name: str
) -> tuple[Application, Payload]:
    """Finds a command of the message menu among those this person is offered."""
    offered = [(app, each) for app, each, shown in _offered(home, person, channel, MESSAGE) if shown]
    found = next(((app, each) for app, each in offered if each["name"] == name), None)
    if found is None:
        raise CannotDo(f"The menu has no {name!r}; it has {_listed(each['name'] for _, each in offered)}.")
    return found


def _offered(
    home: "LocalDiscord", person: "Person", channel: Channel, kind: int
) -> Iterable[tuple[Application, Payload, bool]]:
    """Every command that exists here, and whether this person is shown it."""
    mine = channel.permissions_of(person.user)
    for app in home.applications:
        if _present(app, channel):
            for each in home.commands.seen_in(app, channel.guild):
                if each["type"] == kind:
                    yield app, each, channel.guild is None or _shown(each, mine)


def _present(app: Application, channel: Channel) -> bool:
    if channel.guild is None:
        return app.user in channel.recipients
    return app.id in channel.guild.installed and channel.guild.installed[app.id].commands


def _shown(command: Payload, mine: Permission) -> bool:
    if not mine & Permission.USE_APPLICATION_COMMANDS:
        return False
    needed = command["default_member_permissions"]
    if needed is None or mine == EVERYTHING:
        return True
    return int(needed) != 0 and not int(needed) & ~mine


def _descend(app: Application, command: Payload, words: list[str]) -> Chosen:
    path: list[Payload] = []
    options = command["options"]
    for word in words:
        step = next((each for each in options if each["name"] == word and each["type"] in (SUBCOMMAND, GROUP)), None)
        if step is None:
            raise CannotDo(f"/{command['name']} has no {word!r}; it has {_listed(each['name'] for each in options)}.")
        path.append(step)
        options = step.get("options") or []
    if any(each["type"] in (SUBCOMMAND, GROUP) for each in options):
        names = _listed(each["name"] for each in options)
        raise CannotDo(f"/{' '.join([command['name'], *words])} is no command by itself; it has {names}.")
    return Chosen(app, command, tuple(path), options)


@dataclass
class Filled:
    """The options as sent, and what their ids stand for."""

    options: list[Payload] = field(default_factory=list)
    resolved: Payload = field(default_factory=dict)


def fill(chosen: Chosen, values: Mapping[str, Any], channel: Channel, *, typing: str | None = None) -> Filled:
    """Checks the values as the client does. `typing`: the option that is being typed, for autocomplete."""
    takes = {each["name"]: each for each in chosen.takes}
    for name in values:
        if name not in takes:
            raise CannotDo(f"/{chosen.command['name']} takes no {name!r}; it takes {_listed(takes)}.")
    filled = Filled()
    for name, option in takes.items():
        if name in values:
            value = values[name] if name == typing else _value(option, values[name])
            resolve(filled.resolved, values[name], channel)
            entry = {"name": name, "type": option["type"], "value": value}
            filled.options.append(entry | ({"focused": True} if name == typing else {}))
        elif option.get("required") and typing is None:
            raise CannotDo(f"/{chosen.command['name']} needs {name!r}.")
    return filled


def _value(option: Payload, value: Any) -> Any:  # noqa: ANN401 - of the kind the option has
    if choices := option.get("choices"):
        return _choice(option["name"], choices, value)
    kinds: dict[int, tuple[type, ...]] = {
        STRING: (str,),
        INTEGER: (int,),
        BOOLEAN: (bool,),
        NUMBER: (int, float),
        CHANNEL: (Channel,),
        ROLE: (Role,),
    }
    if option["type"] in (USER, MENTIONABLE, CHANNEL, ROLE) and hasattr(value, "id"):
        return str(value.id)
    if not isinstance(value, kinds.get(option["type"], (object,))):
        raise CannotDo(f"{option['name']!r} cannot be {value!r}.")
    _in_bounds(option, value)
    return value


def _in_bounds(option: Payload, value: Any) -> None:  # noqa: ANN401 - of the kind the option has
    if isinstance(value, str):
        least, most, size = option.get("min_length") or 0, option.get("max_length") or 6000, float(len(value))
    else:
        least, most, size = option.get("min_value", -(2**53)), option.get("max_value", 2**53), float(value)
    if not (least if least is not None else -(2**53)) <= size <= (most if most is not None else 2**53):
        raise CannotDo(f"{option['name']!r} must be from {least} to {most}.")


def _choice(name: str, choices: list[Payload], value: object) -> object:
    for choice in choices:
        if value in (choice["name"], choice["value"]):
            return choice["value"]
    raise CannotDo(f"{name!r} offers no {value!r}; it offers {_listed(choice['name'] for choice in choices)}.")


def resolve(resolved: Payload, value: object, channel: Channel) -> None:
    """Adds what an id stands for, as Discord does for people, channels and roles."""
    if isinstance(value, Channel):
        about = wire.channel(value) | {"permissions": str(int(EVERYTHING))}
        resolved.setdefault("channels", {})[str(value.id)] = about
    elif isinstance(value, Role):
        resolved.setdefault("roles", {})[str(value.id)] = wire.role(value)
    elif isinstance(user := getattr(value, "user", value), User):
        resolved.setdefault("users", {})[str(user.id)] = wire.user(user)
        if channel.guild is not None and (member := channel.guild.members.get(user.id)):
            about = wire.member(member, with_user=False)
            about["permissions"] = str(int(channel.permissions_of(user)))
            resolved.setdefault("members", {})[str(user.id)] = about


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
