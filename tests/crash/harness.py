"""Rounds lived through by processes that are killed. Run as a program; prints what it found as JSON.

Each step of a round is a process of its own, forked from this one (which has no threads and no database
connection), killed at one named point, and followed by one that is not.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot.chat.command import parse
from bot.chat.event import CommandUsed, Person, Place
from bot.content.bank import Bank
from bot.content.loader import load_bank
from bot.runtime.supervisor import Supervisor
from bot.runtime.telemetry import configure_logs
from bot.services.dispatch import Dispatcher
from bot.services.game import Game
from bot.store.engine import make_engine
from tests.crash.killing import Killer, KillingGrader, KillingStore
from tests.crash.ledger import Ledger, LedgerPlatform, LedgerReply

HOUSE = Path(__file__).resolve().parents[2]
FIRST_DAY = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."
RECOVERED_AFTER = timedelta(minutes=3)  # longer than any lease

POST_POINTS = (
    "before schedules.claim_due",
    "after schedules.claim_due",
    "before commit of schedules.claim_due",
    "after commit of schedules.claim_due",
    "after outbox.claim",
    "after commit of outbox.claim",
    "before send question",
    "after send question",
    "before commit of outbox.sent",
    "after commit of outbox.sent",
)
ANSWER_POINTS = (
    "before submissions.add",
    "after submissions.add",
    "before commit of submissions.add",
    "after commit of submissions.add",
    "after submissions.claim_pending",
    "after commit of submissions.claim_pending",
    "before grade",
    "after grade",
    "before grades.add",
    "before commit of grades.add",
    "after commit of grades.add",
    "before send feedback",
    "after send feedback",
)
CLOSE_POINTS = (
    "before rounds.claim_closing",
    "after rounds.claim_closing",
    "after rounds.finish",
    "after grades.settle",
    "before commit of rounds.claim_closing",
    "after commit of rounds.claim_closing",
    "before send reveal",
    "after send reveal",
)


@dataclass
class Found:
    """What went wrong, and how much was tried."""

    rounds: int = 0
    kills: int = 0
    points: dict[str, int] = field(default_factory=dict)
    posts: int = 0
    answers: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


class FixedClock:
    """Stands still: a step happens at one instant."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


class FastClock:
    """Runs `speed` times as fast as the machine's, from `base` at the machine's instant `zero`."""

    def __init__(self, base: datetime, zero: float, speed: float) -> None:
        self._base, self._zero, self._speed = base, zero, speed

    def now(self) -> datetime:
        return self._base + timedelta(seconds=(time.monotonic() - self._zero) * self._speed)


