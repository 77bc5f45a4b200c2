"""Hints in three steps: direction, mechanism, near answer. Always private, and free."""

from dataclasses import dataclass

from bot.chat.event import Event
from bot.content.schema import Question
from bot.quiz.round import RoundStatus
from bot.services.facts import NoOpenRound
from bot.services.game import Game
from bot.services.where import whereabouts


@dataclass(frozen=True, slots=True)
class Hint:
    """Step `step` of `of` for a question."""

    question: Question
    step: int
    of: int
    text: str
    round_id: int | None


async def hint(game: Game, event: Event, *, round_id: int | None = None) -> Hint:
    """The person's next hint for that round, or the channel's open round. Raises `NoOpenRound`, `NoQuizHere`."""
    async with game.store.write() as uow:
        channel, player = await whereabouts(uow, event)
        if round_id is None:
            asked = await uow.rounds.latest(channel.id, RoundStatus.OPEN)
        else:
            asked = await uow.rounds.get(round_id)
        if asked is None or asked.team_id != channel.team_id or not asked.takes_answers(event.at):
            raise NoOpenRound
        question = game.bank.get(asked.question_id or "")
        step = await uow.hints.take(player.id, question.id, asked.id, of=len(question.hints))
        await uow.commit()
    return Hint(question, step, len(question.hints), question.hints[step - 1], asked.id)


async def practice_hint(game: Game, event: Event, question_id: str) -> Hint:
    """The person's next hint for a question they practise. Raises `NoQuizHere`, `QuestionNotFound`."""
    question = game.bank.get(question_id)
    async with game.store.write() as uow:
        _, player = await whereabouts(uow, event)
        step = await uow.hints.take(player.id, question.id, None, of=len(question.hints))
        await uow.commit()
    return Hint(question, step, len(question.hints), question.hints[step - 1], None)
