"""Bring a database to the schema this version needs, safely from several processes at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.services.ports import StoreUnavailable, StoreUnreachable
from bot.store.engine import parse_url

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 7_105_903_211  # any number, the same in every process, for PostgreSQL's advisory lock


async def upgrade(address: str) -> None:
    """Migrate to the newest schema. Raises `StoreUnavailable` (unreachable, or made by a newer version)."""
    async with migrating(address) as connection:
        await _refuse_newer(connection)
        await connection.run_sync(_upgrade)
        await connection.commit()


async def current(address: str) -> tuple[str | None, str]:
    """The database's revision (None: empty or no file yet) and the one this version needs."""
    url = parse_url(address)
    head = await asyncio.to_thread(_head)
    if _is_missing_file(url):
        return None, head
    async with _connection(url, writing=False) as connection:
        return await connection.run_sync(_revision), head


async def ensure_ready(address: str) -> None:
    """Make a fresh SQLite file; otherwise only look. Raises `StoreUnavailable` with what to do."""
    url = parse_url(address)
    revision, head = await current(address)
    if revision == head:
        return
    if revision is None and url.get_backend_name() == "sqlite":
        await upgrade(address)
        return
    if revision is not None and revision not in _known():
        raise _newer(revision)
    raise StoreUnavailable("The database needs this version's schema. Run: quizbot db upgrade")


@asynccontextmanager
async def migrating(address: str) -> AsyncIterator[AsyncConnection]:
    """A connection for changing the schema, by one process at a time and without SQLite's foreign keys."""
    async with _connection(parse_url(address), writing=True) as connection:
        yield connection


def remedy_for(revision: str | None, head: str) -> str | None:
    """What to do about a database with that revision; None if it is the one this version needs."""
    if revision == head:
        return None
    if revision is not None and revision not in _known():
        return "install the newer version of quizbot that made this database, or use another database"
    return "run quizbot db upgrade"


@asynccontextmanager
async def _connection(url: URL, *, writing: bool) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            if writing:
                await _take_turns(engine, connection)
            yield connection
    except DBAPIError as error:
        raise _unreachable(url, error) from error
    finally:
        await engine.dispose()


async def _take_turns(engine: AsyncEngine, connection: AsyncConnection) -> None:
    """One process migrates, the others wait for it."""
    if engine.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        return
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if driver is not None:
        driver.isolation_level = None
    await connection.exec_driver_sql("PRAGMA busy_timeout=30000")
    await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    await connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _refuse_newer(connection: AsyncConnection) -> None:
    revision = await connection.run_sync(_revision)
    if revision is not None and revision not in _known():
        raise _newer(revision)


def _config() -> "Config":
    # Imported only where it is needed: most starts find the schema as it should be.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revisions() -> list[str]:
    """Newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _head() -> str:
    return _revisions()[0]


def _known() -> frozenset[str]:
    return frozenset(_revisions())


def _revision(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _is_missing_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _newer(revision: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"This database was made by a newer version of quizbot (schema {revision}) and was left as it is. "
        "Install that version, or use another database."
    )


def _unreachable(url: URL, error: DBAPIError) -> StoreUnavailable:
    kind = type(error.orig).__name__
    if url.get_backend_name() == "sqlite":
        text = f"The file {url.database} cannot be used as a database ({kind}). Check its path and permissions."
        return StoreUnavailable(text)
    text = f"The database server at {url.host} cannot be reached ({kind}). Check DATABASE_URL and the server."
    return StoreUnreachable(text)
