"""Making a message smaller before it is rendered, so that no entity, fence or joined emoji is ever cut in two."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.chat.clipping import clipped, clipped_markup
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

QUOTE = 400  # a quote is evidence: longer ones help nobody
_FOOTNOTE = 600
_CELL = 60


def shortened(block: Block, most: int) -> Block:
    """The block with no text in it longer than `most`; lists and tables lose their last lines in proportion."""
    lines = max(3, most // 10)
    if isinstance(block, Heading):
        return replace(block, text=clipped(block.text, most))
    if isinstance(block, Paragraph):
        return replace(block, parts=_parts(block.parts, most))
    if isinstance(block, Footnote):
        return replace(block, parts=_parts(block.parts, _FOOTNOTE))
    if isinstance(block, Markup):
        return replace(block, text=clipped_markup(block.text, most))
    if isinstance(block, CodeBlock):
        return replace(block, text=clipped(block.text, most))
    if isinstance(block, ItemList):
        return replace(block, items=tuple(_item(item, most) for item in block.items[:lines]))
    if isinstance(block, Table):
        return _table(block, lines)
    return block


def _item(item: Item, most: int) -> Item:
    quote = None if item.quote is None else clipped(item.quote, min(most, QUOTE))
    remark = None if item.remark is None else clipped_markup(item.remark, most)
    return replace(item, text=clipped_markup(item.text, most), quote=quote, remark=remark)


def _table(table: Table, lines: int) -> Table:
    """The reader's own row stays, as the last one."""
    rows = [tuple(clipped(cell, _CELL) for cell in row) for row in table.rows]
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
            yield replace(part, text=clipped(part.text, room))
            room -= len(part.text)
        elif isinstance(part, Who):
            yield replace(part, name=clipped(part.name, max(room, _CELL)))
            room -= len(part.name)
        elif isinstance(part, When):
            yield part
            room -= 20
