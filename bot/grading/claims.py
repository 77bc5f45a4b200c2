"""What an answer is judged by: the claims of a question, in the order in which every judge returns them."""

from dataclasses import dataclass

from bot.content.schema import Question


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim with wordings that say the same, only a part of it, and what cannot be true together with it."""

    text: str
    same: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()


def claims(question: Question) -> tuple[Claim, ...]:
    """The claims of its key points, then those of its misconceptions."""
    points = tuple(Claim(point.claim, point.accept, point.reject, point.partial) for point in question.key_points)
    return points + tuple(Claim(wrong.claim, wrong.accept) for wrong in question.misconceptions)
