"""Channels, threads and direct messages."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.local_discord import permissions
from tests.local_discord.applications import Application, User
from tests.local_discord.permissions import DIRECT_MESSAGE, Overwrite, Permission

if TYPE_CHECKING:
    from tests.local_discord.guilds import Guild, Role
    from tests.local_discord.messages import Message
    from tests.local_discord.people import Person
    from tests.local_discord.server import LocalDiscord

TEXT, DM, PUBLIC_THREAD = 0, 1, 11


@dataclass(eq=False)
class Channel:
    """A text channel of a guild, a thread (`parent` is set) or a direct message (`recipients` are set)."""

    home: "LocalDiscord"
    id: int
    name: str
    type: int = TEXT
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    owner: User | None = None
    recipients: tuple[User, ...] = ()
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: "list[Message]" = field(default_factory=list)
    archived: bool = False
    locked: bool = False
    auto_archive: int = 1440
    deleted: bool = False
    _returned: set[int] = field(default_factory=set)

    @property
    def is_thread(self) -> bool:
        return self.parent is not None

    @property
    def is_dm(self) -> bool:
        return self.type == DM

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def sending(self) -> Permission:
        """The permission one needs to write here."""
        return Permission.SEND_MESSAGES_IN_THREADS if self.is_thread else Permission.SEND_MESSAGES

    def permissions_of(self, user: User) -> Permission:
        if self.guild is None:
            return DIRECT_MESSAGE if user in self.recipients else Permission.NONE
        if self.parent is not None:
            return self.parent.permissions_of(user)
        member = self.guild.members.get(user.id)
        if member is None:
            return Permission.NONE
        return permissions.in_channel(
            self.guild.permissions_of(user),
            self.overwrites,
            everyone_id=self.guild.id,
            role_ids=member.role_ids,
            user_id=user.id,
        )

    def allow(self, who: "Application | User | Person | Role", permission: Permission) -> None:
        """Gives a permission in this channel, and tells the bots."""
        self.overwrites.setdefault(who.id, Overwrite()).permit(permission)
        self.home.announce.channel("CHANNEL_UPDATE", self)

    def forbid(self, who: "Application | User | Person | Role", permission: Permission) -> None:
        """Takes a permission away in this channel, and tells the bots."""
        self.overwrites.setdefault(who.id, Overwrite()).forbid(permission)
        self.home.announce.channel("CHANNEL_UPDATE", self)

    def delete(self) -> None:
        """An admin deletes the channel (or the thread): its messages are gone."""
        self.deleted = True
        self.home.channels.pop(self.id, None)
        if self.guild is not None:
            self.guild.channels.pop(self.id, None)
            for thread in [channel for channel in self.guild.channels.values() if channel.parent is self]:
                self.guild.channels.pop(thread.id)
                self.home.channels.pop(thread.id, None)
        self.home.announce.channel("THREAD_DELETE" if self.is_thread else "CHANNEL_DELETE", self)

    def archive(self, *, locked: bool = False) -> None:
        """A thread falls asleep; a locked one stays so."""
        self.archived, self.locked = True, locked
        self.home.announce.channel("THREAD_UPDATE", self)

    def message(self, message_id: int) -> "Message | None":
        return next((message for message in self.messages if message.id == message_id), None)

    async def next_message(self) -> "Message":
        """Waits for the first message of a bot in this channel that no call has returned yet."""

        def unread() -> "Message | None":
            of_bots = (message for message in self.messages if message.author.bot and message.written)
            return next((message for message in of_bots if message.id not in self._returned), None)

        message = await self.home.pulse.until(unread, f"a new message of a bot in #{self.name}", self.text)
        self._returned.add(message.id)
        return message

    async def shows(self, *texts: str) -> "Message":
        """Waits until one message here, as people see it now, contains all these texts."""

        def found() -> "Message | None":
            return next((message for message in self.messages if message.shows(*texts)), None)

        return await self.home.pulse.until(found, f"{texts} in #{self.name}", self.text)

    def text(self) -> str:
        """The channel as a person reads it, from the oldest message to the newest."""
        return "\n".join(f"{message.author.name}: {message.text()}" for message in self.messages)

    def __repr__(self) -> str:
        return f"<channel {self.name}>"
