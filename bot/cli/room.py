"""`quizbot play`: the terminal room."""

import asyncio
import getpass
import re
import sys
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from tzlocal import get_localzone_name

from bot.app import chosen_judge, database_url, grading, health, load_content, make_game, make_supervisor, open_store
from bot.chat.command import completions
from bot.cli.data import DATABASE
from bot.cli.failure import CANNOT_START, PROBLEMS, USAGE, stop
from bot.content.bank import Bank
from bot.platforms.terminal.adapter import HERE, Screen, TerminalPlatform
from bot.platforms.terminal.lines import Lines, PromptLines, PromptLook, ScriptLines
from bot.platforms.terminal.render import is_rich
from bot.platforms.terminal.room import Room
from bot.quiz.phrases import Unreadable, read_zone, say_plan
from bot.quiz.schedule import Schedule
from bot.runtime.clock import RoomClock, SystemClock
from bot.runtime.metrics import Metrics
from bot.runtime.room import RoomDriver, first_instant, remembered_clock, status_line
from bot.runtime.stopping import until_stopped
from bot.runtime.supervisor import Supervisor
from bot.runtime.telemetry import configure_logs
from bot.services.admin import add_schedule, default_plan
from bot.services.dispatch import Dispatcher
from bot.services.game import Game
from bot.settings import LogSettings, read


@click.command()
@DATABASE
@click.option("--start", metavar="'YYYY-MM-DD HH:MM'", help="Where the clock of a new room stands.")
@click.option("--zone", help="The time zone of a new room, such as Europe/Berlin.")
@click.option("--as", "person", metavar="NAME", help="Who types first.")
def play(database: str | None, start: str | None, zone: str | None, person: str | None) -> None:
    """Sit in a terminal room: a channel with its daily question, a clock you can move, no account needed.

    Reads a script when standard input is not a terminal.
    """
    asyncio.run(open_room(database, start=start, zone=zone, person=person, real_time=False))


async def open_room(
    database: str | None, *, start: str | None, zone: str | None, person: str | None, real_time: bool
) -> None:
    """The room from entering to leaving. `real_time`: its clock is the machine's."""
    logs = read(LogSettings)
    # In a room the screen is the product: only what went wrong may come between.
    configure_logs("error" if "log_level" not in logs.model_fields_set else logs.log_level, logs.log_format)
    bank, chosen = load_content(), chosen_judge()
    if chosen.trouble is not None:
        click.echo(chosen.trouble, err=True)
    async with open_store(database_url(database), patient=real_time) as store, grading(chosen) as grader:
        metrics = Metrics()
        game = make_game(store, bank, metrics)
        await _refuse_a_running_bots_database(game)
        schedule, clock = await _enter(game, start=start, zone=_zone(zone), real_time=real_time)
        interactive = sys.stdin.isatty() and sys.stdout.isatty()
        if interactive:
            grader.warm()
        console = Console(highlight=False, soft_wrap=False)
        platform = TerminalPlatform(Screen(console))
        supervisor = make_supervisor(game, grader, {platform.name: platform}, clock)
        driver = RoomDriver(game, supervisor, clock, SystemClock(), zone=schedule.plan.tz)
        await platform.connect(Dispatcher(game))
        name = person or _user()
        room = _room(platform, driver, name, bank, interactive=interactive)
        _welcome(platform.screen, driver, schedule, interactive=interactive)
        # A dumb terminal is written to as it comes: keeping the prompt in place needs escape codes.
        keeping_prompt = patch_stdout(raw=True) if interactive and is_rich(console) else nullcontext()
        with keeping_prompt:
            if real_time:
                sitting = room.run if interactive else _until_cancelled
                async with health(store, metrics, supervisor, {platform.name: platform}, clock):
                    code = await until_stopped(_live(sitting, driver, supervisor))
            elif interactive:
                code = await until_stopped(_live(room.run, driver, supervisor))
            else:
                code = await _script(room, driver, supervisor)
    if code:
        lines = "line was" if room.mistyped == 1 else "lines were"
        stop(f"{room.mistyped} {lines} not understood; correct the script and run it again.", PROBLEMS)


