"""Nothing is earned but by saying it. The tricks are in tests/gaming.py; python -m tests.benchmarks.gaming prints more.

The limits are the trained grader's. The lexical one is held to those that need no understanding.
"""

from collections.abc import Callable

import pytest

from bot.grading.evaluate import Judge
from tests import gaming
from tests.gaming import Rise, Sample, Share
from tests.graders import grader

ANSWERS = 40
EARNED = 2.0  # points of 100 on average above what the honest text earns
CHANGED = 0.02  # of all verdicts


# What judge-2 does not hold yet. Strict: the mark must go as soon as a better model holds it.
SHORT = pytest.mark.xfail(strict=True, reason="judge-2 still credits this; its card says how much")


@pytest.fixture(scope="module")
def sample() -> Sample:
    return gaming.sample(ANSWERS)


@pytest.fixture(scope="module")
def trained() -> Judge:
    return gaming.remembering(grader("trained"))


@pytest.fixture(scope="module")
def lexical() -> Judge:
    return gaming.remembering(grader("lexical"))


@pytest.mark.parametrize(
    "trick",
    [
        pytest.param(gaming.keyword_lists, marks=SHORT),
        gaming.prompt_pasted,
        gaming.hints_pasted,
        gaming.instructions_alone,
        gaming.instructions_appended,
        gaming.disguises,
        gaming.repetition,
        pytest.param(gaming.quoted_to_refute, marks=SHORT),
        pytest.param(gaming.text_quoted_to_refute, marks=SHORT),
    ],
    ids=lambda trick: str(getattr(trick, "__name__", trick)),
)
def test_no_trick_earns_more_than_the_honest_text(
    trick: Callable[[Judge, Sample], Rise], trained: Judge, sample: Sample
) -> None:
    figure = trick(trained, sample)
    assert figure.count >= ANSWERS // 4
    assert figure.mean <= EARNED, figure


@SHORT
def test_sentences_about_something_else_never_earn_a_point(trained: Judge, sample: Sample) -> None:
    figure = gaming.irrelevant_appended(trained, sample)
    assert figure.worst <= gaming.UP, figure


@SHORT
def test_whoever_adds_a_correct_sentence_loses_no_point(trained: Judge, sample: Sample) -> None:
    figure = gaming.hits_lost_by_a_correct_clause(trained, sample)
    assert figure.count >= ANSWERS
    assert figure.share == 0, figure


def test_the_order_of_the_sentences_hardly_matters(trained: Judge, sample: Sample) -> None:
    figure = gaming.verdicts_changed_by_the_order(trained, sample)
    assert figure.count >= 4 * ANSWERS
    assert figure.share <= CHANGED, figure


@pytest.mark.parametrize(
    "trick",
    [gaming.instructions_alone, gaming.instructions_appended, gaming.repetition],
    ids=lambda trick: str(trick.__name__),
)
def test_instructions_and_repetition_earn_nothing_from_the_lexical_grader_either(
    trick: Callable[[Judge, Sample], Rise], lexical: Judge, sample: Sample
) -> None:
    assert trick(lexical, sample).mean <= EARNED


@pytest.mark.parametrize(
    "measure",
    [gaming.hits_lost_by_a_correct_clause, gaming.verdicts_changed_by_the_order],
    ids=lambda measure: str(measure.__name__),
)
def test_correct_sentences_and_their_order_cost_nothing_with_the_lexical_grader_either(
    measure: Callable[[Judge, Sample], Share], lexical: Judge, sample: Sample
) -> None:
    assert measure(lexical, sample).share <= CHANGED


def test_the_sample_is_the_same_each_time_and_from_every_question_of_the_test_part(sample: Sample) -> None:
    assert gaming.sample(ANSWERS) == sample
    assert len({case.question.id for case in sample.cases}) == min(ANSWERS, len(sample.questions))
    assert {case.question.id for case in sample.cases} <= {question.id for question in sample.questions}
    for case in sample.cases:
        claims = {point.claim for point in case.question.key_points}
        assert not claims & set(sample.elsewhere[case.subject])
