"""Making a message smaller before it is rendered, so that no entity, fence or joined emoji is ever cut in two."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wcwidth import iter_graphemes

from bot.chat.message import (
    Block,
    Code,
    CodeBlock,
    Footnote,
    Heading,
    Inline,
    Item,
    ItemList,
    Markup,
    Paragraph,
    Table,
    When,
    Who,
    Words,
)
from bot.chat.plain import unmarked

QUOTE = 400  # a quote is evidence: longer ones help nobody
_FOOTNOTE = 600
_CELL = 60
_ELLIPSIS = "…"


def cut(text: str, most: int) -> str:
    """`text` in at most `most` characters, ending between words where that costs little, never inside a character."""
    if len(text) <= most:
        return text
    kept, room = [], most - len(_ELLIPSIS)
    for grapheme in iter_graphemes(text[: most * 2]):
        if len(grapheme) > room:
            break
        kept.append(grapheme)
        room -= len(grapheme)
    head = "".join(kept) or text[: most - len(_ELLIPSIS)]
    between = max(head.rfind(" "), head.rfind("\n"))
    if between > len(head) * 2 // 3:
        head = head[:between]
    return head.rstrip(" \n,;:") + _ELLIPSIS


def cut_markup(text: str, most: int) -> str:
    """Author's Markdown cut so that nothing stays open."""
    short = cut(text, most)
    if short == text:
        return text
    for sign in ("`", "**"):
        if short.count(sign) % 2:
            short = short[: short.rfind(sign)].rstrip() + _ELLIPSIS
    return short if short != _ELLIPSIS else cut(unmarked(text).replace("`", ""), most)


def shortened(block: Block, most: int) -> Block:
    """The block with no text in it longer than `most`; lists and tables lose their last lines in proportion."""
    lines = max(3, most // 10)
    if isinstance(block, Heading):
        return replace(block, text=cut(block.text, most))
    if isinstance(block, Paragraph):
        return replace(block, parts=_parts(block.parts, most))
    if isinstance(block, Footnote):
        return replace(block, parts=_parts(block.parts, _FOOTNOTE))
    if isinstance(block, Markup):
        return replace(block, text=cut_markup(block.text, most))
    if isinstance(block, CodeBlock):
        return replace(block, text=cut(block.text, most))
    if isinstance(block, ItemList):
        return replace(block, items=tuple(_item(item, most) for item in block.items[:lines]))
    if isinstance(block, Table):
        return _table(block, lines)
    return block


def _item(item: Item, most: int) -> Item:
    quote = None if item.quote is None else cut(item.quote, min(most, QUOTE))
    remark = None if item.remark is None else cut_markup(item.remark, most)
    return replace(item, text=cut_markup(item.text, most), quote=quote, remark=remark)


def _table(table: Table, lines: int) -> Table:
    """The reader's own row stays, as the last one."""
    rows = [tuple(cut(cell, _CELL) for cell in row) for row in table.rows]
    own = table.own_row
    if own is not None and own >= lines:
        return replace(table, rows=(*rows[: lines - 1], rows[own]), own_row=lines - 1)
    return replace(table, rows=tuple(rows[:lines]))


def _parts(parts: Sequence[Inline], most: int) -> tuple[Inline, ...]:
    return tuple(_within(parts, most))


def _within(parts: Iterable[Inline], room: int) -> Iterable[Inline]:
    for part in parts:
        if room <= 0:
            return
        if isinstance(part, Words | Code):
            yield replace(part, text=cut(part.text, room))
            room -= len(part.text)
        elif isinstance(part, Who):
            yield replace(part, name=cut(part.name, max(room, _CELL)))
            room -= len(part.name)
        elif isinstance(part, When):
            yield part
            room -= 20
