"""One transaction. Leaving it rolls back; `commit` is the only way to keep anything."""

import asyncio
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.services import ports
from bot.services.ports import StoreUnavailable
from bot.store.people import SqlInstallations, SqlLeads, SqlPlayers, SqlTeams
from bot.store.play import SqlHints, SqlRounds, SqlSchedules
from bot.store.post import SqlInbox, SqlMemory, SqlOutbox
from bot.store.rulings import SqlOutdated, SqlRulings
from bot.store.views import SqlViews
from bot.store.work import SqlGrades, SqlSubmissions

_inside: ContextVar[bool] = ContextVar("inside_unit_of_work", default=False)


class SqlUnitOfWork:
    """Repositories over one session. A second one inside it would wait for itself, so it is refused.

    `turn`: taken while it is open, by writers of this process to a database that has one writer at a time.
    """

    def __init__(self, engine: AsyncEngine, turn: asyncio.Lock | None = None) -> None:
        self._turn = turn
        self._session = AsyncSession(engine, expire_on_commit=False, autoflush=False)
        self._token: Token[bool] | None = None
        self.teams: ports.Teams = SqlTeams(self._session)
        self.players: ports.Players = SqlPlayers(self._session)
        self.schedules: ports.Schedules = SqlSchedules(self._session)
        self.rounds: ports.Rounds = SqlRounds(self._session)
        self.submissions: ports.Submissions = SqlSubmissions(self._session)
        self.grades: ports.Grades = SqlGrades(self._session)
        self.rulings: ports.Rulings = SqlRulings(self._session)
        self.outdated: ports.Outdated = SqlOutdated(self._session)
        self.hints: ports.Hints = SqlHints(self._session)
        self.outbox: ports.Outbox = SqlOutbox(self._session)
        self.inbox: ports.Inbox = SqlInbox(self._session)
        self.memory: ports.Memory = SqlMemory(self._session)
        self.leads: ports.Leads = SqlLeads(self._session)
        self.installations: ports.Installations = SqlInstallations(self._session)
        self.views: ports.Views = SqlViews(self._session)

    async def __aenter__(self) -> Self:
        if _inside.get():
            raise RuntimeError("a unit of work is open in this task already; close it first")
        if self._turn is not None:
            await self._turn.acquire()
        self._token = _inside.set(True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _inside.reset(self._token)
        try:
            await self._session.close()  # rolls back what was not committed
        except DBAPIError as failure:
            if error is None:
                raise _unavailable(failure) from failure
        finally:
            if self._turn is not None:
                self._turn.release()
        if isinstance(error, OperationalError | InterfaceError):
            raise _unavailable(error) from error

    async def commit(self) -> None:
        """Keep what was done. Raises `StoreUnavailable`."""
        try:
            await self._session.commit()
        except (OperationalError, InterfaceError) as failure:
            raise _unavailable(failure) from failure


def _unavailable(failure: DBAPIError) -> StoreUnavailable:
    """Only the driver's kind of error: its text may hold an address or a person's words."""
    return StoreUnavailable(f"The database cannot be used just now ({type(failure.orig).__name__}).")
