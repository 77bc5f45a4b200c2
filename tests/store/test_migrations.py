"""Schemas: made, kept, refused; with rows in every table, and with two processes at once."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, String, create_engine, func, insert, inspect, select, text, update
from sqlalchemy.engine import Connection, Engine
from sqlmodel import SQLModel

from bot.services.ports import StoreUnavailable
from bot.store import tables
from bot.store.engine import parse_url
from bot.store.migrate import current, ensure_ready, migrating, upgrade
from tests.conftest import HOUSE
from tests.postgres import PostgresServer

assert tables
TABLES = SQLModel.metadata.sorted_tables
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _sync_engine(address: str) -> Engine:
    url = parse_url(address)
    return create_engine(url.set(drivername=url.drivername.replace("+aiosqlite", "")))


def _fill(engine: Engine) -> None:
    """One row in every table of the schema as it stands, parents first."""
    there = inspect(engine)
    with engine.begin() as connection:
        for table in TABLES:
            if not there.has_table(table.name):
                continue
            names = {column["name"] for column in there.get_columns(table.name)}
            values = {column.name: _value(column) for column in table.columns if column.name in names}
            connection.execute(insert(table).values(**values))


def _value(column: object) -> object:
    kind = str(getattr(column, "type", ""))
    if getattr(column, "foreign_keys", None) or getattr(column, "primary_key", False):
        return 1 if "INTEGER" in kind else "x"
    samples = {"BOOLEAN": True, "JSON": [], "DATE": date(2026, 11, 24), "BIGINT": 1, "INTEGER": 1, "FLOAT": 1.0}
    if "UTC" in type(getattr(column, "type", None)).__name__:
        return NOW
    return samples.get(kind, "x")


def _counts(engine: Engine) -> dict[str, int]:
    there = inspect(engine)
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in TABLES
            if there.has_table(table.name)
        }


def _revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(HOUSE / "migrations"))
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


def _alembic(address: str, step: str, revision: str = "") -> None:
    words = [sys.executable, "-m", "alembic", step, *([revision] if revision else [])]
    environment = os.environ | {"DATABASE_URL": address, "PYTHONPATH": str(HOUSE)}
    done = subprocess.run(words, cwd=HOUSE, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.fresh() as address:
        yield address


@pytest.mark.parametrize("revision", _revisions())
def test_every_earlier_schema_is_brought_up_with_all_its_rows(empty: str, revision: str) -> None:
    _alembic(empty, "upgrade", revision)
    engine = _sync_engine(empty)
    _fill(engine)
    before = _counts(engine)
    assert set(before.values()) == {1}
    asyncio.run(upgrade(empty))
    after = _counts(engine)
    assert {name: after[name] for name in before} == before
    assert set(after) == {table.name for table in TABLES}
    engine.dispose()


def test_grades_from_before_0004_get_their_doubt(empty: str) -> None:
    _alembic(empty, "upgrade", "0003")
    engine = _sync_engine(empty)
    _fill(engine)
    points = [{"id": "a", "verdict": "hit", "confidence": each, "evidence": None} for each in (0.9, 0.25)]
    with engine.begin() as connection:
        connection.execute(update(tables.GradeRow).values(verdicts=points))
        connection.execute(text("UPDATE submission SET grade_id = (SELECT id FROM grade)"))
    asyncio.run(upgrade(empty))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT doubt FROM submission")).scalar_one() == 0.25
    engine.dispose()


def test_the_migrations_make_what_the_tables_say(empty: str) -> None:
    asyncio.run(upgrade(empty))
    _alembic(empty, "check")


def test_migrations_depend_on_nothing_of_ours() -> None:
    for path in (HOUSE / "migrations" / "versions").glob("*.py"):
        imported = re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
        assert set(imported) <= {"alembic", "sqlalchemy"}, path.name


async def test_rebuilding_a_table_keeps_the_rows_that_hang_off_it(sqlite_database: str) -> None:
    """SQLite rebuilds by DROP TABLE, and with foreign keys on that deletes the children."""
    engine = _sync_engine(sqlite_database)
    _fill(engine)
    before = _counts(engine)

    def rebuild(connection: Connection) -> None:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("team", recreate="always") as team:
            team.add_column(Column("motto", String()))

    async with migrating(sqlite_database) as connection:
        await connection.run_sync(rebuild)
        await connection.commit()
    assert _counts(engine) == before
    assert set(before.values()) == {1}
    engine.dispose()


def test_two_processes_that_start_at_once_make_one_schema(empty: str) -> None:
    words = [sys.executable, "-m", "bot", "db", "upgrade"]
    environment = os.environ | {"DATABASE_URL": empty, "PYTHONPATH": str(HOUSE)}
    both = [
        subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors


async def test_a_newer_schema_is_refused_and_left_as_it_is(database: str) -> None:
    engine = _sync_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'zz99'"))
    for call in (ensure_ready, upgrade):
        with pytest.raises(StoreUnavailable, match="newer version"):
            await call(database)
    assert (await current(database))[0] == "zz99"
    engine.dispose()


async def test_an_empty_server_asks_for_the_upgrade_and_an_empty_file_is_made(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with postgres.fresh() as address, pytest.raises(StoreUnavailable, match="quizbot db upgrade"):
        await ensure_ready(address)
    fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    await ensure_ready(fresh)
    revision, head = await current(fresh)
    assert revision == head


async def test_a_server_that_is_down_is_one_sentence_without_the_password() -> None:
    with pytest.raises(StoreUnavailable) as down:
        await ensure_ready("postgresql://user:hunter2@127.0.0.1:1/quiz")
    assert "cannot be reached" in str(down.value)
    assert "hunter2" not in str(down.value)
