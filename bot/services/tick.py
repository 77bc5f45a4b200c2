"""One tick: whatever is due at `now` happens. Idempotent; any number of replicas may tick."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.ask import open_due
from bot.services.close import close_due
from bot.services.game import Game


@dataclass(frozen=True, slots=True)
class Ticked:
    """How many rounds this tick closed and opened."""

    closed: int
    opened: int


async def tick(game: Game, now: datetime) -> Ticked:
    """Close first, so that the reveal stands above the next question."""
    return Ticked(await close_due(game, now), await open_due(game, now))


async def next_due(game: Game) -> datetime | None:
    """When the next tick will have something to do; None if nothing is planned."""
    async with game.store.read() as uow:
        instants = [
            await uow.schedules.next_fire_at(),
            await uow.rounds.next_close_at(),
            await uow.outbox.next_at(),
        ]
    return min((instant for instant in instants if instant is not None), default=None)
