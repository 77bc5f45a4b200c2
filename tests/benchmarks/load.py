"""What the bot carries: one table, on SQLite and on PostgreSQL. Run: python -m tests.benchmarks.load

Real databases, the grader that the bot would use, the real use cases; people and the chat service are simulated.
The machine is shared and noisy: compare figures of one run.
"""

import argparse
import asyncio
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable
from sqlalchemy import text

from bot.app import chosen_judge, grading
from bot.chat.command import parse
from bot.chat.event import CommandUsed, Person, Place
from bot.chat.message import Form, Message
from bot.content.bank import Bank
from bot.content.loader import load_bank
from bot.grading.verdict import Grader
from bot.quiz.limits import Limits
from bot.runtime.clock import SystemClock
from bot.runtime.supervisor import Supervisor
from bot.runtime.telemetry import configure_logs
from bot.services.ask import open_due
from bot.services.dispatch import Dispatcher
from bot.services.game import Game
from bot.services.ports import StoreUnavailable
from bot.services.tick import tick
from bot.store.engine import make_engine
from bot.store.store import SqlStore
from tests.benchmarks.lag import Lag, percentile
from tests.benchmarks.resident import resident_kib
from tests.doubles import RecordingPlatform
from tests.postgres import PostgresServer, postgres_server

