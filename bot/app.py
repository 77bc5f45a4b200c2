"""The composition root: the one place that knows every part by name."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import structlog
from aiohttp import web

from bot.chat.platform import ChatPlatform, Finding
from bot.content.bank import Bank
from bot.content.loader import load_bank
from bot.grading.model_file import NoModel
from bot.grading.offline import VERSION, judge_offline
from bot.runtime.clock import Clock
from bot.runtime.graders import Judge as JudgeFunction
from bot.runtime.graders import OffLoopGrader, PooledGrader, ThreadedGrader
from bot.runtime.http import HttpServer, tick_check
from bot.runtime.metrics import Metrics
from bot.runtime.supervisor import Supervisor
from bot.services.game import Game
from bot.services.meter import Meter, NoMeter
from bot.services.ports import StoreUnavailable, StoreUnreachable
from bot.services.suggest import suggest
from bot.settings import (
    AnswerSettings,
    BadSetting,
    ClockSettings,
    ContentSettings,
    DiscordSettings,
    GradingSettings,
    HttpSettings,
    RulingSettings,
    SlackSettings,
    StoreSettings,
    read,
)
from bot.store.migrate import current, ensure_ready
from bot.store.store import SqlStore

log = structlog.get_logger(__name__)
_LONGEST_WAIT_S = 30.0


@dataclass
class CannotListen(StoreUnavailable):
    """The HTTP port is taken or may not be used."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"Cannot listen on {self.host}:{self.port}. Choose another HTTP_PORT or HTTP_HOST."


def database_url(given: str | None = None) -> str:
    """The address from the command line, else from DATABASE_URL."""
    return given or read(StoreSettings).database_url.get_secret_value()


@asynccontextmanager
async def open_store(url: str | None = None, *, patient: bool = False) -> AsyncIterator[SqlStore]:
    """The store, ready for use. Raises `StoreUnavailable` with what to do.

    `patient`: wait for a server that does not answer, as a service does whose database starts later.
    """
    address = database_url(url)
    await (_ready_at_last(address) if patient else ensure_ready(address))
    store = SqlStore(address)
    try:
        yield store
    finally:
        await store.close()


async def _ready_at_last(address: str) -> None:
    wait = 1.0
    while True:
        try:
            return await ensure_ready(address)
        except StoreUnreachable as error:
            log.warning("database_unreachable", reason=str(error), retry_in_s=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_S)


def load_content(root: Path | None = None) -> Bank:
    """The question bank. Raises `BrokenBank`."""
    return load_bank(root or read(ContentSettings).content_dir)


