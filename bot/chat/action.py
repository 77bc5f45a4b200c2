"""Ids of buttons and forms. They are data, never closures: they survive restarts and replicas."""

import re
from dataclasses import dataclass

from bot.errors import QuizError

_FORM = re.compile(r"(?P<verb>[a-z]+(?:-[a-z]+)*):v1:(?P<subject>[A-Za-z0-9._-]{1,92})\Z")
_LONGEST = 100  # characters that every platform takes


class UnknownAction(QuizError):
    """An action id that this version does not know."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does and to what: `answer` on round 12 is `answer:v1:12`.

    Verbs: `answer` (subject: round id, or `round id.question id`), `practice` (question id), `hint` (round id),
    `practice-hint` (question id), `forget` (`me`), `why` (`last`), `setup` (`form`), `preview` and `post` (`next`),
    `rule` (`submission id.key point id.verdict`), `unsure` (`submission id.key point id`, the last one seen).
    """

    verb: str
    subject: str

    def __str__(self) -> str:
        return f"{self.verb}:v1:{self.subject}"

    @classmethod
    def parse(cls, text: str) -> "Action":
        """Read an id back. Anyone can replay one: check state again. Raises `UnknownAction`."""
        match = _FORM.match(text)
        if match is None or len(text) > _LONGEST:
            raise UnknownAction(text[:100])
        return cls(match["verb"], match["subject"])
