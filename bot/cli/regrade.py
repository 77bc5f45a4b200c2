"""`quizbot regrade`: what a better grader or a corrected rubric changes in answers that were graded before."""

import asyncio
from datetime import UTC, datetime

import click

from bot.app import grading, make_game, open_store
from bot.cli.data import DATABASE
from bot.cli.failure import PROBLEMS, stop
from bot.cli.folder import bank
from bot.cli.output import print_table
from bot.runtime.clock import SystemClock
from bot.runtime.room import remembered_clock
from bot.runtime.telemetry import configure_logs
from bot.services.cards.words import count
from bot.services.ports import Store
from bot.services.regrade import Regraded, regrade, scope_of
from bot.settings import LogSettings, read


@click.command("regrade")
@click.option("--question", "questions", metavar="ID", multiple=True, help="Only this question; may be repeated.")
@click.option("--team", "team", help="Only the team with this name.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Only answers from this day (UTC) on.")
@click.option("--all", "everything", is_flag=True, help="Also look at answers whose grade is up to date.")
@click.option("--apply", "apply", is_flag=True, help="Do it; without, it is only shown.")
@DATABASE
def regrade_(
    questions: tuple[str, ...],
    team: str | None,
    since: datetime | None,
    everything: bool,
    apply: bool,
    database: str | None,
) -> None:
    """Grade stored answers again that another grader version or another rubric graded.

    Shows what would change; --apply does it, while the bot runs: the old grades are kept, points and standings follow,
    and each person whose points change is told once. What a lead decided stays. Safe to stop and to repeat.
    """
    logs = read(LogSettings)
    configure_logs("error" if "log_level" not in logs.model_fields_set else logs.log_level, logs.log_format)
    found = asyncio.run(_regrade(database, questions, team, since, everything=everything, apply=apply))
    _print(found)
    click.echo(_summary(found, apply=apply))
    if found.failed:
        stop(f"{count(found.failed, 'answer')} could not be graded and stay as they are; run it again.", PROBLEMS)
    if found.unsteady:
        stop(
            f"{count(found.unsteady, 'answer')} that are up to date would be judged otherwise now, and stay. "
            "Give a grader that judges otherwise another version.",
            PROBLEMS,
        )


async def _regrade(
    database: str | None,
    questions: tuple[str, ...],
    team: str | None,
    since: datetime | None,
    *,
    everything: bool,
    apply: bool,
) -> Regraded:
    async with open_store(database) as store, grading() as grader:
        game = make_game(store, bank())
        team_id = await _team_id(store, team) if team is not None else None
        from_day = since.replace(tzinfo=UTC) if since else None
        scope = scope_of(game, grader, questions, team_id=team_id, since=from_day, up_to_date_too=everything)
        # A room has a clock of its own, by which it sends messages.
        now = await remembered_clock(game) or SystemClock().now()
        return await regrade(game, grader, scope, now, apply=apply)


async def _team_id(store: Store, name: str) -> int:
    async with store.read() as uow:
        teams = await uow.views.teams()
    chosen = [team for team in teams if team.name == name]
    if len(chosen) != 1:
        stop(f"There is no one team called {name}; there are: {', '.join(team.name for team in teams)}", PROBLEMS)
    return chosen[0].id


def _print(found: Regraded) -> None:
    """A table of what there is to say, and none of what there is not."""
    if found.questions:
        rows = [(id_, str(f.answers), str(f.verdicts)) for id_, f in sorted(found.questions.items())]
        print_table(("question", "answers", "verdicts that change"), rows, ("answers", "verdicts that change"))
        click.echo()
    if found.people:
        people = [(p.player.name, str(p.answers), f"{p.before} → {p.after}") for p in found.people]
        print_table(("person", "answers", "points"), people, ("answers", "points"))
        click.echo()
    if found.moves:
        moves = [(move.team, move.name, f"{move.before} → {move.after}") for move in found.moves]
        print_table(("team", "on the leaderboard", "place"), moves, ("place",))
        click.echo()
    for question_id, answers in found.gone.items():
        click.echo(f"{question_id} is no longer in the bank: {count(answers, 'answer')} left alone.")


def _summary(found: Regraded, *, apply: bool) -> str:
    if not found.grades:
        return "Every grade is up to date; there is nothing to change."
    grades, people = count(found.grades, "answer"), count(len(found.people), "person", "people")
    if apply:
        return f"Done: a new grade for {grades}; {people} with other points, who are told."
    return (
        f"There would be a new grade for {grades}, and {people} with other points. Nothing was changed; do it: --apply"
    )
