"""A lead decides on a verdict. The ruling outranks every grader, for ever; a later one on the same verdict counts."""

from datetime import UTC, datetime

import structlog

from bot.chat.event import Event
from bot.grading.verdict import Verdict
from bot.quiz.round import RoundStatus
from bot.quiz.ruling import Ruling, ruled
from bot.quiz.scoring import points
from bot.services.facts import NothingToRule
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.records import GradedAnswer, Parcel, Task
from bot.services.where import channel_here

_TOGETHER = 120  # seconds; rulings on one answer within them are told in one message

log = structlog.get_logger(__name__)


async def rule(game: Game, event: Event, submission_id: int, point_id: str, verdict: Verdict) -> None:
    """Decide it; the same decision again changes nothing. Raises `NoQuizHere`, `NothingToRule`, `QuestionNotFound`."""
    async with game.store.write() as uow:
        answer = await _held(uow, event, submission_id, point_id)
        if answer.rulings.get(point_id) is verdict:
            return
        rulings = {**answer.rulings, point_id: verdict}
        question = game.bank.get(answer.submission.question_id)
        earned = points(ruled(answer.stored.grade, rulings, question))
        ruling = Ruling(submission_id, point_id, verdict, event.person.external_id, event.at)
        await uow.rulings.add(ruling, earned=earned)
        if earned != answer.points:
            player = await uow.players.get(answer.submission.player_id)
            await uow.outbox.put(_told(answer, player.external_id, event.at), now=event.at)
        await uow.commit()
    game.work.ring()
    log.info("verdict_ruled", submission=submission_id, point=point_id, verdict=str(verdict))


async def _held(uow: UnitOfWork, event: Event, submission_id: int, point_id: str) -> GradedAnswer:
    """An id from a button is anyone's to replay: it must not reach into another team or an open round."""
    channel = await channel_here(uow, event.place)
    for answer in await uow.grades.hold([submission_id]):
        given = answer.submission
        asked = await uow.rounds.get(given.round_id) if given.round_id is not None else None
        ours = asked is not None and asked.team_id == channel.team_id and asked.status is RoundStatus.CLOSED
        if ours and given.ranked and any(point.id == point_id for point in answer.stored.grade.points):
            return answer
    raise NothingToRule


def _told(answer: GradedAnswer, person_id: str, now: datetime) -> Parcel:
    """For the person, once the lead has had time for the other verdicts; with the points before the first ruling."""
    stretch = int(now.timestamp()) // _TOGETHER + 1
    at = datetime.fromtimestamp(stretch * _TOGETHER, UTC)
    given = answer.submission
    key = f"ruled:{given.id}:{at:%Y%m%dT%H%M%S}"
    return Parcel(key, Task.RULING, given.channel_id, person_id, given.id, text=str(answer.points), at=at)
