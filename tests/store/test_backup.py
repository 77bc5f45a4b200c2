"""A backup made while the bot writes is a database one can go on with."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.services.game import Game
from bot.services.ports import StoreUnavailable
from bot.store.backup import back_up
from bot.store.engine import parse_url
from bot.store.store import SqlStore
from tests.doubles import Table

GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."


async def test_a_backup_taken_while_answers_come_in_can_be_played_on(
    sqlite_database: str, bank: object, tmp_path: Path
) -> None:
    store = SqlStore(sqlite_database)
    table = Table(Game(store, bank))  # type: ignore[arg-type]
    await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.settle()
    await table.answers("ana", GOOD)
    target = tmp_path / "copy.db"

    async def go_on() -> None:
        for number in range(30):
            await table.says(f"p{number}", f"/quiz answer {GOOD}")

    size, _ = await asyncio.gather(asyncio.to_thread(back_up, sqlite_database, target), go_on())
    assert size == target.stat().st_size
    await store.close()

    restored = SqlStore(f"sqlite:///{target}")
    again = Table(Game(restored, bank), now=table.now)  # type: ignore[arg-type]
    assert "2 of 8 key points" in (await again.says("ana", "/quiz why")).text
    await again.settle()
    await again.leads("/quiz-admin close")
    assert "ana" in (await again.says("ana", "/quiz leaderboard")).text
    await restored.close()


def test_a_backup_never_overwrites_and_leaves_nothing_half_done(sqlite_database: str, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")
    with pytest.raises(StoreUnavailable, match="left as it is"):
        back_up(sqlite_database, there)
    assert there.read_text() == "mine"
    with pytest.raises(StoreUnavailable, match="backup failed"):
        back_up(sqlite_database, tmp_path / "no" / "such" / "folder.db")
    with pytest.raises(StoreUnavailable, match="pg_dump"):
        back_up("postgresql://u:p@h/d", tmp_path / "x.db")
    with pytest.raises(StoreUnavailable, match="no database"):
        back_up(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "x.db")


def test_a_damaged_database_gives_no_backup(sqlite_database: str, tmp_path: Path) -> None:
    path = Path(parse_url(sqlite_database).database or "")
    with sqlite3.connect(path) as live:
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        live.execute("PRAGMA journal_mode=DELETE")
    live.close()
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096 - 1, 3):
        content[page * 4096 : page * 4096 + 200] = b"\x00" * 200
    path.write_bytes(bytes(content))
    with pytest.raises(StoreUnavailable):
        back_up(sqlite_database, tmp_path / "x.db")
    assert list(tmp_path.glob("x.db*")) == []
