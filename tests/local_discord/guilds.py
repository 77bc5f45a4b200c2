"""Guilds with their roles, members and channels."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.local_discord import permissions
from tests.local_discord.applications import Application, User
from tests.local_discord.channels import Channel
from tests.local_discord.permissions import EVERYONE, Permission

if TYPE_CHECKING:
    from tests.local_discord.people import Person
    from tests.local_discord.server import LocalDiscord

QUIZ_BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What the invite link of a quiz bot asks for, unless a test says otherwise."""


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: Permission = Permission.NONE
    mentionable: bool = False
    position: int = 1
    managed: bool = False

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Member:
    user: User
    joined: datetime
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None


@dataclass(eq=False)
class Installation:
    """An application in a guild: a bot member, and commands if that scope was granted."""

    application: Application
    commands: bool


@dataclass(eq=False)
class Guild:
    """A server of people. The everyone role has the guild's id."""

    home: "LocalDiscord"
    id: int
    name: str
    owner: User
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    installed: dict[int, Installation] = field(default_factory=dict)
    created: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.created = self.home.clock.now()
        self.roles[self.id] = Role(self.id, "@everyone", EVERYONE, position=0)
        self._join(self.owner)

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]

    def _join(self, user: User) -> Member:
        return self.members.setdefault(user.id, Member(user, self.home.clock.now()))

    def permissions_of(self, user: User) -> Permission:
        member = self.members.get(user.id)
        if member is None:
            return Permission.NONE
        held = [self.roles[role_id].permissions for role_id in member.role_ids]
        return permissions.in_guild(self.everyone.permissions, held, owner=user is self.owner)

    def add_channel(self, name: str) -> Channel:
        """Makes a text channel, and tells the bots."""
        channel = Channel(self.home, self.home.ids.next(), name, guild=self)
        self.channels[channel.id] = self.home.channels[channel.id] = channel
        self.home.announce.channel("CHANNEL_CREATE", channel)
        return channel

    def add_role(self, name: str, permissions: Permission = Permission.NONE, *, mentionable: bool = False) -> Role:
        role = Role(self.home.ids.next(), name, permissions, mentionable, position=len(self.roles))
        self.roles[role.id] = role
        self.home.announce.role("GUILD_ROLE_CREATE", self, role)
        return role

    def add_member(self, who: "str | Person", *roles: Role, manage_guild: bool = False) -> "Person":
        """Lets a person in: a new one by her name, or one whom the local Discord knows."""
        person = self.home.add_person(who) if isinstance(who, str) else who
        member = self._join(person.user)
        member.role_ids += [role.id for role in roles]
        if manage_guild:
            member.role_ids.append(self.add_role(f"{person.name}'s", Permission.MANAGE_GUILD).id)
        self.home.announce.member("GUILD_MEMBER_ADD", self, member)
        return person

    def give(self, who: "Person", role: Role) -> None:
        self.members[who.id].role_ids.append(role.id)
        self.home.announce.member("GUILD_MEMBER_UPDATE", self, self.members[who.id])

    def take(self, who: "Person", role: Role) -> None:
        self.members[who.id].role_ids.remove(role.id)
        self.home.announce.member("GUILD_MEMBER_UPDATE", self, self.members[who.id])

    def part(self, who: "Person") -> None:
        """The person leaves the guild."""
        member = self.members.pop(who.id)
        self.home.announce.member("GUILD_MEMBER_REMOVE", self, member)

    def allow(self, role: Role, permission: Permission) -> None:
        role.permissions |= permission
        self.home.announce.role("GUILD_ROLE_UPDATE", self, role)

    def forbid(self, role: Role, permission: Permission) -> None:
        """Takes a permission from a role; `role_of(app)` finds the bot's own."""
        role.permissions &= ~permission
        self.home.announce.role("GUILD_ROLE_UPDATE", self, role)

    def role_of(self, app: Application) -> Role:
        """The managed role that an installed bot got from its invite link."""
        return next(self.roles[each] for each in self.members[app.id].role_ids if self.roles[each].managed)

    def install(self, app: Application, permissions: Permission = QUIZ_BOT, *, commands: bool = True) -> None:
        """An admin follows the invite link. `commands` is the scope applications.commands."""
        role = self.add_role(app.name, permissions)
        role.managed = True
        self.installed[app.id] = Installation(app, commands)
        self._join(app.user).role_ids.append(role.id)
        self.home.announce.guild_joined(self, app)

    def remove(self, app: Application) -> None:
        """An admin throws the bot out."""
        del self.installed[app.id]
        for role_id in self.members.pop(app.id).role_ids:
            self.roles.pop(role_id, None)
        self.home.commands.forget_guild(app, self)
        self.home.announce.guild_left(self, app)

    def goes_down(self) -> None:
        """An outage on Discord's side: bots hear that the guild is unavailable, not that they were removed."""
        self.home.announce.guild_down(self)

    def comes_back(self) -> None:
        self.home.announce.guild_back(self)

    def __repr__(self) -> str:
        return f"<guild {self.name}>"
