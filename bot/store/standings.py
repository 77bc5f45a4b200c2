"""Points of closed rounds, summed up for every person and span, and kept in step with what they are made of."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.quiz.period import Period
from bot.store.dialect import batched, insert
from bot.store.tables import PlayerRow, RoundRow, StandingRow, SubmissionRow

_CHUNK = 1000  # rows of one statement: databases limit its parameters


async def settle(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Count what belongs to a closed round and was not counted yet."""
    found = await _countable(
        session,
        which,
        col(RoundRow.status) == "closed",
        col(SubmissionRow.ranked).is_(True),
        col(SubmissionRow.counted).is_(False),
        col(SubmissionRow.points).is_not(None),
    )
    for row, *_ in found:
        row.counted = True
    await session.flush()
    await _count(session, [(*board, row.points or 0, 1) for row, *board in found])


async def revalue(session: AsyncSession, worth: Sequence[tuple[SubmissionRow, int]]) -> None:
    """Give submissions, locked by the caller, other points; where they were counted, the standings follow."""
    more = {row.id: points - (row.points or 0) for row, points in worth if row.counted}
    fresh = [row.id for row, _ in worth if not row.counted and row.ranked and row.round_id is not None]
    for row, points in worth:
        row.points = points
    await session.flush()
    if fresh:
        await settle(session, col(SubmissionRow.id).in_(fresh))
    if any(more.values()):
        changed = [id_ for id_, difference in more.items() if difference]
        counted = await _countable(session, col(SubmissionRow.id).in_(changed), col(SubmissionRow.counted).is_(True))
        await _count(session, [(*board, more[row.id], 0) for row, *board in counted])


async def _countable(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[Any]:
    """Submissions, locked, with their player's team, their player and their round's local day."""
    query = (
        select(SubmissionRow, col(PlayerRow.team_id), col(PlayerRow.id), col(RoundRow.day))
        .join(RoundRow, col(RoundRow.id) == col(SubmissionRow.round_id))
        .join(PlayerRow, col(PlayerRow.id) == col(SubmissionRow.player_id))
        .where(*which)
        .order_by(col(SubmissionRow.id))
        .with_for_update(of=SubmissionRow)
    )
    return (await session.execute(query)).all()


async def _count(session: AsyncSession, gains: Sequence[tuple[int, int, date, int, int]]) -> None:
    """Add (team, player, day, points, rounds) to every span each day falls into."""
    sums: dict[tuple[int, str, int], tuple[int, int]] = {}
    for team_id, player_id, day, more, rounds in gains:
        for period in Period:
            key = (team_id, period.key(day), player_id)
            had = sums.get(key, (0, 0))
            sums[key] = (had[0] + more, had[1] + rounds)
    # In one order, so that two closes at once cannot wait for each other in a ring.
    rows = [
        {"team_id": team_id, "period": span, "player_id": player_id, "points": total, "rounds": rounds}
        for (team_id, span, player_id), (total, rounds) in sorted(sums.items())
    ]
    for chunk in batched(rows, _CHUNK):
        statement = insert(session, StandingRow).values(chunk)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["team_id", "period", "player_id"],
                set_={
                    "points": col(StandingRow.points) + statement.excluded.points,
                    "rounds": col(StandingRow.rounds) + statement.excluded.rounds,
                },
            )
        )
