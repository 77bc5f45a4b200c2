"""Schedules, rounds and hints."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.content.schema import Difficulty
from bot.quiz.round import Round, RoundStatus
from bot.quiz.schedule import Plan, Schedule
from bot.services.ports import NotStored
from bot.services.records import Opening, Task
from bot.store.dialect import insert
from bot.store.tables import (
    ChannelRow,
    HintRow,
    OutboxTable,
    RoundRow,
    ScheduleRow,
    SubmissionRow,
    WorkspaceRow,
)


class SqlSchedules:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self,
        channel_id: int,
        plan: Plan,
        *,
        seed: int,
        next_date: date,
        next_fire_at: datetime,
        lead_id: str | None = None,
    ) -> Schedule:
        row = ScheduleRow(
            channel_id=channel_id,
            seed=seed,
            next_date=next_date,
            next_fire_at=next_fire_at,
            skipped=[],
            lead_id=lead_id,
            **_plan_columns(plan),
        )
        self._session.add(row)
        await self._session.flush()
        return _schedule(row)

    async def of_channel(self, channel_id: int) -> Schedule | None:
        query = select(ScheduleRow).where(col(ScheduleRow.channel_id) == channel_id)
        row = (await self._session.execute(query)).scalar_one_or_none()
        return _schedule(row) if row else None

    async def to_change(self, channel_id: int) -> Schedule | None:
        query = select(ScheduleRow).where(col(ScheduleRow.channel_id) == channel_id).with_for_update()
        row = (await self._session.execute(query)).scalar_one_or_none()
        return _schedule(row) if row else None

    async def get(self, schedule_id: int) -> Schedule:
        row = await self._session.get(ScheduleRow, schedule_id)
        if row is None:
            raise NotStored("schedule", schedule_id)
        return _schedule(row)

    async def in_workspace(self, platform: str, workspace_id: str) -> Sequence[Schedule]:
        query = (
            select(ScheduleRow)
            .join(ChannelRow, col(ChannelRow.id) == col(ScheduleRow.channel_id))
            .join(WorkspaceRow, col(WorkspaceRow.id) == col(ChannelRow.workspace_id))
            .where(col(WorkspaceRow.platform) == platform, col(WorkspaceRow.external_id) == workspace_id)
            .order_by(col(ScheduleRow.id))
            .with_for_update(of=ScheduleRow)
        )
        return [_schedule(row) for row in (await self._session.execute(query)).scalars()]

    async def save(self, *schedules: Schedule) -> None:
        if not schedules:
            return
        await self._session.execute(
            update(ScheduleRow),
            [
                {
                    "id": schedule.id,
                    "next_date": schedule.next_date,
                    "next_fire_at": schedule.next_fire_at,
                    "last_date": schedule.last_date,
                    "skipped": sorted(day.isoformat() for day in schedule.skipped),
                    "paused": schedule.paused,
                    "version": schedule.version + 1,
                    "lead_id": schedule.lead_id,
                    **_plan_columns(schedule.plan),
                }
                for schedule in schedules
            ],
        )

    async def claim_due(self, now: datetime, limit: int) -> Sequence[Schedule]:
        query = (
            select(ScheduleRow)
            .where(col(ScheduleRow.paused).is_(None), col(ScheduleRow.next_fire_at) <= now)
            .order_by(col(ScheduleRow.next_fire_at), col(ScheduleRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [_schedule(row) for row in (await self._session.execute(query)).scalars()]

    async def next_fire_at(self) -> datetime | None:
        query = select(func.min(col(ScheduleRow.next_fire_at))).where(col(ScheduleRow.paused).is_(None))
        return (await self._session.execute(query)).scalar_one_or_none()


class SqlRounds:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def open(self, openings: Sequence[Opening]) -> Sequence[Round]:
        if not openings:
            return []
        rows = [
            {
                "team_id": opening.channel.team_id,
                "channel_id": opening.channel.id,
                "schedule_id": opening.schedule_id,
                "scheduled_on": opening.scheduled_on,
                "day": opening.day,
                "due_at": opening.due_at,
                "opened_at": opening.opened_at,
                "closes_at": opening.closes_at,
                "status": str(opening.status),
                "question_id": opening.question_id,
            }
            for opening in openings
        ]
        # Rows beside the statement, not in it: it is then compiled once for all batches.
        statement = insert(self._session, RoundRow)
        unique = statement.on_conflict_do_nothing(index_elements=["schedule_id", "scheduled_on"])
        made = await self._session.execute(unique.returning(*statement.table.c), rows)
        return sorted((round_of(row) for row in made), key=lambda asked: asked.id)

    async def get(self, round_id: int) -> Round:
        query = select(RoundRow).where(col(RoundRow.id) == round_id)
        row = (await self._session.execute(query)).scalar_one_or_none()
        if row is None:
            raise NotStored("round", round_id)
        return round_of(row)

    async def latest(self, channel_id: int, status: RoundStatus | None = None) -> Round | None:
        query = select(RoundRow).where(col(RoundRow.channel_id) == channel_id)
        if status is not None:
            query = query.where(col(RoundRow.status) == str(status))
        query = query.order_by(col(RoundRow.opened_at).desc(), col(RoundRow.id).desc()).limit(1)
        row = (await self._session.execute(query)).scalar_one_or_none()
        return round_of(row) if row else None

    async def open_in(self, *channel_ids: int) -> Sequence[Round]:
        query = (
            select(RoundRow)
            .where(col(RoundRow.channel_id).in_(channel_ids), col(RoundRow.status) == "open")
            .order_by(col(RoundRow.opened_at), col(RoundRow.id))
        )
        return [round_of(row) for row in (await self._session.execute(query)).scalars()]

    async def claim_closing(self, now: datetime, limit: int) -> Sequence[Round]:
        query = (
            select(RoundRow)
            .where(col(RoundRow.status) == "open", col(RoundRow.closes_at) <= now)
            .order_by(col(RoundRow.closes_at), col(RoundRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [round_of(row) for row in (await self._session.execute(query)).scalars()]

    async def finish(self, round_ids: Sequence[int], status: RoundStatus, *, now: datetime) -> frozenset[int]:
        statement = (
            update(RoundRow)
            .where(col(RoundRow.id).in_(round_ids), col(RoundRow.status) == "open")
            .values(status=str(status), closed_at=now)
            .returning(col(RoundRow.id))
            .execution_options(synchronize_session="fetch")
        )
        return frozenset(int(id_ or 0) for id_ in (await self._session.execute(statement)).scalars())

    async def asked(self, channel_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        query = (
            select(col(RoundRow.channel_id), col(RoundRow.question_id))
            .where(
                col(RoundRow.channel_id).in_(channel_ids),
                col(RoundRow.status).in_(["open", "closed"]),
                col(RoundRow.question_id).is_not(None),
            )
            .order_by(col(RoundRow.opened_at), col(RoundRow.id))
        )
        found: dict[int, list[str]] = {channel_id: [] for channel_id in channel_ids}
        for channel_id, question_id in await self._session.execute(query):
            found[channel_id].append(str(question_id))
        return found

    async def next_close_at(self) -> datetime | None:
        query = select(func.min(col(RoundRow.closes_at))).where(col(RoundRow.status) == "open")
        return (await self._session.execute(query)).scalar_one_or_none()

    async def by_post(self, channel_id: int, ref: str) -> Round | None:
        query = (
            select(RoundRow)
            .join(OutboxTable, col(OutboxTable.subject_id) == col(RoundRow.id))
            .where(
                col(OutboxTable.channel_id) == channel_id,
                col(OutboxTable.ref) == ref,
                col(OutboxTable.task) == str(Task.QUESTION),
            )
        )
        row = (await self._session.execute(query)).scalars().first()
        return round_of(row) if row else None

    async def answers(self, round_id: int) -> int:
        query = select(func.count()).where(
            col(SubmissionRow.round_id) == round_id,
            col(SubmissionRow.ranked).is_(True),
            col(SubmissionRow.status) != "withdrawn",
        )
        return int((await self._session.execute(query)).scalar_one())


class SqlHints:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take(self, player_id: int, question_id: str, round_id: int | None, *, of: int) -> int:
        statement = insert(self._session, HintRow).values(
            player_id=player_id, question_id=question_id, round_key=round_id or 0, taken=1
        )
        counted = statement.on_conflict_do_update(
            index_elements=["player_id", "question_id", "round_key"],
            set_={"taken": col(HintRow.taken) + 1},
        )
        taken = (await self._session.execute(counted.returning(col(HintRow.taken)))).scalar_one()
        return min(int(taken), of)


def _plan_columns(plan: Plan) -> dict[str, Any]:
    return {
        "local_time": f"{plan.local_time:%H:%M}",
        "weekdays": "".join(str(day) for day in sorted(plan.weekdays)),
        "tz": plan.tz,
        "packs": list(plan.packs),
        "mix": {str(difficulty): weight for difficulty, weight in plan.mix.items()},
        "open_seconds": int(plan.open_for.total_seconds()),
        "late_seconds": int(plan.late_after.total_seconds()),
        "ping": plan.ping,
    }


def _schedule(row: ScheduleRow) -> Schedule:
    plan = Plan(
        time.fromisoformat(row.local_time),
        frozenset(int(day) for day in row.weekdays),
        row.tz,
        tuple(row.packs),
        timedelta(seconds=row.open_seconds),
        timedelta(seconds=row.late_seconds),
        {Difficulty(name): weight for name, weight in row.mix.items()},
        row.ping,
    )
    return Schedule(
        row.id or 0,
        row.channel_id,
        plan,
        row.seed,
        row.next_date,
        row.next_fire_at,
        row.last_date,
        frozenset(date.fromisoformat(day) for day in row.skipped),
        row.paused,
        row.version,
        row.lead_id,
    )


def round_of(row: Any) -> Round:  # noqa: ANN401 - a RoundRow, or a row with its columns
    """The row as the core knows it."""
    return Round(
        row.id or 0,
        row.team_id,
        row.channel_id,
        row.schedule_id,
        row.scheduled_on,
        row.day,
        row.due_at,
        row.opened_at,
        row.closes_at,
        RoundStatus(row.status),
        row.question_id,
        row.closed_at,
    )
