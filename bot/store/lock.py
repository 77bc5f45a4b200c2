"""Locks that one process has at a time: on PostgreSQL of the server, beside a SQLite file of the file system.

Both let go when their process dies: the server sees the connection end, the file system the file closed.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import AsyncFileLock
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

_ASK_EVERY_S = 0.25
_LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class LockHeld:
    """See `services.ports.Held`."""

    lost: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def server_lock(url: URL, name: str) -> AsyncIterator[LockHeld]:
    """A session's advisory lock, on a connection of its own that is watched while the lock is held."""
    # https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    held = LockHeld()
    async with contextlib.AsyncExitStack() as leaving:
        leaving.push_async_callback(engine.dispose)
        connection = await _connection_with(engine, key)
        leaving.push_async_callback(_hang_up, connection)
        watching = asyncio.create_task(_watch(connection, held), name=f"lock-{name}")
        try:
            yield held
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


@asynccontextmanager
async def file_lock(database: Path, name: str) -> AsyncIterator[LockHeld]:
    """A lock file beside the database file."""
    path = database.with_name(f"{database.name}.{hashlib.sha256(name.encode()).hexdigest()[:12]}.lock")
    async with AsyncFileLock(path, poll_interval=_ASK_EVERY_S):
        yield LockHeld()


async def _connection_with(engine: AsyncEngine, key: int) -> AsyncConnection:
    """A connection that has the lock; waits for it, and for a server that is away."""
    while True:
        try:
            connection = await engine.connect()
        except (DBAPIError, OSError):
            await asyncio.sleep(_LOOK_EVERY_S)
            continue
        try:
            await _ask_for(connection, key)
        except DBAPIError:
            await _hang_up(connection)
        except BaseException:
            await _hang_up(connection)
            raise
        else:
            return connection


async def _ask_for(connection: AsyncConnection, key: int) -> None:
    while True:
        if await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            return
        await asyncio.sleep(_ASK_EVERY_S)


async def _hang_up(connection: AsyncConnection) -> None:
    """The lock ends with the connection; one that was cut already has nothing left to end."""
    with contextlib.suppress(DBAPIError):
        await connection.invalidate()
        await connection.close()


async def _watch(connection: AsyncConnection, held: LockHeld) -> None:
    try:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            await connection.execute(text("SELECT 1"))
    except DBAPIError:
        held.lost.set()
