"""What bites in SQLite, PostgreSQL and their drivers, each trap once."""

import asyncio
import contextlib
from contextvars import Context
from datetime import UTC, datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from bot.chat.event import Place
from bot.quiz.team import Channel
from bot.services.ports import StoreUnavailable
from bot.services.records import Opening
from bot.store import tables
from bot.store.engine import make_engine, parse_url
from bot.store.store import SqlStore
from bot.store.types import UTCDateTime

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLACE = Place("fake", "W1", "Team one", "C1", "quiz")
CHANNEL = Channel(77, 77, 77, "fake", "W9", "C9", "nowhere")
assert tables


def test_instants_go_in_aware_and_come_out_in_utc() -> None:
    kind, dialect = UTCDateTime(), sqlite.dialect()
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    stored = kind.process_bind_param(NOW.astimezone(kathmandu), dialect)
    assert (stored, stored and stored.utcoffset()) == (NOW, timedelta())
    assert kind.process_result_value(NOW.replace(tzinfo=None), dialect) == NOW
    with pytest.raises(ValueError, match="naive"):
        kind.process_bind_param(NOW.replace(tzinfo=None), dialect)


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://u:hunter2@h/d", "not an address"])
def test_other_databases_are_refused_without_repeating_the_password(address: str) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        parse_url(address)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgres://u@h/d", "postgresql+psycopg"),
    ],
)
def test_addresses_get_our_drivers(address: str, driver: str) -> None:
    assert parse_url(address).drivername == driver


def test_what_sqlalchemy_needs_for_asyncio_is_installed() -> None:
    assert find_spec("greenlet") is not None


def test_every_constraint_has_a_name_so_that_sqlite_can_be_migrated() -> None:
    unnamed = [
        (table.name, type(constraint).__name__)
        for table in SQLModel.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []


async def test_sqlite_is_opened_as_it_must_be(sqlite_database: str) -> None:
    engine = make_engine(sqlite_database)
    async with engine.connect() as connection:
        for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 1), ("busy_timeout", 5000)):
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value
    await engine.dispose()


async def test_an_error_of_the_database_repeats_nothing_that_was_to_be_stored(store: SqlStore) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with store.write() as uow:
            await uow.rounds.open([Opening(CHANNEL, 1, None, NOW.date(), NOW, NOW, NOW, "somebody's words")])
    assert "somebody's words" not in str(refused.value)


async def test_a_reader_is_free_beside_a_writer_and_sees_what_was_committed(database: str) -> None:
    store = SqlStore(database)
    async with store.write() as writing:
        await writing.teams.register(PLACE, now=NOW)

        async def read() -> bool:
            async with store.read() as reading:
                return await reading.teams.channel_at(PLACE) is None

        async with asyncio.timeout(4):  # less than a lock is waited for
            assert await asyncio.create_task(read(), context=Context())
        await writing.commit()
    async with store.read() as reading:
        assert await reading.teams.channel_at(PLACE) is not None
    await store.close()


async def test_a_unit_of_work_inside_another_is_refused_at_once(store: SqlStore) -> None:
    async with store.write():
        with pytest.raises(RuntimeError, match="close it first"):
            async with store.write():
                pass
    async with store.write() as uow:
        await uow.commit()


async def test_writers_that_read_first_wait_for_each_other_and_lose_nothing(database: str) -> None:
    stores = [SqlStore(database), SqlStore(database)]

    async def count_up(store: SqlStore) -> None:
        for _ in range(10):
            async with store.write() as uow:
                # On PostgreSQL the row is what two writers meet on; on SQLite the one write lock.
                await uow.teams.register(PLACE, now=NOW)
                before = int(await uow.memory.get("count") or 0)
                await uow.memory.set("count", str(before + 1))
                await uow.commit()

    async with stores[0].write() as uow:
        await uow.teams.register(PLACE, now=NOW)
        await uow.commit()
    await asyncio.gather(*map(count_up, stores))
    async with stores[0].read() as reading:
        assert await reading.memory.get("count") == "20"
    for each in stores:
        await each.close()


async def test_a_cancelled_writer_lets_go_of_the_lock(store: SqlStore) -> None:
    writing = asyncio.Event()

    async def hold() -> None:
        async with store.write() as uow:
            await uow.teams.register(PLACE, now=NOW)
            writing.set()
            await asyncio.Event().wait()

    held = asyncio.create_task(hold())
    await writing.wait()
    held.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await held
    async with asyncio.timeout(4), store.write() as uow:
        assert await uow.teams.channel_at(PLACE) is None
        await uow.commit()


async def test_rows_hanging_off_a_deleted_one_go_with_it(database: str, tmp_path: Path) -> None:
    store = SqlStore(database)
    async with store.write() as uow:
        await uow.teams.register(PLACE, now=NOW)
        await uow.commit()
    await store.close()
    engine = make_engine(database)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM team"))
        assert (await connection.execute(text("SELECT count(*) FROM channel"))).scalar_one() == 0
    await engine.dispose()
