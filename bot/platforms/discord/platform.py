"""Discord as a chat platform: REST for what goes out, the gateway for what comes in.

Sending works in every process, connected to the gateway or not. `outcomes` decides what each refusal means.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import discord
import structlog
from discord.http import Route

from bot.chat.event import Place, Sink
from bot.chat.message import Message
from bot.chat.platform import Capabilities, Delivered, Finding, PlatformRefused, Rejected, SendResult, Target
from bot.content.bank import Bank
from bot.platforms.discord import commands, doctor, events
from bot.platforms.discord.client import CommandTree, QuizClient
from bot.platforms.discord.gateway import Gateway
from bot.platforms.discord.inbound import Inbound
from bot.platforms.discord.outcomes import TROUBLE
from bot.platforms.discord.reply import DEFER_AFTER_S
from bot.platforms.discord.rest import PATIENCE_S, Rest
from bot.platforms.discord.share import Share
from bot.platforms.discord.ticket import Ticket
from bot.services.ports import Store

_LONGEST_WAIT_S = 60.0
_LONGEST_RATE_LIMIT_S = 30.0  # discord.py takes no less

log = structlog.get_logger(__name__)

# discord.py warns that its voice support is not installed; the quiz has no voice.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def bad_token() -> PlatformRefused:
    return PlatformRefused(
        events.PLATFORM,
        "the bot's token is refused",
        f"Copy the current one from {doctor.PORTAL} (Bot, Reset Token) into DISCORD_TOKEN.",
    )


def intent_off() -> PlatformRefused:
    return PlatformRefused(
        events.PLATFORM,
        "the Message Content intent is off, but DISCORD_THREAD_ANSWERS needs it",
        f"Switch it on at {doctor.PORTAL} (Bot, Message Content Intent), or set DISCORD_THREAD_ANSWERS=false.",
    )


def events_elsewhere() -> PlatformRefused:
    return PlatformRefused(
        events.PLATFORM,
        "commands and buttons go to an address of yours instead of the bot",
        f"Clear Interactions Endpoint URL at {doctor.PORTAL} (General Information).",
    )


def _sender() -> discord.Client:
    """A client that never connects to the gateway. It says so when it must wait longer than anybody waits here."""
    return discord.Client(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        max_ratelimit_timeout=_LONGEST_RATE_LIMIT_S,
    )


class DiscordPlatform:
    """A `ChatPlatform`. `share`: the shards of this process; None is all of them.

    `defer_after_s` and what follows it are times to wait, which tests shorten.
    """

    name = events.PLATFORM
    capabilities = Capabilities(edits=True, forms=True, private_messages=True, setup_form=True)

    def __init__(
        self,
        token: str,
        store: Store,
        bank: Bank,
        now: Callable[[], datetime],
        *,
        thread_answers: bool = False,
        share: Share | None = None,
        api_url: str = "https://discord.com/api/v10",
        gateway_url: str | None = None,
        defer_after_s: float = DEFER_AFTER_S,
        retry_s: float = 5.0,
        guild_ready_s: float = 2.0,
        identify_every_s: float = 5.0,
    ) -> None:
        self._token = token
        self._store = store
        self._bank = bank
        self._now = now
        self._thread_answers = thread_answers
        self._share = share
        self._gateway_url = gateway_url
        self._defer_after_s = defer_after_s
        self._retry_s = retry_s
        self._guild_ready_s = guild_ready_s
        self._identify_every_s = identify_every_s
        self._rest: Rest | None = None
        self._inbound: Inbound | None = None
        self._gateway: Gateway | None = None
        self._listening: asyncio.Task[None] | None = None
        self._refused: str | None = None
        Route.BASE = api_url.rstrip("/")  # discord.py keeps it for the whole process

    async def connect(self, sink: Sink) -> None:
        """Log in, and listen or stand in line. A Discord that is down holds nothing up: it is asked again later."""
        try:
            self._begin(await self._log_in(), sink)
        except TROUBLE as error:
            log.warning("discord_unreachable", reason=type(error).__name__)
        self._listening = asyncio.create_task(self._listen(sink), name="discord")

    async def _listen(self, sink: Sink) -> None:
        wait = self._retry_s
        while self._gateway is None:
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_S)
            try:
                self._begin(await self._log_in(), sink)
            except PlatformRefused as refused:
                self._refused = str(refused)
                return
            except TROUBLE as error:
                log.warning("discord_unreachable", reason=type(error).__name__, retry_in_s=wait)
        await self._gateway.run()

    async def _log_in(self) -> discord.Client:
        """Raises `PlatformRefused` for what needs a person, and `TROUBLE` for what may pass."""
        client = _sender()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await client.login(self._token)
            self._check(client)
        except discord.LoginFailure:
            await client.close()
            raise bad_token() from None
        except BaseException:
            await client.close()
            raise
        return client

    def _check(self, client: discord.Client) -> None:
        """What would make the bot deaf, found before it connects."""
        application = client.application
        if application is None:
            return
        flags = application.flags
        if self._thread_answers and not (flags.gateway_message_content or flags.gateway_message_content_limited):
            raise intent_off()
        if application.interactions_endpoint_url is not None:
            raise events_elsewhere()

    def _begin(self, client: discord.Client, sink: Sink) -> None:
        self._rest = Rest(client, self._now)
        self._inbound = Inbound(
            self._rest,
            self._store,
            sink,
            self._now,
            thread_answers=self._thread_answers,
            defer_after_s=self._defer_after_s,
        )
        self._gateway = Gateway(
            client,
            self._store,
            self._make_client,
            token=self._token,
            share=self._share,
            url=self._gateway_url,
            first_wait_s=self._retry_s,
        )

    def _make_client(self, share: Share) -> QuizClient:
        if self._inbound is None:
            raise RuntimeError("connect first")
        client = QuizClient(
            self._inbound,
            share,
            thread_answers=self._thread_answers,
            guild_ready_s=self._guild_ready_s,
            identify_every_s=self._identify_every_s,
        )
        commands.add_to(client.tree, self._bank, self._inbound.command)
        return client

    def trouble(self) -> str | None:
        if self._refused is not None:
            return self._refused
        if self._listening is not None and self._listening.done():
            return "Discord: the bot stopped listening after a fault of its own. Restart it."
        return self._gateway.trouble() if self._gateway else "Discord: not reached yet; the bot tries again by itself."

    async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
        if self._rest is None:
            return Rejected("not connected", permanent=False)
        if target.person_id is None:
            guild_id = int(target.workspace_id)
            return await self._rest.post(int(target.channel_id), message, key, uncertain=uncertain, guild_id=guild_id)
        ticket = Ticket.parse(target.ticket) if target.ticket else None
        if ticket is not None:
            shown = await self._rest.redeem(ticket, message)
            if isinstance(shown, Delivered) or not (isinstance(shown, Rejected) and shown.permanent):
                return shown
        return await self._rest.direct(int(target.person_id), message, key)

    async def edit(self, target: Target, ref: str, message: Message) -> SendResult:
        """`ref`: a message's id, or `channel/message` in direct messages."""
        if self._rest is None:
            return Rejected("not connected", permanent=False)
        channel_id, slash, message_id = ref.rpartition("/")
        return await self._rest.edit(int(channel_id if slash else target.channel_id), int(message_id), message)

    async def examine(self, target: Target) -> Sequence[Finding]:
        if self._rest is None:
            return [Finding("Discord: not connected", "wait a minute and try again")]
        place = Place(self.name, target.workspace_id, "", target.channel_id, "")
        async with self._store.read() as uow:
            channel = await uow.teams.channel_at(place)
            schedule = await uow.schedules.of_channel(channel.id) if channel else None
        ping = schedule.plan.ping if schedule else None
        return await self._rest.examine(int(target.workspace_id), int(target.channel_id), ping)

    async def diagnose(self, *, channels: bool) -> Sequence[Finding]:
        """For `quizbot doctor`, without connecting. `channels`: whether the store may be asked for them."""
        async with _sender() as client:
            tree = CommandTree(client)
            commands.add_to(tree, self._bank, commands.unused)
            return await doctor.diagnose(
                Rest(client, self._now),
                self._token,
                tree,
                self._store,
                thread_answers=self._thread_answers,
                channels=channels,
            )

    async def close(self) -> None:
        """Finish what is being answered, then hang up, so that another process can serve at once."""
        if self._inbound is not None:
            await self._inbound.finish()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if self._rest is not None:
            await self._rest.client.close()
