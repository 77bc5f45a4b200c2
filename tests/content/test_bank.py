"""The shipped packs hold what the code promises of them; and the code knows no pack."""

import ast
import json
import re
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.content.bank import Bank
from bot.content.check import check
from bot.content.ids import compare, ids_of, read_ids
from bot.content.json_schema import FILE, FIRST_LINE, json_schema
from bot.content.strict_yaml import read_document
from bot.grading.offline import judge_offline
from bot.grading.overlap import overlaps
from tests.conftest import HOUSE

CONTENT = HOUSE / "content"
QUESTION_FILES = sorted(path for path in CONTENT.glob("*/*.yaml") if path.name != "pack.yaml")
PACKS = sorted(path.parent.name for path in CONTENT.glob("*/pack.yaml"))
ABOUT_THE_GIL = re.compile(r"\bGIL\b|interpreter lock", re.IGNORECASE)
# A stored id never changes, and the words of the field are data.
MAY_NAME_IT = {"platforms/terminal/adapter.py", "grading/vocabulary.py"}


@pytest.mark.parametrize("pack", PACKS)
def test_every_id_is_on_the_packs_list(pack: str, bank: Bank) -> None:
    used = frozenset(id_ for question in bank.of_packs([pack]) for id_ in ids_of(question))
    assert [str(finding) for finding in compare(pack, read_ids(CONTENT / pack), used)] == []


def test_the_committed_schema_is_that_of_the_models() -> None:
    committed = json.loads((CONTENT / FILE).read_text(encoding="utf-8"))
    assert committed == json_schema(), "run: quizbot content schema > content/question.schema.json"
    Draft202012Validator.check_schema(committed)


@pytest.mark.parametrize("path", QUESTION_FILES, ids=lambda path: path.stem)
def test_a_question_file_names_the_schema_and_follows_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[0] == FIRST_LINE
    assert (path.parent / "../question.schema.json").resolve() == CONTENT / FILE
    value = json.loads(json.dumps(read_document(path, path).value, default=date.isoformat))
    assert [error.message for error in Draft202012Validator(json_schema()).iter_errors(value)] == []


@pytest.mark.parametrize("path", QUESTION_FILES, ids=lambda path: path.stem)
def test_the_model_answer_earns_every_point(path: Path, bank: Bank) -> None:
    question = bank.get(path.stem)
    assert [point for point in judge_offline(question, question.model_answer).points if point.verdict != "hit"] == []


def test_reading_the_shipped_questions_gives_no_advice(bank: Bank) -> None:
    the_day_they_were_written = date(2026, 11, 24)
    found = [finding for question in bank.questions.values() for finding in check(question, the_day_they_were_written)]
    assert [str(finding) for finding in found] == []


def test_no_two_questions_ask_for_the_same(bank: Bank) -> None:
    assert overlaps(list(bank.questions.values())) == ()


def test_the_code_knows_no_pack_and_no_question(bank: Bank) -> None:
    """The second pack is about something else: whatever works for both depends on neither."""
    assert len(bank.packs) > 1
    names = {*bank.packs, *bank.questions}
    for path in sorted((HOUSE / "bot").rglob("*.py")):
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            where = path.relative_to(HOUSE / "bot").as_posix()
            assert where in MAY_NAME_IT or not ABOUT_THE_GIL.search(text), f"{where}: {text}"
            assert where in MAY_NAME_IT or text not in names, f"{where}: {text}"


def _texts(tree: ast.AST) -> list[str]:
    """Texts that the program uses; not its docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]
