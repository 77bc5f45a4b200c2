"""`quizbot train` where training cannot be done."""

import sys

import pytest
from click.testing import CliRunner

from bot.cli import main


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "bot.grading.training.fit", "bot.grading.training.learn"):
        monkeypatch.setitem(sys.modules, name, None)
    done = CliRunner().invoke(main, ["train"])
    assert done.exit_code == 69
    assert done.stderr == "Training needs more than the bot does: pip install -r requirements-train.txt\n"


def test_a_folder_to_start_from_must_be_there() -> None:
    done = CliRunner().invoke(main, ["train", "--from", "nowhere"])
    assert done.exit_code == 2
    assert "nowhere" in done.stderr
