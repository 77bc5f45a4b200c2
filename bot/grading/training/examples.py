"""Labelled and composed answers as what the network learns from."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from bot.content.schema import Question
from bot.grading.claims import Claim, claims
from bot.grading.labelled import Label, LabelledAnswer
from bot.grading.reading import Reader, Reading
from bot.grading.spans import shown, spans
from bot.grading.training.compose import compose
from bot.grading.training.network import Rows
from bot.grading.verdict import Verdict

ORDER = (Verdict.MISS, Verdict.PARTIAL, Verdict.HIT, Verdict.CONTRADICTED)
_ASSERTED, _NOT_ASSERTED = frozenset({Verdict.HIT}), frozenset({Verdict.MISS, Verdict.CONTRADICTED})
_RARE = 1.5  # what a partial or contradicted point counts, being rarer
_COMPOSED = 0.7  # what a composed answer counts
_BARE, _KEPT = 0.15, 0.7  # share of examples without any wordings, and of wordings that the others keep
_UNSURE_SPAN = 0.3  # what a token of a point without a span counts


@dataclass(frozen=True, slots=True)
class Example:
    """A reading with, for each claim, the verdicts that are right and the spans of the answer (None: not known)."""

    reading: Reading
    allowed: tuple[frozenset[Verdict], ...]
    marked: tuple[frozenset[int] | None, ...]  # indices of evidence tokens
    weight: float

    @property
    def length(self) -> int:
        return len(self.reading.ids)


def from_labels(answer: LabelledAnswer, question: Question, reader: Reader, random: Random | None = None) -> Example:
    """What a reader marked. `random`: leave some wordings out of the claims, as in training."""
    claims_ = claims(question) if random is None else _thinned(question, frozenset(), random)
    labels = [answer.points[point.id] for point in question.key_points]
    allowed = [frozenset({label.verdict}) for label in labels]
    found: list[Label | None] = [answer.misconceptions.get(wrong.id) for wrong in question.misconceptions]
    allowed += [_ASSERTED if label else _NOT_ASSERTED for label in found]
    marked = [label.spans if label.marked else None for label in labels]
    marked += [(label.spans if label.marked else None) if label else () for label in found]
    return _example(answer.text, claims_, question, allowed, marked, 1.0, reader)


def from_wordings(question: Question, others: Sequence[Question], reader: Reader, random: Random) -> Example:
    """A composed answer."""
    made = compose(question, others, random)
    wrong = [made.misconceptions.get(index) for index in range(len(question.misconceptions))]
    allowed = [*made.points, *(_ASSERTED if found else _NOT_ASSERTED for found in wrong)]
    marked = [tuple(found) for found in made.spans] + [tuple(found or ()) for found in wrong]
    return _example(made.text, _thinned(question, made.used, random), question, allowed, marked, _COMPOSED, reader)


def _thinned(question: Question, used: Set[str], random: Random) -> tuple[Claim, ...]:
    """The claims without the wordings that the answer copied, and without some others, so that none is relied on."""
    share = 0.0 if random.random() < _BARE else _KEPT

    def kept(wordings: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in wordings if text not in used and random.random() < share)

    return tuple(Claim(claim.text, kept(claim.same), kept(claim.opposite)) for claim in claims(question))


def _example(
    text: str,
    claims_: Sequence[Claim],
    question: Question,
    allowed: Sequence[frozenset[Verdict]],
    marked: Sequence[Sequence[tuple[int, int]] | None],
    weight: float,
    reader: Reader,
) -> Example:
    own = spans(text, shown(question))
    reading = reader.read(own, claims_)
    places = [own[number].in_answer(start, end) for number, start, end in reading.offsets]
    tokens = tuple(None if found is None else _tokens(places, found) for found in marked)
    return Example(reading, tuple(allowed), tokens, weight)


def _tokens(places: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]]) -> frozenset[int]:
    return frozenset(
        index for index, (start, end) in enumerate(places) if any(start < last and end > first for first, last in found)
    )


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
    for start in range(0, len(shuffled), 400):
        batch: list[Example] = []
        for example in sorted(shuffled[start : start + 400], key=lambda example: example.length):
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
            weights[row, claim] = example.weight * (_RARE if rare else 1.0)
            if marked is not None:
                evidence[row, claim, list(marked)] = 1.0
                evidence_weights[row, claim, :said] = 1.0 if marked else _UNSURE_SPAN
    return Batch(rows, allowed, weights, evidence, evidence_weights)


def epoch(
    answers: Sequence[LabelledAnswer],
    questions: Mapping[str, Question],
    known: Sequence[Question],
    reader: Reader,
    random: Random,
    *,
    composed: int,
) -> list[Example]:
    """Every labelled answer once, and `composed` ones from the wordings of the `known` questions."""
    made = [from_labels(answer, questions[answer.question], reader, random) for answer in answers]
    made += [from_wordings(random.choice(known), known, reader, random) for _ in range(composed)]
    return made
