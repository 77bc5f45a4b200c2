"""How well a judge agrees with labelled answers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.schema import Question
from bot.grading.labelled import LabelledAnswer, samples
from bot.grading.verdict import Grade, PointVerdict, Verdict, score_of

Judge = Callable[[Question, str], Grade]

_BINS = 10
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
    in points of 100. `evidence`: share of the credited or contradicted points, labelled with spans, whose evidence
    overlaps one. `calibration_error`: expected calibration error (Guo et al., 2017) of the confidences, ten bins.
    The last two are None where nothing can be said.
    """

    answers: int
    pairs: int
    agreement: float
    by_verdict: dict[Verdict, VerdictFigures]
    macro_f1: float
    kappa: float
    weighted_kappa: float
    score_error: float
    evidence: float | None
    calibration_error: float | None
    misconceptions: VerdictFigures


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures overall, by question id, by style and by subject."""

    overall: Figures
    by_question: dict[str, Figures]
    by_style: dict[str, Figures]
    by_subject: dict[str, Figures]
    disagreements: tuple[Disagreement, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, for a file or another program."""
        return {
            "overall": _figures_json(self.overall),
            "questions": {id_: _figures_json(figures) for id_, figures in self.by_question.items()},
            "styles": {style: _figures_json(figures) for style, figures in self.by_style.items()},
            "subjects": {subject: _figures_json(figures) for subject, figures in self.by_subject.items()},
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
class _Pair:
    """`found`: whether the evidence overlaps a labelled span; None where there is nothing to compare."""

    point: str
    labelled: Verdict
    judged: Verdict
    confidence: float
    found: bool | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    pairs: tuple[_Pair, ...]
    error: float
    labelled_wrong: frozenset[str]
    judged_wrong: frozenset[str]


def evaluate(questions: Sequence[Question], judge: Judge) -> Evaluation:
    """Judge every sample of these questions and compare. Questions without samples are left out."""
    return compare({question.id: question for question in questions}, samples(questions), judge)


def compare(questions: Mapping[str, Question], answers: Sequence[LabelledAnswer], judge: Judge) -> Evaluation:
    """Judge labelled answers to these questions and compare. A question's topic is its subject."""
    by_question: dict[str, list[_Outcome]] = defaultdict(list)
    by_style: dict[str, list[_Outcome]] = defaultdict(list)
    by_subject: dict[str, list[_Outcome]] = defaultdict(list)
    disagreements = []
    for answer in answers:
        question = questions[answer.question]
        outcome = _outcome(question, answer, judge)
        by_question[question.id].append(outcome)
        by_style[answer.style].append(outcome)
        by_subject[question.topic].append(outcome)
        disagreements += [
            Disagreement(question.id, len(by_question[question.id]), pair.point, pair.labelled, pair.judged)
            for pair in outcome.pairs
            if pair.labelled is not pair.judged
        ]
    everything = [outcome for several in by_question.values() for outcome in several]
    return Evaluation(
        _figures(everything), _each(by_question), _each(by_style), _each(by_subject), tuple(disagreements)
    )


def _each(grouped: Mapping[str, list[_Outcome]]) -> dict[str, Figures]:
    return {name: _figures(outcomes) for name, outcomes in grouped.items()}


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


def _outcome(question: Question, answer: LabelledAnswer, judge: Judge) -> _Outcome:
    grade = judge(question, answer.text)
    return _Outcome(
        tuple(_pair(answer, point) for point in grade.points),
        abs(score_of({id_: label.verdict for id_, label in answer.points.items()}, question) - grade.score),
        frozenset(answer.misconceptions),
        frozenset(found.id for found in grade.misconceptions),
    )


def _pair(answer: LabelledAnswer, judged: PointVerdict) -> _Pair:
    label, evidence = answer.points[judged.id], judged.evidence
    found = None
    if label.spans and evidence is not None:
        found = any(evidence.start < end and evidence.end > start for start, end in label.spans)
    return _Pair(judged.id, label.verdict, judged.verdict, judged.confidence, found)


def _figures(outcomes: Sequence[_Outcome]) -> Figures:
    every = [pair for outcome in outcomes for pair in outcome.pairs]
    pairs = [(pair.labelled, pair.judged) for pair in every]
    by_verdict = {
        verdict: _verdict_figures(
            sum(one is verdict and other is verdict for one, other in pairs),
            sum(other is verdict for _, other in pairs),
            sum(one is verdict for one, _ in pairs),
        )
        for verdict in Verdict
    }
    occurring = [figures.f1 for figures in by_verdict.values() if figures.support]
    found = [pair.found for pair in every if pair.found is not None]
    return Figures(
        len(outcomes),
        len(pairs),
        sum(one is other for one, other in pairs) / max(len(pairs), 1),
        by_verdict,
        sum(occurring) / max(len(occurring), 1),
        cohen_kappa(pairs),
        weighted_kappa(pairs),
        sum(outcome.error for outcome in outcomes) / max(len(outcomes), 1),
        sum(found) / len(found) if found else None,
        calibration_error([(pair.confidence, pair.labelled is pair.judged) for pair in every]),
        _verdict_figures(
            sum(len(outcome.labelled_wrong & outcome.judged_wrong) for outcome in outcomes),
            sum(len(outcome.judged_wrong) for outcome in outcomes),
            sum(len(outcome.labelled_wrong) for outcome in outcomes),
        ),
    )


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float | None:
    """Expected calibration error of (confidence, right): how far they are apart in ten bins, weighed by size."""
    if not judged:
        return None
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in judged:
        bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    apart = (abs(sum(confidence - right for confidence, right in several)) for several in bins.values())
    return sum(apart) / len(judged)


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
        "evidence": None if figures.evidence is None else round(figures.evidence, 4),
        "calibration_error": None if figures.calibration_error is None else round(figures.calibration_error, 4),
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
