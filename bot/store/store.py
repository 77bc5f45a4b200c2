"""The store over an SQL database, SQLite or PostgreSQL by its address."""

import asyncio

from bot.store.engine import make_engine
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

    async def close(self) -> None:
        await self._engine.dispose()
