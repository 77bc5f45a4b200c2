"""Fit the blend: what makes the judge's numbers, beside the likenesses, probabilities. On answers of the tune part, and
on some tricks with the wordings of its questions: in those the likenesses are no sign of a point.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from random import Random
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
from bot.grading.training.compose import trick
from bot.grading.training.examples import ORDER
from bot.grading.verdict import Verdict

_TRICKS = 8  # for each question
_STEPS = 300
_LEAST = 1e-8
_HELD = 1e-3  # what a weight pays for leaving its start, squared

Row = NDArray[np.float32]


def fitted(judge: Judge, questions: Mapping[str, Question], answers: Sequence[LabelledAnswer]) -> Blend:
    """Multinomial and binary logistic regression, started from what the judge says by itself."""
    points: list[tuple[Row, list[bool]]] = []
    wrong: list[tuple[Row, float]] = []
    for question, text, allowed, asserted in _texts(questions, answers):
        own = spans(text, shown(question))
        if not own:
            continue
        judged, like = judge.judge(own, claims(question)), likenesses(question, text)
        for index, right in enumerate(allowed):
            points.append((of_point(judged.verdicts[index], like[index]), [verdict in right for verdict in ORDER]))
        for number in range(len(question.misconceptions)):
            index = len(allowed) + number
            wrong.append((of_wrong(judged.verdicts[index], like[index]), float(number in asserted)))
    start = Blend.of_card(None)
    return Blend(
        _regression(
            points,
            start.points,
            lambda logits, right: -(functional.softmax(logits, -1) * right).sum(-1).clamp(min=_LEAST).log().mean(),
        ),
        _regression(wrong, start.misconceptions, functional.binary_cross_entropy_with_logits),
    )


def _texts(
    questions: Mapping[str, Question], answers: Sequence[LabelledAnswer]
) -> Iterator[tuple[Question, str, Sequence[Set[Verdict]], Set[int]]]:
    """Texts with the verdicts that are right of each key point, and the misconceptions that are asserted."""
    for answer in answers:
        question = questions[answer.question]
        asserted = {n for n, wrong in enumerate(question.misconceptions) if wrong.id in answer.misconceptions}
        yield question, answer.text, [{answer.points[point.id].verdict} for point in question.key_points], asserted
    random = Random(1)  # noqa: S311 - no secret
    for id_ in sorted({answer.question for answer in answers}):
        for _ in range(_TRICKS):
            made = trick(questions[id_], random)
            yield questions[id_], made.text, made.points, made.misconceptions.keys()


def _regression(rows: Sequence[tuple[Row, Any]], start: Row, loss: Any) -> Row:  # noqa: ANN401 - torch's tensors
    features = torch.tensor(np.stack([np.append(row, np.float32(1.0)) for row, _ in rows]))
    right = torch.tensor([label for _, label in rows], dtype=torch.float32)
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
