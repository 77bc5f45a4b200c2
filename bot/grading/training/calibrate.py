"""Fit the blend: what makes the judge's numbers, beside the likenesses, probabilities. On answers of the tune part."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from bot.content.schema import Question
from bot.grading.blend import Blend, of_point, of_wrong
from bot.grading.claims import claims
from bot.grading.judge import Judge
from bot.grading.labelled import LabelledAnswer
from bot.grading.offline import likenesses
from bot.grading.spans import shown, spans
from bot.grading.training.examples import ORDER

_STEPS = 300
_HELD = 1e-3  # what a weight pays for leaving its start, squared

Row = NDArray[np.float32]


def fitted(judge: Judge, questions: Mapping[str, Question], answers: Sequence[LabelledAnswer]) -> Blend:
    """Multinomial and binary logistic regression, started from what the judge says by itself."""
    points: list[tuple[Row, int]] = []
    wrong: list[tuple[Row, int]] = []
    for answer in answers:
        question = questions[answer.question]
        own = spans(answer.text, shown(question))
        if not own:
            continue
        judged, like = judge.judge(own, claims(question)), likenesses(question, answer.text)
        for index, point in enumerate(question.key_points):
            label = ORDER.index(answer.points[point.id].verdict)
            points.append((of_point(judged.verdicts[index], like[index]), label))
        for index, myth in enumerate(question.misconceptions, len(question.key_points)):
            wrong.append((of_wrong(judged.verdicts[index], like[index]), int(myth.id in answer.misconceptions)))
    start = Blend.of_card(None)
    return Blend(
        _regression(points, start.points, lambda logits, right: functional.cross_entropy(logits, right)),
        _regression(
            wrong,
            start.misconceptions,
            lambda logits, right: functional.binary_cross_entropy_with_logits(logits, right.float()),
        ),
    )


def _regression(rows: Sequence[tuple[Row, int]], start: Row, loss: Any) -> Row:  # noqa: ANN401 - torch's tensors
    features = torch.tensor(np.stack([np.append(row, np.float32(1.0)) for row, _ in rows]))
    right = torch.tensor([label for _, label in rows])
    first = torch.tensor(start)
    weights = first.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def closure() -> Any:  # noqa: ANN401
        optimizer.zero_grad()
        found = loss(features @ weights, right) + _HELD * ((weights - first) ** 2).sum()
        found.backward()
        return found

    optimizer.step(closure)
    return np.asarray(weights.detach().numpy(), np.float32)
