"""APScheduler as a metronome: it calls our jobs at intervals and knows nothing of what they do.

Our own tables are the schedule (its cron triggers lose and double days at clock changes), its job store
stays in memory, and it is stopped by us: its own shutdown would cancel running coroutines.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

Job = Callable[[], Awaitable[None]]

log = structlog.get_logger(__name__)


class Metronome:
    """Calls each job every so many seconds, one run of a job at a time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self._running: set[asyncio.Task[None]] = set()

    def every(self, seconds: float, name: str, job: Job) -> None:
        """Call `job` every `seconds`, and once at the start."""

        async def run() -> None:
            task = asyncio.current_task()
            if task is not None:
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            await job()

        self._scheduler.add_job(run, IntervalTrigger(seconds=seconds, timezone=UTC), id=name, name=name)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self, *, within: float) -> None:
        """No new runs; those under way are awaited `within` seconds, then cancelled."""
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(set(self._running), timeout=within)
        self._scheduler.shutdown(wait=False)


def _report(event: JobEvent) -> None:
    error = getattr(event, "exception", None)
    log.error("metronome_trouble", job=event.job_id, code=event.code, reason=type(error).__name__ if error else None)
