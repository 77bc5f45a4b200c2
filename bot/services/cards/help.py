"""`/quiz help`, made from the one tree of commands."""

from bot.chat.command import help_lines
from bot.chat.message import Heading, Item, ItemList, Mark, Message
from bot.services.cards.words import footnote


def help_card(*, leads: bool) -> Message:
    """Every command with what it does; a lead's commands for leads only."""
    title = "Quiz commands for leads" if leads else "Quiz commands"
    items = tuple(Item(Mark.NONE, usage, remark=text) for usage, text in help_lines(leads=leads))
    return Message(title, (Heading(title), ItemList(items), footnote("Everything but posts is private to you.")))
