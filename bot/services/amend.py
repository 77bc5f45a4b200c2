"""An answer that stands in a chat message, which its writer changed or deleted before the round closed.

Whoever saw the feedback knows what was missing. So a change counts for the ranking only while nothing was graded;
later it is graded as practice. A deleted answer is withdrawn: erased, without points, and its place stays taken.
"""

from enum import StrEnum

from bot.chat.event import ReplyDeleted, ReplyEdited
from bot.quiz.submission import Submission
from bot.services.answer import Accepted, practise_again
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.tally import tally


class Amended(StrEnum):
    """What became of a change."""

    NOTHING = "nothing"  # the message holds no answer of this person to an open round, or says the same
    REWORDED = "reworded"  # the new text is graded in place of the old one
    WITHDRAWN = "withdrawn"


async def reword(game: Game, event: ReplyEdited) -> Amended | Accepted:
    """Take the new text of an answer. Raises what `submit` raises."""
    async with game.store.write() as uow:
        given = await _answer_in(uow, event)
        if given is None or given.answer == event.text.strip():
            return Amended.NOTHING
        if await uow.submissions.reword(given.id, event.text.strip()):
            await uow.commit()
            return Amended.REWORDED
    return await practise_again(game, event, event.text, given)


async def withdraw(game: Game, event: ReplyDeleted) -> Amended:
    """Erase an answer whose message is gone."""
    async with game.store.write() as uow:
        given = await _answer_in(uow, event)
        if given is None or given.round_id is None:
            return Amended.NOTHING
        await uow.submissions.withdraw(given.id)
        asked = await uow.rounds.get(given.round_id)
        await uow.outbox.put(tally(asked, event.at), now=event.at)
        await uow.commit()
    return Amended.WITHDRAWN


async def _answer_in(uow: UnitOfWork, event: ReplyEdited | ReplyDeleted) -> Submission | None:
    """The person's answer in that message, if its round still takes answers."""
    channel = await uow.teams.channel_at(event.place)
    given = await uow.submissions.in_message(channel.id, event.message_ref) if channel else None
    if channel is None or given is None or given.round_id is None:
        return None
    player = await uow.players.find(channel.team_id, channel.platform, event.person.external_id)
    asked = await uow.rounds.get(given.round_id)
    mine = player is not None and player.id == given.player_id
    return given if mine and asked.takes_answers(event.at) else None
