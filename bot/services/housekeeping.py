"""Delete what nobody needs any more. Rounds, answers, grades and scores are kept while the bot is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.game import Game

# Platforms redeliver an event within hours; nothing older can come twice.
_EVENTS_KEPT = timedelta(days=3)
_MESSAGES_KEPT = timedelta(days=30)
_LEFT_KEPT = timedelta(days=30)  # so that a bot removed by mistake can come back
_POSTS_KEPT = timedelta(days=180)  # their references find the round of a reply in a thread


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    events: int
    messages: int
    workspaces: int


async def prune(game: Game, now: datetime) -> Pruned:
    """Forget old events, messages that were sent or given up, and workspaces that the bot left long ago."""
    async with game.store.write() as uow:
        events = await uow.inbox.prune(before=now - _EVENTS_KEPT)
        messages = await uow.outbox.prune(before=now - _MESSAGES_KEPT, posts_before=now - _POSTS_KEPT)
        workspaces = await uow.teams.delete_left(before=now - _LEFT_KEPT)
        await uow.commit()
    return Pruned(events, messages, workspaces)
