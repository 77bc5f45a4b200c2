"""A local Discord with one guild, one channel, two people and, where asked for, a bot in it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.local_discord import local_discord
from tests.platforms.discord_server.quizzer import Quizzer
from tests.platforms.discord_server.rawbot import RawBot, raw_bot
from tests.platforms.discord_server.room import Room, running


@pytest_asyncio.fixture
async def room() -> AsyncIterator[Room]:
    async with local_discord() as discord:
        app = discord.add_application()
        guild = discord.add_guild("Team one", app)
        channel = guild.add_channel("quiz")
        ana = guild.add_member("ana")
        yield Room(discord, app, guild, channel, ana, guild.add_member("lead", manage_guild=True))


@pytest_asyncio.fixture
async def bot(room: Room) -> AsyncIterator[Quizzer]:
    async with running(room.discord, room.app, Quizzer()) as quizzer:
        yield quizzer


@pytest_asyncio.fixture
async def raw(room: Room) -> AsyncIterator[RawBot]:
    """A bot that may send wrong bodies; only the answers must keep to Discord's description."""
    room.discord.pulse.alarm = lambda: None
    async with raw_bot(room.discord, room.app) as bot:
        yield bot
    room.discord.violations[:] = [each for each in room.discord.violations if each.startswith("the answer")]
