"""The store over an SQL database, SQLite or PostgreSQL by its address."""

from bot.store.engine import make_engine
from bot.store.uow import SqlUnitOfWork


class SqlStore:
    """Where units of work come from. Close it at the end."""

    def __init__(self, address: str) -> None:
        self._engine = make_engine(address)
        self._reading = self._engine.execution_options(read_only=True)

    def write(self) -> SqlUnitOfWork:
        """A transaction that may write; on SQLite it holds the one write lock from its start."""
        return SqlUnitOfWork(self._engine)

    def read(self) -> SqlUnitOfWork:
        """A transaction that only reads, free beside a writer."""
        return SqlUnitOfWork(self._reading)

    async def close(self) -> None:
        await self._engine.dispose()
