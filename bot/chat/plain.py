"""A message as plain text: for pipes, screen readers and notification texts. Every platform's last resort."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from wcwidth import wcswidth

from bot.chat.literal import visible
from bot.chat.message import (
    Block,
    Buttons,
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
    When,
    WhenStyle,
    Who,
)

MARKS = {
    Mark.HIT: "[hit]",
    Mark.PARTIAL: "[part]",
    Mark.MISS: "[miss]",
    Mark.CONTRADICTED: "[wrong]",
    Mark.MISCONCEPTION: "[myth]",
    Mark.NONE: "-",
}
_EMPHASIS = re.compile(r"(\*\*|__)(.+?)\1|(?<![\w*])\*([^*\n]+)\*(?![\w*])")


def plain(message: Message, *, width: int) -> str:
    """The message wrapped to `width` columns, blocks separated by empty lines."""
    parts = [text for block in message.blocks if (text := "\n".join(_lines(block, width)))]
    return "\n\n".join(parts)


def say_instant(when: When) -> str:
    """`Tue 24 Nov 17:00`, or only the time, in the zone it carries."""
    local = when.at.astimezone(ZoneInfo(when.tz))
    if when.style is WhenStyle.TIME:
        return f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def inline_text(parts: Sequence[Inline]) -> str:
    """Words, codes and instants in a row."""
    return "".join(_inline_part(part) for part in parts)


def _inline_part(part: Inline) -> str:
    if isinstance(part, When):
        return say_instant(part)
    return visible(part.name if isinstance(part, Who) else part.text, one_line=True)


def columns(text: str) -> int:
    """Screen columns that `text` takes; wide characters take two."""
    return max(wcswidth(text), 0) if wcswidth(text) >= 0 else len(text)


def clip(text: str, width: int) -> str:
    """`text` in at most `width` columns, with an ellipsis where something was cut."""
    if columns(text) <= width:
        return text
    while text and columns(text) > width - 1:
        text = text[:-1]
    return text + "…"


def table_lines(table: Table, width: int) -> Iterator[str]:
    """Aligned columns; the widest text column gives way when the screen is too narrow."""
    cells = [[visible(cell, one_line=True) for cell in row] for row in table.rows]
    titles = [column.title for column in table.columns]
    widths = [max([columns(title), *(columns(row[n]) for row in cells)]) for n, title in enumerate(titles)]
    spare = width - 2 * (len(widths) - 1) - 2
    while sum(widths) > spare and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    numeric = [column.numeric for column in table.columns]
    yield "  " + _row(titles, widths, numeric)
    for index, row in enumerate(cells):
        yield ("> " if index == table.own_row else "  ") + _row(row, widths, numeric)


def unmarked(text: str) -> str:
    """Author's Markdown without the signs for bold and italic; code keeps its backticks."""
    return _EMPHASIS.sub(lambda match: match[2] or match[3], text)


def paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    """Paragraphs and list items of the Markdown subset, with whether each is a list item."""
    for chunk in re.split(r"\n\s*\n", text.strip()):
        current: list[str] = []
        item = False
        for line in chunk.splitlines():
            if line.lstrip().startswith("- "):
                if current:
                    yield " ".join(current), item
                current, item = [line.strip()[2:]], True
            else:
                current.append(line.strip())
        yield " ".join(current), item


def _lines(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Heading):
        title = visible(block.text, one_line=True)
        yield from _wrap(title, width)
        yield "=" * min(columns(title), width)
    elif isinstance(block, Paragraph | Footnote):
        yield from _wrap(inline_text(block.parts), width)
    elif isinstance(block, Markup):
        yield from _markup(block, width)
    elif isinstance(block, CodeBlock):
        yield from ("    " + line for line in visible(block.text).splitlines())
    elif isinstance(block, ItemList):
        for item in block.items:
            yield from _item(item, width)
    elif isinstance(block, Table):
        yield from table_lines(block, width)
    elif isinstance(block, Buttons):
        labels = "  ".join(f"[{n}] {visible(button.label)}" for n, button in enumerate(block.items, 1))
        yield from _wrap(labels, width)


def _markup(block: Markup, width: int) -> Iterator[str]:
    previous: bool | None = None
    for text, item in paragraphs(visible(block.text)):
        if previous is not None and not (item and previous):
            yield ""
        yield from _wrap(unmarked(text), width, first="- " if item else "", rest="  " if item else "")
        previous = item


def _item(item: Item, width: int) -> Iterator[str]:
    mark = MARKS[item.mark]
    indent = " " * (len(mark) + 1 if item.mark is Mark.NONE else 8)
    yield from _wrap(visible(item.text, one_line=True), width, first=mark.ljust(len(indent)), rest=indent)
    if item.quote is not None:
        yield from _wrap(f"“{visible(item.quote, one_line=True)}”", width, first=indent, rest=indent)
    if item.note is not None:
        yield from _wrap(f"({visible(item.note, one_line=True)})", width, first=indent, rest=indent)
    if item.remark is not None:
        yield from _wrap(visible(item.remark, one_line=True), width, first=indent, rest=indent)


def _wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    if columns(text) == len(text):
        return textwrap.wrap(
            text, max(width, 20), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        ) or [first.rstrip()]
    return _wrap_wide(text, max(width, 20), first, rest)


def _wrap_wide(text: str, width: int, first: str, rest: str) -> list[str]:
    """`textwrap` counts characters; text with wide or joined ones is wrapped by columns."""
    lines, current = [], first
    for word in text.split():
        while columns(word) > width - len(rest):
            head = clip(word, width - len(rest))[:-1] or word[0]
            lines.append(rest + head)
            word = word[len(head) :]
        joined = f"{current} {word}" if current.strip() and current not in (first, rest) else current + word
        if columns(joined) > width:
            lines.append(current)
            joined = rest + word
        current = joined
    return [*lines, current] if current.strip() or not lines else lines


def _row(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for cell, width, right in zip(cells, widths, numeric, strict=True):
        text = clip(cell, width)
        gap = " " * (width - columns(text))
        padded.append(gap + text if right else text + gap)
    return "  ".join(padded).rstrip()
