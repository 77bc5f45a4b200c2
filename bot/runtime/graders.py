"""Grading in processes of its own, because CPU-bound Python in a thread would stall the event loop."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from bot.content.schema import Question
from bot.grading.verdict import Grade, GradingFailed

Judge = Callable[[Question, str], Grade]


class PooledGrader:
    """A `Grader` that runs `judge` (a top-level function) in `workers` processes."""

    def __init__(self, version: str, judge: Judge, *, workers: int) -> None:
        self._version = version
        self._judge = judge
        self._workers = workers
        self._pool = self._new_pool()

    @property
    def version(self) -> str:
        return self._version

    def warm(self) -> None:
        """Start the processes now, so that the first answer does not wait for them."""
        for _ in range(self._workers):
            self._pool.submit(_nothing)

    async def grade(self, question: Question, answer: str) -> Grade:
        """Raises `GradingFailed` if the judge failed or its process died; the pool is then made anew."""
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, self._judge, question, answer)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = self._new_pool()
            raise GradingFailed("a grading process died") from None
        except Exception as error:
            raise GradingFailed(type(error).__name__) from error

    def close(self) -> None:
        """Let the processes go; what they had not finished stays pending in the store."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        # Spawned, not forked: the parent has threads, and a forked child could inherit a held lock.
        return ProcessPoolExecutor(
            self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
        )


def _ignore_interrupts() -> None:
    """Ctrl-C in a terminal reaches every process of the group; the parent decides when to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _nothing() -> None:
    return None
