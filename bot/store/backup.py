"""Copy a SQLite database while it is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.services.ports import StoreUnavailable
from bot.store.engine import parse_url

_PAGES_AT_ONCE = 1000  # between two steps writers get their turn


def back_up(address: str, target: Path) -> int:
    """Write a checked copy of the database to `target`, which must not exist; its size in bytes.

    Raises `StoreUnavailable`: not SQLite, no such file, `target` exists, or the copy is not sound.
    """
    url = parse_url(address)
    if url.get_backend_name() != "sqlite":
        raise StoreUnavailable("This backs up SQLite files. For PostgreSQL use its own pg_dump.")
    source = Path(url.database or "")
    if not source.exists():
        raise StoreUnavailable(f"There is no database at {source}. Check DATABASE_URL.")
    if target.exists():
        raise StoreUnavailable(f"{target} exists and was left as it is. Name a new file.")
    return _copy(source, target)


def _copy(source: Path, target: Path) -> int:
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(unfinished)) as copy:
            # https://sqlite.org/backup.html: the copy is of one moment, even while others write.
            live.backup(copy, pages=_PAGES_AT_ONCE, sleep=0.01)
            # One file, to be moved about without its -wal.
            copy.execute("PRAGMA journal_mode=DELETE")
            (sound,) = copy.execute("PRAGMA integrity_check").fetchone()
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        if sound != "ok" or broken is not None:
            raise StoreUnavailable("The copy is not sound, so it was thrown away. Check the disk, and the database.")
        unfinished.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"The backup failed ({type(error).__name__}). Check the path and the disk.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size
