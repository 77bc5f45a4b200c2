"""Discord over HTTPS: posts, edits, direct messages. Works in every process, with or without a gateway connection."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import discord
import structlog

from bot.chat.message import Message
from bot.chat.platform import Delivered, Finding, Rejected, SendResult
from bot.platforms.discord import permissions
from bot.platforms.discord.outcomes import MISSING_ACCESS, MISSING_PERMISSIONS, TROUBLE, outcome
from bot.platforms.discord.render import mentions_of, view_of
from bot.platforms.discord.ticket import Ticket

PATIENCE_S = 18.0  # less than the core waits; discord.py itself waits and tries again for up to 25 s
_NEWEST = 50
_LOST_SINCE = timedelta(days=1)
_ORIGINAL: Any = "@original"  # Discord takes it in place of a message's id; discord.py's types know only of ids

log = structlog.get_logger(__name__)


def nonce_of(key: str) -> str:
    """The nonce of a message: the same for every attempt, and within Discord's 25 characters."""
    return hashlib.sha256(key.encode()).hexdigest()[:25]


class Rest:
    """Calls that never raise: what Discord answers comes back as a `SendResult`."""

    def __init__(self, client: discord.Client, now: Callable[[], datetime], *, patience_s: float = PATIENCE_S) -> None:
        self.client = client
        self._now = now
        self._patience_s = patience_s

    async def post(
        self, channel_id: int, message: Message, key: str, *, uncertain: bool, guild_id: int | None = None
    ) -> SendResult:
        """Post in a channel. Discord knows a repetition by its nonce for minutes; later, it is looked for."""
        view = view_of(message)

        async def post() -> SendResult:
            if uncertain and (lost := await self._lost(channel_id, view)):
                return Delivered(str(lost))
            sent = await self._messageable(channel_id).send(
                view=view, nonce=nonce_of(key), allowed_mentions=mentions_of(message)
            )
            return Delivered(str(sent.id))

        result = await self._attempt(post)
        if isinstance(result, Rejected) and result.permanent and guild_id is not None:
            return await self._with_permission_named(result, guild_id, channel_id)
        return result

    async def edit(self, channel_id: int, message_id: int, message: Message) -> SendResult:
        """Replace a message of ours."""

        async def edit() -> SendResult:
            target = self._messageable(channel_id).get_partial_message(message_id)
            await target.edit(view=view_of(message), allowed_mentions=discord.AllowedMentions.none())
            return Delivered(str(message_id))

        return await self._attempt(edit)

    async def answer(self, channel_id: int, to: int, message: Message) -> SendResult:
        """Reply in public to somebody's message, without notifying them."""

        async def answer() -> SendResult:
            reference = discord.MessageReference(message_id=to, channel_id=channel_id, fail_if_not_exists=False)
            sent = await self._messageable(channel_id).send(
                view=view_of(message),
                reference=reference,
                nonce=nonce_of(f"pointer:{to}"),
                allowed_mentions=discord.AllowedMentions.none(),
            )
            return Delivered(str(sent.id))

        return await self._attempt(answer)

    async def direct(self, person_id: int, message: Message, key: str) -> SendResult:
        """Write to one person in direct messages; the reference is `channel/message`."""

        async def direct() -> SendResult:
            channel = await self.client.create_dm(discord.Object(person_id))
            sent = await channel.send(
                view=view_of(message), nonce=nonce_of(key), allowed_mentions=discord.AllowedMentions.none()
            )
            return Delivered(f"{channel.id}/{sent.id}")

        return await self._attempt(direct)

    async def redeem(self, ticket: Ticket, message: Message) -> SendResult:
        """Replace the first response of an interaction, from whichever process it was answered."""
        if self._now() >= ticket.ends_at:
            return Rejected("the fifteen minutes are over", permanent=True)

        async def redeem() -> SendResult:
            hook = discord.Webhook.partial(ticket.application_id, ticket.token, client=self.client)
            await hook.edit_message(_ORIGINAL, view=view_of(message), allowed_mentions=discord.AllowedMentions.none())
            return Delivered("reply")

        return await self._attempt(redeem)

    async def examine(self, guild_id: int, channel_id: int, ping: str | None) -> list[Finding]:
        """Whether the channel is there and everything needed is granted. `ping`: the role that posts notify."""
        try:
            async with asyncio.timeout(self._patience_s):
                guild, channel, granted = await self._granted(guild_id, channel_id)
        except TROUBLE as error:
            return [_not_examined(error)]
        role = guild.get_role(int(ping)) if ping and ping.isdecimal() else None
        fit = isinstance(channel, discord.TextChannel | discord.VoiceChannel)
        kind = Finding(f"channel #{channel.name}", None if fit else "set the quiz up in a text channel")
        found = [kind, *permissions.findings(channel.name, granted, role)]
        if ping and role is None:
            found.append(Finding("the role to notify is gone", "choose another with /quiz-admin schedule set ping"))
        return found

    async def _granted(
        self, guild_id: int, channel_id: int
    ) -> tuple[discord.Guild, discord.abc.GuildChannel | discord.Thread, discord.Permissions]:
        guild = await self.client.fetch_guild(guild_id, with_counts=False)
        channel = await guild.fetch_channel(channel_id)
        me = await guild.fetch_member(self.me)
        return guild, channel, channel.permissions_for(me)

    async def _with_permission_named(self, refused: Rejected, guild_id: int, channel_id: int) -> Rejected:
        """What exactly is missing, where Discord only said that something is."""
        missing = [found for found in await self.examine(guild_id, channel_id, None) if found.remedy]
        names = [found.what.removeprefix("permission ") for found in missing if found.what.startswith("permission ")]
        if not names:
            return refused
        return Rejected(f"the bot lacks the permission {' and '.join(names)} in the channel", permanent=True)

    @property
    def me(self) -> int:
        """The bot's own user id."""
        return self.client.user.id if self.client.user else 0

    async def _lost(self, channel_id: int, view: discord.ui.LayoutView) -> int | None:
        """The id of a message of ours that shows what `view` does, if it arrived although nobody said so."""
        wanted, since = _fingerprint(view), self._now() - _LOST_SINCE
        try:
            async for message in self._messageable(channel_id).history(limit=_NEWEST, after=since, oldest_first=False):
                if message.author.id == self.me and _fingerprint(discord.ui.LayoutView.from_message(message)) == wanted:
                    return message.id
        except discord.HTTPException as error:
            log.info("history_not_readable", code=error.code)  # the nonce has to do
        return None

    def _messageable(self, channel_id: int) -> discord.PartialMessageable:
        return self.client.get_partial_messageable(channel_id)

    async def _attempt(self, call: Callable[[], Awaitable[SendResult]]) -> SendResult:
        try:
            async with asyncio.timeout(self._patience_s):
                return await call()
        except TROUBLE as error:
            return outcome(error)


def _fingerprint(view: discord.ui.LayoutView) -> tuple[str, ...]:
    """What tells one card from another: where its buttons lead, else all it says.

    A question's text counts answers, so the second attempt may say more than the first.
    """
    items = list(view.walk_children())
    buttons = tuple(item.custom_id or "" for item in items if isinstance(item, discord.ui.Button))
    return buttons or tuple(_texts(items))


def _texts(items: list[discord.ui.Item[Any]]) -> Iterator[str]:
    for item in items:
        if isinstance(item, discord.ui.TextDisplay):
            yield " ".join(item.content.split())  # Discord trims what it keeps


def _not_examined(error: BaseException) -> Finding:
    refused = isinstance(error, discord.HTTPException)
    if refused and getattr(error, "code", 0) in (MISSING_ACCESS, MISSING_PERMISSIONS):
        return Finding("permission View Channel", "in Edit Channel → Permissions, allow the bot View Channel")
    return Finding(
        f"the channel could not be looked at: {getattr(outcome(error), 'reason', '')}", "try again in a minute"
    )
