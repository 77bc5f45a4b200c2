"""A message on a screen: panels and colour where there is a real terminal, plain text everywhere else."""

import re
from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table as RichTable
from rich.text import Text

from bot.chat.literal import visible
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
    Tone,
    When,
    Who,
)
from bot.chat.plain import paragraphs, plain, say_instant

_WIDEST = 100
# A sign and a word for each, so that nothing hangs on colour alone.
_MARKS = {
    Mark.HIT: ("✔ made    ", "green"),
    Mark.PARTIAL: ("◐ in part ", "yellow"),
    Mark.MISS: ("○ missing ", "cyan"),
    Mark.CONTRADICTED: ("✘ wrong   ", "bold red"),
    Mark.MISCONCEPTION: ("✘ mistake ", "bold red"),
    Mark.NONE: ("• ", ""),
}
_BORDER = {Tone.QUESTION: "blue", Tone.GOOD: "green", Tone.PLAIN: "bright_black", Tone.PROBLEM: "red"}
_EMPHASIS = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*([^*\n]+)\*(?![\w*])")


def is_rich(console: Console) -> bool:
    """Whether the console can show panels; a pipe or a dumb terminal gets plain text."""
    return console.is_terminal and not console.is_dumb_terminal and console.encoding.startswith("utf")


def show(console: Console, message: Message, *, seen_by: str | None = None) -> None:
    """Print a message; `seen_by` names the one person it is for."""
    note = f"only {seen_by} sees this" if seen_by else None
    if not is_rich(console):
        width = min(console.width, _WIDEST)
        head = f"--- {note} ---\n" if note else "--- #quiz ---\n"
        print(head + plain(message, width=width) + "\n", file=console.file)
        return
    console.print(renderable(message, note), width=min(console.width, _WIDEST))


def renderable(message: Message, note: str | None = None) -> RenderableType:
    """The message as a panel with its heading as the title."""
    title = next((block.text for block in message.blocks if isinstance(block, Heading)), None)
    body: list[RenderableType] = []
    for block in message.blocks:
        if isinstance(block, Heading):
            continue
        if body:
            body.append(Text())
        body += _block(block)
    if title is None and len(message.blocks) == 1 and message.tone is not Tone.PROBLEM:
        only = Padding(body[0], (0, 0, 0, 2))
        return Group(only, Text(f"  ({note})", style="dim")) if note else only
    return Panel(
        Group(*body),
        title=Text(visible(title, one_line=True), style="bold") if title else None,
        title_align="left",
        subtitle=Text(note, style="dim") if note else None,
        subtitle_align="right",
        border_style=_BORDER[message.tone],
        box=box.ROUNDED,
        padding=(1, 2) if title else (0, 2),
    )


def _block(block: Block) -> list[RenderableType]:
    if isinstance(block, Paragraph):
        return [_inline(block.parts)]
    if isinstance(block, Footnote):
        return [_inline(block.parts, base="dim")]
    if isinstance(block, Markup):
        return _markup(block)
    if isinstance(block, CodeBlock):
        return [Syntax(visible(block.text), block.language, background_color="default", word_wrap=True)]
    if isinstance(block, ItemList):
        return [_items(block)]
    if isinstance(block, Table):
        return [_table(block)]
    if isinstance(block, Buttons):
        return [_buttons(block)]
    return []


def _inline(parts: Sequence[Inline], base: str = "") -> Text:
    text = Text(style=base)
    for part in parts:
        if isinstance(part, When):
            text.append(say_instant(part), style="bold")
        elif isinstance(part, Code):
            text.append(visible(part.text, one_line=True), style="bold cyan not dim")
        elif isinstance(part, Who):
            text.append(visible(part.name, one_line=True), style="bold")
        else:
            style = " ".join(name for name, on in (("bold", part.bold), ("dim", part.dim)) if on)
            text.append(visible(part.text, one_line=True), style=style)
    return text


def _markup(block: Markup) -> list[RenderableType]:
    shown: list[RenderableType] = []
    previous: bool | None = None
    for text, item in paragraphs(visible(block.text)):
        if previous is not None and not (item and previous):
            shown.append(Text())
        shown.append(_hanging("• ", "", _emphasis(text)) if item else _emphasis(text))
        previous = item
    return shown


def _emphasis(text: str) -> Text:
    styled, position = Text(), 0
    for match in _EMPHASIS.finditer(text):
        styled.append(text[position : match.start()])
        if match[1]:
            styled.append(match[1], style="cyan")
        else:
            styled.append(match[2] or match[3], style="bold" if match[2] else "italic")
        position = match.end()
    return styled.append(text[position:])


def _items(block: ItemList) -> RenderableType:
    grid = RichTable.grid(padding=(0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for item in block.items:
        sign, style = _MARKS[item.mark]
        grid.add_row(Text(sign, style=style), _item(item))
    return grid


def _item(item: Item) -> Text:
    text = _emphasis(visible(item.text, one_line=True))
    if item.quote is not None:
        text.append("\n“").append(visible(item.quote, one_line=True), style="italic").append("”")
    if item.note is not None:
        text.append(f"\n({visible(item.note, one_line=True)})", style="yellow")
    if item.remark is not None:
        text.append("\n").append(visible(item.remark, one_line=True), style="dim")
    return text


def _table(block: Table) -> RenderableType:
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in block.columns:
        table.add_column(column.title, justify="right" if column.numeric else "left", overflow="fold")
    for index, row in enumerate(block.rows):
        style = "bold" if index == block.own_row else ""
        cells = [Text(visible(cell, one_line=True)) for cell in row]
        if index == block.own_row and len(cells) > 1:
            cells[1].append("  ← you")
        table.add_row(*cells, style=style)
    return table


def _buttons(block: Buttons) -> Text:
    text = Text()
    for number, button in enumerate(block.items, 1):
        style = "reverse bold" if button.primary else "reverse"
        text.append(f" {number} {visible(button.label)} ", style=style).append("  ")
    return text


def _hanging(sign: str, style: str, text: Text) -> RenderableType:
    grid = RichTable.grid(padding=(0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text(sign, style=style), text)
    return grid