class World:
    """One database, one ledger, and the people in it."""

    def __init__(self, address: str, ledger: Ledger, bank: Bank) -> None:
        self.address = address
        self.ledger = ledger
        self.bank = bank
        self.found = Found()

    def set_up(self, channels: int, words: str) -> None:
        """One quiz channel per number, in as many workspaces."""

        async def work() -> None:
            store = KillingStore(self.address, Killer())
            dispatch = Dispatcher(Game(store, self.bank))
            for number in range(channels):
                plan = words.format(minute=number % 3)
                await self._says(dispatch, number, "lead", f"/quiz-admin setup {plan}", FIRST_DAY - timedelta(hours=1))
            await store.close()

        self._fork(work())

    def step(self, at: datetime, point: str = "", answers: tuple[str, ...] = ()) -> None:
        """A process that does all there is to do at `at`, killed if it comes by `point`."""

        async def work() -> None:
            killer = Killer(point)
            store = KillingStore(self.address, killer)
            game = Game(store, self.bank)
            platform = LedgerPlatform(self.ledger, killer)
            grader = KillingGrader(killer)
            supervisor = Supervisor(
                game, grader, {"fake": platform}, FixedClock(at), holder=str(os.getpid()), tick_seconds=60
            )
            await supervisor.tick()
            for who in answers:
                await self._answers(Dispatcher(game), 0, who, at)
            await supervisor.settle()
            await store.close()

        killed = self._fork(work())
        self.found.kills += killed
        if point:
            self.found.points[point] = self.found.points.get(point, 0) + killed

    def replica(self, zero: float, speed: float) -> int:
        """A process that goes on until it is killed; its id."""

        async def work() -> None:
            store = KillingStore(self.address, Killer())
            game = Game(store, self.bank)
            clock = FastClock(FIRST_DAY - timedelta(seconds=speed), zero, speed)
            platforms = {"fake": LedgerPlatform(self.ledger, Killer())}
            supervisor = Supervisor(
                game, KillingGrader(Killer()), platforms, clock, holder=str(os.getpid()), tick_seconds=0.2
            )
            await supervisor.start()
            await asyncio.Event().wait()

        return self._start(work())

    def everyone_answers(self, channels: int, at: datetime) -> None:
        """Two people answer in every channel; those who were not told in time try again until they are."""

        async def work() -> None:
            store = KillingStore(self.address, Killer())
            dispatch = Dispatcher(Game(store, self.bank))
            for number in range(channels):
                for who in ("ana", "bo"):
                    if not self.ledger.count("told")[_event_id(number, who, FIRST_DAY)]:
                        await self._answers(dispatch, number, who, FIRST_DAY, at)
            await store.close()

        self._fork(work())

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Rows straight from the database, by a process of its own."""
        reader, writer = os.pipe()

        async def work() -> None:
            engine = make_engine(self.address)
            async with engine.connect() as connection:
                rows = (await connection.execute(text(statement))).all()
            await engine.dispose()
            os.write(writer, json.dumps([[str(v) if v is not None else None for v in row] for row in rows]).encode())

        pid = self._start(work())
        os.close(writer)
        with os.fdopen(reader) as pipe:
            rows = json.loads(pipe.read() or "[]")
        os.waitpid(pid, 0)
        return [tuple(row) for row in rows]

    async def _answers(
        self, dispatch: Dispatcher, number: int, who: str, day: datetime, at: datetime | None = None
    ) -> None:
        text_ = f"/quiz answer {GOOD} I am {who}, on {day:%A %d %B %Y} in {number}."
        await self._says(dispatch, number, who, text_, at or day, _event_id(number, who, day))

    async def _says(
        self, dispatch: Dispatcher, number: int, who: str, command: str, at: datetime, event_id: str = "setup"
    ) -> None:
        parsed = parse(command)
        place = Place("fake", f"W{number}", f"Team {number}", f"C{number}", "quiz")
        # ana's way back lasts for the feedback; bo's is gone by then, so his comes as a message.
        reply = LedgerReply(self.ledger, event_id, lasts=9 if who != "bo" else 1)
        person = Person(who, who, leads=who == "lead")
        await dispatch(CommandUsed(f"{event_id}", at, person, place, reply, parsed.path, parsed.options))

    def _fork(self, work: Coroutine[object, object, None]) -> bool:
        """Run `work` in a process to its end; whether it was killed."""
        _, status = os.waitpid(self._start(work), 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return True
        if status:
            raise SystemExit(f"a step ended with status {status}")
        return False

    def _start(self, work: Coroutine[object, object, None]) -> int:
        pid = os.fork()
        if pid:
            work.close()
            return pid
        code = 1
        try:
            asyncio.run(work)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)


def _event_id(number: int, who: str, day: datetime) -> str:
    return f"{number}-{who}-{day:%Y%m%d}"


def scripted_rounds(world: World, rounds: int) -> None:
    """Each round is posted, answered and closed; in each of the three a process is killed."""
    world.set_up(1, "daily 09:00 UTC open 8h")
    for number in range(rounds):
        due = FIRST_DAY + timedelta(days=number)
        asked, answered, closed = due + timedelta(seconds=1), due + timedelta(hours=1), due + timedelta(hours=8)
        both = ("ana", "bo")
        world.step(asked, POST_POINTS[number % len(POST_POINTS)])
        world.step(asked + RECOVERED_AFTER)
        world.step(answered, ANSWER_POINTS[number % len(ANSWER_POINTS)], both)
        # Nobody was told, so the platform brings the same events again.
        world.step(answered + RECOVERED_AFTER, answers=both)
        world.step(closed, CLOSE_POINTS[number % len(CLOSE_POINTS)])
        world.step(closed + RECOVERED_AFTER)
    world.found.rounds = rounds
    check(world, posts=rounds, answers=2 * rounds)


def replicas(world: World, count: int, seconds: float, cut: str | None) -> None:
    """Several processes share the work; every second one dies, or every connection to the database does."""
    speed, channels = 20.0, 30
    world.set_up(channels, "daily 09:0{minute} UTC open 4h")
    zero = time.monotonic()
    running = [world.replica(zero, speed) for _ in range(count)]
    turn = 0
    while time.monotonic() - zero < seconds:
        time.sleep(1)
        if cut:
            world.found.kills += _cut(cut)
        else:
            victim = running[turn % count]
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            running[turn % count] = world.replica(zero, speed)
            world.found.kills += 1
        turn += 1
        if turn == int(seconds) - 2:
            world.everyone_answers(channels, FIRST_DAY + timedelta(minutes=3))
    deadline = time.monotonic() + 60
    waiting = (
        "SELECT (SELECT count(*) FROM outbox WHERE status NOT IN ('sent', 'dead'))"
        " + (SELECT count(*) FROM submission WHERE status = 'pending')"
    )
    while world.query(waiting) != [("0",)] and time.monotonic() < deadline:
        time.sleep(0.3)
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    world.found.rounds = channels
    check(world, posts=channels, answers=2 * channels, closed=False)


def _cut(address: str) -> int:
    """Break every connection to the database at `address`, as a restart of its server would."""
    import psycopg
    from sqlalchemy.engine import make_url

    url = make_url(address)
    server = url.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as admin:
        cut = admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        return cut.rowcount


def check(world: World, *, posts: int, answers: int, closed: bool = True) -> None:
    """Every due post exactly once, every accepted answer graded once, every feedback shown."""
    found, sent, told = world.found, world.ledger.count("sent"), world.ledger.count("told")
    rounds = [row[0] for row in world.query("SELECT id FROM round WHERE status IN ('open', 'closed')")]
    kinds = ("question", "reveal") if closed else ("question",)
    for kind in kinds:
        keys = [f"{kind}:{id_}" for id_ in rounds]
        found.posts += sum(sent[key] for key in keys)
        found.lost += [key for key in keys if sent[key] == 0]
        found.doubled += [key for key in keys if sent[key] > 1]
    if len(rounds) != posts:
        (found.lost if len(rounds) < posts else found.doubled).append(f"{len(rounds)} rounds instead of {posts}")
    graded = world.query(
        "SELECT s.id, s.ranked, p.external_id, (SELECT count(*) FROM grade g WHERE g.submission_id = s.id)"
        " FROM submission s JOIN player p ON p.id = s.player_id"
    )
    found.answers = len(graded)
    if len(graded) != answers:
        (found.lost if len(graded) < answers else found.doubled).append(f"{len(graded)} answers instead of {answers}")
    for id_, ranked, who, grades in graded:
        if ranked not in ("1", "True") or grades != "1":
            found.doubled.append(f"submission {id_}: ranked {ranked}, {grades} grades")
        shown = sent[f"feedback:{id_}"]
        if shown > 1:
            found.doubled.append(f"feedback:{id_}")
        if shown == 0 and who == "bo":
            found.lost.append(f"feedback:{id_}")
    found.lost += [f"told {key}" for key in _expected(world, answers) if told[key] == 0]
    unsent = world.query("SELECT key, status FROM outbox WHERE status <> 'sent'")
    found.lost += [f"{key} is {status}" for key, status in unsent]
    if closed:
        _check_points(world)


def _expected(world: World, answers: int) -> list[str]:
    rows = world.query("SELECT event_id FROM inbox")
    return [str(row[0]) for row in rows if row[0] != "setup"][:answers]


def _check_points(world: World) -> None:
    """The standings are the sum of the points, each counted once."""
    kept = world.query("SELECT sum(points), sum(rounds) FROM standing WHERE period = 'all'")
    earned = world.query("SELECT sum(points), count(*) FROM submission WHERE ranked AND status = 'graded'")
    if kept != earned:
        world.found.lost.append(f"standings {kept} and points {earned} differ")


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--database", required=True)
    reader.add_argument("--ledger", type=Path, required=True)
    reader.add_argument("--rounds", type=int, default=0)
    reader.add_argument("--replicas", type=int, default=0)
    reader.add_argument("--seconds", type=float, default=10)
    reader.add_argument("--cut", action="store_true")
    given = reader.parse_args()
    configure_logs("error", "text")
    world = World(given.database, Ledger(given.ledger), load_bank(HOUSE / "content"))
    if given.replicas:
        replicas(world, given.replicas, given.seconds, given.database if given.cut else None)
    else:
        scripted_rounds(world, given.rounds)
    json.dump(vars(world.found), sys.stdout)


if __name__ == "__main__":
    main()
