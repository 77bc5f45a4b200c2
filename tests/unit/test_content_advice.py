"""What a question file that loads may still do badly is said to its author."""

from dataclasses import dataclass
from datetime import date

import pytest

from bot.content.bank import Bank
from bot.content.check import check
from bot.content.schema import KeyPoint, Question

TODAY = date(2026, 11, 24)
ID = "what-is-the-gil"


@dataclass
class Advice:
    """What is said of one question with something changed."""

    question: Question

    def of(self, **changed: object) -> str:
        other = self.question.model_copy(update=changed)
        return "\n".join(map(str, check(Bank({}, {ID: other}, {ID: "gil"}), TODAY)))

    def of_point(self, **changed: object) -> str:
        first, *others = self.question.key_points
        points: tuple[KeyPoint, ...] = (first.model_copy(update=changed), *others)
        return self.of(key_points=points)


@pytest.fixture
def advice(bank: Bank) -> Advice:
    return Advice(bank.get(ID))


def test_the_shipped_bank_needs_no_advice(bank: Bank) -> None:
    assert check(bank, TODAY) == ()


def test_a_fact_past_its_review_date_is_up_for_review(advice: Advice) -> None:
    assert advice.of_point(review_by=TODAY) == ""
    assert "was to be reviewed by 2026-11-23" in advice.of_point(review_by=date(2026, 11, 23))


def test_wordings_must_tell_points_apart(advice: Advice) -> None:
    second = advice.question.key_points[1].accept
    assert "earns both" in advice.of_point(accept=second)
    assert "fewer than two accept wordings" in advice.of_point(accept=("one thread runs",))
    assert "both accepted and rejected" in advice.of_point(accept=("a b", "c d"), reject=("A B",))


def test_samples_hints_answers_and_code_have_their_measure(advice: Advice) -> None:
    question = advice.question
    assert "labelled samples: only 1" in advice.of(samples=question.samples[:1])
    assert "gives one-thread-at-a-time away" in advice.of(hints=(question.key_points[0].claim, "b", "c"))
    assert "sentences of the model answer: 1" in advice.of(model_answer="One.")
    assert "longer to read than the 1 min" in advice.of(minutes=1, model_answer="One two three four. " * 60)
    assert "line 2 of the code has 75 columns" in advice.of(code=f"pass\n{'x' * 75}\n")
    assert advice.of(code="x" * 74) == ""
