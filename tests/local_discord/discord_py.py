"""Pointing an unmodified discord.py in this process at a local Discord."""

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.local_discord.server import LocalDiscord


@contextmanager
def discord_py_at(home: LocalDiscord) -> Iterator[None]:
    """Inside the block every client of discord.py talks to this local Discord."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = home.api_url, yarl.URL(home.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
