"""What happens is told to the bots: which event, to whom, with which intent."""

from typing import TYPE_CHECKING

from tests.local_discord import wire
from tests.local_discord.applications import MEMBERS, MESSAGE_CONTENT, Application
from tests.local_discord.channels import Channel
from tests.local_discord.guilds import Guild, Member, Role
from tests.local_discord.messages import Message
from tests.local_discord.permissions import Permission
from tests.local_discord.refusal import Payload
from tests.local_discord.session import GUILDS, Session

if TYPE_CHECKING:
    from tests.local_discord.interactions import Interaction
    from tests.local_discord.server import LocalDiscord

GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 9, 1 << 12


class Announcements:
    """Sends each event to the sessions that may hear of it."""

    def __init__(self, home: "LocalDiscord") -> None:
        self._home = home

    def guild_joined(self, guild: Guild, app: Application) -> None:
        """The body says nothing of `unavailable`: by that a bot tells a new guild from one that is back."""
        for session in self._sessions(app, guild):
            if session.intents & GUILDS:
                session.send("GUILD_CREATE", wire.guild_created(guild, app, all_members=session.hears(MEMBERS)))

    def guild_left(self, guild: Guild, app: Application) -> None:
        for session in self._sessions(app, guild):
            if session.intents & GUILDS:
                session.send("GUILD_DELETE", {"id": str(guild.id)})

    def guild_down(self, guild: Guild) -> None:
        self._to_guild("GUILD_DELETE", guild, {"id": str(guild.id), "unavailable": True}, GUILDS)

    def guild_back(self, guild: Guild) -> None:
        for installation in guild.installed.values():
            for session in self._sessions(installation.application, guild):
                session.welcome(guild)

    def channel(self, event: str, channel: Channel, *, newly_created: bool = False) -> None:
        if channel.guild is None:
            return
        body = wire.channel(channel) | ({"newly_created": True} if newly_created else {})
        self._to_guild(event, channel.guild, body, GUILDS)

    def role(self, event: str, guild: Guild, role: Role) -> None:
        self._to_guild(event, guild, {"guild_id": str(guild.id), "role": wire.role(role)}, GUILDS)

    def member(self, event: str, guild: Guild, member: Member) -> None:
        about = {"user": wire.user(member.user)} if event == "GUILD_MEMBER_REMOVE" else wire.member(member)
        self._to_guild(event, guild, about | {"guild_id": str(guild.id)}, MEMBERS)

    def message(self, event: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE; without the content intent, without what was written."""
        body = wire.message(message) | _place(message)
        for session in self._hearing(message.channel):
            session.send(event, body if _may_read(session, message) else wire.hidden(body, session.app))

    def message_deleted(self, message: Message) -> None:
        body = {"id": str(message.id), "channel_id": str(message.channel.id)}
        guild = message.channel.guild
        for session in self._hearing(message.channel):
            session.send("MESSAGE_DELETE", body | ({"guild_id": str(guild.id)} if guild else {}))

    def interaction(self, interaction: "Interaction", body: Payload) -> None:
        if interaction.app.endpoint is None:
            for session in self._sessions(interaction.app, interaction.channel.guild):
                session.send("INTERACTION_CREATE", body)

    def _hearing(self, channel: Channel) -> list[Session]:
        intent = DIRECT_MESSAGES if channel.is_dm else GUILD_MESSAGES
        return [
            session
            for app in self._home.applications
            if channel.permissions_of(app.user) & Permission.VIEW_CHANNEL
            for session in self._sessions(app, channel.guild)
            if session.intents & intent
        ]

    def _to_guild(self, event: str, guild: Guild, body: Payload, intent: int) -> None:
        for installation in list(guild.installed.values()):
            for session in self._sessions(installation.application, guild):
                if session.intents & intent:
                    session.send(event, body)
        self._home.pulse.beat()

    def _sessions(self, app: Application, guild: Guild | None) -> list[Session]:
        """Every session of the application whose shard the place belongs to; direct messages are on shard 0."""
        return self._home.gateway.sessions_for(app, guild.id if guild else 0)


def _may_read(session: Session, message: Message) -> bool:
    mine = message.author is session.app.user or message.channel.is_dm
    return session.hears(MESSAGE_CONTENT) or mine or session.app.id in message.mentions.users


def _place(message: Message) -> Payload:
    guild = message.channel.guild
    if guild is None:
        return {"channel_type": message.channel.type}
    body: Payload = {"guild_id": str(guild.id), "channel_type": message.channel.type}
    if message.application is None and (member := guild.members.get(message.author.id)):
        body["member"] = wire.member(member, with_user=False)
    return body
