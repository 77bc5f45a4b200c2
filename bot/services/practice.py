"""Practice: any question at any time, never ranked."""

from collections.abc import Sequence

from rapidfuzz import process

from bot.chat.event import Event
from bot.content.schema import Question
from bot.quiz.selection import for_practice
from bot.services.answer import refuse_open_question
from bot.services.facts import OpenQuestion, UnknownTopic
from bot.services.game import Game
from bot.services.where import whereabouts


async def pick(game: Game, event: Event, wanted: str | None) -> Question:
    """The question with that id, or one of that topic, or any of the channel's packs.

    One the person has not answered, where possible.

    Raises `NoQuizHere`, `UnknownTopic`, `OpenQuestion` (it is the open round's).
    """
    name = (wanted or "").strip().lower()
    async with game.store.write() as uow:
        channel, player = await whereabouts(uow, event)
        if name in game.bank.questions:
            await refuse_open_question(uow, channel, player, name, event.at)
            await uow.commit()
            return game.bank.questions[name]
        open_ids = {asked.question_id for asked in await uow.rounds.open_in(channel.id)}
        answered = await uow.views.practised(player.id)
        schedule = await uow.schedules.of_channel(channel.id)
        await uow.commit()
    packs = schedule.plan.packs if schedule else game.bank.default_packs
    candidates = _of_topic(game, name) if name else game.bank.of_packs(packs)
    free = [question for question in candidates if question.id not in open_ids]
    if not free:
        raise OpenQuestion(candidates[0].id)
    return for_practice(free, answered, seed=player.id)


def topics(game: Game) -> Sequence[str]:
    """The topics of the bank, in order."""
    return sorted({question.topic for question in game.bank.questions.values()})


def _of_topic(game: Game, name: str) -> list[Question]:
    questions = [q for _, q in sorted(game.bank.questions.items()) if q.topic == name]
    if not questions:
        known = [*topics(game), *sorted(game.bank.questions)]
        nearest = process.extract(name, known, limit=3, score_cutoff=50)
        raise UnknownTopic(name, tuple(match for match, *_ in nearest) or tuple(topics(game)))
    return questions
