"""A table as Slack can show it on a phone: aligned text where it is narrow enough, else a line a row.

Slack's own table block is no help: a message takes one, a modal and the Home tab none.
https://docs.slack.dev/reference/block-kit/blocks/table-block
"""

import unicodedata
from collections.abc import Iterable, Sequence

from bot.chat.message import Column, Table
from bot.chat.plain import clip, columns
from bot.platforms.slack.escape import shown
from bot.platforms.slack.rich_text import Block, bullets, preformatted, words

_PHONE = 36  # columns of fixed-width text that a phone shows without wrapping
_NARROWEST = 14  # what a column of names may shrink to
_GAP = " "
_OWN = "› "
_ISOLATE, _END = "\u2068", "\u2069"


def table(shape: Table) -> list[Block]:
    """Parts of a rich text."""
    if not shape.columns or not shape.rows:
        return []
    order = _order(shape)
    shown_columns = [shape.columns[n] for n in order]
    cells = [[shown(row[n], one_line=True) for n in order] for row in shape.rows]
    widths = _widths(shown_columns, cells)
    if widths is None:
        return [_listed(shape)]
    blank = " " * columns(_OWN)
    lines = [blank + _row(shown_columns, [column.title for column in shown_columns], widths)]
    for number, row in enumerate(cells):
        lines.append((_OWN if number == shape.own_row else blank) + _row(shown_columns, row, widths))
    return [preformatted("\n".join(lines))]


def _order(shape: Table) -> list[int]:
    """Text in letters that Slack's fixed-width face lacks goes last, where its width moves nothing else."""
    numbers = range(len(shape.columns))
    return sorted(numbers, key=lambda n: not all(_is_even(row[n]) for row in shape.rows))


def _is_even(text: str) -> bool:
    """Whether each character takes one column of a fixed-width face: Latin, Greek and Cyrillic letters do."""
    return all(char < "\u0530" or "\u2000" <= char < "\u2070" for char in unicodedata.normalize("NFC", text))


def _widths(shape: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[int] | None:
    """How wide each column is; None where a phone would show too little of what stands in it."""
    titles = [column.title for column in shape]
    widths = [max(columns(row[n]) for row in [titles, *cells]) for n in range(len(titles))]
    over = sum(widths) + len(_GAP) * (len(widths) - 1) + columns(_OWN) - _PHONE
    if over <= 0:
        return widths
    widest = widths.index(max(widths))
    widths[widest] -= over
    losing = sum(columns(row[widest]) > widths[widest] for row in cells)
    return widths if widths[widest] >= _NARROWEST and losing * 2 <= len(cells) else None


def _row(shape: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> str:
    padded = []
    for column, cell, width in zip(shape, row, widths, strict=True):
        text = clip(cell, width)
        gap = " " * (width - columns(text))
        padded.append(gap + text if column.numeric else _apart(text) + gap)
    return _GAP.join(padded).rstrip()


def _listed(shape: Table) -> Block:
    """Each row as one line that may wrap."""
    return bullets(
        words(" · ".join(_said(shape.columns, row)), bold=number == shape.own_row)
        for number, row in enumerate(shape.rows)
    )


def _said(shape: Sequence[Column], row: Sequence[str]) -> Iterable[str]:
    """Numbers say what they count."""
    for column, cell in zip(shape, row, strict=True):
        text = shown(cell, one_line=True).strip()
        if text:
            yield f"{column.title.lower()}: {text}" if column.numeric and column.title.isalpha() else _apart(text)


def _apart(text: str) -> str:
    """Words written from right to left must not turn the numbers beside them around."""
    turned = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    return f"{_ISOLATE}{text}{_END}" if turned else text
