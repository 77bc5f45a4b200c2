"""`quizbot run`: the bot on the platforms that are configured."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

import click
import structlog

from bot.app import (
    Maker,
    database_url,
    grading,
    health,
    load_content,
    make_game,
    make_supervisor,
    open_store,
    platform_makers,
    routes_of,
)
from bot.chat.event import Sink
from bot.chat.platform import ChatPlatform
from bot.cli.data import DATABASE
from bot.cli.room import open_room
from bot.runtime.clock import SystemClock
from bot.runtime.metrics import Metrics
from bot.runtime.stopping import until_stopped
from bot.runtime.supervisor import Supervisor
from bot.runtime.telemetry import configure_logs
from bot.services.dispatch import Dispatcher
from bot.settings import LogSettings, read

log = structlog.get_logger(__name__)


@click.command()
@DATABASE
def run(database: str | None) -> None:
    """Run the bot on the platforms that are configured; in the terminal where none is."""
    makers = platform_makers()
    if makers:
        asyncio.run(until_stopped(_serve(database, makers)))
        return
    click.echo("No platform is configured, so this is the terminal room in real time.", err=True)
    asyncio.run(until_stopped(_sit(database)))


async def _sit(database: str | None) -> int:
    await open_room(database, start=None, zone=None, person=None, real_time=True)
    return 0


async def _serve(database: str | None, makers: Sequence[Maker]) -> int:
    """From waiting for the database to leaving; cancelled at any moment, it ends in good order."""
    logs = read(LogSettings)
    configure_logs(logs.log_level, logs.log_format)
    bank, metrics, clock = load_content(), Metrics(), SystemClock()
    async with open_store(database_url(database), patient=True) as store, grading() as grader:
        game = make_game(store, bank, metrics)
        platforms = {platform.name: platform for platform in (maker(store, bank, clock) for maker in makers)}
        supervisor = make_supervisor(game, grader, platforms, clock)
        async with health(store, metrics, supervisor, platforms, clock, routes_of(platforms)):
            grader.warm()
            return await _work(platforms, Dispatcher(game, platforms), supervisor)


async def _work(platforms: Mapping[str, ChatPlatform], sink: Sink, supervisor: Supervisor) -> int:
    """Until cancelled."""
    async with AsyncExitStack() as leaving:
        for platform in platforms.values():
            leaving.push_async_callback(platform.close)
            await platform.connect(sink)
            log.info("platform_connected", platform=platform.name)
        await supervisor.start()
        leaving.push_async_callback(supervisor.stop)
        await asyncio.Event().wait()
    return 0
