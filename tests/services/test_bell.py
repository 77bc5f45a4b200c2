"""Who waits for work is woken by the bell, and stops when told to."""

import asyncio

import pytest

from bot.services.game import Bell, OpenReplies
from tests.doubles import RecordingReply


@pytest.mark.parametrize("steps", range(4))
async def test_a_waiter_told_to_stop_while_the_bell_rings_does_stop(steps: int) -> None:
    bell = Bell()

    async def wait_and_go_on() -> None:
        await bell.heard(bell.rings, at_most=60)
        await asyncio.Event().wait()

    waiting = asyncio.create_task(wait_and_go_on())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    bell.ring()
    for _ in range(steps):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting}, timeout=5)
    assert waiting.cancelled()


@pytest.mark.parametrize("steps", range(4))
async def test_feedback_told_to_stop_while_its_person_is_told_does_stop(steps: int) -> None:
    replies = OpenReplies()
    replies.keep(1, RecordingReply())

    async def take_and_go_on() -> None:
        await replies.take(1)
        await asyncio.Event().wait()

    waiting = asyncio.create_task(take_and_go_on())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    replies.told(1)
    for _ in range(steps):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting}, timeout=5)
    assert waiting.cancelled()


async def test_an_earlier_ring_is_not_waited_for_again() -> None:
    bell = Bell()
    before = bell.rings
    bell.ring()
    async with asyncio.timeout(5):
        await bell.heard(before, at_most=60)


async def test_a_grade_faster_than_the_acknowledgement_waits_for_it_and_no_longer() -> None:
    replies, reply = OpenReplies(), RecordingReply()
    replies.keep(1, reply)
    taking = asyncio.create_task(replies.take(1))
    await asyncio.sleep(0)
    assert not taking.done()
    replies.told(1)
    async with asyncio.timeout(5):
        assert await taking is reply
    assert await replies.take(1) is None
