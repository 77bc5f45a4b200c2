"""A word to the leads about something that went wrong."""

from bot.chat.message import Message, Tone
from bot.services.cards.words import note


def notice_card(text: str) -> Message:
    """`text` is a full sentence that says what to do."""
    return note(text, tone=Tone.PROBLEM)
