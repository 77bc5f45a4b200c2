"""A message as one card of Discord's Components V2.

V2 and not embeds: buttons stand inside the card above its footnote, headings and small text are real, a text is as
long as it needs (embeds want it in fields of 1,024 characters and titles of 256 that show no code), and one limit
holds for all of it. Its price: a V2 message has no `content`, so a push notification shows who mentioned you and not
what the message says (https://github.com/discord/discord-api-docs/issues/7854). That is why `summary` stands beside
the mention, as the first text of the message; without a mention nobody is notified and it is left out.

The reference: https://docs.discord.com/developers/components/reference
"""

from collections.abc import Iterator, Mapping, Sequence

import discord
from discord.ui import ActionRow, Container, LayoutView, TextDisplay

from bot.chat.message import (
    Block,
    Button,
    Buttons,
    CodeBlock,
    Footnote,
    Heading,
    Item,
    ItemList,
    Mark,
    Markup,
    Message,
    Paragraph,
    Table,
    Tone,
    Words,
)
from bot.platforms.discord.escape import cleaned, words
from bot.platforms.discord.limits import BUTTON_LABEL, BUTTONS_IN_ROW, COMPONENTS, DISPLAY_TEXT, units
from bot.platforms.discord.markdown import code_block, emphasis, heading, inline, is_id, markup, small
from bot.platforms.discord.shorten import clipped, fitted
from bot.platforms.discord.tables import table_text

_ACCENT = {
    Tone.QUESTION: 0x5865F2,
    Tone.GOOD: 0x3BA55D,
    Tone.PLAIN: None,
    Tone.PROBLEM: 0xED4245,
}
# A sign and a word for each, so that nothing hangs on colour alone.
_MARKS = {
    Mark.HIT: "✅ **Good**",
    Mark.PARTIAL: "🟡 **In part**",
    Mark.MISS: "⬜ **Missing**",
    Mark.CONTRADICTED: "❌ **Wrong**",
    Mark.MISCONCEPTION: "⚠️ **Mistake**",
}
_TO_DO = "⬜ **To do**"
_MOST_BUTTONS = 25
_SUMMARY = 200

Piece = str | tuple[Button, ...]  # the content of a text display, or a row of buttons


def view_of(message: Message) -> LayoutView:
    """The message as a layout to send, edit or answer with. Shortened where Discord would refuse it.

    The view is stopped: its buttons are data that the adapter reads from any interaction, so the library need not
    keep a view for every card it ever sent.
    """
    view = LayoutView(timeout=None)
    shown = fitted(message, _fits)
    if mention := _ping_line(shown):
        view.add_item(TextDisplay(mention))
    container: Container[LayoutView] = Container(accent_colour=_ACCENT[message.tone])
    for piece in pieces(shown):
        container.add_item(TextDisplay(piece) if isinstance(piece, str) else _row(piece))
    view.add_item(container)
    view.stop()
    return view


def mentions_of(message: Message) -> discord.AllowedMentions:
    """Whom the message may notify: the role it pings, else nobody. Pass it with every send and edit."""
    roles = [discord.Object(int(message.ping))] if is_id(message.ping) else []
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


def pieces(message: Message) -> list[Piece]:
    """What stands in the card, from top to bottom; never empty."""
    shown: list[Piece] = []
    buttons = _Buttons()
    words_of = {**_MARKS, Mark.MISS: _TO_DO} if message.tone is Tone.PROBLEM else _MARKS
    level = "##"
    for block in message.blocks:
        if isinstance(block, Buttons):
            shown += buttons.rows(block)
        elif isinstance(block, Heading):
            shown += [heading(level, block.text)]
            level = "###"
        elif isinstance(block, ItemList):
            shown += ["\n".join(_item(item, words_of) for item in block.items)]
        else:
            shown += [_text(block)]
    return [piece for piece in shown if not isinstance(piece, str) or piece.strip()] or [words(message.summary) or "…"]


class _Buttons:
    """Rows for a whole message, in which an action may stand once and buttons are limited in number."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def rows(self, block: Buttons) -> Iterator[tuple[Button, ...]]:
        new: list[Button] = []
        for button in block.items:
            if str(button.action) not in self._seen and len(self._seen) < _MOST_BUTTONS:
                self._seen.add(str(button.action))
                new.append(button)
        for start in range(0, len(new), BUTTONS_IN_ROW):
            yield tuple(new[start : start + BUTTONS_IN_ROW])


def _row(buttons: Sequence[Button]) -> ActionRow[LayoutView]:
    row: ActionRow[LayoutView] = ActionRow()
    for button in buttons:
        style = discord.ButtonStyle.primary if button.primary else discord.ButtonStyle.secondary
        label = clipped(cleaned(button.label, one_line=True).strip(), BUTTON_LABEL) or "…"
        row.add_item(discord.ui.Button(style=style, label=label, custom_id=str(button.action)))
    return row


def _fits(message: Message) -> bool:
    shown = pieces(message)
    texts = [piece for piece in shown if isinstance(piece, str)]
    mention = _ping_line(message)
    count = 1 + len(shown) + sum(len(piece) for piece in shown if not isinstance(piece, str)) + bool(mention)
    return count <= COMPONENTS and sum(map(units, [*texts, mention])) <= DISPLAY_TEXT


def _ping_line(message: Message) -> str:
    if not is_id(message.ping):
        return ""
    return f"<@&{message.ping}> {words(clipped(message.summary, _SUMMARY))}".rstrip()


def _text(block: Block) -> str:
    if isinstance(block, Paragraph):
        return _paragraph(block)
    if isinstance(block, Footnote):
        return small(inline(block.parts))
    if isinstance(block, Markup):
        return markup(block.text)
    if isinstance(block, CodeBlock):
        return code_block(block)
    return table_text(block) if isinstance(block, Table) else ""


def _paragraph(block: Paragraph) -> str:
    """A line; one bold part alone is the title of what follows, dim parts alone are small print."""
    if len(block.parts) == 1 and isinstance(block.parts[0], Words) and block.parts[0].bold:
        return heading("###", block.parts[0].text)
    if block.parts and all(isinstance(part, Words) and part.dim for part in block.parts):
        return small(inline(block.parts))
    return inline(block.parts)


def _item(item: Item, words_of: Mapping[Mark, str]) -> str:
    """A mark with its word, the text, the person's own words quoted below, and a remark in small print."""
    text = emphasis(cleaned(item.text, one_line=True))
    remark = emphasis(cleaned(item.remark or "", one_line=True)).strip()
    quote = f"> *“{words(item.quote.strip())}”*" if item.quote and item.quote.strip() else ""
    if item.mark is Mark.NONE:
        lines = [f"- **{text}**" if remark else f"- {text}", quote and f"  {quote}", remark and f"  {remark}"]
    else:
        lines = [f"{words_of[item.mark]} · {text}", quote, small(remark)]
    return "\n".join(line for line in lines if line)
