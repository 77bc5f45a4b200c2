"""Take an answer: store it, then say so. Grading comes later and never loses it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.chat.event import Event, ThreadReply
from bot.quiz.limits import Limits
from bot.quiz.round import Round, RoundStatus
from bot.quiz.submission import Submission
from bot.quiz.team import Channel, Player
from bot.services.facts import AnswerTooLong, AnswerTooShort, NoOpenRound, OpenQuestion, TooSoon
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.tally import tally
from bot.services.where import whereabouts

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and halves of a pair: no database takes them as text

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored answer. `again`: the very same answer was there already, so nothing was stored.

    `late`: its round was closed when it came, so it is practice. `redelivered`: the platform told of it twice, so
    the person was answered already.
    """

    submission: Submission
    again: bool = False
    late: bool = False
    redelivered: bool = False


async def submit(game: Game, event: Event, text: str, *, round_id: int | None = None) -> Accepted:
    """Store an answer to that round, or to the open round of the channel.

    Raises `AnswerTooLong`, `AnswerTooShort`, `TooSoon`, `NoQuizHere`, `NoOpenRound`.
    """
    answer = _checked(text, game.limits)
    async with game.store.write() as uow:
        channel, player = await whereabouts(uow, event)
        asked = await _round(uow, channel, round_id)
        if asked is None or asked.question_id is None:
            raise NoOpenRound
        accepted = await _store(uow, game.limits, event, channel, player, asked.question_id, answer, asked)
        await _commit(game, uow, event, accepted)
    return accepted


async def practise(game: Game, event: Event, text: str, question_id: str) -> Accepted:
    """Store a practice answer to any question. Raises as `submit`, and `QuestionNotFound`, `OpenQuestion`."""
    answer = _checked(text, game.limits)
    question = game.bank.get(question_id)
    async with game.store.write() as uow:
        channel, player = await whereabouts(uow, event)
        await refuse_open_question(uow, channel, player, question_id, event.at)
        accepted = await _store(uow, game.limits, event, channel, player, question.id, answer, None)
        await _commit(game, uow, event, accepted)
    return accepted


async def practise_again(game: Game, event: Event, text: str, given: Submission) -> Accepted:
    """Store a later version of a graded answer as practice. Raises as `submit`."""
    answer = _checked(text, game.limits)
    async with game.store.write() as uow:
        channel, player = await whereabouts(uow, event)
        unhurried = replace(game.limits, cooldown=timedelta())  # a typo is mended at once
        accepted = await _store(uow, unhurried, event, channel, player, given.question_id, answer, None)
        await _commit(game, uow, event, accepted)
    return accepted


async def refuse_open_question(
    uow: UnitOfWork, channel: Channel, player: Player, question_id: str, now: datetime
) -> None:
    """Feedback on an open question is only for people who gave their ranked answer. Raises `OpenQuestion`."""
    for asked in await uow.rounds.open_in(channel.id):
        is_this_one = asked.question_id == question_id and asked.takes_answers(now)
        if is_this_one and await uow.submissions.ranked_of(asked.id, player.id) is None:
            raise OpenQuestion(question_id)


async def _commit(game: Game, uow: UnitOfWork, event: Event, accepted: Accepted) -> None:
    if not accepted.again:
        game.replies.keep(accepted.submission.id, event.reply)
        if accepted.submission.ranked and accepted.submission.round_id is not None:
            asked = await uow.rounds.get(accepted.submission.round_id)
            await uow.outbox.put(tally(asked, event.at), now=event.at)
    await uow.commit()
    stored = accepted.submission
    if not accepted.again:
        game.meter.answer_stored(ranked=stored.ranked)
        log.info("submission_stored", submission=stored.id, round=stored.round_id, ranked=stored.ranked)
    game.work.ring()


def _checked(text: str, limits: Limits) -> str:
    answer = _UNSTORABLE.sub("\ufffd", text).strip()
    if len(answer) > limits.longest:
        raise AnswerTooLong(len(answer), limits.longest)
    if len(answer) < limits.shortest or not any(char.isalpha() for char in answer):
        raise AnswerTooShort(limits.shortest)
    return answer


async def _round(uow: UnitOfWork, channel: Channel, round_id: int | None) -> Round | None:
    if round_id is None:
        return await uow.rounds.latest(channel.id, RoundStatus.OPEN)
    asked = await uow.rounds.get(round_id)
    # An id from a button is anyone's to replay: it must not reach into another team.
    return asked if asked.team_id == channel.team_id else None


async def _store(
    uow: UnitOfWork,
    limits: Limits,
    event: Event,
    channel: Channel,
    player: Player,
    question_id: str,
    answer: str,
    asked: Round | None,
) -> Accepted:
    last = await uow.submissions.latest_of(player.id)
    fresh = await uow.inbox.first_time(event.place.platform, event.id, now=event.at)
    round_id = asked.id if asked else None
    if last is not None:
        same = last.answer == answer and last.question_id == question_id and last.round_id == round_id
        elapsed = event.at - last.submitted_at
        if not fresh or (same and elapsed < limits.cooldown):
            return Accepted(last, again=True, redelivered=not fresh)
        if elapsed < limits.cooldown:
            raise TooSoon(limits.cooldown - elapsed)
    on_time = asked is not None and asked.takes_answers(event.at)
    first = asked is not None and await uow.submissions.ranked_of(asked.id, player.id) is None
    submission = await uow.submissions.add(
        player_id=player.id,
        channel_id=asked.channel_id if asked else channel.id,
        round_id=round_id,
        question_id=question_id,
        answer=answer,
        at=event.at,
        ranked=on_time and first,
        ticket=event.reply.ticket,
        message_ref=event.message_ref if isinstance(event, ThreadReply) else None,
    )
    return Accepted(submission, late=asked is not None and not on_time)
