"""Rich text: the blocks in which Slack shows text as it stands, so that nothing of it needs escaping.

It is used for all running text and not mrkdwn, because people's words can neither format nor mention in it,
**bold** may end inside a word, lists hang, programs need no fence that a program could close, and Slack does not
fold it behind "See more" as it does with sections.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.chat.message import Code, Inline, When, WhenStyle, Who
from bot.chat.plain import paragraphs, say_instant
from bot.platforms.slack.escape import is_person, shown

Block = dict[str, Any]

DATES = {WhenStyle.TIME: "{time}", WhenStyle.DAY_TIME: "{date_short_pretty} at {time}"}
_EMPHASIS = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*([^*\n]+)\*(?![\w*])")


def rich_text(*parts: Block) -> list[Block]:
    """One block of these sections, lists and quotes; none where they are all empty."""
    filled = [part for part in parts if part["elements"]]
    return [{"type": "rich_text", "elements": filled}] if filled else []


def section(elements: Iterable[Block]) -> Block:
    """A line or paragraph."""
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(items: Iterable[Sequence[Block]]) -> Block:
    """A list with a dot in front of each item."""
    filled = [section(item) for item in items if item]
    return {"type": "rich_text_list", "style": "bullet", "elements": filled}


def quoted(text: str) -> Block:
    """A person's own words, with a line beside them."""
    said = shown(text, one_line=True).strip()
    return {"type": "rich_text_quote", "elements": words(f"“{said}”" if said else "")}


def preformatted(text: str) -> Block:
    """Lines as they stand, in a fixed-width face."""
    return {"type": "rich_text_preformatted", "elements": words(text)}


def words(text: str, **style: bool) -> list[Block]:
    """Text as it stands; Slack refuses empty ones."""
    if not text:
        return []
    element: Block = {"type": "text", "text": text}
    chosen = {name: True for name, on in style.items() if on}
    return [element | {"style": chosen}] if chosen else [element]


def inlines(parts: Iterable[Inline], *, private: bool) -> list[Block]:
    """A line's parts. `private`: nobody else sees it, so that a person can be shown as a mention without a ping."""
    return [element for part in parts for element in _inline(part, private=private)]


def markup(text: str) -> Iterator[Block]:
    """Sections and lists of the author's Markdown subset."""
    run: list[str] = []
    listed = False
    for paragraph, item in paragraphs(shown(text)):
        if item != listed and run:
            yield _listing(run) if listed else _running(run)
            run = []
        run, listed = [*run, paragraph], item
    if run:
        yield _listing(run) if listed else _running(run)


def emphasis(text: str, **style: bool) -> list[Block]:
    """One line of the author's Markdown subset."""
    elements: list[Block] = []
    position = 0
    for match in _EMPHASIS.finditer(text):
        elements += words(text[position : match.start()], **style)
        if match[1]:
            elements += words(match[1], **style, code=True)
        elif match[2]:
            elements += emphasis(match[2], **style | {"bold": True})
        else:
            elements += emphasis(match[3], **style | {"italic": True})
        position = match.end()
    return elements + words(text[position:], **style)


def _running(run: Sequence[str]) -> Block:
    elements: list[Block] = []
    for paragraph in run:
        elements += [*(words("\n\n") if elements else ()), *emphasis(paragraph)]
    return section(elements)


def _listing(run: Sequence[str]) -> Block:
    return bullets(emphasis(item) for item in run)


def _inline(part: Inline, *, private: bool) -> list[Block]:
    if isinstance(part, When):
        return [date(part)]
    if isinstance(part, Who):
        if private and is_person(part.external_id):
            return [{"type": "user", "user_id": part.external_id}]
        return words(shown(part.name, one_line=True), bold=True)
    if isinstance(part, Code):
        return words(shown(part.text, one_line=True), code=True)
    return words(shown(part.text, one_line=True), bold=part.bold)


def date(when: When) -> Block:
    """An instant that each reader sees in their own zone."""
    return {
        "type": "date",
        "timestamp": int(when.at.timestamp()),
        "format": DATES[when.style],
        "fallback": say_zoned(when),
    }


def say_zoned(when: When) -> str:
    """For clients that know no dates: in the zone it carries, which is named."""
    return f"{say_instant(when)} {when.tz}"
