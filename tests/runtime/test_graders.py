"""Grading happens in processes of its own, and survives them."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content.bank import Bank
from bot.content.schema import Question
from bot.grading.verdict import Grade, GradingFailed
from bot.runtime.graders import PooledGrader


def _judge(question: Question, answer: str) -> Grade:
    """Does what the answer says; the grade tells which process it came from."""
    what, _, subject = answer.partition(" ")
    if what == "die":
        os._exit(1)
    if what == "fail":
        raise ValueError(answer)
    if what == "wait":
        while not Path(subject).exists():
            time.sleep(0.005)
    return Grade((), (), str(os.getpid()), 0.0)


@pytest.fixture
def grader() -> Iterator[PooledGrader]:
    made = PooledGrader("test-1", _judge, workers=1)
    yield made
    made.close()


async def test_the_event_loop_is_free_while_an_answer_is_graded_elsewhere(
    grader: PooledGrader, bank: Bank, tmp_path: Path
) -> None:
    question, sign = bank.get("what-is-the-gil"), tmp_path / "go"
    grading = asyncio.create_task(grader.grade(question, f"wait {sign}"))
    await asyncio.sleep(0)
    sign.touch()  # would never come if the loop waited for the grade
    assert (await grading).grader != str(os.getpid())


async def test_a_grading_process_that_dies_is_replaced(grader: PooledGrader, bank: Bank) -> None:
    question = bank.get("what-is-the-gil")
    with pytest.raises(GradingFailed):
        await grader.grade(question, "die")
    assert (await grader.grade(question, "live")).score == 0.0


async def test_a_judge_that_fails_is_named_by_its_error_and_quotes_nothing(grader: PooledGrader, bank: Bank) -> None:
    with pytest.raises(GradingFailed, match=r"^ValueError$"):
        await grader.grade(bank.get("what-is-the-gil"), "fail with somebody's words")
