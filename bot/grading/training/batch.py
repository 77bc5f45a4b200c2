"""Examples side by side, as the tensors that the network takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from bot.grading.reading import Reading
from bot.grading.training.examples import ORDER, Example
from bot.grading.training.network import Rows
from bot.grading.verdict import Verdict

_TOGETHER = 400  # examples that are sorted by length at a time
_RARE = 1.5  # what a partial or contradicted point counts, being rarer
_UNSURE_SPAN = 0.3  # what a token of a point without a span counts


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples side by side. `allowed`: batch × claims × 4; `weights`: batch × claims; the rest: × tokens."""

    rows: Rows
    allowed: Tensor
    weights: Tensor
    evidence: Tensor
    evidence_weights: Tensor


def batches(examples: Sequence[Example], tokens: int, random: Random) -> list[list[Example]]:
    """Examples of like length together, about `tokens` tokens a batch with padding, in random order."""
    shuffled = list(examples)
    random.shuffle(shuffled)
    made: list[list[Example]] = []
    for start in range(0, len(shuffled), _TOGETHER):
        batch: list[Example] = []
        for example in sorted(shuffled[start : start + _TOGETHER], key=lambda example: example.length):
            if batch and example.length * (len(batch) + 1) > tokens:
                made.append(batch)
                batch = []
            batch.append(example)
        made.append(batch)
    random.shuffle(made)
    return made


def pad(readings: Sequence[Reading]) -> Rows:
    """Readings as one batch."""
    tokens = max(len(reading.ids) for reading in readings)
    claims_ = max(len(reading.firsts) for reading in readings)

    def padded(rows: Sequence[Sequence[int]], width: int, value: int) -> Tensor:
        return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows])

    return Rows(
        padded([reading.ids for reading in readings], tokens, 0),
        padded([reading.positions for reading in readings], tokens, 0),
        padded([reading.groups for reading in readings], tokens, 0),
        padded([reading.firsts for reading in readings], claims_, -1),
    )


def collate(examples: Sequence[Example]) -> Batch:
    """Examples as one batch."""
    rows = pad([example.reading for example in examples])
    many, tokens = rows.ids.shape
    claims_ = rows.firsts.shape[1]
    allowed = torch.zeros(many, claims_, len(ORDER))
    weights = torch.zeros(many, claims_)
    evidence = torch.zeros(many, claims_, tokens)
    evidence_weights = torch.zeros(many, claims_, tokens)
    for row, example in enumerate(examples):
        said = len(example.reading.offsets)
        for claim, (right, marked) in enumerate(zip(example.allowed, example.marked, strict=True)):
            allowed[row, claim] = torch.tensor([verdict in right for verdict in ORDER])
            rare = len(right) == 1 and not right <= {Verdict.HIT, Verdict.MISS}
            weights[row, claim] = example.weight * (_RARE if rare else 1.0) if right else 0.0
            if marked is not None:
                evidence[row, claim, list(marked)] = 1.0
                evidence_weights[row, claim, :said] = 1.0 if marked else _UNSURE_SPAN
    return Batch(rows, allowed, weights, evidence, evidence_weights)
