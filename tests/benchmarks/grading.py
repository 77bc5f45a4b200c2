"""What grading costs. Run: python -m tests.benchmarks.grading [--quick] [--encoder FOLDER]

The trained grader, the lexical one and, where torch is installed, two plain ways to use the same encoder: each in a
process of its own, with the same answers of about 120 words to questions of 8 key points. Then what the event loop
notices while two workers grade without a pause, and what the whole bot holds in memory, connected to a local Discord
and a local Slack. The machine is shared and noisy: compare figures of one run.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.app import chosen_judge, grading
from bot.content.loader import load_bank
from bot.platforms.slack.manifest import manifest
from bot.runtime.graders import OffLoopGrader, ThreadedGrader
from bot.services.game import Game
from bot.settings import GradingSettings, read
from bot.store.migrate import upgrade
from bot.store.store import SqlStore
from tests.benchmarks.answers import Case, cases
from tests.benchmarks.lag import Lag, percentile
from tests.benchmarks.resident import resident_kib, resident_kib_with_workers
from tests.local_discord import local_discord
from tests.local_discord.clock import real_time
from tests.local_slack import local_slack
from tests.platforms.discord.process import HOUSE, connected, service
from tests.platforms.discord.team import Team

ANSWERS, SECONDS, WORKERS, AT_ONCE = 120, 15.0, 2, 6
LONGEST = 3_000  # characters
TRAINED, LEXICAL, COSINE, CROSS, LOOP = "trained", "lexical", "cosine", "cross", "loop"
TITLES = {
    TRAINED: "trained",
    LEXICAL: "lexical",
    COSINE: "all-MiniLM cosine, best clause, fp32",
    CROSS: "same network, one run a claim, fp32",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one grader costs. `ready_s`: from before its imports to its first grade; `grown_kib`: resident memory."""

    title: str
    ready_s: float
    alone_ms: Sequence[float]
    a_second: float
    grown_kib: int


@dataclass(frozen=True, slots=True)
class Late:
    """How late the event loop woke, in milliseconds: with nothing to do, and while `a_second` answers were graded."""

    idle: str
    busy: str
    a_second: float


@asynccontextmanager
async def _grader(name: str, encoder: Path | None) -> AsyncIterator[tuple[str, OffLoopGrader, Callable[[], None]]]:
    """Its title, itself, and what to call before it grades several answers at a time."""
    if name in (TRAINED, LEXICAL):
        os.environ["GRADER"] = name
        async with grading() as grader:
            grader.warm()
            yield f"{TITLES[name]}, {grader.version}", grader, lambda: None
        return
    # Here and not above: the others are measured without it.
    from tests.benchmarks.plain import cosine, cross_encoder

    model = read(GradingSettings).grader_model
    plain = cosine(model, encoder) if name == COSINE else cross_encoder(model)

    def one_thread_each() -> None:
        plain.threads = 1

    threaded = ThreadedGrader(plain.how, plain, workers=WORKERS)
    yield f"{TITLES[name]}, {plain.how}", threaded, one_thread_each
    threaded.close()


async def _cost(name: str, encoder: Path | None, asked: Sequence[Case], seconds: float) -> Cost:
    before, began = resident_kib_with_workers(), time.perf_counter()
    async with _grader(name, encoder) as (title, grader, several):
        await grader.grade(asked[0].question, asked[0].text)
        ready_s = time.perf_counter() - began
        for case in asked:  # questions are known to a bot that runs
            await grader.grade(case.question, case.text)
        alone_ms = []
        for case in asked:
            began = time.perf_counter()
            await grader.grade(case.question, case.text)
            alone_ms.append(1000 * (time.perf_counter() - began))
        several()
        a_second = await _without_a_pause(grader, asked, seconds)
        return Cost(title, ready_s, alone_ms, a_second, resident_kib_with_workers() - before)


async def _without_a_pause(grader: OffLoopGrader, asked: Sequence[Case], seconds: float) -> float:
    """Answers graded a second while there are always more than the workers can take."""
    began = time.perf_counter()
    graded = 0

    async def keep_busy(number: int) -> None:
        nonlocal graded
        while time.perf_counter() < began + seconds:
            case = asked[number % len(asked)]
            await grader.grade(case.question, case.text)
            graded += 1
            number += AT_ONCE

    await asyncio.gather(*(keep_busy(number) for number in range(AT_ONCE)))
    return graded / (time.perf_counter() - began)


async def _late(asked: Sequence[Case], seconds: float) -> Late:
    async with grading() as grader:
        for case in asked:
            await grader.grade(case.question, case.text)
        async with Lag() as idle:
            await asyncio.sleep(seconds)
        async with Lag() as busy:
            a_second = await _without_a_pause(grader, asked, seconds)
    return Late(str(idle), str(busy), a_second)


