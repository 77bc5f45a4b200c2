"""Reads that go round the model: leaderboards, one person's record, verdicts for statistics, the export."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.grading.verdict import Verdict
from bot.quiz.items import Judged
from bot.quiz.round import Round
from bot.quiz.ruling import Rulings
from bot.quiz.team import Team
from bot.services.ports import NotStored
from bot.services.records import Board, Played, PointTally, Standing, TeamExport
from bot.store.answers import rulings_where
from bot.store.play import round_of
from bot.store.tables import GradeRow, PlayerRow, RoundRow, StandingRow, SubmissionRow, TeamRow

_POSTED = ("open", "closed")
_KEPT = col(SubmissionRow.status) != "withdrawn"


class SqlViews:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def board(self, team_id: int, period: str, *, size: int, own: int | None) -> Board:
        here = (col(StandingRow.team_id) == team_id, col(StandingRow.period) == period)
        players = (await self._session.execute(select(func.count()).where(*here))).scalar_one()
        page = (
            select(col(PlayerRow.id), col(PlayerRow.name), col(StandingRow.points), col(StandingRow.rounds))
            .join(PlayerRow, col(PlayerRow.id) == col(StandingRow.player_id))
            .where(*here)
            .order_by(col(StandingRow.points).desc(), col(PlayerRow.name), col(PlayerRow.id))
        )
        rows = (await self._session.execute(page.limit(size))).all() if size else []
        top = [_standing(await self._rank(here, row[2]), row) for row in rows[:1]]
        for index, row in enumerate(rows[1:], 1):
            rank = top[-1].rank if row[2] == top[-1].points else index + 1
            top.append(_standing(rank, row))
        mine = None
        if own is not None and all(standing.player_id != own for standing in top):
            found = (await self._session.execute(page.where(col(PlayerRow.id) == own))).one_or_none()
            mine = _standing(await self._rank(here, found[2]), found) if found else None
        return Board(tuple(top), mine, players)

    async def _rank(self, here: Sequence[Any], points: int) -> int:
        better = select(func.count()).where(*here, col(StandingRow.points) > points)
        return int((await self._session.execute(better)).scalar_one()) + 1

    async def history(self, player_id: int, limit: int) -> Sequence[Played]:
        query = (
            select(SubmissionRow, col(RoundRow.day))
            .join(RoundRow, col(RoundRow.id) == col(SubmissionRow.round_id), isouter=True)
            .where(col(SubmissionRow.player_id) == player_id, _KEPT)
            .order_by(col(SubmissionRow.submitted_at).desc(), col(SubmissionRow.id).desc())
            .limit(limit)
        )
        return [
            Played(
                row.id or 0,
                row.question_id,
                day or row.submitted_at.date(),
                row.submitted_at,
                row.ranked,
                row.points,
            )
            for row, day in await self._session.execute(query)
        ]

    async def point_tallies(self, player_id: int) -> Sequence[PointTally]:
        query = (
            select(col(SubmissionRow.id), col(SubmissionRow.question_id), col(GradeRow.verdicts))
            .join(GradeRow, col(GradeRow.id) == col(SubmissionRow.grade_id))
            .where(col(SubmissionRow.player_id) == player_id)
        )
        rulings = await rulings_where(self._session, col(SubmissionRow.player_id) == player_id)
        credits: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for id_, question_id, verdicts in await self._session.execute(query):
            for point_id, verdict in _verdicts(verdicts, rulings.get(id_)).items():
                credits[question_id, point_id].append(verdict.credit)
        return [
            PointTally(question_id, point_id, len(earned), sum(earned) / len(earned))
            for (question_id, point_id), earned in sorted(credits.items())
        ]

    async def judged(self, question_ids: Collection[str]) -> Sequence[Judged]:
        query = (
            select(col(SubmissionRow.id), col(SubmissionRow.question_id), col(GradeRow.verdicts))
            .join(GradeRow, col(GradeRow.id) == col(SubmissionRow.grade_id))
            .where(col(SubmissionRow.question_id).in_(question_ids))
            .order_by(col(SubmissionRow.submitted_at), col(SubmissionRow.id))
        )
        rulings = await rulings_where(self._session, col(SubmissionRow.question_id).in_(question_ids))
        return [
            Judged(question_id, _verdicts(verdicts, rulings.get(id_)))
            for id_, question_id, verdicts in await self._session.execute(query)
        ]

    async def attendance(self, team_id: int, player_id: int) -> Sequence[tuple[Round, bool]]:
        query = (
            select(RoundRow, col(SubmissionRow.id))
            .join(
                SubmissionRow,
                (col(SubmissionRow.round_id) == col(RoundRow.id))
                & (col(SubmissionRow.player_id) == player_id)
                & col(SubmissionRow.ranked).is_(True)
                & _KEPT,
                isouter=True,
            )
            .where(col(RoundRow.team_id) == team_id, col(RoundRow.status).in_(_POSTED))
            .order_by(col(RoundRow.opened_at), col(RoundRow.id))
        )
        return [(round_of(row), mine is not None) for row, mine in await self._session.execute(query)]

    async def round_scores(self, round_id: int) -> Sequence[tuple[str, int]]:
        query = (
            select(col(PlayerRow.name), col(SubmissionRow.points))
            .join(PlayerRow, col(PlayerRow.id) == col(SubmissionRow.player_id))
            .where(
                col(SubmissionRow.round_id) == round_id,
                col(SubmissionRow.ranked).is_(True),
                col(SubmissionRow.points).is_not(None),
            )
            .order_by(col(SubmissionRow.points).desc(), col(SubmissionRow.submitted_at), col(PlayerRow.id))
        )
        return [(name, int(points or 0)) for name, points in await self._session.execute(query)]

    async def practised(self, player_id: int) -> frozenset[str]:
        query = select(col(SubmissionRow.question_id)).where(col(SubmissionRow.player_id) == player_id).distinct()
        return frozenset((await self._session.execute(query)).scalars())

    async def teams(self) -> Sequence[Team]:
        query = select(col(TeamRow.id), col(TeamRow.name)).order_by(col(TeamRow.id))
        return [Team(id_ or 0, name) for id_, name in await self._session.execute(query)]

    async def export(self, team_id: int) -> TeamExport:
        team = await self._session.get(TeamRow, team_id)
        if team is None:
            raise NotStored("team", team_id)
        return TeamExport(
            team.name, await self._rounds(team_id), await self._answers(team_id), await self._scores(team_id)
        )

    async def _rounds(self, team_id: int) -> list[Mapping[str, object]]:
        query = (
            select(RoundRow).where(col(RoundRow.team_id) == team_id).order_by(col(RoundRow.opened_at), col(RoundRow.id))
        )
        return [
            {
                "round": row.id,
                "day": row.day,
                "question": row.question_id,
                "status": row.status,
                "due_at": row.due_at,
                "opened_at": row.opened_at,
                "closes_at": row.closes_at,
                "closed_at": row.closed_at,
            }
            for row in (await self._session.execute(query)).scalars()
        ]

    async def _answers(self, team_id: int) -> list[Mapping[str, object]]:
        query = (
            select(SubmissionRow, col(PlayerRow.name), GradeRow)
            .join(PlayerRow, col(PlayerRow.id) == col(SubmissionRow.player_id))
            .join(GradeRow, col(GradeRow.id) == col(SubmissionRow.grade_id), isouter=True)
            .where(col(PlayerRow.team_id) == team_id)
            .order_by(col(SubmissionRow.submitted_at), col(SubmissionRow.id))
        )
        rulings = await rulings_where(self._session, col(SubmissionRow.player_id).in_(_players_of(team_id)))
        return [
            {
                "answer": row.id,
                "round": row.round_id,
                "question": row.question_id,
                "player": name,
                "submitted_at": row.submitted_at,
                "ranked": row.ranked,
                "status": row.status,
                "points": row.points,
                "grader": grade.grader if grade else None,
                "verdicts": _said(_verdicts(grade.verdicts, rulings.get(row.id or 0))) if grade else None,
                "decided_by_a_lead": " ".join(sorted(rulings.get(row.id or 0, {}))) or None,
                "text": row.answer,
            }
            for row, name, grade in await self._session.execute(query)
        ]

    async def _scores(self, team_id: int) -> list[Mapping[str, object]]:
        query = (
            select(col(StandingRow.period), col(PlayerRow.name), col(StandingRow.points), col(StandingRow.rounds))
            .join(PlayerRow, col(PlayerRow.id) == col(StandingRow.player_id))
            .where(col(StandingRow.team_id) == team_id)
            .order_by(
                col(StandingRow.period),
                col(StandingRow.points).desc(),
                col(PlayerRow.name),
                col(PlayerRow.id),
            )
        )
        return [
            {"period": period, "player": name, "points": points, "rounds": rounds}
            for period, name, points, rounds in await self._session.execute(query)
        ]


def _verdicts(verdicts: Sequence[Mapping[str, Any]], rulings: Rulings | None) -> dict[str, Verdict]:
    """By key point, rulings laid over what the grader said."""
    rulings = rulings or {}
    return {point["id"]: rulings.get(point["id"]) or Verdict(point["verdict"]) for point in verdicts}


def _said(verdicts: Mapping[str, Verdict]) -> str:
    return " ".join(f"{point_id}={verdict}" for point_id, verdict in verdicts.items())


def _players_of(team_id: int) -> Select[int | None]:
    return select(col(PlayerRow.id)).where(col(PlayerRow.team_id) == team_id)


def _standing(rank: int, row: Any) -> Standing:  # noqa: ANN401 - a row, whose type says less than the select
    return Standing(rank, *row)
