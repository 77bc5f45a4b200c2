"""Engines. SQLite needs its transactions told apart: writers take the lock at once, readers never wait."""

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.services.ports import StoreUnavailable

_BUSY_MS = 5000


def parse_url(address: str) -> URL:
    """The address with the async driver we use. Raises `StoreUnavailable` for any other database."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise StoreUnavailable(
            "DATABASE_URL is not an address. Write sqlite:///quizbot.db or postgresql://USER:PASSWORD@HOST/NAME."
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise StoreUnavailable("DATABASE_URL names no file. Write sqlite:///quizbot.db.")
        return url.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise StoreUnavailable(f"{backend} is not supported. Use sqlite:///FILE or postgresql://….")


def is_sqlite(address: str) -> bool:
    """Whether the address is of a file. Raises `StoreUnavailable` for a bad address."""
    return parse_url(address).get_backend_name() == "sqlite"


def make_engine(address: str) -> AsyncEngine:
    """An engine with the hooks its database needs. Raises `StoreUnavailable` for a bad address.

    Its errors do not repeat the values of a statement: they may be what people wrote.
    """
    url = parse_url(address)
    if url.get_backend_name() == "postgresql":
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=5)
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_MS / 1000})
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    return engine


def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN would be deferred: it reads first, then fails to become a writer.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
