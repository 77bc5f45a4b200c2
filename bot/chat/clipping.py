"""Cutting text that is too long: never inside a sign that a reader sees as one, and between words where it can be."""

from collections.abc import Callable

from wcwidth import iter_graphemes

Size = Callable[[str], int]  # how long a platform takes a text to be


def clipped(text: str, most: int, size: Size = len) -> str:
    """`text` in at most `most` of `size`, with an ellipsis where it was cut."""
    if size(text) <= most:
        return text
    kept = _head(text, most - 1, size)
    space = max(kept.rfind(" "), kept.rfind("\n"))
    if not text[len(kept)].isspace() and space > len(kept) * 2 // 3:
        kept = kept[:space]
    return kept.rstrip().rstrip(",;:").rstrip() + "…"


def clipped_markup(text: str, most: int, size: Size = len) -> str:
    """Author's Markdown cut between words where no emphasis and no code is open."""
    if size(text) <= most:
        return text
    kept = clipped(text, most, size)[:-1]
    while kept and (kept.count("`") % 2 or kept.replace("**", "").count("*") % 2 or kept.count("**") % 2):
        kept = kept[: max(kept.rfind(" "), kept.rfind("\n"), 0)]
    return kept.rstrip() + " …"


def _head(text: str, most: int, size: Size) -> str:
    """The start of `text` up to a whole sign: no accent, skin or flag is cut off."""
    kept: list[str] = []
    for grapheme in iter_graphemes(text[: most + 1]):
        most -= size(grapheme)
        if most < 0:
            break
        kept.append(grapheme)
    return "".join(kept)
