"""Tables on Discord, which has none: aligned columns in a code block, or lines where those would not fit a phone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from wcwidth import iter_graphemes

from bot.chat.message import Column, Table
from bot.chat.plain import columns
from bot.platforms.discord.escape import isolated, span, words

WIDTH = 34  # columns of a code block that a phone shows without wrapping
_NARROWEST = 4


def table_text(table: Table) -> str:
    """The table as the content of a text display; empty for a table without rows.

    A ranking (numbers around one column of names) is always aligned, its names stand last and give way. Any other
    table too wide for a phone becomes lines, because its text is what people read.
    """
    if not table.rows:
        return ""
    named = [n for n, column in enumerate(table.columns) if not column.numeric]
    if len(named) == 1:
        return _fence(_aligned(_names_last(table, named[0])))
    return _fence(_aligned(table)) if _natural_width(table) <= WIDTH else "\n".join(_lines(table))


def _names_last(table: Table, names: int) -> Table:
    """Emoji and Chinese are nowhere as wide as a font's columns; at the end of a row that misaligns nothing."""
    order = [n for n in range(len(table.columns)) if n != names] + [names]
    rows = tuple(tuple(row[n] for n in order) for row in table.rows)
    return replace(table, columns=tuple(table.columns[n] for n in order), rows=rows)


def _fence(lines: Iterable[str]) -> str:
    return "```\n" + "\n".join(lines) + "\n```"


def _aligned(table: Table) -> Iterator[str]:
    """Rows of equal width; the widest column gives way, and the reader's own row has a sign in front."""
    gutter = _gutter(table)
    widths = _widths(table)
    gaps = 2 * (len(widths) - 1) + gutter
    while sum(widths) + gaps > WIDTH and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    yield _row(" " * gutter, [column.title for column in table.columns], widths, table.columns)
    for index, row in enumerate(table.rows):
        yield _row(">" if index == table.own_row else " " * gutter, row, widths, table.columns)


def _gutter(table: Table) -> int:
    return 0 if table.own_row is None else 1


def _lines(table: Table) -> Iterator[str]:
    yield "-# " + " · ".join(words(column.title) for column in table.columns)
    for index, row in enumerate(table.rows):
        cells = [words(cell) for cell in row]
        own = " ← you" if index == table.own_row else ""
        yield "- " + " · ".join([f"**{cells[0]}**" if cells[0].strip() else "–", *cells[1:]]) + own


def _natural_width(table: Table) -> int:
    return sum(_widths(table)) + 2 * (len(table.columns) - 1) + _gutter(table)


def _widths(table: Table) -> list[int]:
    rows = [[column.title for column in table.columns], *table.rows]
    return [max(columns(span(row[n])) for row in rows) for n in range(len(table.columns))]


def _row(sign: str, cells: Sequence[str], widths: Sequence[int], titles: Sequence[Column]) -> str:
    padded = []
    for cell, width, column in zip(cells, widths, titles, strict=True):
        text = _cut(span(cell), width)
        gap = " " * (width - columns(text))
        padded.append(gap + isolated(text) if column.numeric else isolated(text) + gap)
    return sign + "  ".join(padded).rstrip()


def _cut(text: str, width: int) -> str:
    """`text` in at most `width` columns, no sign cut in two."""
    if columns(text) <= width:
        return text
    kept, room = "", width - 1
    for grapheme in iter_graphemes(text):
        room -= columns(grapheme)
        if room < 0:
            break
        kept += grapheme
    return kept.rstrip() + "…"
