"""`/quiz`: the open question, or when the next one comes."""

from dataclasses import dataclass
from datetime import datetime

from bot.chat.event import Event
from bot.content.schema import Question
from bot.quiz.round import Round, RoundStatus
from bot.services.game import Game
from bot.services.where import channel_here


@dataclass(frozen=True, slots=True)
class Today:
    """`asked` and `question` are None between rounds; `next_at` is None when nothing is planned."""

    asked: Round | None
    question: Question | None
    answers: int
    answered: bool
    next_at: datetime | None
    tz: str


async def today_here(game: Game, event: Event) -> Today:
    """What stands in the channel now. Raises `NoQuizHere`."""
    async with game.store.read() as uow:
        channel = await channel_here(uow, event.place)
        schedule = await uow.schedules.of_channel(channel.id)
        planned = schedule.next_fire_at if schedule and schedule.paused is None else None
        tz = schedule.plan.tz if schedule else "UTC"
        asked = await uow.rounds.latest(channel.id, RoundStatus.OPEN)
        question = game.bank.questions.get(asked.question_id or "") if asked else None
        if asked is None or question is None:
            return Today(None, None, 0, False, planned, tz)
        player = await uow.players.find(channel.team_id, channel.platform, event.person.external_id)
        mine = await uow.submissions.ranked_of(asked.id, player.id) if player else None
        return Today(asked, question, await uow.rounds.answers(asked.id), mine is not None, planned, tz)
