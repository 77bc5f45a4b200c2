"""What comes in from Discord, on its way to the core: each thing once, with a way back to the person."""

import asyncio
import functools
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, Concatenate, ParamSpec

import discord
import structlog

from bot.chat.action import Action, UnknownAction
from bot.chat.event import (
    ButtonPressed,
    ChannelLost,
    CommandUsed,
    Event,
    FormSubmitted,
    Person,
    Place,
    Reply,
    ReplyDeleted,
    ReplyEdited,
    RollCall,
    Sink,
    ThreadReply,
    WorkspaceJoined,
    WorkspaceLeft,
)
from bot.platforms.discord import events
from bot.platforms.discord.commands import Interaction
from bot.platforms.discord.forms import values_of
from bot.platforms.discord.reply import DEFER_AFTER_S, InteractionReply, MessageReply
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.share import shard_of
from bot.services.cards.words import note
from bot.services.ports import Store
from bot.services.tally import question_key

_REMEMBERED = 10_000
_FINISH_WITHIN_S = 10.0

_Common = tuple[str, datetime, Person, Place, Reply]  # what every event has

log = structlog.get_logger(__name__)


Args = ParamSpec("Args")


def _counted(
    method: Callable[Concatenate["Inbound", Args], Awaitable[None]],
) -> Callable[Concatenate["Inbound", Args], Coroutine[Any, Any, None]]:
    """Counts as work until it is done, see `Inbound.finish`."""

    @functools.wraps(method)
    async def counted(self: "Inbound", /, *args: Args.args, **kwargs: Args.kwargs) -> None:
        task = asyncio.current_task()
        if self.closed or task is None:
            return
        self.working.add(task)
        try:
            await method(self, *args, **kwargs)
        finally:
            self.working.discard(task)

    return counted


