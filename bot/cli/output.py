"""Printing on standard output, by the same renderers as the terminal room."""

import shutil
from collections.abc import Sequence

import click

from bot.chat.message import Column, Message, Table
from bot.chat.plain import plain

_NARROWEST, _WIDEST = 40, 120


def width() -> int:
    """Columns to write in: the terminal's, within reason."""
    return max(_NARROWEST, min(shutil.get_terminal_size((100, 40)).columns, _WIDEST))


def print_message(message: Message) -> None:
    """A chat message as plain text."""
    click.echo(plain(message, width=width()))
    click.echo()


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[str] = ()) -> None:
    """Aligned columns; `numeric` names those aligned right."""
    columns = tuple(Column(title, numeric=title in numeric) for title in titles)
    table = Table(columns, tuple(tuple(row) for row in rows))
    click.echo(plain(Message("", (table,)), width=max(width(), 200)))
