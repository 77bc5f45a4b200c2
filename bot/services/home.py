"""The bot's own page for one person: what is open, where they stand, what they said last."""

from dataclasses import dataclass

from bot.chat.event import Event
from bot.services.board import Record, record
from bot.services.facts import NothingGraded
from bot.services.game import Game
from bot.services.today import Today, today_here
from bot.services.why import Feedback, last_feedback


@dataclass(frozen=True, slots=True)
class Home:
    """`last` is None for somebody who never answered."""

    today: Today
    record: Record
    last: Feedback | None


async def home(game: Game, event: Event) -> Home:
    """Raises `NoQuizHere`."""
    here = await today_here(game, event)
    mine = await record(game, event)
    try:
        last = await last_feedback(game, event)
    except NothingGraded:
        last = None
    return Home(here, mine, last)
