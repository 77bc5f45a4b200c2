"""Other people's text as Discord's Markdown shows it literally.

It can neither mention, notify, format, link, quote, head, list, fence nor turn the reading direction around.
Discord's own rules: https://docs.discord.com/developers/reference#message-formatting
"""

import re
import unicodedata

from bot.chat.literal import visible

NOTHING = "\u200b"  # takes no room, and breaks or parts what it stands in
_ISOLATE, _POP = "\u2068", "\u2069"
# What nobody sees. The joiners stay: emoji and several scripts need them.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
# A backslash before any sign makes it literal. These start something anywhere (a colon: an emoji, an address) …
_SIGNS = re.compile(r"[\\*_~|`<\[]|:(?!\s)")
# … and these at the start of a line: lists, numbered lists, headings, quotes, small print.
_AT_START = re.compile(r"^(\s*\d*)([-+.#>])")
_MOST_MARKS = 4  # more accents on one letter than any script needs run over the lines around it


def cleaned(text: str, *, one_line: bool = False) -> str:
    """`text` without controls, invisible characters and towers of accents; nothing escaped."""
    kept: list[str] = []
    marks = 0
    for char in _UNSEEN.sub("", visible(text, one_line=one_line)):
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
        elif category != "Cf":
            marks = 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def words(text: str) -> str:
    """`text` on one line, to stand anywhere in a text display."""
    escaped = _SIGNS.sub(r"\\\g<0>", cleaned(text, one_line=True))
    escaped = _AT_START.sub(r"\1\\\2", escaped)
    return isolated(escaped.replace("@", "@" + NOTHING))


def span(text: str) -> str:
    """`text` to stand between two backticks."""
    return cleaned(text, one_line=True).replace("`", "ˋ")


def fenced(text: str) -> str:
    """`text` to stand in a code block, where nothing is escaped and only a fence ends it."""
    return re.sub("``(?=`)", "``" + NOTHING, cleaned(text))


def isolated(text: str) -> str:
    """Right-to-left text in a pair of isolates, so that it does not reorder what stands around it."""
    if any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text):
        return f"{_ISOLATE}{text}{_POP}"
    return text
