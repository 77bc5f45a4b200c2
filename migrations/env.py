"""Alembic's entry. The address comes from the caller or DATABASE_URL; logging is left to the caller."""

import asyncio
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from bot.settings import StoreSettings, read
from bot.store import tables
from bot.store.engine import parse_url
from bot.store.types import UTCDateTime

metadata = SQLModel.metadata
assert tables  # noqa: S101 - imported for the tables it defines


def _render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Write plain SQLAlchemy types, so that a migration depends on nothing of ours."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.String()" if type(item).__name__ == "AutoString" else False


def _same_type(_context: object, _inspected: object, _column: object, inspected: object, wanted: object) -> bool | None:
    """`None` leaves it to Alembic; a date-time is what a UTCDateTime is made of."""
    return False if isinstance(wanted, UTCDateTime) and isinstance(inspected, sa.DateTime) else None


def run(connection: Connection) -> None:
    """Migrate over this connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=_render,
        compare_type=_same_type,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"a migration left {len(broken)} rows without their parents")


async def _online() -> None:
    # An engine of its own: with foreign keys on, rebuilding a SQLite table would delete its children's rows.
    engine = create_async_engine(parse_url(read(StoreSettings).database_url.get_secret_value()))
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database to run on; set DATABASE_URL.")
given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(_online())
else:
    run(given)
