"""Grading off the event loop: in processes what is CPU-bound Python, in threads what works outside the GIL."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from bot.content.schema import Question
from bot.grading.verdict import Grade, Grader, GradingFailed

Judge = Callable[[Question, str], Grade]


class OffLoopGrader(Grader, Protocol):
    """A `Grader` with workers of its own."""

    def warm(self) -> None:
        """Start the workers now, so that the first answer does not wait for them."""
        ...

    def close(self) -> None:
        """Let the workers go; what they had not finished stays pending in the store."""
        ...


class ThreadedGrader:
    """A `Grader` that runs `judge` in `workers` threads; for one that works outside the GIL."""

    def __init__(self, version: str, judge: Judge, *, workers: int) -> None:
        self._version = version
        self._judge = judge
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="grader")

    @property
    def version(self) -> str:
        return self._version

    def warm(self) -> None:
        """Nothing to do: threads start at once, and the model is loaded."""

    async def grade(self, question: Question, answer: str) -> Grade:
        """Raises `GradingFailed` if the judge failed."""
        return await _run(self._pool, self._judge, question, answer)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


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
            return await _run(pool, self._judge, question, answer)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = self._new_pool()
            raise GradingFailed("a grading process died") from None

    def close(self) -> None:
        """Let the processes go; what they had not finished stays pending in the store."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        # Spawned, not forked: the parent has threads, and a forked child could inherit a held lock.
        return ProcessPoolExecutor(
            self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
        )


async def _run(pool: Executor, judge: Judge, question: Question, answer: str) -> Grade:
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, judge, question, answer)
    except BrokenProcessPool:
        raise
    except Exception as error:
        raise GradingFailed(type(error).__name__) from error


def _ignore_interrupts() -> None:
    """Ctrl-C in a terminal reaches every process of the group; the parent decides when to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _nothing() -> None:
    return None