class Once:
    """Remembers the newest things that came in: after a RESUME, Discord may send some of them again."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._seen: OrderedDict[object, None] = OrderedDict()

    def first_time(self, key: object) -> bool:
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return True


class Inbound:
    """Turns Discord's objects into events and hands them to the sink. One for the life of the platform."""

    def __init__(
        self,
        rest: Rest,
        store: Store,
        sink: Sink,
        now: Callable[[], datetime],
        *,
        thread_answers: bool,
        defer_after_s: float = DEFER_AFTER_S,
    ) -> None:
        self._rest = rest
        self._store = store
        self._sink = sink
        self._now = now
        self._thread_answers = thread_answers
        self._defer_after_s = defer_after_s
        self._once = Once()
        self._pointed = Once()
        self.working: set[asyncio.Task[object]] = set()
        self.closed = False

    # Interactions

    @_counted
    async def command(
        self, interaction: Interaction, path: tuple[str, ...], options: Mapping[str, str], channel_id: int | None
    ) -> None:
        """A slash command, about `channel_id` where one was chosen, else about where it was typed."""
        if options.get("ping") == str(interaction.guild_id):
            await self._tell(interaction, "@everyone cannot be notified. Choose a role that people can take or leave.")
            return
        await self._interacted(interaction, channel_id, lambda common: CommandUsed(*common, path=path, options=options))

    @_counted
    async def button(self, interaction: Interaction, action: Action) -> None:
        await self._interacted(interaction, None, lambda common: ButtonPressed(*common, action=action))

    @_counted
    async def form(self, interaction: Interaction) -> None:
        """A form came back; its id says what it was, so it may be older than this process."""
        data: Mapping[str, object] = dict(interaction.data or {})
        try:
            action = Action.parse(str(data.get("custom_id", "")))
        except UnknownAction:
            await self._tell(interaction, "That form is from an older version. Type /quiz today for the question.")
            return
        values = values_of(data)
        picked = values.get("channel", "") if action.verb == "setup" else ""
        about = int(picked) if picked.isdecimal() else None
        await self._interacted(interaction, about, lambda common: FormSubmitted(*common, action=action, values=values))

    @_counted
    async def stale(self, interaction: Interaction) -> None:
        """A command that this version does not know as Discord still shows it."""
        await self._tell(interaction, "This command has changed. Reload Discord (Ctrl+R), then type it again.")

    async def _interacted(self, interaction: Interaction, about: int | None, make: Callable[[_Common], Event]) -> None:
        if not self._once.first_time(interaction.id):
            return
        guild = interaction.guild
        if guild is None:
            await self._tell(interaction, "The quiz lives in a server's channel. Type /quiz there.")
            return
        person = events.person_of(interaction.user, interaction.permissions)
        at = events.happened_at(interaction.created_at, self._now())
        reply = InteractionReply(interaction, defer_after_s=self._defer_after_s)
        place = events.place_of(guild, about or interaction.channel_id or 0)
        await self._sink(make((str(interaction.id), at, person, place, reply)))

    async def _tell(self, interaction: Interaction, text: str) -> None:
        await InteractionReply(interaction).private(note(text))

    # Messages

    @_counted
    async def message(self, message: discord.Message) -> None:
        """A message that may be an answer."""
        if message.guild is None or message.author.bot or not self._once.first_time(message.id):
            return
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return
        named = any(user.id == self._rest.me for user in message.mentions)
        place = events.place_of(message.guild, message.channel.id)
        text = events.without_mention(message.content, self._rest.me)
        post = await self._post(message, place, named=named and not text.endswith("?"))
        if text and post is not None and (named or self._thread_answers):
            await self._sink(self._thread_reply(message, place, post, text))
        elif named or (post is not None and not self._thread_answers):
            await self._point(message, named=named)

    async def _post(self, message: discord.Message, place: Place, *, named: bool) -> str | None:
        """The post that a message answers: where it stands, or what is open if it is meant for the bot."""
        post = events.post_of(message)
        if post is not None and await self._is_post(place, post):
            return post
        return await self._newest_post(place) if named else None

    def _thread_reply(self, message: discord.Message, place: Place, post: str, text: str) -> ThreadReply:
        event_id = str(message.id)
        reply = self._reply_to(event_id, message.author.id, message.channel.id, message.id)
        at = events.happened_at(message.created_at, self._now())
        person = events.person_of(message.author)
        return ThreadReply(event_id, at, person, place, reply, post, text, str(message.id))

    @_counted
    async def edited(self, message: discord.Message) -> None:
        """A message was changed; only those that hold an answer are of interest."""
        text = events.without_mention(message.content, self._rest.me)
        if message.guild is None or not text:
            return
        place = events.place_of(message.guild, message.channel.id)
        if await self._writer(place, message.id) is None:
            return
        event_id = f"{message.id}:{message.edited_at or self._now():%Y%m%dT%H%M%S.%f}"
        reply = self._reply_to(event_id, message.author.id, message.channel.id, message.id)
        person = events.person_of(message.author)
        await self._sink(ReplyEdited(event_id, self._now(), person, place, reply, str(message.id), text))

    @_counted
    async def deleted(self, guild: discord.Guild, channel_id: int, message_id: int) -> None:
        """A message is gone. Discord does not say whose it was; the store knows who answered in it."""
        place = events.place_of(guild, channel_id)
        person = await self._writer(place, message_id)
        if person is not None:
            event_id = f"{message_id}:deleted"
            reply = self._reply_to(event_id, int(person.external_id), channel_id, message_id)
            await self._sink(ReplyDeleted(event_id, self._now(), person, place, reply, str(message_id)))

    def _reply_to(self, event_id: str, person_id: int, channel_id: int, message_id: int) -> MessageReply:
        return MessageReply(self._rest, event_id, person_id=person_id, channel_id=channel_id, message_id=message_id)

    async def _writer(self, place: Place, message_id: int) -> Person | None:
        """Who answered in that message."""
        async with self._store.read() as uow:
            channel = await uow.teams.channel_at(place)
            given = await uow.submissions.in_message(channel.id, str(message_id)) if channel else None
            player = await uow.players.get(given.player_id) if given else None
        return Person(player.external_id, player.name) if player else None

    async def _newest_post(self, place: Place) -> str | None:
        """The post of the question that is open in the channel."""
        async with self._store.read() as uow:
            channel = await uow.teams.channel_at(place)
            for asked in reversed(await uow.rounds.open_in(channel.id) if channel else ()):
                if ref := await uow.outbox.ref_of(question_key(asked.id)):
                    return ref
        return None

    async def _is_post(self, place: Place, ref: str) -> bool:
        async with self._store.read() as uow:
            channel = await uow.teams.channel_at(place)
            return channel is not None and await uow.rounds.by_post(channel.id, ref) is not None

    async def _point(self, message: discord.Message, *, named: bool) -> None:
        """Show the way to the button, once for each person in each channel or thread."""
        if not self._pointed.first_time((message.channel.id, message.author.id)):
            return
        text = (
            "Type /quiz today for the question, or reply to its post with your answer."
            if named
            else "I cannot read replies here. Press Answer on the question, or mention me in your reply."
        )
        await self._rest.answer(message.channel.id, message.id, note(text + " Only you see the feedback."))

    # Servers and channels

    @_counted
    async def joined(self, guild_id: int) -> None:
        await self._sink(WorkspaceJoined(self._now(), events.PLATFORM, str(guild_id)))

    @_counted
    async def left(self, guild_id: int) -> None:
        await self._sink(WorkspaceLeft(self._now(), events.PLATFORM, str(guild_id)))

    @_counted
    async def channel_lost(self, guild_id: int, channel_id: int) -> None:
        lost = ChannelLost(self._now(), events.PLATFORM, str(guild_id), str(channel_id), "the channel was deleted")
        await self._sink(lost)

    @_counted
    async def roll_call(self, present: frozenset[int], shard: int, count: int) -> None:
        """All servers of one shard."""
        there = frozenset(map(str, present))

        def covers(guild_id: str) -> bool:
            return shard_of(int(guild_id), count) == shard

        await self._sink(RollCall(self._now(), events.PLATFORM, there, covers))

    async def finish(self, *, within_s: float = _FINISH_WITHIN_S) -> None:
        """Take nothing more in, and wait for what is being handled, so that nobody is left without an answer."""
        self.closed = True
        if self.working:
            await asyncio.wait(set(self.working), timeout=within_s)