HOUSE = Path(__file__).resolve().parents[2]
DUE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS = (
    "Only one thread runs bytecode at a time, because reference counts are not thread-safe. While one thread waits "
    "for a response another one can run, so threading is fine for I/O, and threads do not speed up CPU-bound code. "
    "For that each process has its own interpreter, or NumPy releases the lock in its C code."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    where: str
    measured: str
    goal: str


class Reply:
    """A person who notes when they were first told anything."""

    def __init__(self) -> None:
        self.told_at: float | None = None
        self.messages = 0

    async def acknowledge(self) -> None:
        """At once."""

    async def private(self, message: Message) -> bool:
        self.told_at = self.told_at or time.perf_counter()
        self.messages += 1
        return True

    async def open_form(self, form: Form) -> bool:
        return True

    @property
    def ticket(self) -> str | None:
        return None


async def _execute(address: str, *statements: str) -> None:
    engine = make_engine(address)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


def _numbers(address: str, count: int) -> str:
    """A table expression `n` of 1 to count."""
    if address.startswith("postgres"):
        return f"(SELECT i AS n FROM generate_series(1, {count}) AS i) AS numbers"
    return f"(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {count}) SELECT n FROM up)"


async def _schedules(address: str, count: int) -> None:
    """`count` channels of 100 teams whose schedules fall due within the minute before DUE + 1 min."""
    at = "2026-11-24 09:00:00"
    numbers = _numbers(address, count)
    await _execute(
        address,
        f"INSERT INTO team (id, name, created_at) SELECT n, 'T', '{at}' FROM {_numbers(address, 100)}",
        "INSERT INTO workspace (id, team_id, platform, external_id, name, created_at)"
        f" SELECT n, n, 'fake', 'W' || n, 'W', '{at}' FROM {_numbers(address, 100)}",
        "INSERT INTO channel (id, workspace_id, external_id, name)"
        f" SELECT n, n % 100 + 1, 'C' || n, 'quiz' FROM {numbers}",
        "INSERT INTO schedule (channel_id, local_time, weekdays, tz, packs, mix, open_seconds, late_seconds, seed,"
        " next_date, next_fire_at, skipped, version)"
        " SELECT n, '09:00', '1234567', 'UTC', '[\"gil\"]', '{\"junior\": 1, \"mid\": 1, \"senior\": 1, \"staff\": 1}',"
        f" 28800, 7200, n, '2026-11-24', '{at}', '[]', 1 FROM {numbers}",
    )


async def open_rounds(address: str, bank: Bank, count: int, replicas: int) -> Row:
    """All schedules of one minute, opened by so many processes."""
    await _schedules(address, count)
    began = time.perf_counter()
    if replicas == 1:
        store = SqlStore(address)
        await open_due(Game(store, bank), DUE + timedelta(seconds=5))
        await store.close()
    else:
        opener = [sys.executable, "-m", "tests.benchmarks.load", "--open", address]
        started = [subprocess.Popen(opener, cwd=HOUSE, stdout=subprocess.PIPE) for _ in range(replicas)]  # noqa: ASYNC220
        for process in started:  # every one is up before any of them may begin
            assert process.stdout is not None
            process.stdout.readline()
        began = time.perf_counter()
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
    elapsed = time.perf_counter() - began
    engine = make_engine(address)
    async with engine.connect() as connection:
        made = (await connection.execute(text("SELECT count(*), count(DISTINCT schedule_id) FROM round"))).one()
        posts = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
    await engine.dispose()
    twice = made[0] - made[1]
    measured = f"{elapsed:.1f} s, {made[0] / elapsed:.0f} a second; {made[0]} rounds, {posts} posts, {twice} twice"
    noun = "process" if replicas == 1 else "processes"
    return Row(f"open {count:,} rounds, {replicas} {noun}", _kind(address), measured, "≤ 10 s, 0 twice")


async def answer_rush(address: str, bank: Bank, people: int, seconds: float) -> list[Row]:
    """People answer at random moments while the answers before theirs are graded."""
    async with grading() as grader:
        grader.warm()
        return await _rush(address, bank, grader, people, seconds)


async def _rush(address: str, bank: Bank, grader: Grader, people: int, seconds: float) -> list[Row]:
    store = SqlStore(address)
    game = Game(store, bank, Limits())
    dispatch = Dispatcher(game)
    platform = RecordingPlatform()
    clock = SystemClock()
    supervisor = Supervisor(game, grader, {"fake": platform}, clock, holder="bench", tick_seconds=5)

    async def says(who: str, command: str, *, leads: bool = False) -> Reply:
        parsed, reply = parse(command), Reply()
        place = Place("fake", "W1", "Team", "C1", "quiz")
        event_id = f"{who}-{random.random()}"
        event = CommandUsed(event_id, clock.now(), Person(who, who, leads), place, reply, parsed.path, parsed.options)
        await dispatch(event)
        return reply

    await says("lead", "/quiz-admin setup 00:00 UTC open 8h", leads=True)
    await says("lead", "/quiz-admin post what-is-the-gil", leads=True)
    await supervisor.start()
    chance = random.Random(7)
    waits: list[float] = []
    replies: list[Reply] = []

    async def person(number: int) -> None:
        await asyncio.sleep(chance.uniform(0, seconds))
        began = time.perf_counter()
        reply = await says(f"p{number}", f"/quiz answer {WORDS} I am number {number}.")
        waits.append(1000 * ((reply.told_at or float("inf")) - began))
        replies.append(reply)

    began = time.perf_counter()
    async with Lag() as lag:
        await asyncio.gather(*(person(number) for number in range(people)))
        while any(reply.messages < 2 for reply in replies):
            await asyncio.sleep(0.05)
    all_graded = time.perf_counter() - began
    await supervisor.stop()
    async with store.read() as uow:
        asked = await uow.rounds.get(1)
        kept, pending = await uow.rounds.answers(asked.id), await uow.submissions.pending()
    await store.close()
    where = _kind(address)
    told = f"p50 {percentile(waits, 50):.0f}, p99 {percentile(waits, 99):.0f}, max {max(waits):.0f} ms"
    return [
        Row(f"{people:,} answers in {seconds:.0f} s: told", where, told, "max < 1 s, p99 < 250 ms"),
        Row("… stored, still pending", where, f"{kept}, {pending}", f"{people}, 0"),
        Row("… all graded and shown after", where, f"{all_graded:.0f} s", "≤ 90 s"),
        Row("… event loop late by", where, str(lag), ""),
    ]


async def leaderboard(address: str, sizes: list[int], people: int) -> list[Row]:
    """The board of a large team as its history grows."""
    at = "2026-11-24 09:00:00"
    await _execute(
        address,
        f"INSERT INTO team (id, name, created_at) VALUES (1, 'T', '{at}')",
        "INSERT INTO workspace (id, team_id, platform, external_id, name, created_at)"
        f" VALUES (1, 1, 'fake', 'W', 'W', '{at}')",
        "INSERT INTO channel (id, workspace_id, external_id, name) VALUES (1, 1, 'C', 'quiz')",
        "INSERT INTO player (id, team_id, platform, external_id, name, created_at)"
        f" SELECT n, 1, 'fake', 'p' || n, 'player ' || n, '{at}' FROM {_numbers(address, people)}",
    )
    rows, filled, rounds = [], 0, 0
    for size in sizes:
        more = (size - filled) // people
        await _history(address, people, rounds, more, at)
        rounds, filled = rounds + more, rounds * people + more * people
        store = SqlStore(address)
        waits = []
        for number in range(200):
            began = time.perf_counter()
            async with store.read() as uow:
                board = await uow.views.board(1, "all", size=10, own=1 + number * 17 % people)
            waits.append(1000 * (time.perf_counter() - began))
        assert board.players == people
        await store.close()
        measured = f"p50 {percentile(waits, 50):.1f}, p95 {percentile(waits, 95):.1f} ms"
        rows.append(Row(f"leaderboard, {people:,} people, {filled:,} answers", _kind(address), measured, "p95 ≤ 50 ms"))
    return rows


async def _history(address: str, people: int, rounds: int, more: int, at: str) -> None:
    """`more` rounds in which everyone answered, with grades, counted in the standings."""
    true = "true" if address.startswith("postgres") else "1"
    first = rounds * people
    await _execute(
        address,
        "INSERT INTO round (id, team_id, channel_id, day, due_at, opened_at, closes_at, status, question_id)"
        f" SELECT {rounds} + n, 1, 1, '2026-11-24', '{at}', '{at}', '{at}', 'closed', 'what-is-the-gil'"
        f" FROM {_numbers(address, more)}",
        "INSERT INTO submission (id, player_id, channel_id, round_id, question_id, answer, submitted_at, ranked,"
        " status, available_at, attempts, grade_id, points, counted)"
        f" SELECT {first} + n, n % {people} + 1, 1, {rounds} + (n - 1) / {people} + 1, 'what-is-the-gil', 'an answer',"
        f" '{at}', {true}, 'graded', '{at}', 1, {first} + n, n * 7 % 101, {true}"
        f" FROM {_numbers(address, more * people)}",
        "INSERT INTO grade (id, submission_id, grader, rubric, score, verdicts, misconceptions, graded_at)"
        f" SELECT {first} + n, {first} + n, 'offline-1', 'r', n * 7 % 101, '[]', '[]', '{at}'"
        f" FROM {_numbers(address, more * people)}",
        "DELETE FROM standing",
        "INSERT INTO standing (team_id, period, player_id, points, rounds)"
        " SELECT 1, 'all', player_id, sum(points), count(*) FROM submission GROUP BY player_id",
        "ANALYZE",
    )


async def loop_lag(bank: Bank) -> Row:
    """The event loop while the grader's workers have no pause."""
    question = bank.get("what-is-the-gil")
    graded = 0

    async def keep_busy(grader: Grader, end: float) -> None:
        nonlocal graded
        while time.perf_counter() < end:
            await grader.grade(question, WORDS)
            graded += 1

    async with grading() as grader:
        await asyncio.gather(*(grader.grade(question, WORDS) for _ in range(8)))
        async with Lag() as lag:
            end = time.perf_counter() + 10
            await asyncio.gather(*(keep_busy(grader, end) for _ in range(6)))
    return Row(f"event loop late by, {graded / 10:.0f} answers graded a second", "-", str(lag), "≤ 20 ms")


def start_to_ready(address: str) -> list[Row]:
    """From the command to a ready service, five times; and the memory it then has."""
    waits, memory = [], 0
    for _ in range(5):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {"DATABASE_URL": address, "HTTP_PORT": str(port), "LOG_LEVEL": "error"}
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=HOUSE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not _is_ready(port):
            time.sleep(0.01)
        waits.append(time.perf_counter() - began)
        memory = max(memory, resident_kib(process.pid))
        process.terminate()
        process.wait()
    where = _kind(address)
    return [
        Row("start to ready", where, f"median {statistics.median(waits):.2f}, max {max(waits):.2f} s", "≤ 2 s"),
        Row("resident memory once ready", where, f"{memory / 1024:.0f} MiB", ""),
    ]


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _kind(address: str) -> str:
    return "PostgreSQL" if address.startswith("postgres") else "SQLite"


async def _open_when_told(address: str) -> None:
    """One of several replicas: says it is up, and begins when told by SIGTERM."""
    import signal

    begin = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, begin.set)
    store = SqlStore(address)
    game = Game(store, load_bank(HOUSE / "content"))
    await tick(game, DUE - timedelta(days=1))
    sys.stdout.write("up\n")
    sys.stdout.flush()
    await begin.wait()
    while await _opened(game):
        pass
    await store.close()


