"""What authors type: `quizbot content …`."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.acceptance.test_program import HOUSE, last_line, play, quizbot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder of one's own, with one question in it."""
    root = tmp_path / "content"
    (root / "gil").mkdir(parents=True)
    shutil.copy(HOUSE / "content" / "words.txt", root)
    shutil.copy(HOUSE / "content" / "gil" / "check-then-act.yaml", root / "gil")
    (root / "gil" / "pack.yaml").write_text("id: gil\ntitle: Mine\ndescription: Mine.\n", encoding="utf-8")
    return root


def _change(folder: Path, before: str, after: str) -> None:
    path = folder / "gil" / "check-then-act.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_check_reports_as_json_for_other_programs(folder: Path) -> None:
    done = quizbot("content", "check", "--format", "json", CONTENT_DIR=str(folder))
    assert done.returncode == 0, done.stdout
    report = json.loads(done.stdout)
    assert (report["errors"], report["problems"], report["unchecked"]) == (0, [], [])
    assert report["warnings"] == len(report["findings"])
    (question,) = report["questions"]
    assert (question["id"], question["pack"]) == ("check-then-act", "gil")
    assert question["agreement"]["pairs"] == question["agreement"]["answers"] * 6
    assert question["reading_seconds"]["prompt"] > 0
    labelled = {(found["labelled"], found["judged"]) for found in report["disagreements"]}
    assert all(one != other for one, other in labelled)


def test_a_disagreement_with_the_labels_is_listed_on_demand_and_never_an_error(folder: Path) -> None:
    short = quizbot("content", "check", CONTENT_DIR=str(folder))
    whole = quizbot("content", "check", "-v", CONTENT_DIR=str(folder))
    assert short.returncode == whole.returncode == 0
    assert re.search(r"the grader agrees with \d+ of \d+ labelled verdicts", short.stdout)
    assert whole.stdout.count("labelled hit, judged") + whole.stdout.count("labelled miss, judged") >= 1
    assert "labelled hit, judged" not in short.stdout


def test_a_renamed_id_stops_the_check_until_it_is_given_up_expressly(folder: Path) -> None:
    where = {"CONTENT_DIR": str(folder)}
    assert re.search(r"gil: \d+ ids recorded", quizbot("content", "check", "--accept-ids", **where).stderr)
    _change(folder, "make-runs-twice", "made-twice")
    broken = quizbot("content", "check", **where)
    assert broken.returncode == 1
    assert "error: the id of the point make-runs-twice is gone" in broken.stdout
    assert quizbot("content", "check", "--accept-ids", **where).returncode == 1
    assert "check-then-act point make-runs-twice" in (folder / "gil" / "ids.txt").read_text(encoding="utf-8")
    given_up = quizbot("content", "check", "--drop-ids", **where)
    assert "gil: dropped check-then-act point make-runs-twice" in given_up.stderr
    assert given_up.returncode == 0
    assert "make-runs-twice" not in (folder / "gil" / "ids.txt").read_text(encoding="utf-8")


def test_ids_are_not_dropped_while_a_file_does_not_load(folder: Path) -> None:
    quizbot("content", "check", "--accept-ids", CONTENT_DIR=str(folder))
    _change(folder, "minutes: 5", "minutes: five")
    done = quizbot("content", "check", "--drop-ids", CONTENT_DIR=str(folder))
    assert done.returncode == 2
    assert "check-then-act" in (folder / "gil" / "ids.txt").read_text(encoding="utf-8")


def test_code_that_prints_something_else_is_an_error_when_it_is_run(folder: Path) -> None:
    _change(folder, "# prints: 1", "# prints: 2")
    assert quizbot("content", "check", CONTENT_DIR=str(folder)).returncode == 0
    done = quizbot("content", "check", "--run-code", CONTENT_DIR=str(folder))
    assert done.returncode == 1
    assert "error: line 1 of the output is “1” and not “2”" in done.stdout


def test_only_the_questions_named_are_checked() -> None:
    done = quizbot("content", "check", "check-then-act")
    assert done.returncode == 0
    assert "1 question in" in done.stdout
    assert "convoy-effect" not in done.stdout
    assert quizbot("content", "check", "nope").returncode == 1


