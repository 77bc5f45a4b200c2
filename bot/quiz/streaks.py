"""How many posted rounds in a row somebody answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.quiz.round import Round, RoundStatus

_POSTED = (RoundStatus.OPEN, RoundStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Streak:
    """Rounds in a row: the one that runs, and the longest ever."""

    current: int
    best: int


def streak(attendance: Sequence[tuple[Round, bool]]) -> Streak:
    """`attendance`: rounds oldest first, with whether the person has a ranked answer.

    Only posted rounds count, so weekends, pauses and outages break nothing. The open round adds to the
    streak when answered and breaks nothing while it is not.
    """
    current = best = 0
    for asked, answered in attendance:
        if asked.status not in _POSTED:
            continue
        if answered:
            current += 1
        elif asked.status is not RoundStatus.OPEN:
            current = 0
        best = max(best, current)
    return Streak(current, best)
