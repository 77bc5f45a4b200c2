"""Words that are in no dictionary, for authors. The spell checker is imported only here, when it is asked for."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.content.finding import Finding
from bot.content.schema import Question
from bot.errors import QuizError

FILE = "words.txt"
_NOT_PROSE = re.compile(r"`[^`]*`|https?://\S+|\S*[\d_/@\\=<>{}\[\]()]\S*|\w+(?:\.\w+)+(?:\(\))?|--?\w[\w-]*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# The dictionary is American; the other spelling of the same word is as good.
_BRITISH = (
    (re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|ing)$"), r"yz\1"),
    (re.compile(r"our(s|ed|ing|ful|less|able|al|ally|ite|ites)?$"), r"or\1"),
    (re.compile(r"ll(ed|ing|er|ers)$"), r"l\1"),
    (re.compile(r"re(s)?$"), r"er\1"),
    (re.compile(r"ence(s)?$"), r"ense\1"),
)


class NoSpellChecker(QuizError):
    """The spell checker is not installed."""


class Spelling:
    """English, and the project's own words. Raises `NoSpellChecker`."""

    def __init__(self, own: Iterable[str]) -> None:
        try:
            from spellchecker import SpellChecker
        except ModuleNotFoundError:
            raise NoSpellChecker from None
        self._checker = SpellChecker(language="en")
        self._own = frozenset(word.casefold() for word in own)

    def unknown(self, text: str) -> tuple[str, ...]:
        """Words of the text, in its order, that nobody knows. Code, names and addresses do not count."""
        prose = _NOT_PROSE.sub(" ", text)
        words = dict.fromkeys(match[0].replace("’", "'") for match in _WORD.finditer(prose))
        return tuple(word for word in words if not self._is_known(word))

    def _is_known(self, word: str) -> bool:
        if len(word) < 3 or word.upper() == word or any(letter.isupper() for letter in word[1:]):
            return True  # an abbreviation, or a name such as NumPy
        plain = word.casefold().removesuffix("'s")
        forms = (plain, plain.removesuffix("s"), *(rule.sub(to, plain) for rule, to in _BRITISH))
        return plain in self._own or any(form in self._own or self._checker.known([form]) for form in forms)


def read_words(root: Path) -> frozenset[str]:
    """The project's own words: one a line in `words.txt` beside the packs."""
    path = root / FILE
    if not path.is_file():
        return frozenset()
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def check_spelling(question: Question, spelling: Spelling) -> Iterator[Finding]:
    """One finding for every unknown word of a question; samples are people's own writing and not checked."""
    for word in spelling.unknown("\n".join(_texts(question))):
        yield Finding(
            question.id, "spelling", "warning", f"“{word}” is in no dictionary", f"correct it, or add it to {FILE}"
        )


def _texts(question: Question) -> Iterator[str]:
    yield from (question.title, question.prompt, *question.hints)
    yield from (question.model_answer, question.looking_for, question.follow_up)
    for point in question.key_points:
        yield from (point.claim, point.missing, *point.accept, *point.partial, *point.reject)
    for wrong in question.misconceptions:
        yield from (wrong.claim, wrong.correction, *wrong.accept)
