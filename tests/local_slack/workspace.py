"""A workspace: its people, its channels, the apps installed in it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.local_slack.app import Installation, SlackApp, Token
from tests.local_slack.channel import Channel, Kind
from tests.local_slack.ids import secret
from tests.local_slack.message import Message
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.people import Person
from tests.local_slack.profile import Profile

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack

TOKEN_SECONDS = 12 * 3600


@dataclass(eq=False)
class Workspace:
    """A Slack workspace; with an `enterprise_id` it is part of an Enterprise Grid and its people have W… ids."""

    slack: "LocalSlack"
    id: str
    name: str
    enterprise_id: str = ""
    profiles: dict[str, Profile] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    installations: dict[str, Installation] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    # people

    def add_person(
        self,
        name: str,
        *,
        tz: str | None = "UTC",
        real_name: str | None = None,
        display_name: str | None = None,
        admin: bool = False,
        owner: bool = False,
        guest: str = "",
        locale: str = "en-US",
    ) -> Person:
        """Somebody joins. `guest` is "restricted" or "ultra_restricted"; many people have an empty `display_name`."""
        profile = Profile(
            self.slack.ids.new("W" if self.enterprise_id else "U"),
            self.id,
            name,
            real_name if real_name is not None else name.capitalize(),
            display_name if display_name is not None else name,
            tz,
            admin,
            owner,
            guest,
            locale=locale,
            enterprise_id=self.enterprise_id,
        )
        self.profiles[profile.id] = profile
        person = self.people[profile.id] = Person(self.slack, self, profile)
        self.slack.events.workspace(self, {"type": "team_join", "user": profile.payload(locale=True)})
        return person

    def deactivate(self, person: Person) -> None:
        """An admin deactivates somebody, who leaves every channel."""
        person.profile.deleted = True
        for channel in self.channels.values():
            channel.members.discard(person.id)
        self.changes(person)

    def changes(self, person: Person, *, tz: str | None = None, display_name: str | None = None) -> None:
        """Somebody's profile changed."""
        if tz is not None:
            person.profile.tz = tz
        if display_name is not None:
            person.profile.display_name = display_name
        user = person.profile.payload(locale=True)
        self.slack.events.workspace(self, {"type": "user_change", "user": user, "cache_ts": 1})

    # channels

    def add_channel(
        self,
        name: str,
        members: list[Person] | None = None,
        *,
        private: bool = False,
        shared_with: "list[Workspace] | None" = None,
        bots: list[Installation] | None = None,
    ) -> Channel:
        """A channel; `bots` are the installations whose bot is invited already."""
        workspaces = [self, *(shared_with or [])]
        ids = {person.id for person in members or []} | {bot.bot_user_id for bot in bots or []}
        return self._open(workspaces, "private" if private else "public", name, ids)

    def _open(self, workspaces: "list[Workspace]", kind: Kind, name: str, members: set[str]) -> Channel:
        channel = Channel(self.slack, workspaces, self.slack.ids.new("D" if kind == "im" else "C"), name, kind, members)
        for workspace in workspaces:
            workspace.channels[channel.id] = channel
        return channel

    def direct(self, one: str, other: str) -> Channel:
        """The direct messages of two, made when first needed."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == {one, other}:
                return channel
        return self._open([self], "im", "directmessage", {one, other})

    def invites(self, installation: Installation, channel: Channel) -> None:
        """Somebody types `/invite @bot`."""
        self.joins(installation.bot_user_id, channel)

    def joins(self, user: str, channel: Channel) -> None:
        """Somebody comes into a channel."""
        channel.members.add(user)
        self.slack.events.joined(channel, user)

    def removes(self, user: str, channel: Channel) -> None:
        """Somebody, or a bot, is taken out of a channel."""
        channel.members.discard(user)
        self.slack.events.left(channel, user)

    def archives(self, channel: Channel, by: Person) -> None:
        """A channel is archived."""
        channel.archived = True
        self.slack.events.channel_life(channel, "archive", by.id)

    def unarchives(self, channel: Channel, by: Person) -> None:
        """An archived channel is opened again."""
        channel.archived = False
        self.slack.events.channel_life(channel, "unarchive", by.id)

    def makes_private(self, channel: Channel, by: Person) -> None:
        """A public channel turns private and keeps its id."""
        channel.kind = "private"
        event: Payload = {"type": "channel_convert_to_private", "channel": channel.id, "user": by.id}
        self.slack.events.workspace(self, event)

    def renames(self, channel: Channel, name: str, by: Person) -> None:
        """A channel gets another name; its id stays."""
        channel.name = name
        self.slack.events.channel_life(channel, "rename", by.id)

    def deletes(self, channel: Channel, by: Person) -> None:
        """A channel is deleted for good."""
        channel.deleted = True
        self.slack.events.channel_life(channel, "deleted", by.id)

    def another_bot_posts(self, channel: Channel, text: str) -> Message:
        """An incoming webhook of somebody else writes (subtype bot_message)."""
        message = Message(channel, self.slack.ts(), "", text, bot_id="B0OTHER", subtype="bot_message", team_id=self.id)
        channel.messages.append(message)
        self.slack.events.message(message)
        self.slack.changed()
        return message

    # apps

    def install(
        self, app: SlackApp, by: Person, scopes: list[str] | None = None, *, org_wide: bool = False
    ) -> Installation:
        """Install, or install again with the scopes the manifest names now; the bot user stays the same."""
        before = app.installations.get(self.id)
        bot_user_id = before.bot_user_id if before else self._bot_user(app)
        bot_id = self.profiles[bot_user_id].bot_id
        installation = Installation(app, self, by, list(scopes or app.scopes), bot_user_id, bot_id)
        installation.org_wide = org_wide
        if before and not before.uninstalled and not app.rotates_tokens:
            installation.token = before.token
        self.profiles[bot_user_id].deleted = False
        self.installations[app.id] = app.installations[self.id] = installation
        self.slack.give_token(installation)
        return installation

    def _bot_user(self, app: SlackApp) -> str:
        bot_id, name = self.slack.ids.new("B"), app.bot_name
        profile = Profile(self.slack.ids.new("U"), self.id, name.lower(), name, "", None, bot_id=bot_id, app_id=app.id)
        self.profiles[profile.id] = profile
        return profile.id

    def uninstall(self, app: SlackApp, *, tokens_first: bool = False) -> None:
        """Take an app out. Slack tells by two events whose order is not guaranteed."""
        installation = app.installations[self.id]
        events: list[Payload] = [
            {"type": "app_uninstalled"},
            {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [installation.bot_user_id]}},
        ]
        installation.uninstalled = True
        self.profiles[installation.bot_user_id].deleted = True
        for event in reversed(events) if tokens_first else events:
            self.slack.events.to(installation, event)
        for channel in self.channels.values():
            channel.members.discard(installation.bot_user_id)
        self.installations.pop(app.id, None)

    def revoke_tokens(self, app: SlackApp) -> None:
        """The tokens die, the app stays installed."""
        installation = app.installations[self.id]
        for token in self.slack.tokens.values():
            if token.installation is installation:
                token.revoked = True
        tokens = {"oauth": [], "bot": [installation.bot_user_id]}
        self.slack.events.to(installation, {"type": "tokens_revoked", "tokens": tokens})


def give_token(slack: "LocalSlack", installation: Installation) -> None:
    """A bot token, and where the app rotates tokens, one of 12 hours with a single-use refresh token."""
    if not installation.app.rotates_tokens:
        installation.token = installation.token or secret("xoxb-")
        slack.tokens[installation.token] = Token(installation)
        return
    installation.token = secret("xoxe.xoxb-1-")
    installation.refresh_token = secret("xoxe-1-")
    slack.tokens[installation.token] = Token(installation, slack.clock.now() + TOKEN_SECONDS)
    slack.tokens[installation.refresh_token] = Token(installation, refresh=True)


def find_channel(installation: Installation, name: object) -> Channel:
    """A channel by id or `#name`, as far as this bot may know of it.

    Raises:
        ApiError: channel_not_found.
    """
    workspace = installation.workspace
    wanted = str(name or "").removeprefix("#")
    for channel in workspace.channels.values():
        if (
            wanted not in (channel.id, channel.name)
            or channel.deleted
            or (channel.kind == "im" and wanted != channel.id)
        ):
            continue
        if channel.kind == "public" or installation.bot_user_id in channel.members:
            return channel
    raise ApiError("channel_not_found")


def known_profile(workspace: Workspace, user: str) -> Profile:
    """Somebody of this workspace, or of one it shares a channel with.

    Raises:
        ApiError: user_not_found.
    """
    if user in workspace.profiles:
        return workspace.profiles[user]
    for channel in workspace.channels.values():
        for other in channel.workspaces:
            if user in channel.members and user in other.profiles:
                return other.profiles[user]
    raise ApiError("user_not_found")
