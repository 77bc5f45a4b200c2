"""The folder of the trained grader: whole or not used; and what people are told when it is not."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from bot.app import chosen_judge, grading
from bot.cli import main
from bot.content.bank import Bank
from bot.grading.blend import POINT_FEATURES, WRONG_FEATURES
from bot.grading.claims import claims
from bot.grading.judge import Judge
from bot.grading.model_file import CARD, NETWORK, SHIPPED, TOKENIZER, NoModel, check
from bot.grading.offline import VERSION
from bot.grading.spans import shown, spans
from bot.grading.trained import judge_trained
from bot.runtime.graders import PooledGrader, ThreadedGrader
from bot.settings import BadSetting

SAID = "Only one thread runs bytecode at a time."


def _version() -> str:
    """The shipped model's."""
    return str(check(SHIPPED)["version"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def _remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _flip_a_byte(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)

    return damage


def _card(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / CARD).write_text(text, encoding="utf-8")

    return write


def _garbled_card(folder: Path) -> None:
    (folder / CARD).write_bytes(b'{"version": "\xff"}')


def _folder_instead(folder: Path) -> None:
    (folder / NETWORK).unlink()
    (folder / NETWORK).mkdir()


def _other_format(folder: Path) -> None:
    """Whole by its digests, and no ONNX file."""
    (folder / NETWORK).write_bytes(b"not a network")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (NETWORK, TOKENIZER)}
    (folder / CARD).write_text(json.dumps({"version": "judge-9", "sha256": digests}), encoding="utf-8")


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "no network": (_remove(NETWORK), "judge.onnx is missing"),
    "no tokenizer": (_remove(TOKENIZER), "tokenizer.json is missing"),
    "no card": (_remove(CARD), "model.json is missing"),
    "no folder": (shutil.rmtree, "model.json is missing"),
    "a byte of the network": (_flip_a_byte(NETWORK), "judge.onnx is damaged"),
    "a byte of the tokenizer": (_flip_a_byte(TOKENIZER), "tokenizer.json is damaged"),
    "card cut off": (_card('{"version": "judge-1", "sha'), "model.json cannot be read (JSONDecodeError)"),
    "card empty": (_card(""), "model.json cannot be read (JSONDecodeError)"),
    "card without digests": (_card('{"version": "judge-1"}'), "model.json cannot be read (KeyError)"),
    "card is a list": (_card("[]"), "model.json cannot be read (TypeError)"),
    "card garbled": (_garbled_card, "model.json cannot be read (UnicodeDecodeError)"),
    "a folder for a file": (_folder_instead, "judge.onnx cannot be read (Is a directory)"),
    "no network in it": (_other_format, "it does not load ("),
}


def test_the_shipped_model_is_whole_and_has_a_version() -> None:
    assert _version().startswith("judge-")
    assert Judge.load(SHIPPED).version == _version()


def test_a_model_works_from_any_folder(folder: Path) -> None:
    assert Judge.load(folder).version == _version()


@pytest.mark.parametrize(("damage", "why"), DAMAGES.values(), ids=DAMAGES)
def test_a_model_that_is_not_whole_is_refused_in_one_plain_sentence(
    folder: Path, damage: Callable[[Path], None], why: str
) -> None:
    damage(folder)
    with pytest.raises(NoModel) as refused:
        Judge.load(folder)
    said = str(refused.value)
    assert said.startswith(f"The trained grader in {folder} cannot be used: {why}")
    assert said.endswith(".")
    assert "\n" not in said


def test_a_card_whose_version_is_no_text_is_refused(folder: Path) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps(card | {"version": None}), encoding="utf-8")
    with pytest.raises(NoModel, match=r"model\.json cannot be read"):
        check(folder)


SHAPES: dict[str, object] = {
    "a row too few": {"points": [[0.0] * 4] * POINT_FEATURES, "misconceptions": [0.0] * (WRONG_FEATURES + 1)},
    "a verdict too few": {"points": [[0.0] * 3] * (POINT_FEATURES + 1), "misconceptions": [0.0] * (WRONG_FEATURES + 1)},
    "a weight too many": {"points": [[0.0] * 4] * (POINT_FEATURES + 1), "misconceptions": [0.0] * (WRONG_FEATURES + 2)},
    "rows of two lengths": {"points": [[0.0], [0.0] * 4], "misconceptions": [0.0] * (WRONG_FEATURES + 1)},
    "no misconceptions": {"points": [[0.0] * 4] * (POINT_FEATURES + 1)},
    "no numbers": "a blend",
}


