"""Health and metrics over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from bot.content.bank import Bank
from bot.runtime.clock import RoomClock
from bot.runtime.http import HttpServer, tick_check
from bot.runtime.metrics import Metrics
from bot.services.game import Game
from bot.store.store import SqlStore
from tests.doubles import Table

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."


class Bench:
    """A server whose database can go and whose last tick can be long ago."""

    def __init__(self, store: SqlStore) -> None:
        self.clock = RoomClock(NOW, runs=False)
        self.ticked_at: datetime | None = None
        self.trouble: str | None = None
        self.metrics = Metrics()
        ticks = tick_check(self.clock, lambda: self.ticked_at, every_s=5)
        self.server = HttpServer(store, self.metrics, {"database": self._database, "ticks": ticks})
        self.base = ""

    async def _database(self) -> str | None:
        return self.trouble

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.base + path) as answer:
            return answer.status, await answer.text()


@pytest_asyncio.fixture
async def bench(store: SqlStore) -> AsyncIterator[Bench]:
    made = Bench(store)
    port = await made.server.start("127.0.0.1", 0)
    made.base = f"http://127.0.0.1:{port}"
    yield made
    await made.server.stop()


async def test_alive_from_the_start_and_ready_after_the_first_tick(bench: Bench) -> None:
    assert (await bench.get("/livez"))[0] == 200
    status, body = await bench.get("/readyz")
    assert (status, "no tick yet" in body) == (503, True)
    bench.ticked_at = NOW
    assert (await bench.get("/readyz"))[0] == 200
    bench.clock.move(NOW + timedelta(minutes=5))
    status, body = await bench.get("/readyz")
    assert (status, "last tick 300 s ago" in body) == (503, True)
    bench.ticked_at, bench.trouble = bench.clock.now(), "The database cannot be reached."
    status, body = await bench.get("/readyz")
    assert (status, "cannot be reached" in body) == (503, True)
    assert (await bench.get("/livez"))[0] == 200


async def test_the_metrics_page_tells_what_happened(bench: Bench, store: SqlStore, bank: Bank) -> None:
    table = Table(Game(store, bank, meter=bench.metrics))
    await table.set_up()
    await table.until(datetime(2026, 11, 23, 9, 0, 4, tzinfo=UTC))
    await table.says("ana", f"/quiz answer {GOOD}")
    _, page = await bench.get("/metrics")
    assert _values(page)["quizbot_pending_submissions"] == 1
    await table.settle()
    await table.until(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    _, page = await bench.get("/metrics")
    values = _values(page)
    assert values["quizbot_rounds_total/opened"] == 1
    assert values["quizbot_rounds_total/closed"] == 1
    assert values["quizbot_submissions_total/yes"] == 1
    assert values["quizbot_posts_total/fake/question/delivered"] == 1
    assert values["quizbot_posts_total/fake/reveal/delivered"] == 1
    assert values["quizbot_round_lateness_seconds_count"] == 1
    assert values["quizbot_grading_seconds_count"] == 1
    assert (values["quizbot_pending_submissions"], values["quizbot_outbox_depth"]) == (0, 0)


def _values(page: str) -> dict[str, float]:
    names = ("platform", "task", "result", "event", "ranked")
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = [sample.labels[name] for name in names if name in sample.labels]
            found["/".join([sample.name, *labels])] = sample.value
    return found
