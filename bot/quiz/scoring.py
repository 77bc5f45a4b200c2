"""From a grade to points, and from points to places."""

import math
from collections.abc import Sequence

from bot.grading.verdict import Grade


def points(grade: Grade) -> int:
    """Points of a submission, 0 to 100: the grade's score, halves rounded up."""
    return math.floor(grade.score + 0.5)


def ranks(points_best_first: Sequence[int]) -> list[int]:
    """Places for points sorted best first; ties share one and the next place is left out: 1, 2, 2, 4."""
    places: list[int] = []
    for index, value in enumerate(points_best_first):
        tied = index > 0 and value == points_best_first[index - 1]
        places.append(places[-1] if tied else index + 1)
    return places
