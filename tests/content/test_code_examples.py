"""The code of a question prints what it says it prints, on every Python that is installed."""

import pytest

from bot.content.code import expected_output, fault_of_output, run_code
from bot.content.loader import load_bank
from bot.content.schema import Question
from tests.conftest import HOUSE
from tests.content.interpreters import Interpreter, interpreters

WITH_CODE = [question for question in load_bank(HOUSE / "content").questions.values() if question.code]
WORKING = [interpreter for interpreter in interpreters() if interpreter.path]
LIMIT_S = 120  # for a machine that is busy; such a program takes a second or two


@pytest.mark.parametrize("interpreter", interpreters(), ids=lambda found: found.name)
def test_each_interpreter_on_the_path_starts(interpreter: Interpreter) -> None:
    if interpreter.path is None:
        pytest.skip(f"something called python{interpreter.name} is there and does not start")


@pytest.mark.parametrize("interpreter", WORKING, ids=lambda found: found.name)
@pytest.mark.parametrize("question", WITH_CODE, ids=lambda question: question.id)
def test_the_code_of_a_question_prints_what_it_says(question: Question, interpreter: Interpreter) -> None:
    assert question.code
    assert interpreter.path
    ran = run_code(question.code, interpreter=interpreter.path, limit_s=LIMIT_S)
    assert fault_of_output(question.code, ran) is None


def test_what_a_program_prints_is_named_in_comments_and_nowhere_else() -> None:
    code = 'print(1)  # prints: 1\ntext = "# prints: 2"\nprint("a b")\n# prints: a b\n# prints nothing\n'
    assert expected_output(code) == ("1", "a b")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("print(1)  # prints: 1", None),
        ("x = 1", None),
        ("print(1)  # prints: 2", "line 1 of the output is “1” and not “2”"),
        ("print(1)", "the code prints 1 lines and names 0"),
        ("print(1)  # prints: 1\nprint(2)", "the code prints 2 lines and names 1"),
        ("# prints: 1", "the code prints 0 lines and names 1"),
        ("raise SystemExit('gone')", "the code fails: gone"),
        ("print((1)", "the code fails: SyntaxError: '(' was never closed"),
    ],
)
def test_a_program_that_prints_something_else_is_found_out(code: str, fault: str | None) -> None:
    assert fault_of_output(code, run_code(code)) == fault


def test_a_program_that_never_ends_is_stopped() -> None:
    assert run_code("while True: pass", limit_s=0.5).why == "it did not end within 0.5 seconds"
