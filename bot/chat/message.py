"""A message as a tree of small dataclasses. Each platform has a renderer for it; nobody else formats text.

Text a person wrote is only ever a leaf (`Words`, `CodeBlock`, a quote): renderers escape it, so it can neither
mention, format nor break anything. Text of our own and of question files may use `Markup`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.chat.action import Action


@dataclass(frozen=True, slots=True)
class Words:
    """Literal text, shown as it stands. Safe for anything a person wrote."""

    text: str
    bold: bool = False
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A short literal such as a command, in a fixed-width face."""

    text: str


@dataclass(frozen=True, slots=True)
class When:
    """An instant (aware), shown in the reader's own zone where the platform can.

    `tz` is the zone to use where it cannot.
    """

    at: datetime
    tz: str
    style: "WhenStyle"


class WhenStyle(StrEnum):
    """How much of the instant to show."""

    TIME = "time"  # 17:00
    DAY_TIME = "day_time"  # Tue 24 Nov 17:00


@dataclass(frozen=True, slots=True)
class Who:
    """A person, shown as the platform shows people, never notifying them. `name` is for platforms that cannot."""

    external_id: str
    name: str


Inline = Words | Code | When | Who


@dataclass(frozen=True, slots=True)
class Heading:
    """The title line of a message."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of running text."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """Author's text in the plain Markdown subset: paragraphs, `- ` lists, **bold**, *italic*, `code`."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Text shown as it stands, line by line: a program, or a person's own text to copy."""

    text: str
    language: str = "python"


class Mark(StrEnum):
    """The sign in front of a list item; renderers pair it with a word or shape, never colour alone."""

    HIT = "hit"
    PARTIAL = "partial"
    MISS = "miss"
    CONTRADICTED = "contradicted"
    MISCONCEPTION = "misconception"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: a mark, our text, the person's own words in quotes, and a remark below.

    `note`: a few words about the mark itself, such as who decided.
    """

    mark: Mark
    text: str
    quote: str | None = None
    remark: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ItemList:
    """Items one below the other."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title and whether its cells are numbers (aligned right)."""

    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of literal cells; `own_row` is the index of the reader's row, if shown."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    own_row: int | None = None


@dataclass(frozen=True, slots=True)
class Footnote:
    """A small line at the end: counts, closing time, what to type next."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A labelled action. `primary` is the one most people want."""

    label: str
    action: Action
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most five buttons. A platform without buttons shows each action's command instead."""

    items: tuple[Button, ...]


Block = Heading | Paragraph | Markup | CodeBlock | ItemList | Table | Footnote | Buttons


class Tone(StrEnum):
    """What kind of message it is; renderers may choose a colour by it."""

    QUESTION = "question"
    GOOD = "good"
    PLAIN = "plain"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `summary` is one plain line: the notification text and screen-reader fallback.

    `ping`: whom to notify when it is sent, a role or group in the platform's own id; else it notifies nobody.
    """

    summary: str
    blocks: tuple[Block, ...]
    tone: Tone = Tone.PLAIN
    ping: str | None = None


class FieldKind(StrEnum):
    """What a field takes; a platform without such a field takes a line of text instead."""

    TEXT = "text"  # several lines
    LINE = "line"
    CHANNEL = "channel"  # one of the workspace's channels; the event then happens there
    TIME = "time"  # HH:MM
    ZONE = "zone"  # an IANA time zone
    CHOICE = "choice"  # one of `choices`
    CHOICES = "choices"  # any of `choices`, joined by commas
    GROUP = "group"  # a role or group of people, in the platform's own id, or nothing


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `choices` are (value, label); `value` is what stands in it at first."""

    name: str
    label: str
    kind: FieldKind
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    max_length: int = 100
    required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A private form; comes back as a `FormSubmitted` with the same action.

    The most important fields stand first: a platform that takes fewer leaves the last ones out, and what is left
    out keeps its value. `intro` (Markup) stands above them.
    """

    action: Action
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    submit: str = "Send"
