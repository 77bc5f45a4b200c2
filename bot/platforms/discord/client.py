"""The connection to Discord's gateway: discord.py's client, which passes on what it hears."""

import asyncio
import re
from typing import Any, Self

import discord
import structlog
from discord import app_commands, ui

from bot.chat.action import Action
from bot.platforms.discord.commands import Interaction
from bot.platforms.discord.inbound import Inbound
from bot.platforms.discord.share import Share

log = structlog.get_logger(__name__)


class ActionButton(ui.DynamicItem[ui.Button[Any]], template=r"[a-z]+(?:-[a-z]+)*:v1:[A-Za-z0-9._-]{1,83}"):
    """Any button of ours, from whichever post and process: what it does stands in its id."""

    @classmethod
    async def from_custom_id(cls, _interaction: Interaction, item: ui.Item[Any], _match: re.Match[str], /) -> Self:
        if not isinstance(item, ui.Button):
            raise TypeError(f"{type(item).__name__} is no button")
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        await interaction.client.inbound.button(interaction, Action.parse(self.custom_id))


class CommandTree(app_commands.CommandTree[Any]):
    """Commands that Discord's app still shows as an older version had them are answered, not left to time out."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        known = isinstance(
            error,
            app_commands.CommandNotFound | app_commands.CommandSignatureMismatch | app_commands.TransformerError,
        )
        if known and not interaction.response.is_done():
            await interaction.client.inbound.stale(interaction)
            return
        log.error("command_failed", error=type(error).__name__, exc_info=error)


def intents(*, thread_answers: bool) -> discord.Intents:
    """As few as possible; only reading replies that do not mention the bot needs a privileged one."""
    return discord.Intents(guilds=True, guild_messages=True, message_content=thread_answers)


class QuizClient(discord.AutoShardedClient):
    """Serves a share of the shards for one tenure. A new one is made for the next."""

    def __init__(
        self,
        inbound: Inbound,
        share: Share,
        *,
        thread_answers: bool,
        guild_ready_s: float = 2.0,
        identify_every_s: float = 5.0,
    ) -> None:
        super().__init__(
            intents=intents(thread_answers=thread_answers),
            shard_ids=list(share.shards),
            shard_count=share.count,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=guild_ready_s,
        )
        self._identify_every_s = identify_every_s
        self.inbound = inbound
        self.share = share
        self.tree = CommandTree(self)
        self.down = set(share.shards)
        self._gone_by: dict[int, discord.Guild] = {}

    async def setup_hook(self) -> None:
        self.add_dynamic_items(ActionButton)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord takes one new session in five seconds."""
        if not initial:
            await asyncio.sleep(self._identify_every_s)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - anything
        log.exception("gateway_event_failed", event_name=event_method)

    # Shards

    async def on_shard_connect(self, shard_id: int) -> None:
        self.down.discard(shard_id)
        log.info("shard_connected", shard=shard_id, of=self.share.count)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self.down.discard(shard_id)
        log.info("shard_resumed", shard=shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self.down.add(shard_id)
        self._gone_by |= {guild.id: guild for guild in self._guilds_of(shard_id)}
        log.warning("shard_disconnected", shard=shard_id)

    async def on_shard_ready(self, shard_id: int) -> None:
        """discord.py keeps servers of an earlier session; those that the new one named are new objects."""
        guilds = self._guilds_of(shard_id)
        present = frozenset(guild.id for guild in guilds if self._gone_by.get(guild.id) is not guild)
        await self.inbound.roll_call(present, shard_id, self.share.count)

    def _guilds_of(self, shard_id: int) -> list[discord.Guild]:
        return [guild for guild in self.guilds if guild.shard_id == shard_id]

    # Servers and channels

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self.inbound.joined(guild.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self.inbound.left(guild.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self.inbound.channel_lost(channel.guild.id, channel.id)

    # Interactions: commands come through the tree, buttons through `ActionButton`

    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            await self.inbound.form(interaction)

    # Messages

    async def on_message(self, message: discord.Message) -> None:
        await self.inbound.message(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        if not payload.message.author.bot:
            await self.inbound.edited(payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._deleted(payload.guild_id, payload.channel_id, payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        for message_id in payload.message_ids:
            await self._deleted(payload.guild_id, payload.channel_id, message_id)

    async def _deleted(self, guild_id: int | None, channel_id: int, message_id: int) -> None:
        guild = self.get_guild(guild_id) if guild_id else None
        if guild is not None:
            await self.inbound.deleted(guild, channel_id, message_id)
