"""Messages: what was written, who sees it, whom it pings."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.local_discord import components, pings, reading
from tests.local_discord.applications import Application, User
from tests.local_discord.channels import Channel
from tests.local_discord.permissions import Permission
from tests.local_discord.pings import Allowed, Pings
from tests.local_discord.refusal import Payload

if TYPE_CHECKING:
    from tests.local_discord.interactions import Interaction
    from tests.local_discord.server import LocalDiscord

SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING = 1 << 2, 1 << 5, 1 << 6, 1 << 7
SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 12, 1 << 15
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2

NORMAL, REPLY, COMMAND, THREAD_STARTER = 0, 19, 20, 21


@dataclass(eq=False)
class Message:
    """One message; an ephemeral one is in no channel's list, only in its interaction's."""

    home: "LocalDiscord"
    id: int
    channel: Channel
    author: User
    created: datetime
    type: int = NORMAL
    content: str = ""
    embeds: list[Payload] = field(default_factory=list)
    components: list[Payload] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    reply_to: "Message | None" = None
    application: Application | None = None
    interaction: "Interaction | None" = None
    thread: Channel | None = None
    edited: datetime | None = None
    pings: Pings = field(default_factory=Pings)
    """Whom it notified when it was sent; an edit notifies nobody."""
    mentions: Pings = field(default_factory=Pings)
    """Whom it names, as of its newest edit."""
    deleted: bool = False
    edits: int = 0
    past: list[str] = field(default_factory=list)
    """What it showed before each edit."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """ "Bot is thinking…"."""
        return bool(self.flags & LOADING)

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & COMPONENTS_V2)

    @property
    def written(self) -> bool:
        """Somebody wrote it: it is no notice of Discord's own, and it is not "thinking" any more."""
        return self.type in (NORMAL, REPLY, COMMAND) and not self.loading

    def text(self) -> str:
        """What a person reads: content, embeds and components, a button as [Label]."""
        return reading.text(self)

    def shows(self, *texts: str) -> bool:
        shown = self.text()
        return self.written and all(text in shown for text in texts)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons that can be pressed."""
        walked = components.walk(self.components)
        return [each.get("label", "") for each in walked if each["type"] == components.BUTTON and _enabled(each)]

    def texts(self) -> Iterator[str]:
        """The texts in which a mention counts: content, and the text displays of components."""
        yield self.content
        for each in components.walk(self.components):
            if each["type"] == components.TEXT_DISPLAY:
                yield each["content"]

    def fill(self, body: Payload, allowed: Allowed) -> None:
        """Takes over what the body names; null empties a field."""
        if "content" in body:
            self.content = str(body["content"] or "").strip()
        if "embeds" in body:
            self.embeds = [{"type": "rich", **embed} for embed in body["embeds"] or ()]
        if "components" in body:
            self.components = components.numbered(copy.deepcopy(body["components"] or []))
        if "attachments" in body:
            self.attachments = _attachments(self, body["attachments"] or [])
        if "flags" in body:
            kept = self.flags & ~(SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS)
            self.flags = kept | (int(body["flags"] or 0) & SETTABLE)
        self.mentions = _pings(self, allowed)

    @property
    def empty(self) -> bool:
        return not (self.content or self.embeds or self.components or self.attachments)

    def delete(self) -> None:
        """Takes the message away, whoever does it, and tells the bots."""
        self.deleted = True
        if self in self.channel.messages:
            self.channel.messages.remove(self)
            self.home.announce.message_deleted(self)
        self.home.pulse.beat()

    def __repr__(self) -> str:
        return f"<message in #{self.channel.name}: {self.text()!r}>"


def _enabled(button: Payload) -> bool:
    return not button.get("disabled")


def _attachments(message: Message, listed: list[Payload]) -> list[Payload]:
    kept = {str(each["id"]): each for each in message.attachments}
    return [
        kept.get(str(each["id"]))
        or {
            "id": str(message.home.ids.next()),
            "filename": each.get("filename", "file"),
            "size": each.get("size", 0),
            "url": "https://cdn.invalid/file",
            "proxy_url": "https://cdn.invalid/file",
        }
        for each in listed
    ]


def _pings(message: Message, allowed: Allowed) -> Pings:
    if message.ephemeral:
        return Pings()
    texts = list(message.texts())
    channel, author = message.channel, message.author
    users = {each for each in pings.named_users(texts) if allowed.user(each) and each in message.home.users}
    if message.reply_to is not None and allowed.replied_user:
        users.add(message.reply_to.author.id)
    if channel.guild is None:
        return Pings(users=frozenset(users) & {each.id for each in channel.recipients})
    may_ping_all = bool(channel.permissions_of(author) & Permission.MENTION_EVERYONE)
    roles = {
        each
        for each in pings.named_roles(texts)
        if allowed.role(each) and (role := channel.guild.roles.get(each)) and (role.mentionable or may_ping_all)
    }
    everyone = may_ping_all and allowed.everyone and pings.names_everyone(texts)
    return Pings(frozenset(users), frozenset(roles), everyone)


def write(
    home: "LocalDiscord",
    channel: Channel,
    author: User,
    body: Payload,
    allowed: Allowed,
    **more: Any,  # noqa: ANN401 - the fields of Message
) -> Message:
    """Makes a message of a checked body; does not publish it."""
    message = Message(home, home.ids.next(), channel, author, home.clock.now(), **more)
    message.fill(body, allowed)
    message.pings = message.mentions
    return message


def publish(message: Message) -> None:
    """Puts the message into its channel, for all to see."""
    channel = message.channel
    if channel.archived and not channel.locked:
        channel.archived = False
        message.home.announce.channel("THREAD_UPDATE", channel)
    channel.messages.append(message)
    message.home.announce.message("MESSAGE_CREATE", message)
    message.home.pulse.beat()


def edit(message: Message, body: Payload, allowed: Allowed) -> None:
    """Edits a message; one that was "thinking" becomes itself by it."""
    message.past.append(message.text())
    message.fill(body, allowed)
    if message.loading:
        message.flags &= ~LOADING
        message.pings = message.mentions
    message.edited = message.home.clock.now()
    message.edits += 1
    if not message.ephemeral:
        message.home.announce.message("MESSAGE_UPDATE", message)
    message.home.pulse.beat()
