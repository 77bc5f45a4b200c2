"""A word to the leads about something that went wrong, or to a person whose points were corrected."""

from bot.chat.message import Heading, Message, Tone
from bot.services.cards.words import line, note


def notice_card(text: str) -> Message:
    """`text` is a full sentence that says what to do."""
    return note(text, tone=Tone.PROBLEM)


def correction_card(text: str) -> Message:
    """The first line of `text` is the title."""
    title, *lines = text.splitlines() or [""]
    return Message(title, (Heading(title), *map(line, lines)))
