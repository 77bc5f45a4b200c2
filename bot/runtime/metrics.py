"""The bot's numbers for Prometheus."""

import asyncio
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.services.ports import Store
from bot.services.records import Task

_LATENESS = (1, 5, 15, 30, 60, 300, 900, 3600, 7200)
_GRADING = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LAG = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1)
_LAG_EVERY_S = 0.5


class Metrics:
    """A `Meter` that Prometheus can read. Every name begins with `quizbot_`."""

    def __init__(self) -> None:
        self.registry = to = CollectorRegistry()
        self._rounds = Counter("quizbot_rounds", "Rounds by what became of them", ["event"], registry=to)
        self._posts = Counter("quizbot_posts", "Attempts to send", ["platform", "task", "result"], registry=to)
        self._lateness = Histogram("quizbot_round_lateness_seconds", "Due to opened", buckets=_LATENESS, registry=to)
        self._submissions = Counter("quizbot_submissions", "Answers stored", ["ranked"], registry=to)
        self._grading = Histogram("quizbot_grading_seconds", "One answer's grading", buckets=_GRADING, registry=to)
        self._failures = Counter("quizbot_grading_failures", "Answers put off: the grader failed", registry=to)
        self._lag = Histogram("quizbot_loop_lag_seconds", "How late the loop wakes", buckets=_LAG, registry=to)
        self._pending = Gauge("quizbot_pending_submissions", "Answers that wait to be graded", registry=to)
        self._depth = Gauge("quizbot_outbox_depth", "Messages that wait to be sent", registry=to)

    def round_opened(self, late_by: timedelta) -> None:
        self._rounds.labels("opened").inc()
        self._lateness.observe(max(late_by.total_seconds(), 0.0))

    def round_missed(self) -> None:
        self._rounds.labels("missed").inc()

    def round_closed(self) -> None:
        self._rounds.labels("closed").inc()

    def post_tried(self, platform: str, task: Task, result: str) -> None:
        self._posts.labels(platform, str(task), result).inc()

    def answer_stored(self, *, ranked: bool) -> None:
        self._submissions.labels("yes" if ranked else "no").inc()

    def answer_graded(self, seconds: float) -> None:
        self._grading.observe(seconds)

    def grading_failed(self) -> None:
        self._failures.inc()

    async def watch_loop(self) -> None:
        """Measure how late the event loop wakes, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LAG_EVERY_S
            await asyncio.sleep(_LAG_EVERY_S)
            self._lag.observe(max(loop.time() - due, 0.0))

    async def page(self, store: Store) -> bytes:
        """The page Prometheus reads. Raises `StoreUnavailable`."""
        async with store.read() as uow:
            self._pending.set(await uow.submissions.pending())
            self._depth.set(await uow.outbox.depth())
        return generate_latest(self.registry)
