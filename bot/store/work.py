"""Submissions and their grades, and what they add to the standings."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict
from bot.quiz.period import Period
from bot.quiz.scoring import points
from bot.quiz.submission import Submission
from bot.services.records import StoredGrade
from bot.store.dialect import batched, insert
from bot.store.tables import GradeRow, PlayerRow, RoundRow, StandingRow, SubmissionRow

_CHUNK = 1000  # rows of one statement: databases limit its parameters


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
        return _submission(row) if row else None

    async def latest_of(self, player_id: int) -> Submission | None:
        query = (
            select(SubmissionRow)
            .where(col(SubmissionRow.player_id) == player_id, col(SubmissionRow.status) != "withdrawn")
            .order_by(col(SubmissionRow.submitted_at).desc(), col(SubmissionRow.id).desc())
            .limit(1)
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return _submission(row) if row else None

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
        return _submission(row) if row else None

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
        await self._session.execute(delete(GradeRow).where(col(GradeRow.submission_id) == submission_id))
        await self._session.execute(
            update(SubmissionRow)
            .where(col(SubmissionRow.id) == submission_id)
            .values(status="withdrawn", answer="", ticket=None, grade_id=None, points=None)
        )

    async def ranked_of(self, round_id: int, player_id: int) -> Submission | None:
        query = select(SubmissionRow).where(
            col(SubmissionRow.round_id) == round_id,
            col(SubmissionRow.player_id) == player_id,
            col(SubmissionRow.ranked).is_(True),
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return _submission(row) if row else None

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
        return [_submission(row) for row in rows]

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

    async def add(self, stored: StoredGrade) -> bool:
        # A close under way and this grade must see one another, or neither would count it. Round first, then
        # submission: the order in which a close locks them.
        asked = (
            select(col(RoundRow.id))
            .join(SubmissionRow, col(SubmissionRow.round_id) == col(RoundRow.id))
            .where(col(SubmissionRow.id) == stored.submission_id)
            .with_for_update(read=True, of=RoundRow)
        )
        await self._session.execute(asked)
        query = select(SubmissionRow).where(col(SubmissionRow.id) == stored.submission_id).with_for_update()
        submission = (await self._session.execute(query)).scalar_one_or_none()
        if submission is None or submission.status == "withdrawn":
            return False
        grade = stored.grade
        statement = (
            insert(self._session, GradeRow)
            .values(
                submission_id=stored.submission_id,
                grader=grade.grader,
                rubric=stored.rubric,
                score=grade.score,
                verdicts=[_verdict_json(point) for point in grade.points],
                misconceptions=[_misconception_json(found) for found in grade.misconceptions],
                graded_at=stored.graded_at,
            )
            .on_conflict_do_nothing(index_elements=["submission_id", "grader", "rubric"])
        )
        made = (await self._session.execute(statement.returning(col(GradeRow.id)))).scalar_one_or_none()
        if made is None:
            return False
        before = submission.points if submission.counted else None
        submission.grade_id, submission.points, submission.status = made, points(grade), "graded"
        submission.ticket = None  # from here on it goes with the feedback
        await self._session.flush()
        mine = col(SubmissionRow.id) == submission.id
        if before is not None:
            counted = await self._countable(mine, col(SubmissionRow.counted).is_(True))
            await self._count([(*board, (submission.points or 0) - before, 0) for _, *board in counted])
        elif submission.ranked and submission.round_id is not None:
            await self._settle(mine)
        return True

    async def current(self, submission_id: int) -> StoredGrade | None:
        query = (
            select(GradeRow)
            .join(SubmissionRow, col(SubmissionRow.grade_id) == col(GradeRow.id))
            .where(col(SubmissionRow.id) == submission_id)
        )
        row = (await self._session.execute(query)).scalar_one_or_none()
        return _stored(row) if row else None

    async def settle(self, round_ids: Sequence[int]) -> None:
        await self._settle(col(SubmissionRow.round_id).in_(round_ids))

    async def _settle(self, which: ColumnElement[bool]) -> None:
        """Count what belongs to a closed round and was not counted yet."""
        found = await self._countable(
            which,
            col(RoundRow.status) == "closed",
            col(SubmissionRow.ranked).is_(True),
            col(SubmissionRow.counted).is_(False),
            col(SubmissionRow.points).is_not(None),
        )
        for row, *_ in found:
            row.counted = True
        await self._session.flush()
        await self._count([(*board, row.points or 0, 1) for row, *board in found])

    async def _countable(self, *which: ColumnElement[bool]) -> Sequence[Any]:
        """Submissions, locked, with their player's team, their player and their round's local day."""
        query = (
            select(SubmissionRow, col(PlayerRow.team_id), col(PlayerRow.id), col(RoundRow.day))
            .join(RoundRow, col(RoundRow.id) == col(SubmissionRow.round_id))
            .join(PlayerRow, col(PlayerRow.id) == col(SubmissionRow.player_id))
            .where(*which)
            .order_by(col(SubmissionRow.id))
            .with_for_update(of=SubmissionRow)
        )
        return (await self._session.execute(query)).all()

    async def _count(self, gains: Sequence[tuple[int, int, date, int, int]]) -> None:
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
            statement = insert(self._session, StandingRow).values(chunk)
            await self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["team_id", "period", "player_id"],
                    set_={
                        "points": col(StandingRow.points) + statement.excluded.points,
                        "rounds": col(StandingRow.rounds) + statement.excluded.rounds,
                    },
                )
            )


def _submission(row: SubmissionRow) -> Submission:
    return Submission(
        row.id or 0,
        row.player_id,
        row.channel_id,
        row.round_id,
        row.question_id,
        row.answer,
        row.submitted_at,
        row.ranked,
        row.ticket,
        row.message_ref,
    )


def _evidence_json(evidence: Evidence | None) -> dict[str, Any] | None:
    return {"start": evidence.start, "end": evidence.end, "text": evidence.text} if evidence else None


def _verdict_json(point: PointVerdict) -> dict[str, Any]:
    return {
        "id": point.id,
        "verdict": str(point.verdict),
        "confidence": point.confidence,
        "evidence": _evidence_json(point.evidence),
    }


def _misconception_json(found: MisconceptionFound) -> dict[str, Any]:
    return {"id": found.id, "evidence": _evidence_json(found.evidence)}


def _stored(row: GradeRow) -> StoredGrade:
    verdicts = tuple(
        PointVerdict(
            point["id"],
            Verdict(point["verdict"]),
            point["confidence"],
            Evidence(**point["evidence"]) if point["evidence"] else None,
        )
        for point in row.verdicts
    )
    found = tuple(MisconceptionFound(item["id"], Evidence(**item["evidence"])) for item in row.misconceptions)
    return StoredGrade(row.submission_id, Grade(verdicts, found, row.grader, row.score), row.rubric, row.graded_at)
