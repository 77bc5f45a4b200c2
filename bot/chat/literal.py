"""Making anyone's text safe to show on a character screen."""

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str, *, one_line: bool = False) -> str:
    """`text` without what could move a cursor, colour a screen or turn the reading direction around.

    Newlines stay unless `one_line`; tabs become spaces; other control characters become a replacement sign.
    """
    kept: list[str] = []
    for char in text.replace("\r\n", "\n").replace("\t", "    "):
        if char == "\n":
            kept.append(" " if one_line else "\n")
        elif char in _BIDI:
            continue
        elif unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") or char in "\u2028\u2029":
            kept.append("\ufffd")
        else:
            kept.append(char)
    return "".join(kept)
