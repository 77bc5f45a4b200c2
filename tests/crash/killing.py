"""Places to die at: wrappers that end the process with SIGKILL at one named point."""

import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any, cast

from bot.content.schema import Question
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grade
from bot.store.engine import make_engine
from bot.store.store import SqlStore
from bot.store.uow import SqlUnitOfWork

# A transaction is named after the one of these that it made.
_TELLING = frozenset(
    "schedules.claim_due outbox.claim outbox.sent rounds.claim_closing submissions.add submissions.claim_pending "
    "grades.add".split()
)


class Killer:
    """Kills this process the first time it comes by `point`; an empty point is never reached."""

    def __init__(self, point: str = "") -> None:
        self._point = point

    def at(self, point: str) -> None:
        if point == self._point:
            os.kill(os.getpid(), signal.SIGKILL)


class _Watched:
    """A repository whose every method is a point, before and after."""

    def __init__(self, target: object, name: str, uow: "_KillingUnitOfWork") -> None:
        self._target = target
        self._name = name
        self._uow = uow

    def __getattr__(self, method: str) -> Callable[..., Awaitable[object]]:
        async def call(*args: object, **kwargs: object) -> object:
            point = f"{self._name}.{method}"
            self._uow.killer.at(f"before {point}")
            result = await getattr(self._target, method)(*args, **kwargs)
            if point in _TELLING:
                self._uow.made = point
            self._uow.killer.at(f"after {point}")
            return result

        return call


class _KillingUnitOfWork(SqlUnitOfWork):
    def __init__(self, store: "KillingStore") -> None:
        super().__init__(store.engine)
        self.killer = store.killer
        self.made = ""
        for name in ("schedules", "rounds", "submissions", "grades", "outbox"):
            setattr(self, name, cast("Any", _Watched(getattr(self, name), name, self)))

    async def commit(self) -> None:
        self.killer.at(f"before commit of {self.made}")
        await super().commit()
        self.killer.at(f"after commit of {self.made}")


class KillingStore(SqlStore):
    """The real store, with a point at every step of a write."""

    def __init__(self, address: str, killer: Killer) -> None:
        super().__init__(address)
        self.engine = make_engine(address)
        self.killer = killer

    def write(self) -> SqlUnitOfWork:
        return _KillingUnitOfWork(self)

    async def close(self) -> None:
        await self.engine.dispose()
        await super().close()


class KillingGrader(OfflineGrader):
    """The real grader, with a point before and after."""

    def __init__(self, killer: Killer) -> None:
        self._killer = killer

    async def grade(self, question: Question, answer: str) -> Grade:
        self._killer.at("before grade")
        grade = await super().grade(question, answer)
        self._killer.at("after grade")
        return grade