async def _opened(game: Game) -> bool:
    try:
        return await open_due(game, DUE + timedelta(seconds=5)) > 0
    except StoreUnavailable:  # the others held the one write lock of SQLite too long; the next tick tries again
        return True


@contextmanager
def _databases(folder: Path, server: PostgresServer, which: str) -> Iterator[Callable[[], str]]:
    """A maker of fresh, migrated databases of one kind."""
    opened, made = [], 0

    def fresh() -> str:
        nonlocal made
        made += 1
        if which == "sqlite":
            address = f"sqlite:///{folder / f'bench{made}.db'}"
        else:
            database = server.fresh()
            opened.append(database)
            address = database.__enter__()
        subprocess.run(
            [sys.executable, "-m", "bot", "db", "upgrade"],
            cwd=HOUSE,
            env=os.environ | {"DATABASE_URL": address},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return address

    yield fresh
    for database in opened:
        database.__exit__(None, None, None)


def _run(work: Callable[[], Awaitable[Row | list[Row]]], table: list[Row]) -> None:
    async def go() -> None:
        made = await work()
        table.extend(made if isinstance(made, list) else [made])

    asyncio.run(go())
    Console(stderr=True).print(f"[dim]{table[-1].what} · {table[-1].where} · {table[-1].measured}")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--open", metavar="URL", help=argparse.SUPPRESS)
    reader.add_argument("--quick", action="store_true", help="a tenth of everything")
    given = reader.parse_args()
    configure_logs("error", "text")
    if given.open:
        asyncio.run(_open_when_told(given.open))
        return
    part = 10 if given.quick else 1
    bank = load_bank(HOUSE / "content")
    table: list[Row] = []
    sizes = [10_000 // part, 100_000 // part, 1_000_000 // part]
    folder = Path(tempfile.mkdtemp())
    with postgres_server(folder / "postgres") as server:
        for which in ("sqlite", "postgres"):
            with _databases(folder, server, which) as fresh:
                for replicas in (1, 4):
                    address = fresh()
                    _run(lambda a=address, r=replicas: open_rounds(a, bank, 10_000 // part, r), table)  # type: ignore[misc]
                address = fresh()
                _run(lambda a=address: answer_rush(a, bank, 1_000 // part, 60 / part), table)  # type: ignore[misc]
                address = fresh()
                _run(lambda a=address, s=sizes: leaderboard(a, s, 5_000 // part), table)  # type: ignore[misc]
                table += start_to_ready(fresh())
        _run(lambda: loop_lag(bank), table)
    shutil.rmtree(folder, ignore_errors=True)
    shown = RichTable("what", "where", "measured", "goal", caption=f"graded by {chosen_judge().version}")
    for row in table:
        shown.add_row(row.what, row.where, row.measured, row.goal)
    Console(width=150).print(shown)


if __name__ == "__main__":
    main()
