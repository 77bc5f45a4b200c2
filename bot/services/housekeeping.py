"""Delete what nobody needs any more. Rounds, answers, grades and scores are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.game import Game

# Platforms redeliver an event within hours; nothing older can come twice.
_EVENTS_KEPT = timedelta(days=3)
_MESSAGES_KEPT = timedelta(days=30)
_POSTS_KEPT = timedelta(days=180)  # their references find the round of a reply in a thread


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    events: int
    messages: int


async def prune(game: Game, now: datetime) -> Pruned:
    """Forget old events and messages that were sent or given up."""
    async with game.store.write() as uow:
        events = await uow.inbox.prune(before=now - _EVENTS_KEPT)
        messages = await uow.outbox.prune(before=now - _MESSAGES_KEPT, posts_before=now - _POSTS_KEPT)
        await uow.commit()
    return Pruned(events, messages)