async def _whole_bot(asked: Sequence[Case], answers: int) -> tuple[int, int]:
    """Resident memory of `quizbot run` on Discord and Slack, in KiB: once connected, and the most while it grades."""
    with tempfile.TemporaryDirectory(prefix="quizbot-grading-") as folder:
        database = f"sqlite:///{folder}/grading.db"
        await upgrade(database)
        async with (
            local_discord(now=real_time, patience=60, check=False) as discord,
            local_slack(real_seconds_count=False, strict=False) as slack,
        ):
            team = Team.on(discord, discord.add_application())
            workspace = slack.add_workspace("Team two")
            app = slack.add_app(manifest("Quiz"))
            bot = workspace.install(app, by=workspace.add_person("ana", admin=True))
            settings = {
                "SLACK_BOT_TOKEN": bot.token,
                "SLACK_APP_TOKEN": app.app_token,
                "SLACK_API_URL": slack.api_url,
                "GRADER_MODEL": str(read(GradingSettings).grader_model),
                "GRADING_WORKERS": str(WORKERS),
                "LOG_LEVEL": "error",
            }
            async with service(discord, team.app, database, Path(folder) / "bot.log", **settings) as process:
                await connected(discord, team.app, 1)
                await app.socket.connected()
                await team.set_up()
                ready = resident_kib(process.pid)
                store = SqlStore(database)
                try:
                    await _fill(store, asked, answers)
                    while await _pending(store):
                        await asyncio.sleep(0.2)
                finally:
                    await store.close()
                return ready, resident_kib(process.pid, highest=True)


async def _fill(store: SqlStore, asked: Sequence[Case], answers: int) -> None:
    """Practice answers as if all had been sent during an outage; each tenth is as long as can be."""
    game = Game(store, load_bank(HOUSE / "content"))
    names = sorted(game.bank.questions)
    now = real_time() - timedelta(minutes=1)
    async with store.write() as uow:
        (workspace_id,) = await uow.teams.present("discord")
        (channel,) = await uow.teams.channels_in("discord", workspace_id)
        player = await uow.players.enrol(channel.team_id, "discord", "1", "ana", now=now)
        for number in range(answers):
            texts = (asked[(number + more) % len(asked)].text for more in range(10 if number % 10 == 0 else 1))
            await uow.submissions.add(
                player_id=player.id,
                channel_id=channel.id,
                round_id=None,
                question_id=names[number % len(names)],
                answer="\n".join(texts)[:LONGEST],
                at=now,
                ranked=False,
            )
        await uow.commit()


async def _pending(store: SqlStore) -> int:
    async with store.read() as uow:
        return await uow.submissions.pending()


def _apart(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """Measured in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.grading", "--one", name, *(["--quick"] if given.quick else [])]
    if given.encoder:
        command += ["--encoder", str(given.encoder)]
    done = subprocess.run(command, cwd=HOUSE, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _one(name: str, given: argparse.Namespace, asked: Sequence[Case], seconds: float) -> Cost | Late:
    if name == LOOP:
        return asyncio.run(_late(asked, seconds))
    return asyncio.run(_cost(name, given.encoder, asked, seconds))


def _costs(given: argparse.Namespace) -> Table:
    shown = Table("grader", "first grade after s", "alone p50 ms", "p95 ms", "answers a second", "resident memory MiB")
    names = [TRAINED, LEXICAL]
    if importlib.util.find_spec("torch"):
        names += [COSINE, CROSS]
    else:
        shown.caption = "Without torch there is nothing to compare with."
    for name in names:
        cost = Cost(**_apart(name, given))
        alone = f"{percentile(cost.alone_ms, 50):.0f}", f"{percentile(cost.alone_ms, 95):.0f}"
        shown.add_row(cost.title, f"{cost.ready_s:.2f}", *alone, f"{cost.a_second:.1f}", f"{cost.grown_kib / 1024:.0f}")
    shown.add_section()
    shown.add_row("goal", "≤ 1", "≤ 60", "≤ 150", "≥ 25", "")
    return shown


def _surroundings(given: argparse.Namespace, asked: Sequence[Case]) -> Table:
    late = Late(**_apart(LOOP, given))
    ready, most = asyncio.run(_whole_bot(asked, 100 if given.quick else 1_000))
    shown = Table("what", "measured", "goal")
    shown.add_row("event loop late by, nothing to grade", late.idle, "")
    shown.add_row(f"event loop late by, {late.a_second:.1f} answers graded a second", late.busy, "max ≤ 20 ms")
    shown.add_row("resident memory of the whole bot, connected", f"{ready / 1024:.0f} MiB", "≤ 350 MiB")
    shown.add_row("… the most while it grades", f"{most / 1024:.0f} MiB", "≤ 350 MiB")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.grading", description=__doc__)
    parser.add_argument("--encoder", type=Path, metavar="FOLDER", help="all-MiniLM-L6-v2, for the comparison")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    part = 10 if given.quick else 1
    asked, seconds = cases(ANSWERS // part), SECONDS / part
    if given.one:
        print(json.dumps(asdict(_one(given.one, given, asked, seconds))))
        return
    lacking = chosen_judge().lacking
    if lacking is not None:
        raise SystemExit(str(lacking))
    console = Console(width=150)
    console.print(f"{len(asked)} answers, {os.cpu_count()} cores, {WORKERS} workers")
    console.print(_costs(given))
    console.print(_surroundings(given, asked))


if __name__ == "__main__":
    main()
