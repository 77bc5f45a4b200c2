"""A message as Block Kit, within Slack's limits, and as the text that notifications and screen readers get."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.chat.clipping import clipped
from bot.chat.message import (
    Block as Part,
)
from bot.chat.message import (
    Button,
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
    Words,
)
from bot.chat.plain import plain
from bot.platforms.slack import limits
from bot.platforms.slack.escape import escape, is_person, literal, mention, shown
from bot.platforms.slack.limits import Surface
from bot.platforms.slack.rich_text import (
    DATES,
    Block,
    bullets,
    emphasis,
    inlines,
    markup,
    preformatted,
    quoted,
    rich_text,
    say_zoned,
    section,
    words,
)
from bot.platforms.slack.shorten import shortened
from bot.platforms.slack.table import table

# A sign and a word for each: nothing hangs on colour alone.
_MARKS = {
    Mark.HIT: ("white_check_mark", "Good"),
    Mark.PARTIAL: ("large_yellow_circle", "In part"),
    Mark.MISS: ("white_circle", "Missing"),
    Mark.CONTRADICTED: ("x", "Wrong"),
    Mark.MISCONCEPTION: ("x", "Mistake"),
}
_TO_DO = ("warning", "To do")  # what is missing in a message about a problem
# How long one text may be, tried from the left until everything fits.
_LENGTHS = (12_000, 4_000, 2_000, 1_000, 600, 400, 250, 150, 100, 60, 40)
_CUT = Footnote(
    (Words("Shortened to fit. Your feedback also stands in this app's Home tab; or type "), Code("/quiz why"))
)
_NOTHING = "The quiz has news for you. Today's question: /quiz"


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one part of a message becomes. `needed` ones stay whatever else must go."""

    blocks: list[Block]
    needed: bool

    @property
    def size(self) -> int:
        return len(json.dumps(self.blocks, ensure_ascii=False))


def blocks_of(message: Message, *, private: bool = False, surface: Surface = limits.MESSAGE) -> list[Block]:
    """The message's blocks. `private`: one person sees them, so people stand in it as mentions that ring nobody.

    In a post a mention would notify whom it names, so there people stand with their names.
    """
    whole = tuple(shortened(part, _LENGTHS[0]) for part in message.blocks)
    if _fits(pieces := _pieces(message, whole, private=private), surface) and whole == _uncut(message.blocks):
        return _joined(pieces)
    for most in _LENGTHS:
        parts = (*(shortened(part, most) for part in message.blocks), _CUT)
        if _fits(pieces := _pieces(message, parts, private=private), surface):
            return _joined(pieces)
    return _joined(_fitting(pieces, surface))


def fallback_of(message: Message) -> str:
    """The text beside the blocks: what it is about in the first line, then what it says, for those who hear it."""
    said = replace(message, blocks=tuple(b for b in message.blocks if not isinstance(b, Heading | Buttons | Table)))
    summary = " ".join(shown(message.summary, one_line=True).split())
    body = plain(said, width=limits.FALLBACK)
    text = summary if body.strip() == summary else f"{summary}\n{body}".strip()
    room = limits.FALLBACK
    while len(escaped := escape(clipped(text, room))) > limits.FALLBACK:
        room -= len(escaped) - limits.FALLBACK
    return escaped or _NOTHING


