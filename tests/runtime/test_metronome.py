"""APScheduler, kept to what it is good at."""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.jobstores.memory import MemoryJobStore
from structlog.testing import capture_logs

from bot.runtime.metronome import Metronome


async def _beats(count: int, beaten: list[int]) -> None:
    async with asyncio.timeout(20):
        while len(beaten) < count:
            await asyncio.sleep(0.005)


async def test_it_beats_again_and_again() -> None:
    beaten: list[int] = []
    metronome = Metronome()

    async def beat() -> None:
        beaten.append(1)

    metronome.every(0.01, "beat", beat)
    metronome.start()
    await _beats(3, beaten)
    await metronome.stop(within=20)


async def test_stopping_waits_for_a_job_under_way_instead_of_cancelling_it() -> None:
    began, release, ended = asyncio.Event(), asyncio.Event(), False
    metronome = Metronome()

    async def job() -> None:
        nonlocal ended
        began.set()
        await release.wait()
        ended = True

    metronome.every(0.01, "long", job)
    metronome.start()
    await began.wait()
    stopping = asyncio.create_task(metronome.stop(within=20))
    await asyncio.sleep(0)
    assert not stopping.done()
    release.set()
    await stopping
    assert ended


async def test_stopping_does_not_wait_for_ever_for_a_job_that_hangs() -> None:
    began = asyncio.Event()
    metronome = Metronome()

    async def hang() -> None:
        began.set()
        await asyncio.Event().wait()

    metronome.every(0.01, "hanging", hang)
    metronome.start()
    await began.wait()
    async with asyncio.timeout(20):
        await metronome.stop(within=0.01)


async def test_a_job_that_fails_is_reported_and_called_again() -> None:
    beaten: list[int] = []
    metronome = Metronome()

    async def fail() -> None:
        beaten.append(1)
        raise ValueError("with somebody's words in it")

    metronome.every(0.01, "failing", fail)
    with capture_logs() as events:
        metronome.start()
        await _beats(2, beaten)
        await metronome.stop(within=20)
    troubles = [event for event in events if event["event"] == "metronome_trouble"]
    assert troubles[0]["reason"] == "ValueError"
    assert "somebody's words" not in str(troubles)


async def test_a_beat_however_late_is_not_left_out_and_never_comes_in_a_burst() -> None:
    metronome = Metronome()
    scheduler = metronome._scheduler
    beaten: list[int] = []

    async def beat() -> None:
        beaten.append(1)

    metronome.every(3600, "hourly", beat)
    scheduler.start(paused=True)
    (job,) = scheduler.get_jobs()
    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    # Three beats of the past, as after a blocked loop: one of them runs.
    job.modify(next_run_time=datetime.now(job.next_run_time.tzinfo) - timedelta(hours=3))
    scheduler.resume()
    await _beats(1, beaten)
    await asyncio.sleep(0.02)
    await metronome.stop(within=20)
    assert len(beaten) == 1


async def test_its_jobs_live_in_memory_only() -> None:
    metronome = Metronome()
    metronome.start()
    assert isinstance(metronome._scheduler._jobstores["default"], MemoryJobStore)
    assert metronome._scheduler.timezone is UTC  # no clock change can hold it up
    await metronome.stop(within=20)
