"""What goes out, what came in, and small facts that outlive a restart."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, Delete, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.services.records import OutboxRow, Parcel, RowStatus, Task, lane_of
from bot.store.dialect import insert
from bot.store.tables import ChannelRow, InboxRow, MemoryRow, OutboxTable, WorkspaceRow

_UNSENT = ("waiting", "sending")
# Only the head of a lane may go, so that one stuck message never lets a later one overtake it.
_HEADS = (
    select(func.min(col(OutboxTable.id))).where(col(OutboxTable.status).in_(_UNSENT)).group_by(col(OutboxTable.lane))
)


class SqlOutbox:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, *parcels: Parcel, now: datetime) -> None:
        if not parcels:
            return
        rows = [
            {
                "key": parcel.key,
                "task": str(parcel.task),
                "lane": lane_of(parcel.task, parcel.channel_id, parcel.person_id),
                "channel_id": parcel.channel_id,
                "person_id": parcel.person_id,
                "subject_id": parcel.subject_id,
                "text": parcel.text,
                "status": "waiting",
                "attempts": 0,
                "uncertain": False,
                "available_at": parcel.at or now,
                "ticket": parcel.ticket,
                "created_at": now,
            }
            for parcel in parcels
        ]
        # Rows beside the statement, not in it: it is then compiled once for all batches.
        statement = insert(self._session, OutboxTable).on_conflict_do_nothing(index_elements=["key"])
        await self._session.execute(statement, rows)

    async def claim(
        self, now: datetime, *, lease: timedelta, holder: str, limit: int, platforms: Collection[str]
    ) -> Sequence[OutboxRow]:
        query = (
            select(OutboxTable)
            .join(ChannelRow, col(ChannelRow.id) == col(OutboxTable.channel_id))
            .join(WorkspaceRow, col(WorkspaceRow.id) == col(ChannelRow.workspace_id))
            .where(
                col(WorkspaceRow.platform).in_(platforms),
                col(OutboxTable.id).in_(_HEADS),
                or_(
                    and_(col(OutboxTable.status) == "waiting", col(OutboxTable.available_at) <= now),
                    and_(col(OutboxTable.status) == "sending", col(OutboxTable.lease_until) <= now),
                ),
            )
            .order_by(col(OutboxTable.available_at), col(OutboxTable.id))
            .limit(limit)
            .with_for_update(skip_locked=True, of=OutboxTable)
        )
        rows = list((await self._session.execute(query)).scalars())
        for row in rows:
            row.uncertain = row.uncertain or row.status == "sending"
            row.status, row.attempts = "sending", row.attempts + 1
            row.lease_until, row.lease_by = now + lease, holder
        await self._session.flush()
        return [_row(row) for row in rows]

    async def sent(self, row_id: int, ref: str, *, holder: str) -> bool:
        return await self._end(row_id, holder, status="sent", ref=ref, error=None, ticket=None)

    async def put_back(self, row_id: int, *, until: datetime, error: str, uncertain: bool, holder: str) -> bool:
        return await self._end(row_id, holder, status="waiting", available_at=until, error=error, uncertain=uncertain)

    async def give_up(self, row_id: int, *, error: str, holder: str) -> bool:
        return await self._end(row_id, holder, status="dead", error=error)

    async def dead(self, limit: int) -> Sequence[OutboxRow]:
        later = aliased(OutboxTable)
        through = exists().where(
            col(later.channel_id)
            == col(OutboxTable.channel_id),  # a lane is in one channel, and channels have an index
            col(later.lane) == col(OutboxTable.lane),
            col(later.task).in_([str(Task.QUESTION), col(OutboxTable.task)]),
            col(later.status) == "sent",
            col(later.id) > col(OutboxTable.id),
        )
        query = (
            select(OutboxTable)
            .where(col(OutboxTable.status) == "dead", ~through)
            .order_by(col(OutboxTable.id).desc())
            .limit(limit)
        )
        return [_row(row) for row in (await self._session.execute(query)).scalars()]

    async def ref_of(self, key: str) -> str | None:
        query = select(col(OutboxTable.ref)).where(col(OutboxTable.key) == key)
        return (await self._session.execute(query)).scalar_one_or_none()

    async def depth(self) -> int:
        query = select(func.count()).where(col(OutboxTable.status).in_(_UNSENT))
        return int((await self._session.execute(query)).scalar_one())

    async def next_at(self) -> datetime | None:
        free_at = case(
            (col(OutboxTable.status) == "sending", col(OutboxTable.lease_until)), else_=col(OutboxTable.available_at)
        )
        query = select(func.min(free_at)).where(col(OutboxTable.id).in_(_HEADS))
        earliest: datetime | None = (await self._session.execute(query)).scalar_one_or_none()
        return earliest

    async def prune(self, *, before: datetime, posts_before: datetime) -> int:
        is_post = col(OutboxTable.task) == str(Task.QUESTION)
        ended = and_(
            col(OutboxTable.status).in_(["sent", "dead"]),
            or_(
                and_(is_post, col(OutboxTable.created_at) < posts_before),
                and_(~is_post, col(OutboxTable.created_at) < before),
            ),
        )
        return await _delete(self._session, delete(OutboxTable).where(ended))

    async def _end(self, row_id: int, holder: str, **values: object) -> bool:
        """Record an outcome, unless the lease ran out and another holder has the row now."""
        statement = (
            update(OutboxTable)
            .where(
                col(OutboxTable.id) == row_id,
                col(OutboxTable.status) == "sending",
                col(OutboxTable.lease_by) == holder,
            )
            .values(lease_until=None, lease_by=None, **values)
            .returning(col(OutboxTable.id))
            .execution_options(synchronize_session="fetch")
        )
        return (await self._session.execute(statement)).scalar_one_or_none() is not None


class SqlInbox:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def first_time(self, platform: str, event_id: str, *, now: datetime) -> bool:
        statement = (
            insert(self._session, InboxRow)
            .values(platform=platform, event_id=event_id, received_at=now)
            .on_conflict_do_nothing(index_elements=["platform", "event_id"])
            .returning(col(InboxRow.event_id))
        )
        return (await self._session.execute(statement)).scalar_one_or_none() is not None

    async def prune(self, *, before: datetime) -> int:
        return await _delete(self._session, delete(InboxRow).where(col(InboxRow.received_at) < before))


class SqlMemory:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, name: str) -> str | None:
        query = select(col(MemoryRow.value)).where(col(MemoryRow.name) == name)
        return (await self._session.execute(query)).scalar_one_or_none()

    async def set(self, name: str, value: str) -> None:
        statement = insert(self._session, MemoryRow).values(name=name, value=value)
        await self._session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    async def take(self, name: str) -> str | None:
        statement = delete(MemoryRow).where(col(MemoryRow.name) == name).returning(col(MemoryRow.value))
        return (await self._session.execute(statement)).scalar_one_or_none()


async def _delete(session: AsyncSession, statement: Delete) -> int:
    result = await session.execute(statement.execution_options(synchronize_session=False))
    return int(cast("CursorResult[object]", result).rowcount)


def _row(row: OutboxTable) -> OutboxRow:
    return OutboxRow(
        row.id or 0,
        row.key,
        Task(row.task),
        row.channel_id,
        row.person_id,
        row.subject_id,
        row.text,
        RowStatus(row.status),
        row.attempts,
        row.uncertain,
        row.available_at,
        row.ref,
        row.error,
        row.ticket,
    )
