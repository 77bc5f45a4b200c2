"""Text made comparable, with the way back: every character knows where in the original it came from."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Letters of other scripts that look like Latin ones: a borrowed `о` must not hide a word or make a new one.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһԛԝοαι", "aeopcyxijsdhqwoai")
_UNSEEN = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn"))
_UNEQUAL = str.maketrans({"≠": " is not ", "≢": " is not ", "∉": " not in ", "∄": " there is no "})
_BLANKS = str.maketrans("\u115f\u1160\u2800", "   ")  # letters and signs that show nothing
_QUOTES = str.maketrans("’‘‛ʼ′“”„–—−", "'''''\"\"\"---")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]{0,60}>")
_GIVEN_LINE = re.compile(r"^[ \t]*>(?!>)[ \t].*$", re.MULTILINE)
_GIVEN_TEXT = re.compile(r'(?<![\w.,!?)])"(?=\S)[^"]{40,}"')
_INNER_END = re.compile(r"[.!?]\s+\S")
_SENTENCE = 15  # words of a quotation that is no term and no short claim


@dataclass(frozen=True, slots=True)
class Folded:
    """Lower-case text without tricks. `origin[i]` is the index in the original of character `i`."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the original for `text[start:end]`."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(original: str) -> Folded:
    """NFKD without marks, lower case, plain quotes; what cannot be seen, HTML comments and tags do not count as text,
    nor does somebody else's: lines quoted with `>`, and a long sentence or several between quotation marks.

    That is what a tokenizer makes of it too: no judge may read words that were hidden from the cutting of spans.
    """
    chars: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(original):
        for folded in _folded(char):
            chars.append(folded)
            origin.append(index)
    text = "".join(chars)
    for pattern in (_COMMENT, _TAG, _GIVEN_LINE):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    text = _GIVEN_TEXT.sub(lambda match: " " * len(match[0]) if _is_given(match[0]) else match[0], text)
    return Folded(text, tuple(origin))


def _is_given(quotation: str) -> bool:
    return bool(_INNER_END.search(quotation)) or len(quotation.split()) >= _SENTENCE


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    # A stroke through a sign is a mark as well, and without it the sign says the opposite.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char.translate(_UNEQUAL)).casefold())
    seen = "".join(part for part in plain if part.isspace() or unicodedata.category(part) not in _UNSEEN)
    return seen.translate(_LOOKALIKES).translate(_QUOTES).translate(_BLANKS)


_WORD = re.compile(r"[a-z0-9_]+(?:[.'/+:-][a-z0-9_]+)*\+*|[^\W_]+")


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[tuple[str, int, int], ...]:
    """The words of folded text with their offsets in it. `3.13`, `i/o`, `free-threaded` are one word each."""
    return tuple((match[0], match.start(), match.end()) for match in _WORD.finditer(text))


def running(text: str) -> str:
    """The words of a text in a row, without punctuation, between spaces: for finding one text in another."""
    return f" {' '.join(word for word, *_ in words(fold(text).text))} "
