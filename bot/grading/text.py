"""Text made comparable, with the way back: every character knows where in the original it came from."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Letters of other scripts that look like Latin ones: a borrowed `о` must not hide a word or make a new one.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһԛԝοαι", "aeopcyxijsdhqwoai")
_QUOTES = str.maketrans("’‘‛ʼ′“”„–—−", "'''''\"\"\"---")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]{0,60}>")


@dataclass(frozen=True, slots=True)
class Folded:
    """Lower-case text without tricks. `origin[i]` is the index in the original of character `i`."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the original for `text[start:end]`."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(original: str) -> Folded:
    """NFKC, lower case, plain quotes; invisible characters, HTML comments and tags do not count as text."""
    chars: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(original):
        if unicodedata.category(char) == "Cf" or unicodedata.combining(char):
            continue
        for folded in unicodedata.normalize("NFKC", char).casefold().translate(_LOOKALIKES).translate(_QUOTES):
            chars.append(folded)
            origin.append(index)
    text = "".join(chars)
    for pattern in (_COMMENT, _TAG):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return Folded(text, tuple(origin))


_WORD = re.compile(r"[a-z0-9_]+(?:[.'/+:-][a-z0-9_]+)*\+*|[^\W_]+")


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[tuple[str, int, int], ...]:
    """The words of folded text with their offsets in it. `3.13`, `i/o`, `free-threaded` are one word each."""
    return tuple((match[0], match.start(), match.end()) for match in _WORD.finditer(text))


def running(text: str) -> str:
    """The words of a text in a row, without punctuation, between spaces: for finding one text in another."""
    return f" {' '.join(word for word, *_ in words(fold(text).text))} "
