"""Tables on Discord, which has none: aligned columns in a code block, or lines where those would not fit a phone."""

from collections.abc import Iterator, Sequence

from bot.chat.message import Column, Table
from bot.chat.plain import clip, columns
from bot.platforms.discord.escape import isolated, span, words

WIDTH = 36  # columns of a code block that a phone shows without wrapping
_NARROWEST = 4


def table_text(table: Table) -> str:
    """The table as the content of a text display; empty for a table without rows.

    A ranking (numbers around one column of names) is always aligned and its names give way. Any other table too wide
    for a phone becomes lines, because its text is what people read.
    """
    if not table.rows:
        return ""
    if _natural_width(table) <= WIDTH or sum(not column.numeric for column in table.columns) <= 1:
        return "```\n" + "\n".join(_aligned(table)) + "\n```"
    return "\n".join(_lines(table))


def _aligned(table: Table) -> Iterator[str]:
    """Rows of equal width; the widest column gives way, and the reader's own row has a sign in front."""
    gutter = 2 if table.own_row is not None else 0
    widths = _widths(table)
    gaps = 2 * (len(widths) - 1) + gutter
    while sum(widths) + gaps > WIDTH and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    yield _row(" " * gutter, [column.title for column in table.columns], widths, table.columns)
    for index, row in enumerate(table.rows):
        yield _row("> " if index == table.own_row else " " * gutter, row, widths, table.columns)


def _lines(table: Table) -> Iterator[str]:
    yield "-# " + " · ".join(words(column.title) for column in table.columns)
    for index, row in enumerate(table.rows):
        cells = [words(cell) for cell in row]
        own = " ← you" if index == table.own_row else ""
        yield "- " + " · ".join([f"**{cells[0]}**" if cells[0].strip() else "–", *cells[1:]]) + own


def _natural_width(table: Table) -> int:
    return sum(_widths(table)) + 2 * (len(table.columns) - 1) + (2 if table.own_row is not None else 0)


def _widths(table: Table) -> list[int]:
    rows = [[column.title for column in table.columns], *table.rows]
    return [max(columns(span(row[n])) for row in rows) for n in range(len(table.columns))]


def _row(sign: str, cells: Sequence[str], widths: Sequence[int], titles: Sequence[Column]) -> str:
    padded = []
    for cell, width, column in zip(cells, widths, titles, strict=True):
        text = clip(span(cell), width)
        gap = " " * (width - columns(text))
        padded.append(gap + isolated(text) if column.numeric else isolated(text) + gap)
    return sign + "  ".join(padded).rstrip()