async def _script(room: Room, driver: RoomDriver, supervisor: Supervisor) -> int:
    await supervisor.tick()
    await driver.settle()
    return await room.run()


async def _live(sitting: Callable[[], Awaitable[int]], driver: RoomDriver, supervisor: Supervisor) -> int:
    """Somebody sits in the room, or nobody but the clock; either way the bot works."""
    await supervisor.start()
    try:
        return await sitting()
    finally:
        await supervisor.stop()
        await driver.settle()


async def _until_cancelled() -> int:
    """`quizbot run` as a service: nobody types."""
    await asyncio.Event().wait()
    return 0


def _room(platform: TerminalPlatform, driver: RoomDriver, name: str, bank: Bank, *, interactive: bool) -> Room:
    session = uuid.uuid4().hex[:12]
    known = _known_words(bank)
    room: Room
    lines: Lines
    if interactive:
        look = PromptLook(status_line(lambda: room.person, driver), lambda typed: _complete(typed, known))
        lines = PromptLines(look, Path.home() / ".quizbot_history")
    else:
        lines = ScriptLines(sys.stdin, platform.screen.line)
    room = Room(platform, driver, lines, session=session, person=name)
    return room


async def _refuse_a_running_bots_database(game: Game) -> None:
    """The room's clock may be days ahead: it must not make other people's schedules due."""
    async with game.store.read() as uow:
        others = await uow.teams.platforms() - {HERE.platform}
    if others:
        stop(
            f"This database belongs to a bot on {', '.join(sorted(others))}. Give the room its own: "
            "quizbot play --database sqlite:///play.db",
            CANNOT_START,
        )


async def _enter(game: Game, *, start: str | None, zone: str, real_time: bool) -> tuple[Schedule, RoomClock]:
    """The room's schedule and clock, made at the first visit."""
    wall = SystemClock().now()
    stood = await remembered_clock(game)
    plan = replace(default_plan(game), tz=zone)
    begin = _instant(start, zone) if start else first_instant(wall, plan)
    if real_time:
        begin = wall
    now = max(stood, wall) if stood and real_time else stood or begin
    async with game.store.write() as uow:
        channel = await uow.teams.register(HERE, now=now)
        schedule = await uow.schedules.of_channel(channel.id)
        if schedule is None:
            # A room that opens at the posting time has its question at once.
            schedule = await add_schedule(uow, channel, plan, now - timedelta(microseconds=1))
        await uow.commit()
    return schedule, RoomClock(now, runs=real_time or sys.stdin.isatty())


def _welcome(screen: Screen, driver: RoomDriver, schedule: Schedule, *, interactive: bool) -> None:
    local = driver.now().astimezone(ZoneInfo(driver.zone))
    screen.line(f"Terminal room. A question comes {say_plan(schedule.plan)}.")
    screen.line(f"The room's own clock says {local:%a} {local.day} {local:%b %Y %H:%M:%S}; move it with /clock +1d.")
    if interactive:
        screen.line("Type your answer when the question is there. /help shows everything, /quit leaves.")
    screen.line("")


def _zone(given: str | None) -> str:
    try:
        return read_zone(given or get_localzone_name() or "UTC")
    except Unreadable as error:
        if given is None:
            return "UTC"
        stop(f"There is no time zone {given}. Write one such as {error.example}.", USAGE)


def _instant(text: str, zone: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        stop(f"{text} is no date and time. Write --start '2026-11-24 08:59'.", USAGE)


def _user() -> str:
    try:
        name = re.sub(r"[^\w.-]", "", getpass.getuser())
    except (OSError, KeyError):
        name = ""
    return name or "you"


def _known_words(bank: Bank) -> Mapping[str, Sequence[str]]:
    topics = sorted({question.topic for question in bank.questions.values()})
    ids = sorted(bank.questions)
    return {"topic": [*topics, *ids], "question": ids, "packs": sorted(bank.packs)}


def _complete(typed: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    if " " not in typed:
        return [w for w in ("/quiz", "/quiz-admin", "/as", "/clock", "/press", "/help", "/quit") if w.startswith(typed)]
    return completions(typed, known)
