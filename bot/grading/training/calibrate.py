"""Make the numbers of the judge probabilities: one temperature and a bias for each verdict, fitted on the tune part."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bot.content.schema import Question
from bot.grading.claims import claims
from bot.grading.judge import Judge
from bot.grading.labelled import LabelledAnswer
from bot.grading.spans import shown, spans
from bot.grading.training.examples import ORDER

_STEPS = 200


def calibrated(
    judge: Judge, questions: Mapping[str, Question], answers: Sequence[LabelledAnswer]
) -> tuple[float, NDArray[np.float32]]:
    """The temperature and the biases with the least negative log-likelihood (Guo et al., 2017, with biases)."""
    rows = list(_judged(judge, questions, answers))
    logits = torch.tensor(np.stack([np.log(np.maximum(row, 1e-8)) for row, _ in rows]))
    right = torch.tensor([label for _, label in rows])
    scale, bias = torch.zeros((), requires_grad=True), torch.zeros(len(ORDER), requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        found = functional.cross_entropy(logits * torch.exp(-scale) + bias, right)
        found.backward()
        return found

    optimizer.step(loss)
    centred = (bias - bias.mean()).detach().numpy().astype(np.float32)
    return float(torch.exp(scale.detach())), centred


def _judged(
    judge: Judge, questions: Mapping[str, Question], answers: Sequence[LabelledAnswer]
) -> Iterator[tuple[NDArray[np.float32], int]]:
    for answer in answers:
        question = questions[answer.question]
        own = spans(answer.text, shown(question))
        if not own:
            continue
        judged = judge.judge(own, claims(question))
        for index, point in enumerate(question.key_points):
            yield judged.verdicts[index], ORDER.index(answer.points[point.id].verdict)
