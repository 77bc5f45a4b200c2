"""The register of application commands, global and per guild."""

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from tests.local_discord import command_rules
from tests.local_discord.applications import Application
from tests.local_discord.guilds import Guild
from tests.local_discord.refusal import Payload, require, too_many_creates, unknown_command

if TYPE_CHECKING:
    from tests.local_discord.server import LocalDiscord

CREATES_A_DAY = 200
Scope = tuple[int, int | None]
"""The application, and the guild or None for global commands."""


class Commands:
    """Knows every registered command, and counts creates as Discord does: only of new names."""

    def __init__(self, home: "LocalDiscord") -> None:
        self._home = home
        self._of: dict[Scope, list[Payload]] = {}
        self.overwrites = 0
        """How often a scope was overwritten in bulk; a bot should do so only when its tree changed."""
        self._creates: Counter[tuple[Scope, date]] = Counter()

    def of(self, app: Application, guild: Guild | None = None) -> list[Payload]:
        return list(self._of.get(_scope(app, guild), ()))

    def seen_in(self, app: Application, guild: Guild | None) -> list[Payload]:
        """The commands that exist in this place: a guild's own hide global ones of the same name."""
        own = self.of(app, guild) if guild else []
        names = {(each["type"], each["name"]) for each in own}
        shared = [each for each in self.of(app) if (each["type"], each["name"]) not in names]
        where = 0 if guild else 1
        return own + [each for each in shared if each["contexts"] is None or where in each["contexts"]]

    async def registered(self, app: Application, name: str, guild: Guild | None = None) -> Payload:
        """Waits until there is a command of this name."""

        def found() -> Payload | None:
            return next((each for each in self.of(app, guild) if each["name"] == name), None)

        return await self._home.pulse.until(found, f"/{name} to be registered")

    def get(self, app: Application, guild: Guild | None, command_id: int) -> Payload:
        found = next((each for each in self.of(app, guild) if each["id"] == str(command_id)), None)
        if found is None:
            raise unknown_command()
        return found

    def overwrite(self, app: Application, guild: Guild | None, bodies: list[Payload]) -> list[Payload]:
        require(command_rules.set_mistakes(bodies))
        made = [self._made(app, guild, body) for body in bodies]
        self._of[_scope(app, guild)] = made
        self.overwrites += 1
        self._home.pulse.beat()
        return made

    def upsert(self, app: Application, guild: Guild | None, body: Payload) -> Payload:
        require(command_rules.mistakes(body))
        key = (body.get("type") or 1, body["name"])
        others = [each for each in self.of(app, guild) if (each["type"], each["name"]) != key]
        require(command_rules.set_mistakes([*others, body]))
        made = self._made(app, guild, body)
        self._of[_scope(app, guild)] = [*others, made]
        self._home.pulse.beat()
        return made

    def change(self, app: Application, guild: Guild | None, command_id: int, body: Payload) -> Payload:
        old = self.get(app, guild, command_id)
        changed = {**old, **body}
        others = [each for each in self.of(app, guild) if each is not old]
        require(command_rules.set_mistakes([*others, changed]))
        changed["version"] = str(self._home.ids.next())
        self._of[_scope(app, guild)] = [*others, changed]
        return changed

    def delete(self, app: Application, guild: Guild | None, command_id: int) -> None:
        old = self.get(app, guild, command_id)
        self._of[_scope(app, guild)].remove(old)

    def forget_guild(self, app: Application, guild: Guild) -> None:
        self._of.pop(_scope(app, guild), None)

    def _made(self, app: Application, guild: Guild | None, body: Payload) -> Payload:
        kind = body.get("type") or 1
        same = (each for each in self.of(app, guild) if (each["type"], each["name"]) == (kind, body["name"]))
        old = next(same, None)
        if old is None:
            self._count_create(_scope(app, guild))
        permissions = body.get("default_member_permissions")
        made: Payload = {
            "id": old["id"] if old else str(self._home.ids.next()),
            "application_id": str(app.id),
            "version": str(self._home.ids.next()),
            "type": kind,
            "name": body["name"],
            "name_localizations": body.get("name_localizations"),
            "description": body.get("description") or "",
            "description_localizations": body.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "nsfw": bool(body.get("nsfw")),
            "contexts": _contexts(body),
            "integration_types": body.get("integration_types") or [0],
            "options": body.get("options") or [],
        }
        return made | ({"guild_id": str(guild.id)} if guild else {})

    def _count_create(self, scope: Scope) -> None:
        today = (scope, self._home.clock.now().date())
        if self._creates[today] >= CREATES_A_DAY:
            raise too_many_creates(CREATES_A_DAY)
        self._creates[today] += 1


def _contexts(body: Payload) -> list[int] | None:
    """Where the command is offered; `dm_permission` is the old way to say "in guilds only"."""
    contexts: list[int] | None = body.get("contexts")
    return [0] if contexts is None and body.get("dm_permission") is False else contexts


def _scope(app: Application, guild: Guild | None) -> Scope:
    return app.id, guild.id if guild else None
