"""The training loop: seeded, resumable, on a CPU or a GPU."""

import copy
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bot.grading.training.batch import Batch, batches, collate
from bot.grading.training.examples import Example
from bot.grading.training.network import Network, Rows

Progress = Callable[[int, int, float], None]  # step, steps, loss

_HEADS = ("focus", "span_scale", "span_bias", "head", "verdict")
_IMPOSSIBLE = -1e4
_SPAN_SHARE = 0.5  # what the evidence counts beside the verdicts
_CLIP = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `rate`: the encoder's highest learning rate; new layers learn at `head_factor` times it.

    `tokens`: of a batch. `warm_up`: share of the steps in which the rate rises; then it falls to zero.
    """

    epochs: int = 6
    rate: float = 2e-4
    head_factor: float = 3.0
    tokens: int = 2_400
    warm_up: float = 0.02
    decay: float = 0.01
    seed: int = 1


def fit(
    network: Network,
    epoch: Callable[[int, Random], Sequence[Example]],
    plan: Plan,
    *,
    checkpoint: Path | None = None,
    progress: Progress = lambda step, steps, loss: None,
) -> None:
    """Train in place, all but the words' own vectors: those that the examples lack would fall behind.

    `epoch` makes the examples of one epoch, counted from 0, from a seeded source.

    With a `checkpoint` file every epoch is kept, and a run that was cut off goes on behind the last one.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device)
    network.words.weight.requires_grad_(False)
    optimizer = _optimizer(network, plan)
    first = _resume(network, optimizer, checkpoint)
    workers = _Workers(network, device)
    loss = math.nan
    for number in range(first, plan.epochs):
        random = Random(f"{plan.seed}:{number}")  # noqa: S311 - no secret
        workers.seed(random.getrandbits(32))
        several = batches(epoch(number, random), plan.tokens, random)
        network.train()
        for index, examples in enumerate(several):
            _set_rate(optimizer, plan, (number + index / len(several)) / plan.epochs)
            now = workers.step(optimizer, examples)
            loss = now if math.isnan(loss) else 0.98 * loss + 0.02 * now
            progress(number * len(several) + index + 1, plan.epochs * len(several), loss)
        if checkpoint is not None:
            _keep(network, optimizer, checkpoint, number + 1)
    network.to("cpu").eval()


def loss_of(network: Network, batch: Batch) -> Tensor:
    """Cross-entropy of the verdicts (open ones: of the set), of the evidence tokens, and of the place they are at."""
    logits, evidence = network(batch.rows)
    said = functional.log_softmax(logits.float(), -1)
    right = -torch.logsumexp(said.masked_fill(batch.allowed == 0, _IMPOSSIBLE), -1)
    verdicts = (right * batch.weights).sum() / batch.weights.sum()
    tokens = functional.binary_cross_entropy_with_logits(evidence.float(), batch.evidence, reduction="none")
    spans = (tokens * batch.evidence_weights).sum() / batch.evidence_weights.sum().clamp(min=1)
    outside = (batch.rows.groups <= 0)[:, None, :]
    where = functional.log_softmax(evidence.float().masked_fill(outside, _IMPOSSIBLE), -1)
    marked = batch.evidence.sum(-1) > 0
    found = -torch.logsumexp(where.masked_fill(batch.evidence == 0, _IMPOSSIBLE), -1)
    places = found[marked].mean() if marked.any() else found.new_zeros(())
    return verdicts + _SPAN_SHARE * (spans + places)


class _Workers:
    """Replicas that share the network's weights, each learning from its part of a batch in a thread of its own.

    On a CPU that is faster than one network whose every operation is spread over the cores. The parts are summed in
    a fixed order, so the result does not depend on which thread is done first.
    """

    def __init__(self, network: Network, device: torch.device) -> None:
        self.count = 1 if device.type == "cuda" else max(1, os.cpu_count() or 1)
        self._network, self._device = network, device
        self._replicas = [network, *(_replica(network) for _ in range(self.count - 1))]
        self._pool = ThreadPoolExecutor(self.count)

    def seed(self, value: int) -> None:
        """What is left out by chance from here on depends on `value` alone."""
        for number, replica in enumerate(self._replicas):
            replica.seed(value + number)

    def step(self, optimizer: torch.optim.Optimizer, examples: Sequence[Example]) -> float:
        """One step of the optimizer; the mean loss of the parts."""
        parts = [part for number in range(self.count) if (part := examples[number :: self.count])]
        optimizer.zero_grad(set_to_none=True)
        losses = list(self._pool.map(self._learn, self._replicas, parts, [len(p) / len(examples) for p in parts]))
        for replica in self._replicas[1 : len(parts)]:
            for mine, theirs in zip(self._network.parameters(), replica.parameters(), strict=True):
                if mine.grad is not None and theirs.grad is not None:
                    mine.grad += theirs.grad
                theirs.grad = None
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), _CLIP)
        optimizer.step()
        return sum(losses)

    def _learn(self, network: Network, examples: Sequence[Example], share: float) -> float:
        torch.set_num_threads(1)
        batch = _to(collate(examples), self._device)
        with torch.autocast(self._device.type, torch.bfloat16):
            loss = loss_of(network, batch) * share
        loss.backward()
        return loss.item()


def _replica(network: Network) -> Network:
    twin = copy.deepcopy(network)
    for mine, theirs in zip(network.parameters(), twin.parameters(), strict=True):
        theirs.data = mine.data
    return twin.train()


def _optimizer(network: Network, plan: Plan) -> torch.optim.Optimizer:
    new = [p for name, p in network.named_parameters() if name.split(".")[0] in _HEADS]
    old = [p for name, p in network.named_parameters() if name.split(".")[0] not in _HEADS]
    groups = [{"params": old, "factor": 1.0}, {"params": new, "factor": plan.head_factor}]
    return torch.optim.AdamW(groups, lr=plan.rate, weight_decay=plan.decay, fused=True)


def _set_rate(optimizer: torch.optim.Optimizer, plan: Plan, done: float) -> None:
    rise, fall = (done + 1e-3) / plan.warm_up, (1 - done) / (1 - plan.warm_up)
    for group in optimizer.param_groups:
        group["lr"] = plan.rate * group["factor"] * max(min(1.0, rise, fall), 0.01)


def _to(batch: Batch, device: torch.device) -> Batch:
    rows = batch.rows
    return Batch(
        Rows(rows.ids.to(device), rows.positions.to(device), rows.groups.to(device), rows.firsts.to(device)),
        batch.allowed.to(device),
        batch.weights.to(device),
        batch.evidence.to(device),
        batch.evidence_weights.to(device),
    )


def _keep(network: Network, optimizer: torch.optim.Optimizer, path: Path, epochs: int) -> None:
    state: dict[str, Any] = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "epochs": epochs}
    partly = path.with_suffix(".part")
    torch.save(state, partly)
    partly.replace(path)


def _resume(network: Network, optimizer: torch.optim.Optimizer, path: Path | None) -> int:
    """Epochs done already."""
    if path is None or not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["epochs"])
