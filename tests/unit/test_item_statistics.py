"""Item statistics, against numbers worked out by hand."""

from collections.abc import Sequence

import pytest

from bot.content.bank import Bank
from bot.content.schema import Question
from bot.grading.verdict import Verdict
from bot.quiz.items import ALWAYS, NEVER, POOR, UNASKED, Judged, item_figures, point_biserial

HIT, PARTIAL, MISS, WRONG = Verdict.HIT, Verdict.PARTIAL, Verdict.MISS, Verdict.CONTRADICTED


@pytest.fixture
def question(bank: Bank) -> Question:
    """Three key points of the same weight: a, b and c."""
    whole = bank.get("check-then-act")
    points = tuple(point.model_copy(update={"id": id_}) for point, id_ in zip(whole.key_points, "abc", strict=False))
    return whole.model_copy(update={"id": "q", "key_points": points})


def _answers(*rows: Sequence[Verdict]) -> list[Judged]:
    return [Judged("q", dict(zip("abc", row, strict=True))) for row in rows]


def test_the_point_biserial_correlation_of_four_answers() -> None:
    # Credits 1 1 0 0, rest 1 .5 .5 0: means .5 and .5; products .25 0 0 .25; spreads 1 and .5.
    # So .5 / sqrt(.5) = .7071.
    assert point_biserial([1, 1, 0, 0], [1, 0.5, 0.5, 0]) == pytest.approx(0.70711, abs=1e-5)
    assert point_biserial([1, 0], [0, 1]) == pytest.approx(-1)


@pytest.mark.parametrize(("credits", "rest"), [([], []), ([1], [0.5]), ([1, 1], [0, 1]), ([0, 1], [0.5, 0.5])])
def test_there_is_no_correlation_where_nothing_varies(credits: list[float], rest: list[float]) -> None:
    assert point_biserial(credits, rest) is None


def test_shares_scores_and_discrimination_of_known_answers(question: Question) -> None:
    judged = _answers((HIT, HIT, HIT), (HIT, HIT, MISS), (MISS, PARTIAL, PARTIAL), (WRONG, MISS, MISS))
    (figures,) = item_figures([question], judged)
    # Scores 100, 66.7, 33.3, 0: mean 50. Of 12 verdicts 5 are hits, 2 partial, 1 contradicted.
    assert (figures.answers, figures.score) == (4, 50)
    assert (figures.hits, figures.partials, figures.contradictions) == pytest.approx((5 / 12, 2 / 12, 1 / 12))
    a, b, c = figures.points
    assert (a.hits, a.partials, a.contradictions) == (0.5, 0, 0.25)
    assert (b.hits, b.partials, b.contradictions) == (0.5, 0.25, 0)
    # a: credits 1 1 0 0, rest 1 .5 .5 0, as above.
    assert a.discrimination == pytest.approx(0.70711, abs=1e-5)
    # c: credits 1 0 .5 0 (mean .375), rest 1 1 .25 0 (mean .5625): products .2734 -.1641 -.0391 .2109 = .28125;
    # spreads .6875 and .796875.
    assert c.discrimination == pytest.approx(0.28125 / (0.6875 * 0.796875) ** 0.5)
    defined = [point.discrimination or 0 for point in (a, b, c)]
    assert figures.discrimination == pytest.approx(sum(defined) / 3)
    assert figures.flags == a.flags == ()  # four answers say nothing yet


def test_flags_name_what_nobody_hits_what_everybody_hits_and_what_the_prompt_does_not_ask_for(
    question: Question,
) -> None:
    (figures,) = item_figures([question], _answers(*[(HIT, HIT, MISS)] * 7, (HIT, MISS, WRONG)))
    a, b, c = figures.points
    assert a.flags == (ALWAYS,)
    assert b.flags == ()  # the rest never varies, so nothing is said
    assert c.flags == (NEVER, UNASKED)


def test_a_point_that_poor_answers_make_is_flagged(question: Question) -> None:
    (figures,) = item_figures([question], _answers(*[(HIT, MISS, MISS)] * 4, *[(MISS, HIT, HIT)] * 4))
    assert figures.points[0].discrimination == pytest.approx(-1)
    assert figures.points[0].flags == (POOR,)


def test_points_and_questions_that_are_gone_are_left_out(question: Question) -> None:
    judged = [Judged("q", {"a": HIT, "old": MISS}), Judged("other", {"a": HIT})]
    (figures,) = item_figures([question], judged)
    assert [(point.id, point.answers) for point in figures.points] == [("a", 1)]
    assert figures.hits == 1
    assert item_figures([question], []) == ()
