"""`quizbot db`, `export` and `forget`: what operators do with stored data."""

import asyncio
import time
from pathlib import Path

import click

from bot.app import database_url, open_store
from bot.cli.failure import PROBLEMS, USAGE, stop
from bot.quiz.team import Team
from bot.services.export import to_csv, to_json
from bot.services.ports import Store, StoreUnreachable
from bot.services.records import TeamExport
from bot.store.backup import back_up
from bot.store.migrate import current, remedy_for, upgrade

_AGAIN_AFTER_S = 1.0
DATABASE = click.option("--database", metavar="URL", help="Instead of DATABASE_URL, e.g. sqlite:///quizbot.db")


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@DATABASE
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(0),
    default=30,
    show_default=True,
    help="How long to wait for a server that does not answer.",
)
def upgrade_(database: str | None, wait: float) -> None:
    """Bring the database to this version's schema. Safe to repeat, and from several processes."""
    url = database_url(database)
    asyncio.run(_upgrade(url, wait))
    revision, _ = asyncio.run(current(url))
    click.echo(f"The database is at revision {revision}.")


@db.command("current")
@DATABASE
def current_(database: str | None) -> None:
    """Say which schema the database has and which one this version needs."""
    revision, head = asyncio.run(current(database_url(database)))
    click.echo(f"database: {revision or 'empty'}\nthis version: {head}")
    if (remedy := remedy_for(revision, head)) is not None:
        stop(f"Do: {remedy}", PROBLEMS)


@db.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@DATABASE
def backup(target: Path, database: str | None) -> None:
    """Copy the SQLite database to the new file TARGET while the bot runs, and check the copy.

    To restore: stop the bot, put the copy in the place of the database (and delete its -wal and -shm files).
    """
    size = back_up(database_url(database), target)
    click.echo(f"Wrote {target} ({size / 1e6:.1f} MB), checked.")


@click.command()
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option("--team", "name", help="The team's name; needed only when there are several.")
@click.option("--out", type=click.Path(path_type=Path), help="A file for JSON, a folder for CSV.")
@DATABASE
def export(form: str, name: str | None, out: Path | None, database: str | None) -> None:
    """Write a team's rounds, answers and scores as JSON, or as three CSV files."""
    if form == "csv" and out is None:
        stop("CSV is three files: name a folder with --out FOLDER.", USAGE)
    exported = asyncio.run(_export(database, name))
    if form == "json" and out is None:
        click.echo(to_json(exported))
        return
    if out is not None:
        written = _write_csv(exported, out) if form == "csv" else _write_json(exported, out)
        click.echo(f"Wrote {', '.join(str(path) for path in written)}", err=True)


@click.command()
@click.argument("name")
@click.option("--team", "team", help="The team's name; needed only when there are several.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DATABASE
def forget(name: str, team: str | None, yes: bool, database: str | None) -> None:
    """Delete all data of one person, by NAME as in the leaderboard or by platform id."""
    if not yes:
        sure = click.confirm(f"Delete everything kept about {name}? This cannot be undone", err=True)
        if not sure:
            stop("Nothing was deleted.", PROBLEMS)
    asyncio.run(_forget(database, team, name))
    click.echo(f"Everything kept about {name} is deleted.")


async def _upgrade(url: str, wait: float) -> None:
    """A server that starts beside us may be a little later than we are."""
    end = time.monotonic() + wait
    while True:
        try:
            return await upgrade(url)
        except StoreUnreachable as error:
            if time.monotonic() + _AGAIN_AFTER_S > end:
                raise
            click.echo(f"{error} Trying again.", err=True)
        await asyncio.sleep(_AGAIN_AFTER_S)


async def _export(database: str | None, name: str | None) -> TeamExport:
    async with open_store(database) as store:
        team = await _team(store, name)
        async with store.read() as uow:
            return await uow.views.export(team.id)


async def _forget(database: str | None, team_name: str | None, name: str) -> None:
    async with open_store(database) as store:
        team = await _team(store, team_name)
        async with store.write() as uow:
            found = await uow.players.named(team.id, name)
            if not found:
                stop(f"Nobody called {name} in {team.name}. See the names with: quizbot export", PROBLEMS)
            if len(found) > 1:
                ids = ", ".join(player.external_id for player in found)
                stop(f"Several people are called {name}; use the platform id, one of: {ids}", PROBLEMS)
            await uow.players.forget(found[0].id)
            await uow.commit()


async def _team(store: Store, name: str | None) -> Team:
    async with store.read() as uow:
        teams = await uow.views.teams()
    chosen = [team for team in teams if name is None or team.name == name]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(team.name for team in teams)
    if not teams:
        stop("There is no team in this database yet. Start one with: quizbot play", PROBLEMS)
    return stop(f"Say which team with --team; there are: {names}", PROBLEMS if name else USAGE)


def _write_json(exported: TeamExport, out: Path) -> list[Path]:
    out.write_text(to_json(exported) + "\n", encoding="utf-8")
    return [out]


def _write_csv(exported: TeamExport, out: Path) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for title, rows in (
        ("rounds", exported.rounds),
        ("answers", exported.answers),
        ("scores", exported.scores),
    ):
        path = out / f"{title}.csv"
        # A byte-order mark, or spreadsheets read UTF-8 as something else.
        path.write_text(to_csv(rows), encoding="utf-8-sig", newline="")
        written.append(path)
    return written
