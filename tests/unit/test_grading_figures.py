"""The figures of `evaluate`, against numbers worked out by hand."""

import pytest

from bot.content.bank import Bank
from bot.content.schema import Question, Sample, SampleVerdict
from bot.grading.evaluate import calibration_error, cohen_kappa, compare, evaluate, weighted_kappa
from bot.grading.labelled import Label, LabelledAnswer
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


def test_a_judge_that_is_as_sure_as_it_is_right_has_no_calibration_error() -> None:
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == pytest.approx(0.0)
    assert calibration_error([(1.0, True), (0.0, False)]) == pytest.approx(0.0)


def test_the_calibration_error_weighs_ten_bins_by_their_size() -> None:
    # 0.9..1.0: three of 0.95, two right: |2.85 - 2| = 0.85. 0.5..0.6: one of 0.55, right: 0.45. So 1.3 / 4.
    judged = [(0.95, True), (0.95, True), (0.95, False), (0.55, True)]
    assert calibration_error(judged) == pytest.approx(1.3 / 4)
    assert calibration_error([(1.0, False)]) == 1.0
    assert calibration_error([]) is None


def test_within_a_bin_too_sure_and_too_unsure_make_up_for_one_another_and_between_bins_they_do_not() -> None:
    assert calibration_error([(0.52, True), (0.58, False), (0.55, True), (0.55, False)]) == pytest.approx(0.05)
    assert calibration_error([(0.9, False), (0.1, True)]) == pytest.approx(0.9)


def _two_points(question: Question, topic: str) -> Question:
    return question.model_copy(
        update={"id": f"about-{topic}", "topic": topic, "key_points": question.key_points[:2], "misconceptions": ()}
    )


def _labelled(question: Question, style: str, text: str, *labels: Label) -> LabelledAnswer:
    return LabelledAnswer(
        question.id,
        style,
        text,
        {point.id: label for point, label in zip(question.key_points, labels, strict=True)},
        {},
    )


def _all_hit(question: Question, answer: str) -> Grade:
    """Everything is a hit, with a confidence of 0.95 and the first five characters for evidence."""
    evidence = Evidence(0, 5, answer[:5])
    points = tuple(PointVerdict(point.id, HIT, 0.95, evidence) for point in question.key_points)
    return Grade(points, (), "hits-1", 100.0)


def test_figures_by_style_and_subject_are_those_of_their_answers_alone(bank: Bank) -> None:
    one, other = (_two_points(bank.get("what-is-the-gil"), topic) for topic in ("locks", "loops"))
    hit, miss = Label(HIT, ((0, 3),)), Label(MISS)
    answers = [
        _labelled(one, "terse", "right", hit, hit),
        _labelled(one, "slang", "half right", hit, miss),
        _labelled(other, "slang", "wrong", miss, miss),
    ]
    found = compare({one.id: one, other.id: other}, answers, _all_hit)
    assert {style: figures.agreement for style, figures in found.by_style.items()} == {"terse": 1.0, "slang": 0.25}
    assert {topic: figures.agreement for topic, figures in found.by_subject.items()} == {"locks": 0.75, "loops": 0.0}
    assert {id_: figures.answers for id_, figures in found.by_question.items()} == {one.id: 2, other.id: 1}
    assert found.overall.agreement == 0.5
    assert found.overall.score_error == pytest.approx((0 + 50 + 100) / 3)
    assert found.overall.calibration_error == pytest.approx(0.95 - 0.5)
    assert [(d.question, d.sample, d.point) for d in found.disagreements] == [
        (one.id, 2, one.key_points[1].id),
        *((other.id, 1, point.id) for point in other.key_points),
    ]


@pytest.mark.parametrize(
    ("spans", "share"),
    [
        (((0, 3),), 1.0),
        (((4, 9),), 1.0),  # one character in common
        (((5, 9),), 0.0),
        (((6, 9), (0, 1)), 1.0),  # one of several
        ((), None),
    ],
)
def test_evidence_is_found_where_it_overlaps_a_labelled_span(
    bank: Bank, spans: tuple[tuple[int, int], ...], share: float | None
) -> None:
    question = _two_points(bank.get("what-is-the-gil"), "locks")
    answer = _labelled(question, "terse", "one thread", Label(PARTIAL, spans), Label(MISS))
    figures = compare({question.id: question}, [answer], _all_hit)
    assert figures.overall.evidence == share
    assert figures.to_json()["styles"]["terse"]["evidence"] == share
    assert figures.to_json()["subjects"]["locks"]["calibration_error"] == 0.95


def test_of_no_answers_there_are_no_figures_that_look_like_some(bank: Bank) -> None:
    overall = compare({}, [], _all_hit).overall
    assert (overall.answers, overall.pairs, overall.macro_f1) == (0, 0, 0.0)
    assert (overall.evidence, overall.calibration_error) == (None, None)
