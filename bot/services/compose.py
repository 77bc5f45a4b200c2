"""Make the message of an outbox row from what the store says at the moment of sending."""

from bot.chat.message import Message
from bot.services.cards.feedback import feedback_card, ruled_card
from bot.services.cards.notice import correction_card, notice_card
from bot.services.cards.question import question_card
from bot.services.cards.reveal import reveal_card
from bot.services.game import Game
from bot.services.outcome import outcome_of
from bot.services.ports import UnitOfWork
from bot.services.records import OutboxRow, Task
from bot.services.why import feedback_of


async def compose(game: Game, uow: UnitOfWork, row: OutboxRow) -> Message | None:
    """The message to send, or None if there is nothing left to show."""
    if row.task is Task.NOTICE:
        return notice_card(row.text or "")
    if row.task is Task.CORRECTION:
        return correction_card(row.text or "")
    if row.subject_id is None:
        return None
    if row.task is Task.FEEDBACK:
        submission = await uow.submissions.get(row.subject_id)
        return feedback_card(await feedback_of(game, uow, submission)) if submission else None
    if row.task is Task.RULING:
        submission = await uow.submissions.get(row.subject_id)
        return ruled_card(await feedback_of(game, uow, submission), int(row.text or 0)) if submission else None
    asked = await uow.rounds.get(row.subject_id)
    question = game.bank.questions.get(asked.question_id or "")
    if question is None:
        return notice_card("This round's question is no longer in the bank. The next round comes on schedule.")
    tz = await zone_of(uow, asked.channel_id)
    if row.task in (Task.QUESTION, Task.TALLY):
        schedule = await uow.schedules.of_channel(asked.channel_id)
        ping = schedule.plan.ping if schedule else None
        return question_card(question, asked, tz=tz, answers=await uow.rounds.answers(asked.id), ping=ping)
    return reveal_card(question, await outcome_of(uow, asked))


async def zone_of(uow: UnitOfWork, channel_id: int) -> str:
    """The zone of the channel's schedule, else UTC."""
    schedule = await uow.schedules.of_channel(channel_id)
    return schedule.plan.tz if schedule else "UTC"
