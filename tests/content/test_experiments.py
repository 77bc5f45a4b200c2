"""What the questions say of CPython, shown by running it on every Python that is installed.

Slow, and measured: the bands are wide, and where a busy machine could spoil a figure the best of several tries counts.
Each script's docstring has what was measured on which version.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import HOUSE
from tests.content.interpreters import Interpreter, interpreters

pytestmark = pytest.mark.slow

LIMIT_S = 300


@pytest.fixture(params=[found for found in interpreters() if found.path], ids=lambda found: found.name)
def python(request: pytest.FixtureRequest) -> Interpreter:
    return request.param  # type: ignore[no-any-return] # a parameter has no type


def _figures(python: Interpreter, script: str) -> Any:  # noqa: ANN401 - JSON
    assert python.path
    done = subprocess.run(
        [python.path, "-m", f"tests.content.experiments.{script}"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _version(python: Interpreter) -> tuple[int, ...]:
    return tuple(int(part) for part in python.name.removesuffix("t").split("."))


def test_two_computing_threads_use_one_core_with_the_gil(python: Interpreter) -> None:
    found = _figures(python, "cpu_threads")
    assert not found["gil"] or found["cores_used"] < 1.25


def test_updates_get_lost_unless_a_lock_covers_reading_and_writing(python: Interpreter) -> None:
    found = _figures(python, "lost_updates")
    assert found["forced"] == 1
    assert (found["lost"]["locked"], found["lost"]["appended"]) == (0, 0)
    if found["gil"]:
        assert found["lost"]["plain"] == 0  # by the implementation's grace since 3.10
        assert found["lost"]["called"] > 0


def test_some_calls_keep_the_gil_and_others_release_it(python: Interpreter) -> None:
    found = _figures(python, "who_holds_it")
    share = found["share"]
    assert all(share[name] < 0.5 for name in ("sleep", "sha256", "CDLL") if name in share)
    kept = [share[name] for name in ("regular expression", "sorted", "sum", "PyDLL") if name in share]
    assert all(each > 0.6 for each in kept) if found["gil"] else all(each < 0.6 for each in kept)


def test_a_computing_thread_delays_every_reply_by_about_a_switch_interval(python: Interpreter) -> None:
    found = _figures(python, "convoy")
    if found["gil"]:
        assert found["beside"] > 3  # ms; the interval is 5
        assert found["beside"] > 5 * found["alone"]
        assert found["beside_1ms"] < found["beside"]


def test_computing_in_a_coroutine_stalls_the_loop_and_a_thread_does_not(python: Interpreter) -> None:
    found = _figures(python, "event_loop")
    assert found["stall"]["coroutine"] > 0.8
    assert found["stall"]["thread"] < 0.5
    assert found["balance"] == {"with await": 90, "without": 50}
    assert found["posted"]["call_soon"] > 0.5
    assert found["posted"]["call_soon_threadsafe"] < found["posted"]["call_soon"]


def test_a_full_collection_stops_every_thread(python: Interpreter) -> None:
    assert _figures(python, "collector")["share"] > 0.6


def test_processes_cost_more_than_threads_and_share_by_a_lock(python: Interpreter) -> None:
    found = _figures(python, "processes")
    if sys.platform == "linux":
        assert found["default"] == ("forkserver" if _version(python) >= (3, 14) else "fork")
    assert found["spawn_s"] > 5 * found["thread_s"]
    assert found["to_process_s"] > 5 * found["to_thread_s"]
    assert found["counted"] == 20_000
    assert found["lambda"] is False


def test_small_facts_about_threads(python: Interpreter) -> None:
    found = _figures(python, "threads")
    assert found["overlap_s"] < 1.5  # ten sleeps of 0.2 s
    assert found["handler_elsewhere"] == "ValueError"
    assert found["handled_in"] == "MainThread"
    assert found["shared_generator"] == "generator already executing"
    assert found["growing_dict"] == "dictionary changed size during iteration"


def test_interpreters_have_a_gil_each_since_3_12(python: Interpreter) -> None:
    found = _figures(python, "interpreters_apart")
    if found["gil"]:
        assert (found["share"] > 0.6) is (_version(python) < (3, 12))
