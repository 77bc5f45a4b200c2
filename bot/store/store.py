"""The store over an SQL database, SQLite or PostgreSQL by its address."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.services.ports import Held
from bot.store.engine import make_engine
from bot.store.lock import file_lock, server_lock
from bot.store.uow import SqlUnitOfWork


class SqlStore:
    """Where units of work come from. Close it at the end."""

    def __init__(self, address: str) -> None:
        self._engine = make_engine(address)
        # SQLite lets one write at a time and has the others poll; in line, each waits only for those before it.
        self._turn = asyncio.Lock() if self._engine.dialect.name == "sqlite" else None
        self._reading = self._engine.execution_options(read_only=True)

    def write(self) -> SqlUnitOfWork:
        """A transaction that may write; on SQLite it holds the one write lock from its start."""
        return SqlUnitOfWork(self._engine, self._turn)

    def read(self) -> SqlUnitOfWork:
        """A transaction that only reads, free beside a writer."""
        return SqlUnitOfWork(self._reading)

    def lock(self, name: str) -> AbstractAsyncContextManager[Held]:
        """See `services.ports.Store`."""
        if self._engine.dialect.name == "sqlite":
            return file_lock(Path(self._engine.url.database or ""), name)
        return server_lock(self._engine.url, name)

    async def close(self) -> None:
        await self._engine.dispose()
