"""One process at work: sending side by side, stopping in good order, a database that comes and goes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.event import Place
from bot.chat.message import Message
from bot.chat.platform import Capabilities, SendResult, Target
from bot.content.schema import Question
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grade
from bot.runtime.clock import RoomClock
from bot.runtime.courier import Courier
from bot.runtime.supervisor import Supervisor
from bot.services.deliver import deliver_due
from bot.services.game import Game
from bot.services.ports import Held, Store, StoreUnavailable, UnitOfWork
from bot.services.records import Parcel, Task
from bot.store.store import SqlStore
from tests.doubles import RecordingPlatform, Table
from tests.postgres import PostgresServer, name_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."


class SlowPlatform(RecordingPlatform):
    """Holds every send to the channels in `stuck` until `release`."""

    def __init__(self, *stuck: str) -> None:
        super().__init__()
        self.capabilities = Capabilities(edits=False, forms=True, private_messages=True)
        self.stuck = stuck
        self.begun = asyncio.Event()
        self.release = asyncio.Event()

    async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
        if target.channel_id in self.stuck:
            self.begun.set()
            await self.release.wait()
        return await super().send(target, message, key, uncertain=uncertain)


class HeldGrader:
    """Grades when told to."""

    version = "held-1"

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.release = asyncio.Event()

    async def grade(self, question: Question, answer: str) -> Grade:
        self.begun.set()
        await self.release.wait()
        return await OfflineGrader().grade(question, answer)


async def eventually(happens: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await happens():
            await asyncio.sleep(0.005)


async def _put(game: Game, *places: str) -> None:
    async with game.store.write() as uow:
        for number, name in enumerate(places):
            channel = await uow.teams.register(Place("fake", "W", "W", name, name), now=NOW)
            await uow.outbox.put(Parcel(f"{name}-{number}", Task.NOTICE, channel.id, text="Hello."), now=NOW)
        await uow.commit()


async def test_a_channel_that_does_not_answer_holds_up_no_other_and_keeps_its_order(game: Game) -> None:
    await _put(game, "stuck", "a", "b", "stuck", "a")
    platform = SlowPlatform("stuck")
    courier = Courier(game, {"fake": platform}, RoomClock(NOW, runs=False), holder="me")
    running = asyncio.create_task(courier.run())

    async def others_are_through() -> bool:
        return len(platform.sent) == 3

    await eventually(others_are_through)
    assert platform.sent_keys()[-1] == "a-4"
    platform.release.set()

    async def all_are_through() -> bool:
        async with game.store.read() as uow:
            return await uow.outbox.depth() == 0

    await eventually(all_are_through)
    assert [key for key in platform.sent_keys() if key.startswith("stuck")] == ["stuck-0", "stuck-3"]
    running.cancel()
    await courier.finish(within=1)


async def test_stopping_waits_for_the_message_in_hand_and_takes_no_other(game: Game) -> None:
    await _put(game, "slow", "slow")
    platform = SlowPlatform("slow")
    supervisor = Supervisor(
        game, OfflineGrader(), {"fake": platform}, RoomClock(NOW, runs=False), holder="me", tick_seconds=60
    )
    await supervisor.start()
    await platform.begun.wait()
    stopping = asyncio.create_task(supervisor.stop(within=10))
    await asyncio.sleep(0)
    platform.release.set()
    await stopping
    assert platform.sent_keys() == ["slow-0"]
    async with game.store.read() as uow:
        assert await uow.outbox.depth() == 1


async def test_stopping_does_not_wait_for_ever_and_loses_nothing(game: Game) -> None:
    await _put(game, "slow")
    platform = SlowPlatform("slow")
    supervisor = Supervisor(
        game, OfflineGrader(), {"fake": platform}, RoomClock(NOW, runs=False), holder="me", tick_seconds=60
    )
    await supervisor.start()
    await platform.begun.wait()
    await supervisor.stop(within=0.01)
    assert platform.sent == []
    async with game.store.read() as uow:
        assert await uow.outbox.depth() == 1


async def test_stopping_finishes_the_answers_being_graded(table: Table) -> None:
    game, grader = table.game, HeldGrader()
    await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.says("ana", f"/quiz answer {GOOD}")
    supervisor = Supervisor(
        game, grader, table.platforms, RoomClock(table.now, runs=False), holder="me", tick_seconds=60
    )
    await supervisor.start()
    await grader.begun.wait()
    stopping = asyncio.create_task(supervisor.stop(within=10))
    await asyncio.sleep(0)
    grader.release.set()
    await stopping
    async with game.store.read() as uow:
        assert await uow.submissions.pending() == 0


async def test_connections_that_break_are_made_anew(
    postgres: PostgresServer, postgres_database: str, game_of: Callable[[SqlStore], Game]
) -> None:
    store = SqlStore(postgres_database)
    game = game_of(store)
    platform = RecordingPlatform()
    supervisor = Supervisor(
        game, OfflineGrader(), {"fake": platform}, RoomClock(NOW, runs=False), holder="me", tick_seconds=0.1
    )
    await supervisor.start()
    for number in range(3):
        postgres.cut_all(name_of(postgres_database))

        async def put(number: int = number) -> bool:
            try:
                await _put(game, f"c{number}")
            except StoreUnavailable:
                return False
            return True

        await eventually(put)

    async def all_are_through() -> bool:
        return {key.partition("-")[0] for key in platform.sent_keys()} == {"c0", "c1", "c2"}

    await eventually(all_are_through)
    await supervisor.stop()
    await store.close()


async def test_a_tick_without_a_database_is_survived(game_of: Callable[[SqlStore], Game]) -> None:
    store = SqlStore("postgresql://nobody@127.0.0.1:1/none")
    supervisor = Supervisor(
        game_of(store), OfflineGrader(), {}, RoomClock(NOW, runs=False), holder="me", tick_seconds=60
    )
    await supervisor.tick()
    assert supervisor.ticked_at is None
    await store.close()


class Upset:
    """A store whose third and fourth writes fail, as a bug would make them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writes = 0

    def write(self) -> UnitOfWork:
        self._writes += 1
        if self._writes in (3, 4):
            raise LookupError
        return self._store.write()

    def read(self) -> UnitOfWork:
        return self._store.read()

    def lock(self, name: str) -> AbstractAsyncContextManager[Held]:
        return self._store.lock(name)


