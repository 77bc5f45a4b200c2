"""Small pieces that several cards are made of."""

from bot.chat.message import Code, Footnote, Inline, Message, Paragraph, Tone, Words


def line(*parts: Inline | str) -> Paragraph:
    """A paragraph; plain strings are literal words."""
    return Paragraph(tuple(Words(part) if isinstance(part, str) else part for part in parts))


def footnote(*parts: Inline | str) -> Footnote:
    """A footnote; plain strings are literal words."""
    return Footnote(tuple(Words(part) if isinstance(part, str) else part for part in parts))


def note(text: str, *more: Inline | str, tone: Tone = Tone.PLAIN) -> Message:
    """A message of one line; `more` continues it with commands or instants."""
    summary = text + "".join(_plain(part) for part in more)
    return Message(summary, (line(text, *more),), tone)


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 answer`, `3 answers`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _plain(part: Inline | str) -> str:
    if isinstance(part, Words | Code):
        return part.text
    return part if isinstance(part, str) else ""
