"""Weigh what the judge says together with how like the rubric's wordings the answer is: calibrated probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.grading.offline import HIT, REJECT, Likeness

Row = NDArray[np.float32]
_LEAST = 1e-8
POINT_FEATURES, WRONG_FEATURES = 10, 6


@dataclass(frozen=True, slots=True)
class Blend:
    """`points`: (features + 1) × 4 verdicts, `misconceptions`: features + 1; the last row is the bias."""

    points: Row
    misconceptions: Row

    @classmethod
    def of_card(cls, card: Mapping[str, Any] | None) -> "Blend":
        """As stored in `model.json`; where there is none, what the judge says stands. Raises `ValueError`."""
        if card is None:
            return cls(np.eye(POINT_FEATURES + 1, 4, dtype=np.float32), np.array([-1, 0, 1, 0, 0, 0, 0], np.float32))
        points, wrong = (np.asarray(card[name], np.float32) for name in ("points", "misconceptions"))
        if points.shape != (POINT_FEATURES + 1, 4) or wrong.shape != (WRONG_FEATURES + 1,):
            raise ValueError("the blend has another shape")
        return cls(points, wrong)

    def to_card(self) -> dict[str, Any]:
        """Plain values, rounded."""
        return {"points": self.points.round(4).tolist(), "misconceptions": self.misconceptions.round(4).tolist()}

    def verdicts(self, judged: Row, likeness: Likeness) -> Row:
        """Probabilities of the four verdicts on a key point."""
        logits = np.append(of_point(judged, likeness), 1.0) @ self.points
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), np.float32)

    def asserted(self, judged: Row, likeness: Likeness) -> float:
        """Probability that a misconception is asserted."""
        return float(1 / (1 + np.exp(-(np.append(of_wrong(judged, likeness), 1.0) @ self.misconceptions))))


def of_point(judged: Row, likeness: Likeness) -> Row:
    """The judge's four probabilities as logarithms, the four likenesses, and whether two of them are clear."""
    said, _, against, _ = likeness.scores
    return np.array([*np.log(np.maximum(judged, _LEAST)), *likeness.scores, said >= HIT, against >= REJECT], np.float32)


def of_wrong(judged: Row, likeness: Likeness) -> Row:
    """The judge's four probabilities as logarithms, the likeness, and whether it is clear."""
    said = likeness.scores[0]
    return np.array([*np.log(np.maximum(judged, _LEAST)), said, said >= REJECT], np.float32)
