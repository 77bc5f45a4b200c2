"""A local Discord with one team, and the bot in it where a test asks for it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.content.bank import Bank
from bot.services.game import Game
from bot.store.store import SqlStore
from tests.local_discord import LocalDiscord, local_discord
from tests.platforms.discord.team import Bot, Team, running


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with local_discord() as home:
        yield home


@pytest_asyncio.fixture
async def store(sqlite_database: str) -> AsyncIterator[SqlStore]:
    made = SqlStore(sqlite_database)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def game(store: SqlStore, bank: Bank) -> Game:
    return Game(store, bank)


@pytest_asyncio.fixture
async def team(discord: LocalDiscord) -> Team:
    return Team.on(discord, discord.add_application(message_content=True))


@pytest_asyncio.fixture
async def bot(discord: LocalDiscord, team: Team, game: Game) -> AsyncIterator[Bot]:
    """Connected, without the Message Content intent."""
    async with running(discord, team.app, game) as made:
        yield made
