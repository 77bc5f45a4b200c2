"""What is kept about a person, and how it goes away."""

from dataclasses import dataclass

from bot.chat.event import Event
from bot.services.facts import NothingToForget
from bot.services.game import Game
from bot.services.where import known_player


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds about one person: their name here and how many answers."""

    name: str
    answers: int


async def kept(game: Game, event: Event) -> Kept | None:
    """`/quiz privacy`: None if nothing is kept."""
    async with game.store.read() as uow:
        player = await known_player(uow, event)
        if player is None:
            return None
        return Kept(player.name, len(await uow.views.history(player.id, 1_000_000)))


async def forget(game: Game, event: Event) -> None:
    """Delete all that is kept about the person. Raises `NothingToForget`."""
    async with game.store.write() as uow:
        player = await known_player(uow, event)
        if player is None:
            raise NothingToForget
        await uow.players.forget(player.id)
        await uow.commit()
