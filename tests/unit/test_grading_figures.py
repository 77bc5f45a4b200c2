"""The figures of `evaluate`, against numbers worked out by hand."""

import pytest

from bot.content.bank import Bank
from bot.content.schema import Question, Sample, SampleVerdict
from bot.grading.evaluate import cohen_kappa, evaluate, weighted_kappa
from bot.grading.verdict import Evidence, Grade, PointVerdict, Verdict, score_of

HIT, PARTIAL, MISS, WRONG = Verdict.HIT, Verdict.PARTIAL, Verdict.MISS, Verdict.CONTRADICTED


def _pairs(*groups: tuple[Verdict, Verdict, int]) -> list[tuple[Verdict, Verdict]]:
    return [(one, other) for one, other, times in groups for _ in range(times)]


def _labels(verdicts: dict[str, Verdict]) -> dict[str, SampleVerdict]:
    return {id_: SampleVerdict(str(verdict)) for id_, verdict in verdicts.items()}


def test_cohens_kappa_of_the_textbook_table() -> None:
    # 50 proposals, 20 + 15 agreed, 5 and 10 not: observed 0.7, by chance 0.5, so 0.4.
    pairs = _pairs((HIT, HIT, 20), (HIT, MISS, 5), (MISS, HIT, 10), (MISS, MISS, 15))
    assert cohen_kappa(pairs) == pytest.approx(0.4)
    assert cohen_kappa(_pairs((HIT, HIT, 3))) == 1.0
    assert cohen_kappa([]) == 1.0


def test_the_weighted_kappa_forgives_a_near_miss_and_counts_a_contradiction_as_no_credit() -> None:
    # Labels: 2 hits, 2 misses. Judged hit, partial, miss, contradicted.
    # Weighted disagreement: (1/2)^2 / 4 = 0.0625. By chance, labels (.5, 0, .5), judged (.5, .25, .25):
    # .5*.25*.25 + .5*.25*1 + .5*.25*.25 + .5*.5*1 = 0.4375. So 1 - 0.0625 / 0.4375 = 6/7.
    pairs = [(HIT, HIT), (HIT, PARTIAL), (MISS, MISS), (MISS, WRONG)]
    assert weighted_kappa(pairs) == pytest.approx(6 / 7)
    assert weighted_kappa(_pairs((MISS, HIT, 1), (HIT, MISS, 1))) == pytest.approx(-1.0)


def test_figures_of_a_judge_whose_mistakes_are_known(bank: Bank) -> None:
    whole = bank.get("what-is-the-gil")
    points = whole.key_points[:3]
    one, two, three = (point.id for point in points)
    question = whole.model_copy(
        update={
            "key_points": points,
            "misconceptions": (),
            "samples": (
                Sample(text="first", verdicts=_labels({one: HIT, two: HIT, three: WRONG})),
                Sample(text="second", verdicts=_labels({one: PARTIAL})),
            ),
        }
    )
    judged = {
        "first": {one: HIT, two: MISS, three: WRONG},
        "second": {one: HIT, two: MISS, three: MISS},
    }

    def judge(asked: Question, answer: str) -> Grade:
        verdicts = judged[answer]
        given = tuple(
            PointVerdict(id_, verdict, 1.0, None if verdict is MISS else Evidence(0, 1, answer[0]))
            for id_, verdict in verdicts.items()
        )
        return Grade(given, (), "known-1", score_of(verdicts, asked))

    figures = evaluate([question], judge).overall
    assert (figures.answers, figures.pairs) == (2, 6)
    assert figures.agreement == pytest.approx(4 / 6)
    assert (figures.by_verdict[HIT].precision, figures.by_verdict[HIT].recall) == (0.5, 0.5)
    assert figures.by_verdict[MISS].precision == pytest.approx(2 / 3)
    assert figures.by_verdict[MISS].recall == 1.0
    assert figures.by_verdict[PARTIAL].f1 == 0.0
    assert figures.by_verdict[WRONG].f1 == 1.0
    assert figures.macro_f1 == pytest.approx((0.5 + 0.8 + 0.0 + 1.0) / 4)
    # Scores: labelled 66.7 and 16.7, judged 33.3 and 33.3.
    assert figures.score_error == pytest.approx((33.4 + 16.6) / 2, abs=0.05)
    wrong = evaluate([question], judge).disagreements
    assert {(found.sample, found.point) for found in wrong} == {(1, two), (2, one)}
