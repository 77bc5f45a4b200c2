"""The composition root: the one place that knows every part by name."""

import os
import socket
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.chat.platform import ChatPlatform
from bot.content.bank import Bank
from bot.content.loader import load_bank
from bot.grading.offline import VERSION, judge_offline
from bot.runtime.clock import Clock
from bot.runtime.graders import PooledGrader
from bot.runtime.supervisor import Supervisor
from bot.services.game import Game
from bot.settings import AnswerSettings, ClockSettings, ContentSettings, GradingSettings, StoreSettings, read
from bot.store.migrate import ensure_ready
from bot.store.store import SqlStore


def database_url(given: str | None = None) -> str:
    """The address from the command line, else from DATABASE_URL."""
    return given or read(StoreSettings).database_url.get_secret_value()


@asynccontextmanager
async def open_store(url: str | None = None) -> AsyncIterator[SqlStore]:
    """The store, ready for use. Raises `StoreUnavailable` with what to do."""
    address = database_url(url)
    await ensure_ready(address)
    store = SqlStore(address)
    try:
        yield store
    finally:
        await store.close()


def load_content(root: Path | None = None) -> Bank:
    """The question bank. Raises `BrokenBank`."""
    return load_bank(root or read(ContentSettings).content_dir)


def make_game(store: SqlStore, bank: Bank) -> Game:
    """The rules and the store, as every use case needs them."""
    return Game(store, bank, read(AnswerSettings).limits)


@asynccontextmanager
async def grading() -> AsyncIterator[PooledGrader]:
    """The grader in its own processes."""
    grader = PooledGrader(VERSION, judge_offline, workers=read(GradingSettings).grading_workers)
    try:
        yield grader
    finally:
        grader.close()


def make_supervisor(
    game: Game, grader: PooledGrader, platforms: Mapping[str, ChatPlatform], clock: Clock
) -> Supervisor:
    """One process's share of the work, under a name no other process has."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    tick_seconds = read(ClockSettings).tick_seconds
    return Supervisor(game, grader, platforms, clock, holder=holder, tick_seconds=tick_seconds)
