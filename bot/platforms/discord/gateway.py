"""Who listens to Discord: of all processes with one token, exactly one serves a shard.

A process asks the store for the lock of each of its shards, in order, and connects when it has them all. When it dies
or its lock is lost, the next process in line gets the lock and connects. Processes that wait still send over REST.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket

from bot.platforms.discord import commands
from bot.platforms.discord.client import QuizClient
from bot.platforms.discord.outcomes import TROUBLE
from bot.platforms.discord.share import Share
from bot.services.ports import Held, Store, StoreUnavailable

_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 300.0
_CONNECTING = "Discord: not connected yet."
_BY_CODE = {
    4004: "Discord: the token is refused. Copy the current one from the portal into DISCORD_TOKEN and restart.",
    4010: "Discord: a shard number is wrong. Correct DISCORD_SHARDS and restart.",
    4011: "Discord: the bot is in too many servers for so few shards. Raise the number in DISCORD_SHARDS and restart.",
    4014: (
        "Discord: the Message Content intent is off. Switch it on in the developer portal under Bot, "
        "or set DISCORD_THREAD_ANSWERS=false, and restart."
    ),
}

log = structlog.get_logger(__name__)


class Gateway:
    """Keeps this process's share of the shards connected, or in line for them."""

    def __init__(
        self,
        rest: discord.Client,
        store: Store,
        make_client: Callable[[Share], QuizClient],
        *,
        token: str,
        share: Share | None,
        url: str | None = None,
        first_wait_s: float = _FIRST_WAIT_S,
    ) -> None:
        self._rest = rest
        self._store = store
        self._make_client = make_client
        self._token = token
        self._share = share
        self._url = url
        self._first_wait_s = first_wait_s
        self._trouble: str | None = _CONNECTING
        self._client: QuizClient | None = None

    def trouble(self) -> str | None:
        """None while connected, or in line behind another process that is."""
        if self._client is None:
            return self._trouble
        down = len(self._client.down)
        return f"Discord: {down} of {len(self._client.share.shards)} shards not connected." if down else None

    async def run(self) -> None:
        """Until cancelled. What breaks is tried again, ever more slowly: Discord counts every new connection."""
        wait, loop = self._first_wait_s, asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._serve()
                continue
            except (*TROUBLE, StoreUnavailable) as error:
                self._trouble = _sentence(error)
                wait = _LONGEST_WAIT_S if _hopeless(error) else wait
                log.error("gateway_failed", reason=self._trouble, retry_in_s=wait)
            except Exception:
                # The boundary: an event that discord.py cannot read must not make the bot deaf for ever.
                self._trouble = "Discord: not connected after a fault of the bot's; it connects again by itself."
                log.exception("gateway_broke", retry_in_s=wait)
            await asyncio.sleep(wait)
            lasted_long = loop.time() - began > _LONGEST_WAIT_S
            wait = self._first_wait_s if lasted_long else min(wait * 2, _LONGEST_WAIT_S)

    async def _serve(self) -> None:
        """One tenure, from the locks to the end of the connection or of a lock."""
        count, recommended_url, starts = await self._rest.http.get_bot_gateway()
        share = self._share or Share.all_of(count)
        if starts["remaining"] < len(share.shards):
            # Beyond the limit Discord resets the token: https://docs.discord.com/developers/events/gateway
            self._trouble = "Discord: too many new connections today; the bot connects again by itself."
            await asyncio.sleep(starts["reset_after"] / 1000)
            return
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._url or recommended_url)
        async with AsyncExitStack() as holding:
            self._trouble = None
            locks = [await holding.enter_async_context(self._store.lock(self._lock_name(n))) for n in share.shards]
            self._trouble = _CONNECTING
            await self._hold(share, locks)

    def _lock_name(self, shard: int) -> str:
        return f"discord:{self._rest.application_id}:{shard}"

    async def _hold(self, share: Share, locks: list[Held]) -> None:
        """Connected, while every lock is ours."""
        client = self._client = self._make_client(share)
        lost = [asyncio.create_task(lock.lost.wait(), name="shard-lock-lost") for lock in locks]
        serving = asyncio.create_task(self._connect(client), name="gateway")
        try:
            await asyncio.wait({serving, *lost}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
            else:
                log.warning("shard_lock_lost", shards=share.shards)
        finally:
            self._client = None
            self._trouble = _CONNECTING
            for task in (serving, *lost):
                task.cancel()
            await client.close()
            await asyncio.gather(serving, *lost, return_exceptions=True)

    async def _connect(self, client: QuizClient) -> None:
        await client.login(self._token)
        await self._install_commands(client)
        await client.connect(reconnect=True)

    async def _install_commands(self, client: QuizClient) -> None:
        """A refusal must not keep the bot away: the commands of the version before may still work."""
        try:
            if await commands.install(client.tree, self._store, client.application_id or 0):
                log.info("commands_installed")
        except discord.HTTPException as error:
            if error.status >= 500:
                raise
            log.error("commands_refused", status=error.status, code=error.code)


def _hopeless(error: BaseException) -> bool:
    """Whether somebody has to change a setting before it can work."""
    if isinstance(error, discord.ConnectionClosed):
        return error.code in _BY_CODE
    return _token_refused(error) or isinstance(error, discord.PrivilegedIntentsRequired)


def _token_refused(error: BaseException) -> bool:
    cause = error.__cause__  # discord.py says only that the gateway was not found
    return isinstance(error, discord.LoginFailure) or (isinstance(cause, discord.HTTPException) and cause.status == 401)


def _sentence(error: BaseException) -> str:
    if _token_refused(error):
        return _BY_CODE[4004]
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _BY_CODE[4014]
    if isinstance(error, discord.ConnectionClosed):
        code = error.code
        return _BY_CODE.get(code, f"Discord: the connection was closed ({code}); the bot connects again by itself.")
    if isinstance(error, StoreUnavailable):
        return f"Discord: not connected, because the store cannot be reached. {error}"
    kind = "unreachable" if isinstance(error, aiohttp.ClientError | OSError) else type(error).__name__
    return f"Discord: not connected ({kind}); the bot tries again by itself."
