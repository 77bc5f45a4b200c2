"""How fast Discord hears back while grading is busy. Run: python -m tests.benchmarks.acks

`quizbot run` in a process of its own with two grading workers, thousands of answers waiting to be graded, and people
on a local Discord who press, type and send forms. Measured is the time from the event to the first response, as that
Discord records it; three seconds are allowed. The machine is shared and noisy: compare figures of one run.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from bot.app import chosen_judge
from bot.content.loader import load_bank
from bot.services.game import Game
from bot.store.migrate import upgrade
from bot.store.store import SqlStore
from tests.local_discord import LocalDiscord, Message, Person, local_discord
from tests.local_discord.clock import real_time
from tests.platforms.discord.process import HOUSE, connected, service
from tests.platforms.discord.team import GOOD, Team

PEOPLE, SIDE_BY_SIDE = 60, 4
# No sentence twice: what was said already is not judged again.
LONG = " ".join(
    f"Reason {number}: {GOOD} Example {number}: while one waits for a response another can run, so it helps with I/O."
    for number in range(12)
)


async def measure(actions: int, waiting: int) -> tuple[Mapping[str, list[float]], str]:
    """Milliseconds by kind: first with nothing to grade, then with `waiting` answers and both workers busy.

    And how many answers were graded meanwhile, in words.
    """
    with tempfile.TemporaryDirectory(prefix="quizbot-acks-") as folder:
        database = f"sqlite:///{folder}/acks.db"
        await upgrade(database)
        async with local_discord(now=real_time, patience=60, check=False) as home:
            team = Team.on(home, home.add_application())
            people = [team.guild.add_member(f"person{number}") for number in range(PEOPLE)]
            settings = {"GRADING_WORKERS": "2", "ANSWER_COOLDOWN_SECONDS": "0", "LOG_LEVEL": "error"}
            settings |= {name: os.environ[name] for name in ("GRADER", "GRADER_MODEL") if name in os.environ}
            async with service(home, team.app, database, Path(folder) / "bot.log", **settings):
                await connected(home, team.app, 1)
                await team.set_up()
                seen = await team.lead.uses(team.channel, "quiz-admin post", question="what-is-the-gil")
                await seen.shows("on its way")
                post = await team.channel.next_message()
                store = SqlStore(database)
                try:
                    quiet = await _act(home, team, people, post, actions, "idle")
                    await _fill(store, people, waiting)
                    before, began = await _pending(store), time.monotonic()
                    busy = await _act(home, team, people, post, actions, "grading")
                    left, lasted = await _pending(store), time.monotonic() - began
                finally:
                    await store.close()
    if not left:
        raise SystemExit("Grading was done before the people were: give --waiting a higher number.")
    return {**quiet, **busy}, _busy(before + len(busy["grading: form"]) - left, lasted, left)


def _busy(graded: int, seconds: float, left: int) -> str:
    by = chosen_judge().version
    return f"{graded:,} long answers graded meanwhile by {by}, in {seconds:.1f} s; {left:,} were still waiting"


async def _pending(store: SqlStore) -> int:
    async with store.read() as uow:
        return await uow.submissions.pending()


async def _fill(store: SqlStore, people: list[Person], waiting: int) -> None:
    """Practice answers as if all had been sent during an outage."""
    game = Game(store, load_bank(HOUSE / "content"))
    names = sorted(game.bank.questions)
    now = real_time() - timedelta(minutes=1)
    async with store.write() as uow:
        (workspace_id,) = await uow.teams.present("discord")
        (channel,) = await uow.teams.channels_in("discord", workspace_id)
        players = [
            await uow.players.enrol(channel.team_id, "discord", str(each.id), each.name, now=now) for each in people
        ]
        for number in range(waiting):
            await uow.submissions.add(
                player_id=players[number % len(players)].id,
                channel_id=channel.id,
                round_id=None,
                question_id=names[number % len(names)],
                answer=f"{LONG} {number}",
                at=now,
                ranked=False,
            )
        await uow.commit()


async def _act(
    home: LocalDiscord, team: Team, people: list[Person], post: Message, actions: int, when: str
) -> dict[str, list[float]]:
    """People take turns at `actions` interactions, a few of them side by side."""
    took: dict[str, list[float]] = defaultdict(list)
    todo: Iterator[int] = iter(range(actions))

    async def hand() -> None:
        for number in todo:
            kind, seconds = await _one(team, people[number % len(people)], post, number)
            took[f"{when}: {kind}"].append(seconds * 1000)

    await asyncio.gather(*(hand() for _ in range(SIDE_BY_SIDE)))
    everything = [value for values in took.values() for value in values]
    return {**dict(sorted(took.items())), f"{when}: all": everything}


async def _one(team: Team, person: Person, post: Message, number: int) -> tuple[str, float]:
    command = ("quiz leaderboard", "quiz hint", "quiz me", "quiz today")[number // 3 % 4]
    if number % 3 == 0:
        kind, seen = "command", await person.uses(team.channel, command)
    else:
        kind, seen = "button", await person.presses(post, "Answer")
    await seen.acknowledged()
    if number % 3 == 2:
        kind, seen = "form", await person.fills(await seen.form(), f"{GOOD} {number}")
        await seen.acknowledged()
    return kind, seen.interaction.ack_seconds or 0.0


def _at(values: list[float], percent: float) -> str:
    ordered = sorted(values)
    return f"{ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.acks", description=__doc__)
    parser.add_argument("--actions", type=int, default=300)
    parser.add_argument("--waiting", type=int, default=20_000, help="answers to grade")
    given = parser.parse_args()
    table = RichTable("from event to first response", "n", "p50 ms", "p95 ms", "p99 ms", "max ms")
    figures, table.caption = asyncio.run(measure(given.actions, given.waiting))
    for kind, values in figures.items():
        table.add_row(kind, str(len(values)), *(_at(values, percent) for percent in (50, 95, 99, 100)))
    Console().print(table)


if __name__ == "__main__":
    main()
