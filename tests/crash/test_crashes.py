"""Killed at every step, nothing is lost and nothing comes twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import HOUSE
from tests.crash.harness import ANSWER_POINTS, CLOSE_POINTS, POST_POINTS


def _harness(database: str, tmp_path: Path, *words: str, minutes: float = 4) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.crash.harness", "--database", database]
    done = subprocess.run(
        [*command, "--ledger", str(tmp_path / "ledger.jsonl"), *words],
        cwd=HOUSE,
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        timeout=minutes * 60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    figures = ("rounds", "kills", "posts", "answers", "lost", "doubled")
    kind = "PostgreSQL" if database.startswith("postgres") else "SQLite"
    # Shown by pytest -rA: the table of what was tried and what came of it.
    sys.stdout.write(f"{kind} {' '.join(words)}: {', '.join(f'{name} {found[name]}' for name in figures)}\n")
    return found


def _nothing_lost_or_doubled(found: dict[str, Any]) -> None:
    assert found["lost"] == []
    assert found["doubled"] == []


def test_rounds_whose_processes_are_killed_at_every_point(database: str, tmp_path: Path) -> None:
    found = _harness(database, tmp_path, "--rounds", "50")
    _nothing_lost_or_doubled(found)
    # A point that nothing comes by would prove nothing.
    for point in (*POST_POINTS, *ANSWER_POINTS, *CLOSE_POINTS):
        assert found["points"][point] > 0, point
    assert (found["posts"], found["answers"]) == (100, 100)


@pytest.mark.parametrize("count", [2, 4])
def test_replicas_of_which_one_is_killed_every_second(postgres_database: str, tmp_path: Path, count: int) -> None:
    found = _harness(postgres_database, tmp_path, "--replicas", str(count), "--seconds", "12")
    _nothing_lost_or_doubled(found)
    assert found["kills"] >= 10
    assert found["answers"] == 60


def test_replicas_whose_connections_are_cut_every_second(postgres_database: str, tmp_path: Path) -> None:
    found = _harness(postgres_database, tmp_path, "--replicas", "2", "--seconds", "12", "--cut")
    _nothing_lost_or_doubled(found)
    assert found["kills"] >= 10


@pytest.mark.slow
def test_a_thousand_rounds_killed_at_every_point(database: str, tmp_path: Path) -> None:
    found = _harness(database, tmp_path, "--rounds", "1000", minutes=90)
    _nothing_lost_or_doubled(found)
    assert found["kills"] >= 2900
