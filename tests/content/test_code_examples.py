"""The code of a question runs as it stands."""

import subprocess
import sys

import pytest

from bot.content.loader import load_bank
from bot.content.schema import Question
from tests.conftest import HOUSE

WITH_CODE = [question for question in load_bank(HOUSE / "content").questions.values() if question.code]


@pytest.mark.parametrize("question", WITH_CODE, ids=lambda question: question.id)
def test_the_code_of_a_question_runs(question: Question) -> None:
    assert question.code
    done = subprocess.run(
        [sys.executable, "-c", question.code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
