"""Inlines and author's text in Discord's Markdown.

https://docs.discord.com/developers/reference#message-formatting
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from bot.chat.literal import visible
from bot.chat.message import Code, CodeBlock, Inline, When, WhenStyle, Who
from bot.chat.plain import paragraphs
from bot.platforms.discord.commands import as_typed_here
from bot.platforms.discord.escape import NOTHING, fenced, span, words

_STYLE = {WhenStyle.TIME: "t", WhenStyle.DAY_TIME: "f"}
_EMPHASIS = re.compile(r"`([^`\n]+)`|\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])")
_LANGUAGE = re.compile(r"[^a-z0-9+.#-]")


def heading(level: str, text: str) -> str:
    """A heading; the signs `#` that end it are part of it."""
    shown = words(text)
    if not shown.strip():
        return ""
    return f"{level} {shown}{NOTHING if shown.endswith('#') else ''}"


def small(text: str) -> str:
    """A line of small print."""
    return f"-# {text.strip()}" if text.strip() else ""


def inline(parts: Sequence[Inline]) -> str:
    """Words, commands, instants and people in a row."""
    return _joined(map(_part, parts))


def _joined(parts: Iterable[str]) -> str:
    """Signs of two neighbours never run into one."""
    shown = ""
    for part in parts:
        shown += NOTHING + part if shown[-1:] in ("*", "`") and part[:1] == shown[-1:] else part
    return shown


def _part(part: Inline) -> str:
    if isinstance(part, When):
        return f"<t:{int(part.at.timestamp())}:{_STYLE[part.style]}>"
    if isinstance(part, Who):
        return f"<@{part.external_id}>" if is_id(part.external_id) else words(part.name)
    if isinstance(part, Code):
        return _code(part.text)
    return signed("**", words(part.text)) if part.bold else words(part.text)


def _code(text: str) -> str:
    text = as_typed_here(text)
    return f"`{span(text)}`" if span(text).strip() else span(text)


def signed(sign: str, text: str) -> str:
    """`text` between two signs, which stand apart from signs inside it; spaces stay outside."""
    inner = text.strip()
    if not inner:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    first = NOTHING if inner[0] == sign[0] else ""
    last = NOTHING if inner[-1] == sign[0] else ""
    return f"{before}{sign}{first}{inner}{last}{sign}{after}"


def markup(text: str) -> str:
    """Author's Markdown: paragraphs, lists, bold, italic and code are kept; other signs are shown as they stand."""
    shown, previous = "", False
    for paragraph, item in paragraphs(visible(text)):
        line = emphasis(paragraph)
        if line.strip():
            between = ("\n" if item and previous else "\n\n") if shown else ""
            shown, previous = f"{shown}{between}{'- ' if item else ''}{line}", item
    return shown


def emphasis(text: str) -> str:
    """One paragraph of it."""
    return _joined(_emphasised(text))


def _emphasised(text: str) -> Iterator[str]:
    position = 0
    for match in _EMPHASIS.finditer(text):
        yield words(text[position : match.start()])
        if match[1]:
            yield _code(match[1])
        else:
            yield signed("**" if match[2] else "*", emphasis(match[2] or match[3]))
        position = match.end()
    yield words(text[position:])


def code_block(block: CodeBlock) -> str:
    """A fence with its language; nothing for a block without text."""
    text = fenced(block.text).strip("\n")
    return f"```{_LANGUAGE.sub('', block.language.lower())}\n{text}\n```" if text.strip() else ""


def is_id(text: str | None) -> TypeGuard[str]:
    """Whether `text` can be an id of Discord's."""
    return text is not None and text.isascii() and text.isdecimal() and len(text) <= 20
