"""From what Discord tells to the neutral words of the core. Nothing here waits or asks."""

import re
from datetime import datetime

import discord

from bot.chat.event import Person, Place

PLATFORM = "discord"
_MENTION = r"<@!?{}>"


def person_of(user: discord.User | discord.Member, permissions: discord.Permissions | None = None) -> Person:
    """Who it was. Leads are those who may manage the server, whatever an admin allowed for the command itself."""
    leads = permissions is not None and (permissions.manage_guild or permissions.administrator)
    return Person(str(user.id), user.display_name, leads)


def place_of(guild: discord.Guild, channel_id: int) -> Place:
    """The channel; for a thread the one it hangs in."""
    channel = guild.get_channel_or_thread(channel_id)
    parent_id = channel.parent_id if isinstance(channel, discord.Thread) else channel_id
    parent = guild.get_channel(parent_id)
    name = parent.name if parent else "this channel"
    return Place(PLATFORM, str(guild.id), guild.name or "a Discord server", str(parent_id), name)


def happened_at(created_at: datetime, now: datetime) -> datetime:
    """When the person did it, by Discord's ids: a delay on the way is not theirs. Never later than now."""
    return min(created_at, now)


def without_mention(text: str, bot_id: int) -> str:
    """A message's text without the name of the bot it was meant for."""
    return re.sub(_MENTION.format(bot_id), "", text).strip()


def post_of(message: discord.Message) -> str | None:
    """The post that a message may answer: its thread's, or the one it replies to. None: it answers none."""
    if isinstance(message.channel, discord.Thread):
        return str(message.channel.id)  # a thread has the id of the message it was made from
    if message.type is discord.MessageType.reply and message.reference and message.reference.message_id:
        return str(message.reference.message_id)
    return None