async def test_a_bug_met_once_ends_neither_grading_nor_sending(table: Table) -> None:
    await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    reply = await table.says("ana", f"/quiz answer {GOOD}")
    game = replace(table.game, store=Upset(table.game.store))
    clock = RoomClock(table.now, runs=False)
    supervisor = Supervisor(game, OfflineGrader(), table.platforms, clock, holder="me", tick_seconds=60)
    # Its first tick closes and opens; then grading and sending meet the bug, one each.
    await supervisor.start()

    async def all_done() -> bool:
        return "2 of 8 key points" in reply.text and table.platform.sent_keys() == ["question:1"]

    await eventually(all_done)
    await supervisor.stop()


async def test_a_message_that_cannot_be_made_holds_up_nothing_for_ever_and_is_seen(game: Game) -> None:
    async with game.store.write() as uow:
        channel = await uow.teams.register(Place("fake", "W", "W", "a", "a"), now=NOW)
        broken = Parcel("broken", Task.QUESTION, channel.id, subject_id=77)  # no such round
        await uow.outbox.put(broken, Parcel("sound", Task.NOTICE, channel.id, text="Hello."), now=NOW)
        await uow.commit()
    platform, now = RecordingPlatform(), NOW
    for _ in range(20):
        await deliver_due(game, {"fake": platform}, now, holder="me")
        now += timedelta(hours=1)
    assert platform.sent_keys() == ["sound"]
    async with game.store.read() as uow:
        (dead,) = await uow.outbox.dead(10)
    assert (dead.key, "NotStored" in (dead.error or "")) == ("broken", True)
