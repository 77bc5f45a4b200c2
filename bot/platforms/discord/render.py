"""A message as one card of Discord's Components V2.

V2 and not embeds: buttons stand inside the card above its footnote, headings and small text are real, a text is as
long as it needs (embeds want it in fields of 1,024 characters and titles of 256 that show no code), and one limit
holds for all of it. Its price: a V2 message has no `content`, so a push notification shows who mentioned you and not
what the message says (https://github.com/discord/discord-api-docs/issues/7854). That is why `summary` stands beside
the mention, as the first text of the message; without a mention nobody is notified and it is left out.

The reference: https://docs.discord.com/developers/components/reference
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

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
from bot.platforms.discord.commands import as_typed_here
from bot.platforms.discord.escape import cleaned, words
from bot.platforms.discord.limits import BUTTON_LABEL, BUTTONS_IN_ROW, COMPONENTS, DISPLAY_TEXT, units
from bot.platforms.discord.markdown import code_block, emphasis, heading, inline, is_id, markup, signed, small
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
# Their remark is what is true instead.
_PUT_RIGHT = (Mark.CONTRADICTED, Mark.MISCONCEPTION)
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
    return discord.AllowedMentions(everyone=False, users=False, roles=roles or False, replied_user=False)


def pieces(message: Message) -> list[Piece]:
    """What stands in the card, from top to bottom; never empty."""
    card = _Card(message.tone)
    for block in message.blocks:
        card.add(block)
    shown = [piece for piece in card.pieces if not isinstance(piece, str) or piece.strip()]
    if _components(shown) >= COMPONENTS:
        shown = list(_merged(shown))
    return shown or [words(clipped(message.summary, _SUMMARY)) or "…"]


class _Card:
    """A card as it grows from top to bottom."""

    def __init__(self, tone: Tone) -> None:
        self.pieces: list[Piece] = []
        self._tone = tone
        self._marks = {**_MARKS, Mark.MISS: _TO_DO} if tone is Tone.PROBLEM else _MARKS
        self._actions: set[str] = set()
        self._previous: Block | None = None

    def add(self, block: Block) -> None:
        if isinstance(block, Buttons):
            self.pieces += self._rows(block)
        elif isinstance(block, ItemList):
            self.pieces += self._items(block)
        elif isinstance(block, Heading):
            first = not any(isinstance(piece, str) for piece in self.pieces)
            self.pieces.append(heading("##" if first else "###", block.text))
        elif self._continues(block):
            self.pieces[-1] = f"{self.pieces[-1]}\n{_text(block)}"
        else:
            self.pieces.append(_text(block))
        self._previous = block

    def _continues(self, block: Block) -> bool:
        """Whether it is a line below another line: lines in a row stand close together."""
        return _is_line(block) and _is_line(self._previous)

    def _items(self, block: ItemList) -> list[str]:
        """Items that have more than a line stand apart."""
        titled = isinstance(self._previous, Paragraph) and _is_title(self._previous)
        lines = [self._item(item, in_words=not titled) for item in block.items]
        apart = any(item.mark is not Mark.NONE and (item.quote or item.remark) for item in block.items)
        return lines if apart else ["\n".join(lines)]

    def _item(self, item: Item, *, in_words: bool) -> str:
        """A mark with its word (unless the title says it), the text, the person's own words below, a remark."""
        text = emphasis(cleaned(as_typed_here(item.text), one_line=True))
        remark = emphasis(cleaned(item.remark or "", one_line=True)).strip()
        quote = f"> *“{words(item.quote.strip())}”*" if item.quote and item.quote.strip() else ""
        if item.mark is Mark.NONE:
            lines = [
                f"- {signed('**', text)}" if remark else f"- {text}",
                quote and f"  {quote}",
                remark and f"  {remark}",
            ]
        else:
            mark = f"{self._marks[item.mark]} · " if in_words else f"{self._marks[item.mark].partition(' ')[0]} "
            note = f" *({words(cleaned(item.note, one_line=True))})*" if item.note else ""
            lines = [mark + text + note, quote, self._remark(item.mark, remark)]
        return "\n".join(line for line in lines if line)

    def _remark(self, mark: Mark, remark: str) -> str:
        """Small print, except where it is what to know or to do."""
        if mark in _PUT_RIGHT and remark:
            return f"**Right:** {remark}"
        return remark if self._tone is Tone.PROBLEM else small(remark)

    def _rows(self, block: Buttons) -> Iterator[tuple[Button, ...]]:
        """An action may stand once in a message, and buttons are limited in number."""
        new: list[Button] = []
        for button in block.items:
            if str(button.action) not in self._actions and len(self._actions) < _MOST_BUTTONS:
                self._actions.add(str(button.action))
                new.append(button)
        for start in range(0, len(new), BUTTONS_IN_ROW):
            yield tuple(new[start : start + BUTTONS_IN_ROW])


def _merged(shown: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbouring texts as one: a text display fewer for each."""
    for are_texts, group in groupby(shown, lambda piece: isinstance(piece, str)):
        if are_texts:
            yield "\n".join(piece for piece in group if isinstance(piece, str))
        else:
            yield from group


def _components(shown: Sequence[Piece]) -> int:
    """How many they are with the container around them."""
    return 1 + len(shown) + sum(len(piece) for piece in shown if not isinstance(piece, str))


def _row(buttons: Sequence[Button]) -> ActionRow[LayoutView]:
    row: ActionRow[LayoutView] = ActionRow()
    for button in buttons:
        style = discord.ButtonStyle.primary if button.primary else discord.ButtonStyle.secondary
        label = clipped(cleaned(button.label, one_line=True).strip(), BUTTON_LABEL) or "…"
        row.add_item(discord.ui.Button(style=style, label=label, custom_id=str(button.action)))
    return row


def _fits(message: Message) -> bool:
    shown, mention = pieces(message), _ping_line(message)
    texts = [piece for piece in shown if isinstance(piece, str)]
    return _components(shown) + bool(mention) <= COMPONENTS and sum(map(units, [*texts, mention])) <= DISPLAY_TEXT


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
    if _is_title(block):
        return heading("###", "".join(part.text for part in block.parts if isinstance(part, Words)))
    return small(inline(block.parts)) if _is_small(block) else inline(block.parts)


def _is_line(block: Block | None) -> bool:
    return isinstance(block, Paragraph) and not _is_title(block) and not _is_small(block)


def _is_title(block: Paragraph) -> bool:
    return len(block.parts) == 1 and isinstance(block.parts[0], Words) and block.parts[0].bold


def _is_small(block: Paragraph) -> bool:
    return bool(block.parts) and all(isinstance(part, Words) and part.dim for part in block.parts)
