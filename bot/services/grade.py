"""Grade what is pending. A grader that fails leaves the submission pending; it never costs a point."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.content.rubric import rubric_hash
from bot.grading.verdict import Grade, Grader
from bot.quiz.ruling import ruled
from bot.quiz.scoring import points
from bot.quiz.submission import Submission
from bot.services.game import Game
from bot.services.ports import StoreUnavailable
from bot.services.records import Parcel, StoredGrade, Task

_LEASE = timedelta(minutes=2)
_RETRY = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Graded:
    """How many submissions a run graded and how many it put off."""

    done: int
    failed: int


async def grade_pending(game: Game, grader: Grader, now: datetime, *, limit: int = 16) -> Graded:
    """Grade up to `limit` pending submissions side by side."""
    async with game.store.write() as uow:
        held = await uow.submissions.claim_pending(now, lease=_LEASE, limit=limit)
        await uow.commit()
    if not held:
        return Graded(0, 0)
    grades = await asyncio.gather(*(_judge(game, grader, submission) for submission in held))
    done = 0
    for submission, grade in zip(held, grades, strict=True):
        if grade is not None and await _kept(game, submission, grade, now):
            done += 1
        else:
            await _put_off(game, submission, now)
    game.work.ring()
    return Graded(done, len(held) - done)


def feedback_key(submission_id: int) -> str:
    """The outbox key of an answer's feedback."""
    return f"feedback:{submission_id}"


async def _judge(game: Game, grader: Grader, submission: Submission) -> Grade | None:
    began = time.perf_counter()
    try:
        grade = await grader.grade(game.bank.get(submission.question_id), submission.answer)
    except Exception as error:  # noqa: BLE001 - whatever a grader raises, the answer stays pending
        game.meter.grading_failed()
        # Not the error's text: a grader may quote the answer in it.
        log.warning("grading_failed", submission=submission.id, reason=type(error).__name__)
        return None
    game.meter.answer_graded(time.perf_counter() - began)
    return grade


async def _put_off(game: Game, submission: Submission, now: datetime) -> None:
    async with game.store.write() as uow:
        await uow.submissions.put_off(submission.id, until=now + _RETRY)
        await uow.commit()


async def _kept(game: Game, submission: Submission, grade: Grade, now: datetime) -> bool:
    """Whether the store took it; one that it does not take must not hold up those behind it."""
    try:
        await _keep(game, submission, grade, now)
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("grade_not_kept", submission=submission.id)
        return False
    return True


async def _keep(game: Game, submission: Submission, grade: Grade, now: datetime) -> None:
    question = game.bank.get(submission.question_id)
    async with game.store.write() as uow:
        # Of two graders at work on one answer, the later may find it graded and ruled on.
        held = await uow.grades.hold([submission.id])
        earned = points(ruled(grade, held[0].rulings if held else {}, question))
        if await uow.grades.add(StoredGrade(submission.id, grade, rubric_hash(question), now), earned=earned):
            player = await uow.players.get(submission.player_id)
            key = feedback_key(submission.id)
            to = player.external_id
            parcel = Parcel(key, Task.FEEDBACK, submission.channel_id, to, submission.id, ticket=submission.ticket)
            await uow.outbox.put(parcel, now=now)
        await uow.commit()
    log.info(
        "submission_graded",
        submission=submission.id,
        round=submission.round_id,
        grader=grade.grader,
        score=grade.score,
    )