@pytest.mark.parametrize("blend", SHAPES.values(), ids=SHAPES)
def test_a_card_with_a_blend_of_another_shape_is_refused(folder: Path, blend: object) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps(card | {"blend": blend}), encoding="utf-8")
    with pytest.raises(NoModel, match="it does not load"):
        Judge.load(folder)


def test_without_a_blend_what_the_judge_says_stands(folder: Path, bank: Bank) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    del card["blend"]
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    question = bank.get("what-is-the-gil")
    judge = Judge.load(folder)
    said = judge.judge(spans(SAID, shown(question)), claims(question)).verdicts
    points = judge_trained(judge, question, SAID).points
    assert [point.confidence for point in points] == pytest.approx(said[: len(points)].max(1), abs=1e-3)


def test_the_bot_grades_with_the_shipped_model_unless_told_otherwise() -> None:
    chosen = chosen_judge()
    assert (chosen.version, chosen.is_trained, chosen.lacking, chosen.trouble) == (_version(), True, None, None)


def test_the_lexical_grader_is_there_for_whoever_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER", "lexical")
    monkeypatch.setenv("GRADER_MODEL", "/nowhere")
    chosen = chosen_judge()
    assert (chosen.version, chosen.is_trained, chosen.lacking, chosen.trouble) == (VERSION, False, None, None)


def test_there_is_no_third_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER", "best")
    with pytest.raises(BadSetting, match="GRADER: Input should be 'trained' or 'lexical'"):
        chosen_judge()


@pytest.fixture
def damaged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings name a model that is damaged."""
    _flip_a_byte(NETWORK)(folder)
    monkeypatch.setenv("GRADER_MODEL", str(folder))
    return folder


def test_without_a_whole_model_the_lexical_grader_grades(damaged: Path, bank: Bank) -> None:
    chosen = chosen_judge()
    assert (chosen.version, chosen.is_trained) == (VERSION, False)
    assert chosen.trouble == (
        f"The trained grader in {damaged} cannot be used: judge.onnx is damaged. Grading with {VERSION} instead."
    )
    assert chosen.judge(bank.get("what-is-the-gil"), SAID).grader == VERSION


async def test_a_bot_that_starts_without_it_logs_a_warning_and_grades(damaged: Path, bank: Bank) -> None:
    with capture_logs() as logs:
        async with grading() as grader:
            assert isinstance(grader, PooledGrader)  # it works inside the GIL
            assert (await grader.grade(bank.get("what-is-the-gil"), SAID)).grader == VERSION
    assert logs == [
        {
            "event": "trained_grader_missing",
            "log_level": "warning",
            "reason": f"The trained grader in {damaged} cannot be used: judge.onnx is damaged.",
            "instead": VERSION,
        }
    ]


async def test_a_bot_that_starts_with_it_has_nothing_to_say_and_grades_in_threads(bank: Bank) -> None:
    with capture_logs() as logs:
        async with grading() as grader:
            assert isinstance(grader, ThreadedGrader)
            assert (await grader.grade(bank.get("what-is-the-gil"), SAID)).grader == _version()
    assert logs == []


def test_grade_says_on_standard_error_which_grader_it_is_left_with(damaged: Path) -> None:
    done = CliRunner().invoke(main, ["grade", "what-is-the-gil", "--text", SAID, "--format", "json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["grader"] == VERSION
    assert done.stderr == (
        f"The trained grader in {damaged} cannot be used: judge.onnx is damaged. Grading with {VERSION} instead.\n"
    )


def test_grade_has_nothing_to_say_when_all_is_well() -> None:
    done = CliRunner().invoke(main, ["grade", "what-is-the-gil", "--text", SAID, "--format", "json"])
    assert json.loads(done.stdout)["grader"] == _version()
    assert done.stderr == ""


def test_the_doctor_names_the_grader_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"ok    grader: {_version()}\n" in CliRunner().invoke(main, ["doctor"]).stdout
    monkeypatch.setenv("GRADER", "lexical")
    assert f"ok    grader: {VERSION}\n" in CliRunner().invoke(main, ["doctor"]).stdout


def test_the_doctor_says_what_to_do_about_a_missing_grader(damaged: Path) -> None:
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 1
    assert (
        f"WRONG grader: The trained grader in {damaged} cannot be used: judge.onnx is damaged. "
        f"The lexical grader is used instead\n      Do: restore {damaged} or set GRADER=lexical\n"
    ) in done.stdout
    assert done.stderr == "1 of 5 checks found a problem; do what the lines above say.\n"


def test_the_doctor_goes_on_behind_a_grader_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER", "best")
    done = CliRunner().invoke(main, ["doctor"])
    assert "WRONG grader: GRADER: Input should be 'trained' or 'lexical'" in done.stdout
    assert "ok    clock" in done.stdout