def test_a_bank_of_a_hundred_questions_is_shared_out_over_processes(folder: Path) -> None:
    text = (folder / "gil" / "check-then-act.yaml").read_text(encoding="utf-8")
    for number in range(12):
        copy = text.replace("id: check-then-act\n", f"id: copy-{number}\n")
        (folder / "gil" / f"copy-{number}.yaml").write_text(copy, encoding="utf-8")
    done = quizbot("content", "check", CONTENT_DIR=str(folder))
    assert "13 questions in 1 pack: 0 errors" in done.stdout
    assert "copy-11: the grader agrees with" in done.stdout
    assert "asks much the same as copy-0" in done.stdout


def test_a_new_question_loads_and_is_never_written_over(folder: Path) -> None:
    words = ("content", "new", "--id", "my-own", "--title", "Why: so #1?", "--topic", "races", "--difficulty", "mid")
    done = quizbot(*words, "--pack", "gil", CONTENT_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    text = (folder / "gil" / "my-own.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../question.schema.json\nid: my-own\n")
    shown = quizbot("content", "show", "my-own", CONTENT_DIR=str(folder))
    assert "Why: so #1?" in shown.stdout
    again = quizbot(*words, "--pack", "gil", CONTENT_DIR=str(folder))
    assert again.returncode == 2
    assert last_line(again) == "A question my-own is there already. Choose another id."
    assert (folder / "gil" / "my-own.yaml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "../outside"}, "not kebab-case"),
        ({"id": "Not Kebab"}, "not kebab-case"),
        ({"difficulty": "easy"}, "write one of"),
        ({"title": "two\nlines"}, "has several lines"),
        ({"pack": "nope"}, "There is no pack nope; there are: gil."),
        ({"title": None}, "Give --title."),
    ],
)
def test_a_new_question_with_values_that_cannot_stand_is_not_written(
    folder: Path, changes: dict[str, str | None], why: str
) -> None:
    values = {"id": "my-own", "title": "Why", "topic": "races", "difficulty": "mid", "pack": "gil"} | changes
    before = sorted(folder.rglob("*"))
    options = [word for name, value in values.items() if value is not None for word in (f"--{name}", value)]
    done = quizbot("content", "new", *options, CONTENT_DIR=str(folder))
    assert done.returncode == 2
    assert why in done.stderr
    assert sorted(folder.rglob("*")) == before


def test_show_has_the_post_with_its_buttons_and_the_answer() -> None:
    shown = quizbot("content", "show", "check-then-act").stdout
    assert "[1] Answer  [2] Hint" in shown
    assert "answers are private" in shown
    assert "Misconceptions" in shown


def test_the_schema_is_printed() -> None:
    schema = json.loads(quizbot("content", "schema").stdout)
    assert schema["properties"]["key_points"]["maxItems"] == 10


def test_statistics_as_table_csv_and_json(tmp_path: Path) -> None:
    database = ("--database", f"sqlite:///{tmp_path / 'quiz.db'}")
    nothing = quizbot("content", "stats", *database)
    assert nothing.stdout == "No answer to these questions has been graded yet.\n"
    script = "/clock 09:00\nOnly one thread runs bytecode at a time.\n/as bo\nThreads speed up CPU-bound code.\n/quit\n"
    assert play(script, *database).returncode == 0
    table = quizbot("content", "stats", *database).stdout
    assert "discrimination" in table
    assert "  one-thread-at-a-time" in table
    (question,) = json.loads(quizbot("content", "stats", "--format", "json", *database).stdout)
    assert (question["id"], question["answers"]) == ("what-is-the-gil", 2)
    by_point = {point["id"]: point for point in question["points"]}
    assert by_point["one-thread-at-a-time"]["hits"] == 0.5
    assert by_point["threads-dont-help-cpu"]["contradictions"] == 0.5
    assert by_point["refcounts"]["discrimination"] is None
    rows = list(csv.DictReader(io.StringIO(quizbot("content", "stats", "--format", "csv", *database).stdout)))
    assert rows[0]["question"] == "what-is-the-gil"
    assert [row["point"] for row in rows[:2]] == ["", "one-thread-at-a-time"]
    assert quizbot("content", "stats", "--pack", "nope", *database).returncode == 2
