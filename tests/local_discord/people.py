"""People: each does what Discord's own client lets a person do, and sees what it shows her."""

from typing import TYPE_CHECKING, Any

from tests.local_discord import components, messages, pings, wire
from tests.local_discord import interactions as kinds
from tests.local_discord.applications import Application, User
from tests.local_discord.channels import Channel
from tests.local_discord.endpoints_channels import start_thread
from tests.local_discord.forms import Form, Value, picked
from tests.local_discord.interactions import Interaction
from tests.local_discord.messages import Message
from tests.local_discord.options import CannotDo, choose, choose_for_message, fill, resolve
from tests.local_discord.permissions import Permission
from tests.local_discord.refusal import Payload
from tests.local_discord.seen import Seen

if TYPE_CHECKING:
    from tests.local_discord.server import LocalDiscord


class Person:
    """One person at her client. Anything the client would refuse raises `CannotDo`."""

    def __init__(self, home: "LocalDiscord", user: User) -> None:
        self.home = home
        self.user = user

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return self.user.mention

    # Commands

    async def uses(self, channel: Channel, words: str, /, *, hidden_too: bool = False, **values: Any) -> Seen:  # noqa: ANN401 - of the kinds the options have
        """Sends "/quiz leaderboard" with its options: `uses(channel, "quiz leaderboard", period="week")`.

        `hidden_too`: also a command her permissions hide, as if an admin had allowed it for her.
        """
        self._must_see(channel)
        chosen = choose(self.home, self, channel, words, hidden_too=hidden_too)
        filled = fill(chosen, values, channel)
        data = chosen.data(filled.options, filled.resolved)
        return self._interact(kinds.COMMAND, chosen.app, channel, data)

    async def uses_on(self, message: Message, name: str) -> Seen:
        """Picks a command from the menu of a message."""
        self._must_see(message.channel)
        app, command = choose_for_message(self.home, self, message.channel, name)
        data = {"id": command["id"], "name": name, "type": 3, "target_id": str(message.id)}
        data |= {"resolved": {"messages": {str(message.id): wire.message(message)}}}
        return self._interact(kinds.COMMAND, app, message.channel, data)

    async def types_ahead(self, channel: Channel, words: str, option: str, typed: str, **others: Any) -> list[Payload]:  # noqa: ANN401 - of the kinds the options have
        """Types into an option with autocomplete and returns the choices offered: [{"name", "value"}]."""
        chosen = choose(self.home, self, channel, words, hidden_too=False)
        taken = next((each for each in chosen.takes if each["name"] == option), {})
        if not taken.get("autocomplete"):
            raise CannotDo(f"/{words} suggests nothing for {option!r}.")
        filled = fill(chosen, {**others, option: typed}, channel, typing=option)
        seen = self._interact(kinds.AUTOCOMPLETE, chosen.app, channel, chosen.data(filled.options, filled.resolved))
        return await self.home.pulse.until(lambda: seen.interaction.choices, f"choices for {typed!r}")

    # Buttons, selects and forms

    async def presses(self, message: Message, label: str) -> Seen:
        """Presses the button with this label (or custom_id)."""
        button = self._component(message, label, {components.BUTTON}, ("label", "custom_id"))
        if button.get("disabled"):
            raise CannotDo(f"[{label}] is switched off.")
        if "custom_id" not in button:
            raise CannotDo(f"[{label}] is a link.")
        data = {"custom_id": button["custom_id"], "component_type": components.BUTTON, "id": button["id"]}
        return self._interact(kinds.COMPONENT, _app_of(message), message.channel, data, source=message)

    async def selects(self, message: Message, *values: Value, of: str | None = None) -> Seen:
        """Picks from a select menu; `of` is its placeholder or custom_id where there are several."""
        select = self._component(message, of, components.SELECTS, ("placeholder", "custom_id"))
        if select.get("disabled"):
            raise CannotDo(f"The select {select['custom_id']!r} is switched off.")
        data: Payload = {"custom_id": select["custom_id"], "component_type": select["type"], "id": select["id"]}
        data["values"] = picked(select, list(values))
        resolved: Payload = {}
        for value in values:
            resolve(resolved, value, message.channel)
        data |= {"resolved": resolved} if resolved else {}
        return self._interact(kinds.COMPONENT, _app_of(message), message.channel, data, source=message)

    async def fills(self, form: Form, text: str | None = None, **values: Value) -> Seen:
        """Fills in a form and sends it: the only field by position, others by custom_id or label."""
        given = dict(values) if text is None else {form.only(): text, **values}
        opened_by = form.interaction
        source = opened_by.source if opened_by.type == kinds.COMPONENT else None
        data = form.submit(given)
        return self._interact(kinds.FORM, opened_by.app, opened_by.channel, data, source=source, parent=opened_by)

    # Messages

    async def writes(
        self, channel: Channel, text: str, *, mention_bot: "Application | bool" = False, reply_to: Message | None = None
    ) -> Message:
        """Writes a message. `mention_bot=True` names the bot of this guild in front of it."""
        self._must(channel, channel.sending)
        if mention_bot:
            app = mention_bot if isinstance(mention_bot, Application) else self._bot_of(channel)
            text = f"{app.user.mention} {text}"
        if not text.strip() or len(text) > 2000:
            raise CannotDo("A message has from 1 to 2000 characters.")
        kind = messages.REPLY if reply_to else messages.NORMAL
        body = {"content": text}
        message = messages.write(
            self.home, channel, self.user, body, pings.MESSAGE_DEFAULT, type=kind, reply_to=reply_to
        )
        messages.publish(message)
        return message

    async def edits(self, message: Message, text: str) -> None:
        """Edits a message of her own."""
        self._must_own(message)
        messages.edit(message, {"content": text}, pings.MESSAGE_DEFAULT)

    async def deletes(self, message: Message) -> None:
        """Deletes a message: her own, or any where she may manage messages."""
        if message.author is not self.user:
            self._must(message.channel, Permission.MANAGE_MESSAGES)
        message.delete()

    async def opens_thread(self, message: Message, name: str) -> Channel:
        self._must(message.channel, Permission.CREATE_PUBLIC_THREADS)
        if message.thread is not None or message.channel.is_thread:
            raise CannotDo("This message cannot have a thread of its own.")
        return start_thread(message, name, self.user)

    # Direct messages

    def dm(self, app: Application) -> Channel:
        """Her direct messages with a bot."""
        return self.home.dm(app.user, self.user)

    @property
    def direct_messages(self) -> list[Message]:
        """Every message bots have sent her privately, outside of any interaction."""
        mine = [channel for channel in self.home.channels.values() if channel.is_dm and self.user in channel.recipients]
        return [message for channel in mine for message in channel.messages if message.author is not self.user]

    async def next_direct_message(self, app: Application) -> Message:
        """Waits for the first direct message of this bot that no call has returned yet."""
        return await self.dm(app).next_message()

    def blocks(self, app: Application) -> None:
        """Takes no more direct messages from this bot."""
        self.user.blocks.add(app.id)

    def unblocks(self, app: Application) -> None:
        self.user.blocks.discard(app.id)

    # What the client checks

    def _must_see(self, channel: Channel) -> None:
        self._must(channel, Permission.VIEW_CHANNEL)

    def _must(self, channel: Channel, permission: Permission) -> None:
        if channel.deleted:
            raise CannotDo(f"#{channel.name} is gone.")
        lacking = (permission | Permission.VIEW_CHANNEL) & ~channel.permissions_of(self.user)
        if lacking:
            raise CannotDo(f"{self.name} may not {lacking!r} in #{channel.name}.")

    def _must_own(self, message: Message) -> None:
        if message.author is not self.user or message.deleted:
            raise CannotDo("One can only edit messages of one's own.")

    def _component(self, message: Message, name: str | None, of_kinds: set[int], keys: tuple[str, ...]) -> Payload:
        self._must_see(message.channel)
        if message.deleted:
            raise CannotDo("The message is gone.")
        if message.ephemeral and message.interaction is not None and message.interaction.person is not self.user:
            raise CannotDo(f"{self.name} does not see this message: it is only for {message.interaction.person.name}.")
        there = [each for each in components.walk(message.components) if each["type"] in of_kinds]
        named = [each for each in there if name is None or name in [each.get(key) for key in keys]]
        if len(named) != 1:
            found = ", ".join(str(each.get(keys[0])) for each in there) or "nothing"
            raise CannotDo(f"There is no single {name!r} on the message; there is {found}.")
        return named[0]

    def _bot_of(self, channel: Channel) -> Application:
        if channel.guild is None:
            return next(app for app in self.home.applications if app.user in channel.recipients)
        return next(iter(channel.guild.installed.values())).application

    def _interact(
        self,
        kind: int,
        app: Application,
        channel: Channel,
        data: Payload,
        *,
        source: Message | None = None,
        parent: Interaction | None = None,
    ) -> Seen:
        interaction = Interaction(
            self.home, self.home.ids.next(), kind, app, self.user, channel, data, self.home.clock.now(), source, parent
        )
        self.home.interactions[interaction.token] = interaction
        self.home.announce.interaction(interaction, _event(interaction))
        return Seen(interaction)

    def __repr__(self) -> str:
        return f"<{self.name}>"


def _app_of(message: Message) -> Application:
    home, author = message.home, message.author
    found = next((app for app in home.applications if app.user is author), None)
    if found is None:
        raise CannotDo("Only messages of bots have buttons.")
    return found


def _event(each: Interaction) -> Payload:
    """The body of INTERACTION_CREATE."""
    channel, guild = each.channel, each.channel.guild
    mine = str(int(channel.permissions_of(each.person)))
    body: Payload = {
        "id": str(each.id),
        "application_id": str(each.app.id),
        "type": each.type,
        "token": each.token,
        "version": 1,
        "data": each.data,
        "channel_id": str(channel.id),
        "channel": wire.channel(channel) | {"permissions": mine},
        "app_permissions": str(int(channel.permissions_of(each.app.user))),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
        "context": 0 if guild else 1,
        "attachment_size_limit": 10 * 1024 * 1024,
    }
    if guild is None:
        body["user"] = wire.user(each.person)
    else:
        about = wire.member(guild.members[each.person.id]) | {"permissions": mine}
        body |= {"guild_id": str(guild.id), "member": about, "guild_locale": guild.locale}
        body["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
    if each.source is not None:
        body["message"] = wire.message(each.source)
    return body
