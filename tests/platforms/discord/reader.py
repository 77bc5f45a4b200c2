"""Discord's Markdown as a reader sees it: which constructs a text display holds.

Written from the documentation and from what the client shows, not from the renderer, so that it can disagree.
https://docs.discord.com/developers/reference#message-formatting
https://support.discord.com/hc/en-us/articles/210298617
"""

import re
from collections import Counter
from collections.abc import Iterator

_ESCAPE = re.compile(r"\\[^0-9A-Za-z\s]")
_FENCE = re.compile(r"```(?:([a-zA-Z0-9_+.#-]+)\n)?\n*([^\n].*?)\n*```", re.S)
_CODE = re.compile(r"(`+)(.*?[^`])\1(?!`)", re.S)
_AT_LINE_START = (
    ("heading", re.compile(r"#{1,3} +\S")),
    ("small", re.compile(r"-# +\S")),
    ("quote", re.compile(r">(?:>>)? ")),
    ("list", re.compile(r"(?:[-*+]|\d+\.) +\S")),
)
_ANYWHERE = (
    ("user", re.compile(r"<@!?\d+>")),
    ("role", re.compile(r"<@&\d+>")),
    ("channel", re.compile(r"<#\d+>")),
    ("everyone", re.compile(r"@(?:everyone|here)")),
    ("instant", re.compile(r"<t:-?\d+(?::[tTdDfFRsS])?>")),
    ("command", re.compile(r"</[^\n>]+:\d+>")),
    ("emoji", re.compile(r"<a?:\w+:\d+>")),
    ("shortcode", re.compile(r":[^\s:]+:")),
    ("place", re.compile(r"<id:\w+>")),
    ("masked link", re.compile(r"\[[^\]\n]+\]\(\s*<?\w+:")),
    ("link", re.compile(r"<?\w+://\S|<(?:mailto|tel):|discord\.gg/\S")),
    ("bold", re.compile(r"\*\*(?:\\.|[^\\])+?\*\*(?!\*)", re.S)),
    ("underline", re.compile(r"__(?:\\.|[^\\])+?__(?!_)", re.S)),
    ("italic", re.compile(r"\*(?=\S)(?:\*\*|\\.|[^*\\])+?\*(?!\*)", re.S)),
    ("italic", re.compile(r"_(?:__|\\.|[^_\\])+?_(?![a-zA-Z0-9_])", re.S)),
    ("strike", re.compile(r"~~.+?~~(?!_)", re.S)),
    ("spoiler", re.compile(r"\|\|.+?\|\|", re.S)),
)

# How far to go on when what stands inside is read too; else behind it.
_SIGN = {"bold": 2, "underline": 2, "strike": 2, "spoiler": 2, "italic": 1, "masked link": 1, "link": 1, "list": 2}
_SIGN |= {"heading": 2, "small": 3, "quote": 2}
_STILL_FRESH = {"quote", "list", "bold", "underline", "strike", "spoiler", "italic"}


def constructs(text: str) -> list[tuple[str, str]]:
    """Every construct with its text, in order; code hides what stands in it."""
    return list(_constructs(text))


def kinds(text: str) -> Counter[str]:
    return Counter(kind for kind, _ in _constructs(text))


def shown(text: str) -> str:
    """`text` without the backslashes and what takes no room."""
    return re.sub("[\u200b\u2068\u2069]", "", _ESCAPE.sub(lambda match: match[0][1], text))


def _constructs(text: str) -> Iterator[tuple[str, str]]:
    position, fresh = 0, True
    while position < len(text):
        if match := _ESCAPE.match(text, position):
            position, fresh = match.end(), False
            continue
        kind, match = _next(text, position, fresh)
        if match is None:
            # Right after an opening sign a line has not really begun.
            fresh = text[position] == "\n" or (fresh and text[position] in " \u2068")
            position += 1
            continue
        yield kind, match[0]
        fresh = kind in _STILL_FRESH
        position += _SIGN.get(kind, len(match[0]))


def _next(text: str, position: int, fresh: bool) -> tuple[str, re.Match[str] | None]:
    for kind, pattern in (("fence", _FENCE), ("code", _CODE), *(_AT_LINE_START if fresh else ()), *_ANYWHERE):
        if match := pattern.match(text, position):
            return kind, match
    return "", None
