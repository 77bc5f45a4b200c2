"""A table as Slack can show it on a phone: aligned text where it is narrow enough, else a line a row.

Slack's own table block is no help: a message takes one, a modal and the Home tab none.
https://docs.slack.dev/reference/block-kit/blocks/table-block
"""

from collections.abc import Sequence

from bot.chat.message import Table
from bot.chat.plain import clip, columns
from bot.platforms.slack.escape import shown
from bot.platforms.slack.rich_text import Block, bullets, preformatted, words

_PHONE = 36  # columns of fixed-width text that a phone shows without wrapping
_NARROWEST = 14  # what a column of names may shrink to
_GAP = " "
_OWN = "› "


def table(shape: Table) -> list[Block]:
    """Parts of a rich text."""
    cells = [[shown(cell, one_line=True) for cell in row] for row in shape.rows]
    titles = [column.title for column in shape.columns]
    widths = [max(columns(row[n]) for row in [titles, *cells]) for n in range(len(titles))]
    spare = _PHONE - columns(_OWN) - len(_GAP) * (len(widths) - 1)
    if sum(widths) > spare:
        widest = widths.index(max(widths))
        widths[widest] -= sum(widths) - spare
        if widths[widest] < _NARROWEST:
            return [_listed(shape, cells)]
    return [preformatted("\n".join(_lines(shape, cells, widths)))]


def _lines(shape: Table, cells: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    blank = " " * columns(_OWN)
    lines = [blank + _row(shape, [column.title for column in shape.columns], widths)]
    for number, row in enumerate(cells):
        lines.append((_OWN if number == shape.own_row else blank) + _row(shape, row, widths))
    return lines


def _row(shape: Table, row: Sequence[str], widths: Sequence[int]) -> str:
    padded = []
    for column, cell, width in zip(shape.columns, row, widths, strict=True):
        text = clip(cell, width)
        gap = " " * (width - columns(text))
        padded.append(gap + text if column.numeric else text + gap)
    return _GAP.join(padded).rstrip()


def _listed(shape: Table, cells: Sequence[Sequence[str]]) -> Block:
    """Each row as one line that may wrap; numbers say what they count."""
    return bullets(_sentence(shape, row, own=number == shape.own_row) for number, row in enumerate(cells))


def _sentence(shape: Table, row: Sequence[str], *, own: bool) -> list[Block]:
    said = [
        f"{cell} {column.title.lower()}" if column.numeric and column.title.isalpha() else cell
        for column, cell in zip(shape.columns, row, strict=True)
        if cell
    ]
    return words(" · ".join(said), bold=own)
