"""Pairs of questions that ask for much the same: their key points share the words that matter."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.content.finding import Finding
from bot.content.schema import KeyPoint, Question
from bot.grading.clauses import terms

ALIKE = 0.60  # cosine of two key points' words above which they say the same
TOO_MUCH = 0.5  # share of the smaller question's key points

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two questions, and the pairs of key points that say the same."""

    one: str
    other: str
    points: tuple[tuple[str, str], ...]


def overlaps(questions: Sequence[Question]) -> tuple[Overlap, ...]:
    """Pairs that share half the key points of the smaller one or more, in the order of their ids."""
    vectors = _vectors(questions)
    sizes = {question.id: len(question.key_points) for question in questions}
    shared: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for (one, point), (other, twin) in _alike(vectors):
        shared[one, other].append((point, twin))
    found = []
    for (one, other), points in sorted(shared.items()):
        fewest = min(len({point for point, _ in points}), len({twin for _, twin in points}))
        if fewest >= TOO_MUCH * min(sizes[one], sizes[other]):
            found.append(Overlap(one, other, tuple(points)))
    return tuple(found)


def overlap_findings(questions: Sequence[Question]) -> Iterator[Finding]:
    """The same as advice."""
    for found in overlaps(questions):
        pairs = ", ".join(point if point == twin else f"{point} = {twin}" for point, twin in found.points)
        yield Finding(
            found.one,
            "overlap",
            "warning",
            f"asks much the same as {found.other} ({pairs})",
            "merge the two, or set them further apart",
        )


Key = tuple[str, str]


def _vectors(questions: Sequence[Question]) -> dict[Key, Vector]:
    """For every (question, key point) its concepts, rare ones weighing more, of length 1."""
    counts = {(q.id, point.id): _concepts(point) for q in questions for point in q.key_points}
    spread = Counter(concept for counted in counts.values() for concept in counted)
    vectors: dict[Key, Vector] = {}
    for key, counted in sorted(counts.items()):
        weighed = {c: (1 + math.log(n)) * math.log(1 + len(counts) / spread[c]) for c, n in counted.items()}
        length = math.sqrt(sum(weight**2 for weight in weighed.values())) or 1.0
        vectors[key] = {concept: weight / length for concept, weight in weighed.items()}
    return vectors


def _concepts(point: KeyPoint) -> Counter[str]:
    return Counter(term.concept for text in (point.claim, *point.accept) for term in terms(text))


def _alike(vectors: Mapping[Key, Vector]) -> Iterator[tuple[Key, Key]]:
    """Pairs of key points of two questions whose cosine is high; by way of the words they share."""
    postings: dict[str, list[tuple[Key, float]]] = defaultdict(list)
    for key, vector in vectors.items():
        close: dict[Key, float] = defaultdict(float)
        for concept, weight in vector.items():
            for earlier, other_weight in postings[concept]:
                close[earlier] += weight * other_weight
            postings[concept].append((key, weight))
        for earlier, cosine in close.items():
            if cosine >= ALIKE and earlier[0] != key[0]:
                yield earlier, key
