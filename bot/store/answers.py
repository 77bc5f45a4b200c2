"""Answers with what was said of them: their current grade and the rulings on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict
from bot.quiz.ruling import Rulings
from bot.quiz.submission import Submission
from bot.services.records import GradedAnswer, StoredGrade
from bot.store.tables import GradeRow, PlayerRow, RoundRow, RulingRow, SubmissionRow


def graded() -> Select[Any, Any, Any]:
    """Answers that have a grade, with it and their round's day; players can be asked about, too."""
    return (
        select(SubmissionRow, GradeRow, col(RoundRow.day))
        .join(GradeRow, col(GradeRow.id) == col(SubmissionRow.grade_id))
        .join(PlayerRow, col(PlayerRow.id) == col(SubmissionRow.player_id))
        .join(RoundRow, col(RoundRow.id) == col(SubmissionRow.round_id), isouter=True)
        .where(col(SubmissionRow.status) == "graded")
    )


async def read_answers(session: AsyncSession, query: Select[Any, Any, Any]) -> Sequence[GradedAnswer]:
    """What a query made of `graded` finds, in its order."""
    rows = (await session.execute(query)).all()
    rulings = await rulings_where(session, col(RulingRow.submission_id).in_([given.id for given, *_ in rows]))
    return [
        GradedAnswer(
            submission_of(given), stored_of(grade), rulings.get(given.id, {}), given.points or 0, given.counted, day
        )
        for given, grade, day in rows
    ]


async def rulings_where(session: AsyncSession, *which: ColumnElement[bool]) -> Mapping[int, Rulings]:
    """By submission id, the newest ruling on each key point; conditions may also be on the submission."""
    query = (
        select(col(RulingRow.submission_id), col(RulingRow.point_id), col(RulingRow.verdict))
        .join(SubmissionRow, col(SubmissionRow.id) == col(RulingRow.submission_id))
        .where(*which)
        .order_by(col(RulingRow.id))
    )
    found: defaultdict[int, dict[str, Verdict]] = defaultdict(dict)
    for submission_id, point_id, verdict in await session.execute(query):
        found[submission_id][point_id] = Verdict(verdict)
    return found


def submission_of(row: SubmissionRow) -> Submission:
    """The row as the core knows it."""
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


def stored_of(row: GradeRow) -> StoredGrade:
    """The row as the core knows it."""
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


def verdict_json(point: PointVerdict) -> dict[str, Any]:
    return {
        "id": point.id,
        "verdict": str(point.verdict),
        "confidence": point.confidence,
        "evidence": _evidence_json(point.evidence),
    }


def misconception_json(found: MisconceptionFound) -> dict[str, Any]:
    return {"id": found.id, "evidence": _evidence_json(found.evidence)}


def _evidence_json(evidence: Evidence | None) -> dict[str, Any] | None:
    return {"start": evidence.start, "end": evidence.end, "text": evidence.text} if evidence else None
