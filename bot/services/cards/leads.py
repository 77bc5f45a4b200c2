"""Who may use `/quiz-admin`."""

from bot.chat.message import Block, Code, Heading, Message, Who, Words
from bot.services.cards.words import footnote, line
from bot.services.leads import Leads


def leads_card(leads: Leads) -> Message:
    """Those named, and how to name more."""
    blocks: list[Block] = [Heading("Leads")]
    if leads.news:
        blocks.append(line(Words(leads.news, bold=True)))
    blocks += [line("• ", Who(external_id, name)) for external_id, name in leads.named]
    blocks.append(line("Besides them, everybody whom the workspace itself lets manage it may use these commands."))
    blocks.append(footnote("Name one: ", Code("/quiz-admin lead add @ana"), ". Take it back: ", _REMOVE))
    return Message(leads.news or f"Leads: {len(leads.named)} named", tuple(blocks))


_REMOVE = Code("/quiz-admin lead remove @ana")
