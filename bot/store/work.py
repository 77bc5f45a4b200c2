"""Submissions and their grades, down to the standings they add up to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.quiz.ruling import Rulings, doubt
from bot.quiz.scoring import points
from bot.quiz.submission import Submission
from bot.services.records import GradedAnswer, StoredGrade
from bot.store.answers import (
    graded,
    misconception_json,
    read_answers,
    rulings_where,
    stored_of,
    submission_of,
    verdict_json,
)
from bot.store.dialect import insert
from bot.store.standings import revalue, settle
from bot.store.tables import GradeRow, RoundRow, RulingRow, SubmissionRow


class SqlSubmissions:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self,
        *,
        player_id: int,
        channel_id: int,
        round_id: int | None,
        question_id: str,
        answer: str,
        at: datetime,
        ranked: bool,
        ticket: str | None = None,
        message_ref: str | None = None,
    ) -> Submission:
        statement = insert(self._session, SubmissionRow).values(
            player_id=player_id,
            channel_id=channel_id,
            round_id=round_id,
            question_id=question_id,
            answer=answer,
            submitted_at=at,
            available_at=at,
            status="pending",
            attempts=0,
            counted=False,
            ticket=ticket,
            message_ref=message_ref,
        )
        first = statement.values(ranked=True).on_conflict_do_nothing(
            index_elements=["round_id", "player_id"], index_where=text("ranked")
        )
        made: int | None = None
        if ranked and round_id is not None:
            made = (await self._session.execute(first.returning(col(SubmissionRow.id)))).scalar_one_or_none()
        kept = made is not None
        if made is None:
            later = statement.values(ranked=False).returning(col(SubmissionRow.id))
            made = (await self._session.execute(later)).scalar_one()
        return Submission(
            made or 0, player_id, channel_id, round_id, question_id, answer, at, kept, ticket, message_ref
        )

    async def get(self, submission_id: int) -> Submission | None:
        query = select(SubmissionRow).where(
            col(SubmissionRow.id) == submission_id, col(SubmissionRow.status) != "withdrawn"
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return submission_of(row) if row else None

    async def latest_of(self, player_id: int) -> Submission | None:
        query = (
            select(SubmissionRow)
            .where(col(SubmissionRow.player_id) == player_id, col(SubmissionRow.status) != "withdrawn")
            .order_by(col(SubmissionRow.submitted_at).desc(), col(SubmissionRow.id).desc())
            .limit(1)
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return submission_of(row) if row else None

    async def in_message(self, channel_id: int, message_ref: str) -> Submission | None:
        query = (
            select(SubmissionRow)
            .where(
                col(SubmissionRow.channel_id) == channel_id,
                col(SubmissionRow.message_ref) == message_ref,
                col(SubmissionRow.status) != "withdrawn",
            )
            .order_by(col(SubmissionRow.id).desc())
            .limit(1)
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return submission_of(row) if row else None

    async def reword(self, submission_id: int, answer: str) -> bool:
        statement = (
            update(SubmissionRow)
            .where(
                col(SubmissionRow.id) == submission_id,
                col(SubmissionRow.status) == "pending",
                col(SubmissionRow.attempts) == 0,  # a grader that holds it reads the text it had
            )
            .values(answer=answer)
            .returning(col(SubmissionRow.id))
        )
        return (await self._session.execute(statement)).scalar_one_or_none() is not None

    async def withdraw(self, submission_id: int) -> None:
        for said in (GradeRow, RulingRow):
            await self._session.execute(delete(said).where(col(said.submission_id) == submission_id))
        await self._session.execute(
            update(SubmissionRow)
            .where(col(SubmissionRow.id) == submission_id)
            .values(status="withdrawn", answer="", ticket=None, grade_id=None, points=None, doubt=None)
        )

    async def ranked_of(self, round_id: int, player_id: int) -> Submission | None:
        query = select(SubmissionRow).where(
            col(SubmissionRow.round_id) == round_id,
            col(SubmissionRow.player_id) == player_id,
            col(SubmissionRow.ranked).is_(True),
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return submission_of(row) if row else None

    async def claim_pending(self, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Submission]:
        query = (
            select(SubmissionRow)
            .where(col(SubmissionRow.status) == "pending", col(SubmissionRow.available_at) <= now)
            .order_by(col(SubmissionRow.available_at), col(SubmissionRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = list((await self._session.execute(query)).scalars())
        for row in rows:
            row.available_at = now + lease
            row.attempts += 1
        await self._session.flush()
        return [submission_of(row) for row in rows]

    async def put_off(self, submission_id: int, *, until: datetime) -> None:
        await self._session.execute(
            update(SubmissionRow)
            .where(col(SubmissionRow.id) == submission_id, col(SubmissionRow.status) == "pending")
            .values(available_at=until)
        )

    async def pending(self) -> int:
        query = select(func.count()).where(col(SubmissionRow.status) == "pending")
        return int((await self._session.execute(query)).scalar_one())


class SqlGrades:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold(self, submission_ids: Collection[int]) -> Sequence[GradedAnswer]:
        await self._lock(submission_ids)
        query = graded().where(col(SubmissionRow.id).in_(submission_ids)).order_by(col(SubmissionRow.id))
        return await read_answers(self._session, query)

    async def add(self, stored: StoredGrade, *, earned: int | None = None) -> bool:
        held = await self._lock([stored.submission_id])
        if not held or held[0].status == "withdrawn" or (grade_id := await self._made(stored)) is None:
            return False
        # Nobody rules on what was never graded.
        rulings = {} if held[0].grade_id is None else await self._rulings([stored.submission_id])
        self._make_current(held[0], grade_id, stored, rulings)
        await revalue(self._session, [(held[0], points(stored.grade) if earned is None else earned)])
        return True

    async def renew(self, grades: Sequence[tuple[StoredGrade, int]]) -> frozenset[int]:
        ids = [stored.submission_id for stored, _ in grades]
        rulings = await self._rulings(ids)
        worth: list[tuple[SubmissionRow, int]] = []
        for stored, earned in grades:
            # The session has it since it was held.
            submission = await self._session.get(SubmissionRow, stored.submission_id)
            if submission is None or submission.status == "withdrawn":
                continue
            grade_id = await self._made(stored) or await self._found(stored)
            if grade_id is not None and grade_id != submission.grade_id:
                self._make_current(submission, grade_id, stored, rulings)
                worth.append((submission, earned))
        await revalue(self._session, worth)
        return frozenset(submission.id or 0 for submission, _ in worth)

    def _make_current(
        self, submission: SubmissionRow, grade_id: int, stored: StoredGrade, rulings: Mapping[int, Rulings]
    ) -> None:
        submission.grade_id, submission.status = grade_id, "graded"
        submission.doubt = doubt(stored.grade, rulings.get(stored.submission_id, {}))
        submission.ticket = None  # from here on it goes with the feedback

    async def kept(self, submission_ids: Collection[int], grader: str) -> Sequence[StoredGrade]:
        query = select(GradeRow).where(col(GradeRow.submission_id).in_(submission_ids), col(GradeRow.grader) == grader)
        return [stored_of(row) for row in (await self._session.execute(query)).scalars()]

    async def _lock(self, submission_ids: Collection[int]) -> Sequence[SubmissionRow]:
        """The submissions, and their rounds against being closed.

        A close under way and a change of points must see one another, or neither would count it. Rounds first, then
        submissions: the order in which a close locks them.
        """
        asked = select(col(SubmissionRow.round_id)).where(col(SubmissionRow.id).in_(submission_ids))
        rounds = select(col(RoundRow.id)).where(col(RoundRow.id).in_(asked)).order_by(col(RoundRow.id))
        await self._session.execute(rounds.with_for_update(read=True))
        query = select(SubmissionRow).where(col(SubmissionRow.id).in_(submission_ids)).order_by(col(SubmissionRow.id))
        return (
            (await self._session.execute(query.with_for_update().execution_options(populate_existing=True)))
            .scalars()
            .all()
        )

    async def _made(self, stored: StoredGrade) -> int | None:
        """The new row's id; None if the submission has this grade already."""
        grade = stored.grade
        statement = (
            insert(self._session, GradeRow)
            .values(
                submission_id=stored.submission_id,
                grader=grade.grader,
                rubric=stored.rubric,
                score=grade.score,
                verdicts=[verdict_json(point) for point in grade.points],
                misconceptions=[misconception_json(found) for found in grade.misconceptions],
                graded_at=stored.graded_at,
            )
            .on_conflict_do_nothing(index_elements=["submission_id", "grader", "rubric"])
        )
        return (await self._session.execute(statement.returning(col(GradeRow.id)))).scalar_one_or_none()

    async def _found(self, stored: StoredGrade) -> int | None:
        query = select(col(GradeRow.id)).where(
            col(GradeRow.submission_id) == stored.submission_id,
            col(GradeRow.grader) == stored.grade.grader,
            col(GradeRow.rubric) == stored.rubric,
        )
        return (await self._session.execute(query)).scalar_one_or_none()

    async def _rulings(self, submission_ids: Collection[int]) -> Mapping[int, Rulings]:
        return await rulings_where(self._session, col(RulingRow.submission_id).in_(submission_ids))

    async def current(self, submission_id: int) -> StoredGrade | None:
        query = (
            select(GradeRow)
            .join(SubmissionRow, col(SubmissionRow.grade_id) == col(GradeRow.id))
            .where(col(SubmissionRow.id) == submission_id)
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return stored_of(row) if row else None

    async def settle(self, round_ids: Sequence[int]) -> None:
        await settle(self._session, col(SubmissionRow.round_id).in_(round_ids))
