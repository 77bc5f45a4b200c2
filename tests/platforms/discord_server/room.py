"""A guild with one channel and two people on a local Discord, and how a bot of this process comes into it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.local_discord import Application, Channel, Guild, LocalDiscord, Person
from tests.local_discord.discord_py import discord_py_at
from tests.platforms.discord_server.quizzer import Quizzer


@dataclass
class Room:
    discord: LocalDiscord
    app: Application
    guild: Guild
    channel: Channel
    ana: Person
    lead: Person


@asynccontextmanager
async def running(discord: LocalDiscord, app: Application, bot: Quizzer) -> AsyncIterator[Quizzer]:
    """The bot, from its READY until the block ends."""
    with discord_py_at(discord):
        task = asyncio.create_task(bot.start(app.token))
        discord.watch(task)
        try:
            await discord.pulse.until(lambda: bot.user, "the login")
            ready = asyncio.create_task(bot.wait_until_ready())
            await asyncio.wait({ready, task}, timeout=discord.pulse.patience, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)