def make_game(store: SqlStore, bank: Bank, meter: Meter | None = None) -> Game:
    """The rules and the store, as every use case needs them."""
    unsure_below = read(RulingSettings).unsure_below
    return Game(store, bank, read(AnswerSettings).limits, meter=meter or NoMeter(), unsure_below=unsure_below)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The judge to grade with. `lacking`: why it is not the trained one that the settings ask for."""

    version: str
    judge: JudgeFunction
    lacking: NoModel | None = None

    @property
    def is_trained(self) -> bool:
        return self.judge is not judge_offline

    @property
    def trouble(self) -> str | None:
        """What a person should know before they trust its grades."""
        return None if self.lacking is None else f"{self.lacking} Grading with {self.version} instead."


def chosen_judge() -> Chosen:
    """The trained judge, or the lexical one where the settings say so or the model cannot be used."""
    settings = read(GradingSettings)
    if settings.grader == "lexical":
        return Chosen(VERSION, judge_offline)
    # Here and not above: the parts of the command line that judge nothing need not wait for it.
    from bot.grading.judge import Judge
    from bot.grading.trained import judge_trained

    try:
        judge = Judge.load(settings.grader_model)
    except NoModel as error:
        return Chosen(VERSION, judge_offline, error)
    return Chosen(judge.version, partial(judge_trained, judge))


@asynccontextmanager
async def grading(chosen: Chosen | None = None) -> AsyncIterator[OffLoopGrader]:
    """The grader, off the event loop."""
    chosen = chosen or chosen_judge()
    if chosen.lacking is not None:
        log.warning("trained_grader_missing", reason=str(chosen.lacking), instead=chosen.version)
    kind = ThreadedGrader if chosen.is_trained else PooledGrader
    grader: OffLoopGrader = kind(chosen.version, chosen.judge, workers=read(GradingSettings).grading_workers)
    try:
        yield grader
    finally:
        grader.close()


@asynccontextmanager
async def health(
    store: SqlStore,
    metrics: Metrics,
    supervisor: Supervisor,
    platforms: Mapping[str, ChatPlatform],
    clock: Clock,
    routes: Sequence[web.RouteDef] = (),
) -> AsyncIterator[int | None]:
    """The server for `/livez`, `/readyz`, `/metrics` while the block runs; its port, None where none is wanted.

    `routes`: what platforms serve on it. Raises `CannotListen`.
    """
    settings = read(HttpSettings)
    if settings.http_port is None:
        yield None
        return
    address = database_url()

    async def schema() -> str | None:
        try:
            revision, head = await current(address)
        except StoreUnavailable as error:
            return str(error)
        return None if revision == head else "run quizbot db upgrade"

    async def connected() -> str | None:
        troubles = [trouble for platform in platforms.values() if (trouble := platform.trouble())]
        return " ".join(troubles) or (None if platforms else "no platform is connected")

    every_s = read(ClockSettings).tick_seconds
    ticks = tick_check(clock, lambda: supervisor.ticked_at, every_s=every_s)
    server = HttpServer(store, metrics, {"database": schema, "platforms": connected, "ticks": ticks}, routes)
    watching = asyncio.create_task(metrics.watch_loop(), name="loop-lag")
    try:
        try:
            port = await server.start(settings.http_host, settings.http_port)
        except OSError as error:
            raise CannotListen(settings.http_host, settings.http_port) from error
        log.info("listening", host=settings.http_host, port=port)
        yield port
    finally:
        watching.cancel()
        await server.stop()


Maker = Callable[[SqlStore, Bank, Clock], ChatPlatform]


def platform_makers() -> list[Maker]:
    """What makes the chat platforms that the settings name; they connect later. Raises `BadSetting`."""
    return [maker for configured in _CONFIGURED if (maker := configured()) is not None]


def _discord() -> Maker | None:
    settings = read(DiscordSettings)
    if settings.discord_token is None:
        return None
    # Here and not above: it takes half a second, which the terminal room need not wait for.
    from bot.platforms.discord.platform import DiscordPlatform
    from bot.platforms.discord.share import Share, WrongShare

    token = settings.discord_token.get_secret_value()
    try:
        share = Share.parse(settings.discord_shards) if settings.discord_shards else None
    except WrongShare as error:
        raise BadSetting(str(error)) from None

    def make(store: SqlStore, bank: Bank, clock: Clock) -> ChatPlatform:
        return DiscordPlatform(
            token,
            store,
            bank,
            clock.now,
            thread_answers=settings.discord_thread_answers,
            share=share,
            api_url=settings.discord_api_url,
            gateway_url=settings.discord_gateway_url,
        )

    return make


def _slack() -> Maker | None:
    # Here and not above: the terminal room need not wait for it.
    from bot.platforms.slack.config import read_config

    config = read_config(read(SlackSettings), read(HttpSettings))
    if config is None:
        return None
    from bot.platforms.slack.platform import SlackPlatform

    return lambda store, bank, clock: SlackPlatform(config, store, partial(suggest, bank), clock.now)


# Each reads its platform's settings: None where they name no token.
_CONFIGURED: tuple[Callable[[], Maker | None], ...] = (_discord, _slack)


def routes_of(platforms: Mapping[str, ChatPlatform]) -> list[web.RouteDef]:
    """What these platforms want served over HTTP."""
    return [route for platform in platforms.values() if isinstance(platform, Served) for route in platform.routes]


@runtime_checkable
class Served(Protocol):
    """A platform that hears of things over HTTP."""

    @property
    def routes(self) -> Sequence[web.RouteDef]: ...


@runtime_checkable
class Diagnosed(Protocol):
    """A platform that can say, without connecting, what is wrong with its settings."""

    async def diagnose(self, *, channels: bool) -> Sequence[Finding]:
        """`channels`: whether the store is ready to be asked for those that have a schedule."""
        ...


def make_supervisor(
    game: Game, grader: OffLoopGrader, platforms: Mapping[str, ChatPlatform], clock: Clock
) -> Supervisor:
    """One process's share of the work, under a name no other process has."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    tick_seconds = read(ClockSettings).tick_seconds
    return Supervisor(game, grader, platforms, clock, holder=holder, tick_seconds=tick_seconds)
