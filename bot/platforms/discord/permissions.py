"""What the bot must be allowed in a channel, and the link that asks for it."""

from collections.abc import Iterator

import discord

from bot.chat.platform import Finding

# Each with what it is for, as the README tells it.
NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
}
SCOPES = ("bot", "applications.commands")


def wanted() -> discord.Permissions:
    """The permissions the invite link asks for; none of them reaches beyond the bot's own messages."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def invite_link(application_id: int) -> str:
    """Where an admin adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=wanted(), scopes=SCOPES)


def lacking(granted: discord.Permissions) -> list[str]:
    """Names of needed permissions that are missing, as Discord's settings call them."""
    if granted.administrator:
        return []
    return [title for name, title in NEEDED.items() if not getattr(granted, name)]


def findings(channel: str, granted: discord.Permissions, ping: discord.Role | None) -> Iterator[Finding]:
    """One for each needed permission; `ping` is the role that posts notify."""
    missing = lacking(granted)
    for title in NEEDED.values():
        remedy = f"in Edit Channel → Permissions of #{channel}, allow the bot {title}"
        yield Finding(f"permission {title}", remedy if title in missing else None)
    if ping is not None:
        may = ping.mentionable or granted.mention_everyone or granted.administrator
        remedy = (
            f"allow anyone to mention @{ping.name} in the server's role settings, "
            f"or allow the bot Mention Everyone in #{channel}"
        )
        yield Finding(f"notifying @{ping.name}", None if may else remedy)
