"""How well a judge agrees with labelled samples."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.schema import Question, Sample
from bot.grading.verdict import Grade, Verdict, score_of

Judge = Callable[[Question, str], Grade]

# For the weighted kappa a contradiction earns as little as a miss; the order is that of credit.
_ORDER = {Verdict.MISS: 0, Verdict.CONTRADICTED: 0, Verdict.PARTIAL: 1, Verdict.HIT: 2}


@dataclass(frozen=True, slots=True)
class VerdictFigures:
    """Precision, recall and F1, each 0.0 to 1.0; 0.0 where there is nothing to divide by."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One verdict on which the labels and the judge differ. `sample` counts from 1."""

    question: str
    sample: int
    point: str
    labelled: Verdict
    judged: Verdict


@dataclass(frozen=True, slots=True)
class Figures:
    """Agreement over a number of pairs (answer, key point).

    `macro_f1`: mean F1 of the verdicts that occur in the labels. `kappa`: Cohen's, over the four verdicts.
    `weighted_kappa`: quadratic weights over miss, partial, hit (contradicted counts as miss). Both are 1.0
    where there is nothing to disagree on. `score_error`: mean absolute difference of the answers' scores,
    in points of 100.
    """

    answers: int
    pairs: int
    agreement: float
    by_verdict: dict[Verdict, VerdictFigures]
    macro_f1: float
    kappa: float
    weighted_kappa: float
    score_error: float
    misconceptions: VerdictFigures


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures overall and by question id."""

    overall: Figures
    by_question: dict[str, Figures]
    disagreements: tuple[Disagreement, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a file or another program."""
        return {
            "overall": _figures_json(self.overall),
            "questions": {id_: _figures_json(figures) for id_, figures in self.by_question.items()},
            "disagreements": [
                {
                    "question": d.question,
                    "sample": d.sample,
                    "point": d.point,
                    "labelled": str(d.labelled),
                    "judged": str(d.judged),
                }
                for d in self.disagreements
            ],
        }


@dataclass(frozen=True, slots=True)
class _Outcome:
    pairs: tuple[tuple[str, Verdict, Verdict], ...]
    error: float
    labelled_wrong: frozenset[str]
    judged_wrong: frozenset[str]


def evaluate(questions: Sequence[Question], judge: Judge) -> Evaluation:
    """Judge every sample of these questions and compare. Questions without samples are left out."""
    outcomes = {q.id: [_outcome(q, sample, judge) for sample in q.samples] for q in questions if q.samples}
    disagreements = tuple(
        Disagreement(id_, number, point, labelled, judged)
        for id_, several in outcomes.items()
        for number, outcome in enumerate(several, 1)
        for point, labelled, judged in outcome.pairs
        if labelled is not judged
    )
    everything = [outcome for several in outcomes.values() for outcome in several]
    by_question = {id_: _figures(several) for id_, several in outcomes.items()}
    return Evaluation(_figures(everything), by_question, disagreements)


def cohen_kappa(pairs: Sequence[tuple[Verdict, Verdict]]) -> float:
    """Agreement beyond chance (Cohen, 1960), -1.0 to 1.0."""
    count = len(pairs)
    if not count:
        return 1.0
    observed = sum(one is other for one, other in pairs) / count
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(ones[verdict] * others[verdict] for verdict in Verdict) / count**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def weighted_kappa(pairs: Sequence[tuple[Verdict, Verdict]]) -> float:
    """Cohen's kappa with quadratic weights (Cohen, 1968) over miss, partial, hit."""
    ranked = [(_ORDER[one], _ORDER[other]) for one, other in pairs]
    ones, others = Counter(one for one, _ in ranked), Counter(other for _, other in ranked)
    observed = sum((one - other) ** 2 for one, other in ranked)
    expected = sum(ones[one] * others[other] * (one - other) ** 2 for one in range(3) for other in range(3)) / max(
        len(ranked), 1
    )
    return 1.0 if expected == 0 else 1 - observed / expected


def _outcome(question: Question, sample: Sample, judge: Judge) -> _Outcome:
    grade = judge(question, sample.text)
    labelled = {point.id: Verdict.MISS for point in question.key_points}
    labelled |= {id_: Verdict(verdict.value) for id_, verdict in sample.verdicts.items()}
    judged = {point.id: point.verdict for point in grade.points}
    return _Outcome(
        tuple((id_, verdict, judged[id_]) for id_, verdict in labelled.items()),
        abs(score_of(labelled, question) - grade.score),
        frozenset(sample.misconceptions),
        frozenset(found.id for found in grade.misconceptions),
    )


def _figures(outcomes: Sequence[_Outcome]) -> Figures:
    pairs = [(labelled, judged) for outcome in outcomes for _, labelled, judged in outcome.pairs]
    by_verdict = {
        verdict: _verdict_figures(
            sum(one is verdict and other is verdict for one, other in pairs),
            sum(other is verdict for _, other in pairs),
            sum(one is verdict for one, _ in pairs),
        )
        for verdict in Verdict
    }
    occurring = [figures.f1 for figures in by_verdict.values() if figures.support]
    return Figures(
        len(outcomes),
        len(pairs),
        sum(one is other for one, other in pairs) / max(len(pairs), 1),
        by_verdict,
        sum(occurring) / max(len(occurring), 1),
        cohen_kappa(pairs),
        weighted_kappa(pairs),
        sum(outcome.error for outcome in outcomes) / max(len(outcomes), 1),
        _verdict_figures(
            sum(len(outcome.labelled_wrong & outcome.judged_wrong) for outcome in outcomes),
            sum(len(outcome.judged_wrong) for outcome in outcomes),
            sum(len(outcome.labelled_wrong) for outcome in outcomes),
        ),
    )


def _verdict_figures(right: int, judged: int, labelled: int) -> VerdictFigures:
    precision, recall = right / max(judged, 1), right / max(labelled, 1)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return VerdictFigures(precision, recall, f1, labelled)


def _figures_json(figures: Figures) -> dict[str, Any]:
    return {
        "answers": figures.answers,
        "pairs": figures.pairs,
        "agreement": round(figures.agreement, 4),
        "macro_f1": round(figures.macro_f1, 4),
        "kappa": round(figures.kappa, 4),
        "weighted_kappa": round(figures.weighted_kappa, 4),
        "score_error": round(figures.score_error, 2),
        "verdicts": {str(verdict): _verdict_json(f) for verdict, f in figures.by_verdict.items()},
        "misconceptions": _verdict_json(figures.misconceptions),
    }


def _verdict_json(figures: VerdictFigures) -> dict[str, float | int]:
    return {
        "precision": round(figures.precision, 4),
        "recall": round(figures.recall, 4),
        "f1": round(figures.f1, 4),
        "support": figures.support,
    }