def _uncut(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts as they are without need: only headings, footnotes, quotes and cells have lengths of their own."""
    return tuple(shortened(part, 1_000_000) for part in parts)


def _fits(pieces: Sequence[_Piece], surface: Surface) -> bool:
    blocks = sum(len(piece.blocks) for piece in pieces)
    return blocks <= surface.blocks and sum(piece.size for piece in pieces) <= surface.size


def _fitting(pieces: Sequence[_Piece], surface: Surface) -> list[_Piece]:
    """The needed pieces and as many of the others, from the top, as there is room for."""
    needed = [piece for piece in pieces if piece.needed]
    chosen: list[_Piece] = []
    for piece in [*needed, *(piece for piece in pieces if not piece.needed)]:
        if not _fits([*chosen, piece], surface):
            break
        chosen.append(piece)
    return [piece for piece in pieces if any(piece is one for one in chosen)]


def _joined(pieces: Iterable[_Piece]) -> list[Block]:
    return [block for piece in pieces for block in piece.blocks]


def _pieces(message: Message, parts: Sequence[Part], *, private: bool) -> list[_Piece]:
    """`parts` are the message's, perhaps shortened."""
    pieces = [_Piece([_mrkdwn_section(ping)], needed=True)] if (ping := mention(message.ping or "")) else []
    buttons = 0
    for before, run in _runs(parts):
        part = run[0]
        if isinstance(part, Heading):
            pieces.append(_Piece(_heading(part, before), needed=before is None))
        elif isinstance(part, Buttons):
            pieces.append(_Piece(_buttons(part, buttons), needed=True))
            buttons += len(part.items)
        elif isinstance(part, ItemList):
            pieces += [_Piece(blocks, needed=False) for blocks in _items(part, message.tone)]
        elif isinstance(part, Footnote):
            pieces.append(_Piece(_context(part.parts, private=private), needed=True))
        elif isinstance(part, Paragraph):
            pieces.append(_Piece(_lines(run, private=private), needed=False))
        else:
            pieces.append(_Piece(_block(part), needed=False))
    return pieces


def _runs(parts: Sequence[Part]) -> Iterator[tuple[Part | None, list[Part]]]:
    """Each part with the one before it; lines that follow one another go together, as they stand close."""
    run: list[Part] = []
    before: Part | None = None
    for part in parts:
        if run and not (_is_line(part) and _is_line(run[-1])):
            yield before, run
            before, run = run[-1], []
        run.append(part)
    if run:
        yield before, run


def _is_line(part: Part) -> bool:
    return isinstance(part, Paragraph) and not _is_dim(part)


def _is_dim(part: Paragraph) -> bool:
    return bool(part.parts) and all(isinstance(word, Words) and word.dim for word in part.parts)


def _lines(run: Sequence[Part], *, private: bool) -> list[Block]:
    lines = [part for part in run if isinstance(part, Paragraph)]
    if _is_dim(lines[0]):
        return _context(lines[0].parts, private=private)
    return rich_text(*(section(inlines(part.parts, private=private)) for part in lines))


def _block(part: Part) -> list[Block]:
    if isinstance(part, Markup):
        return rich_text(*markup(part.text))
    if isinstance(part, CodeBlock):
        return rich_text(preformatted(shown(part.text)))
    if isinstance(part, Table):
        return rich_text(*table(part))
    return []


def _heading(part: Heading, before: Part | None) -> list[Block]:
    """A title; a line above it where something stands before it, and one title below another is smaller."""
    title = clipped(shown(part.text, one_line=True).strip(), limits.HEADER)
    if not title:
        return []
    if isinstance(before, Heading):
        return rich_text(section(words(title, bold=True)))
    header = {"type": "header", "text": _plain_text(title)}
    return [header] if before is None else [{"type": "divider"}, header]


def _items(part: ItemList, tone: Tone) -> Iterator[list[Block]]:
    """Items with a mark stand apart; a run of plain ones is one list."""
    run: list[Item] = []
    for item in part.items:
        if item.mark is Mark.NONE and item.quote is None:
            run.append(item)
            continue
        yield rich_text(bullets(_bullet(one) for one in run))
        run = []
        yield _marked(item, tone)
    yield rich_text(bullets(_bullet(one) for one in run))


def _bullet(item: Item) -> list[Block]:
    text = shown(item.text, one_line=True)
    if item.remark is None:
        return emphasis(text)
    return [*emphasis(text, bold=True), *words("\n"), *emphasis(shown(item.remark, one_line=True))]


def _marked(item: Item, tone: Tone) -> list[Block]:
    said = emphasis(shown(item.text, one_line=True))
    if item.mark in _MARKS:
        emoji, word = _TO_DO if item.mark is Mark.MISS and tone is Tone.PROBLEM else _MARKS[item.mark]
        said = [{"type": "emoji", "name": emoji}, *words(f" {word}: ", bold=True), *said]
    if item.note:
        said = [*said, *words(f" ({shown(item.note, one_line=True)})", bold=True)]
    remark = section(emphasis(shown(item.remark or "", one_line=True)))
    return rich_text(section(said), quoted(item.quote or ""), remark)


def _buttons(part: Buttons, before: int) -> list[Block]:
    """`before`: how many buttons the message has already; Slack wants each `action_id` once."""
    elements = [_button(button, number) for number, button in enumerate(part.items[: limits.ACTIONS], before + 1)]
    return [{"type": "actions", "elements": elements}] if elements else []


def _button(button: Button, number: int) -> Block:
    label = shown(button.label, one_line=True).strip() or button.action.verb
    element = {
        "type": "button",
        "action_id": f"press-{number}",
        "value": str(button.action),
        "text": _plain_text(clipped(label, limits.BUTTON_TEXT)),
        "accessibility_label": clipped(label, limits.ACCESSIBILITY_LABEL),
    }
    return element | {"style": "primary"} if button.primary else element


def _context(parts: Sequence[Inline], *, private: bool) -> list[Block]:
    text = "".join(_mrkdwn(part, private=private) for part in parts).strip()
    return [{"type": "context", "elements": [_mrkdwn_text(text)]}] if text else []


def _mrkdwn(part: Inline, *, private: bool) -> str:
    """A context takes no rich text, and plain text knows no dates."""
    if isinstance(part, When):
        return f"<!date^{int(part.at.timestamp())}^{DATES[part.style]}|{say_zoned(part)}>"
    if isinstance(part, Who):
        return f"<@{part.external_id}>" if private and is_person(part.external_id) else literal(part.name)
    if isinstance(part, Code):
        code = escape(part.text, one_line=True).replace("`", "'").strip()
        return f"`{code}`" if code else ""
    return literal(part.text)


def _mrkdwn_section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn_text(text)}


def _mrkdwn_text(text: str) -> Block:
    """`verbatim`: Slack makes no links, channels or people out of words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
