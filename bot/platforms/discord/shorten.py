"""Making a message fit: what is cut first, and where a text may be cut.

The tree is shortened, never its rendering, so no cut can fall into a fence, a mention or an instant. The order:
quotes of people's words (they know them), remarks, code, then the rest of the text and the rows of tables, then whole
blocks from the end. Buttons and the last footnote stay.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from bot.chat import clipping
from bot.chat.message import (
    Block,
    Buttons,
    Code,
    CodeBlock,
    Footnote,
    Heading,
    Inline,
    Item,
    ItemList,
    Mark,
    Markup,
    Message,
    Paragraph,
    Table,
    Words,
)
from bot.platforms.discord.limits import units

_NOTE = Footnote((Words("Shortened: all of it does not fit into one message."),))
_INSTANT = 20  # about what an instant or a mention takes
_ROWS = 4  # of buttons, when there is room for little else


def fitted(message: Message, fits: Callable[[Message], bool]) -> Message:
    """`message`, or the least shortened form of it that `fits`, with a note that it is shortened."""
    if fits(message):
        return message
    shorter = message
    for shorter in _shorter(message):
        if fits(shorter):
            break
    return shorter


clipped = partial(clipping.clipped, size=units)
clipped_markup = partial(clipping.clipped_markup, size=units)


def clipped_code(text: str, most: int) -> str:
    """The first whole lines of a program that fit."""
    if units(text) <= most:
        return text
    lines: list[str] = []
    for line in text.splitlines():
        if units("\n".join([*lines, line])) > most - 2:
            break
        lines.append(line)
    return "\n".join([*lines, "…"]) if lines else clipped(text, most)


def _shorter(message: Message) -> Iterator[Message]:
    """Shorter and shorter forms, the last of which always fits."""
    blocks = list(message.blocks)
    for step in _STEPS:
        blocks = [step(block) for block in blocks]
        yield _noted(message, blocks)
    while (last := _last_to_go(blocks)) is not None:
        del blocks[last]
        yield _noted(message, blocks)


def _noted(message: Message, blocks: list[Block]) -> Message:
    """With the note in front of the last footnote."""
    at = len(blocks) - 1 if blocks and isinstance(blocks[-1], Footnote) else len(blocks)
    return replace(message, blocks=(*blocks[:at], _NOTE, *blocks[at:]))


def _last_to_go(blocks: list[Block]) -> int | None:
    """The last block that may be left out; footnotes only when nothing else may."""
    order = range(len(blocks) - 1, -1, -1)
    first = next((at for at, block in enumerate(blocks) if isinstance(block, Heading)), None)
    buttons = [at for at in order if isinstance(blocks[at], Buttons)]
    notes = [at for at in order if isinstance(blocks[at], Footnote)]
    rest = [at for at in order if at != first and at not in buttons and at not in notes]
    if rest:
        return rest[0]
    if len(notes) > 1:
        return notes[-1]
    return buttons[0] if len(buttons) > _ROWS else None


def _quotes(most: int, block: Block) -> Block:
    if not isinstance(block, ItemList):
        return block
    return ItemList(tuple(replace(item, quote=_maybe(item.quote, most)) for item in block.items))


def _remarks(most: int, block: Block) -> Block:
    if not isinstance(block, ItemList):
        return block
    return ItemList(tuple(replace(item, remark=_maybe(item.remark, most)) for item in block.items))


def _code(most: int, block: Block) -> Block:
    return replace(block, text=clipped_code(block.text, most)) if isinstance(block, CodeBlock) else block


def _texts(most: int, block: Block) -> Block:
    """Everything else; `most` is for running text, and what is a heading or a row gets its share of it."""
    if isinstance(block, Heading):
        return Heading(clipped(block.text, most))
    if isinstance(block, Markup):
        return Markup(clipped_markup(block.text, most))
    if isinstance(block, Paragraph):
        return Paragraph(tuple(_parts(block.parts, most)))
    if isinstance(block, Footnote):
        return Footnote(tuple(_parts(block.parts, most)))
    if isinstance(block, ItemList):
        return _fewer_items(block, most)
    return _fewer_rows(block, most // 20) if isinstance(block, Table) else block


def _fewer_items(block: ItemList, most: int) -> ItemList:
    kept = tuple(replace(item, text=clipped_markup(item.text, most)) for item in block.items[: most // 20])
    left_out = len(block.items) - len(kept)
    return ItemList((*kept, Item(Mark.NONE, f"… {left_out} more")) if left_out else kept)


def _fewer_rows(table: Table, most: int) -> Table:
    """The first rows, and the reader's own at the end."""
    if len(table.rows) <= most:
        return table
    rows = table.rows[:most]
    if table.own_row is None or table.own_row < most:
        return replace(table, rows=rows)
    return replace(table, rows=(*rows[:-1], table.rows[table.own_row]), own_row=most - 1)


def _parts(parts: Sequence[Inline], most: int) -> Iterator[Inline]:
    """Parts in a row until `most` is used up."""
    for part in parts:
        if most <= 0:
            return
        if isinstance(part, Words | Code):
            yield replace(part, text=clipped(part.text, most))
            most -= units(part.text)
        else:
            yield part
            most -= _INSTANT


def _maybe(text: str | None, most: int) -> str | None:
    return None if text is None else clipped(text, most)


_STEPS: tuple[Callable[[Block], Block], ...] = (
    *(partial(_quotes, most) for most in (400, 200, 100, 60)),
    *(partial(_remarks, most) for most in (300, 150, 80)),
    *(partial(_code, most) for most in (1500, 1200, 900, 600, 300)),
    *(partial(_texts, most) for most in (800, 400, 200, 120)),
)
