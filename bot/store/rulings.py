"""Rulings, the verdicts that wait for one, and the grades that a newer grader or rubric has overtaken."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.grading.verdict import Verdict
from bot.quiz.ruling import Ruling, Rulings, doubt
from bot.quiz.team import Player
from bot.services.records import GradedAnswer, Scope
from bot.store.answers import graded, read_answers, rulings_where, stored_of
from bot.store.standings import revalue
from bot.store.tables import GradeRow, PlayerRow, RoundRow, RulingRow, SubmissionRow


class SqlRulings:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, ruling: Ruling, *, earned: int) -> None:
        row = RulingRow(
            submission_id=ruling.submission_id,
            point_id=ruling.point_id,
            verdict=str(ruling.verdict),
            ruled_by=ruling.ruled_by,
            ruled_at=ruling.ruled_at,
        )
        self._session.add(row)
        await self._session.flush()
        mine = col(SubmissionRow.id) == ruling.submission_id
        query = select(SubmissionRow, GradeRow).join(GradeRow, col(GradeRow.id) == col(SubmissionRow.grade_id))
        submission, grade = (await self._session.execute(query.where(mine))).one()
        submission.doubt = doubt(stored_of(grade).grade, await self.on(ruling.submission_id))
        await revalue(self._session, [(submission, earned)])

    async def on(self, submission_id: int) -> Rulings:
        found = await rulings_where(self._session, col(RulingRow.submission_id) == submission_id)
        return found.get(submission_id, {})

    async def history(self, submission_id: int) -> Sequence[Ruling]:
        query = select(RulingRow).where(col(RulingRow.submission_id) == submission_id).order_by(col(RulingRow.id))
        return [
            Ruling(row.submission_id, row.point_id, Verdict(row.verdict), row.ruled_by, row.ruled_at)
            for row in (await self._session.execute(query)).scalars()
        ]

    async def unsure(
        self, team_id: int, question_ids: Collection[str], *, below: float, upto: int | None, limit: int
    ) -> Sequence[GradedAnswer]:
        query = graded().where(*_waiting(team_id, question_ids, below))
        if upto is not None:
            query = query.where(col(SubmissionRow.id) <= upto)
        return await read_answers(self._session, query.order_by(col(SubmissionRow.id).desc()).limit(limit))

    async def waiting(self, team_id: int, question_ids: Collection[str], *, below: float) -> int:
        found = graded().where(*_waiting(team_id, question_ids, below)).with_only_columns(func.count())
        return int((await self._session.execute(found)).scalar_one())


class SqlOutdated:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def people(self, scope: Scope, *, after: int, limit: int) -> Sequence[Player]:
        ids = graded().where(*_outdated(scope), col(PlayerRow.id) > after).with_only_columns(col(PlayerRow.id))
        page = ids.distinct().order_by(col(PlayerRow.id)).limit(limit)
        query = select(PlayerRow).where(col(PlayerRow.id).in_(page)).order_by(col(PlayerRow.id))
        return [
            Player(row.id or 0, row.team_id, row.platform, row.external_id, row.name)
            for row in (await self._session.execute(query)).scalars()
        ]

    async def answers(self, scope: Scope, player_ids: Collection[int]) -> Sequence[GradedAnswer]:
        query = graded().where(*_outdated(scope), col(SubmissionRow.player_id).in_(player_ids))
        return await read_answers(self._session, query.order_by(col(SubmissionRow.player_id), col(SubmissionRow.id)))

    async def without_question(self, scope: Scope) -> Mapping[str, int]:
        query = (
            graded()
            .where(*_in_scope(scope), col(SubmissionRow.question_id).not_in(scope.rubrics))
            .with_only_columns(col(SubmissionRow.question_id), func.count())
            .group_by(col(SubmissionRow.question_id))
            .order_by(col(SubmissionRow.question_id))
        )
        return {question_id: count for question_id, count in await self._session.execute(query)}


def _waiting(team_id: int, question_ids: Collection[str], below: float) -> Sequence[ColumnElement[bool]]:
    return (
        col(SubmissionRow.doubt) < below,
        col(SubmissionRow.ranked).is_(True),
        col(SubmissionRow.question_id).in_(question_ids),
        col(PlayerRow.team_id) == team_id,
        col(RoundRow.status) == "closed",
    )


def _outdated(scope: Scope) -> Sequence[ColumnElement[bool]]:
    of_bank = (*_in_scope(scope), col(SubmissionRow.question_id).in_(scope.rubrics))
    if scope.up_to_date_too:
        return of_bank
    made_from = tuple_(col(SubmissionRow.question_id), col(GradeRow.rubric))
    return (
        *of_bank,
        or_(col(GradeRow.grader) != scope.grader, made_from.not_in(list(scope.rubrics.items()))),
    )


def _in_scope(scope: Scope) -> Sequence[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = []
    if scope.team_id is not None:
        which.append(col(PlayerRow.team_id) == scope.team_id)
    if scope.since is not None:
        which.append(col(SubmissionRow.submitted_at) >= scope.since)
    return which
