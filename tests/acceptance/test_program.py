"""The program as a person runs it: a process, its output, its exit code."""

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."
MYTH = "The GIL makes your code thread-safe. Threads speed up CPU-bound code."
DAY = f"""
/clock 09:00
{GOOD}
/as bo
{MYTH}
/clock 17:00
/quiz leaderboard
"""


def quizbot(*words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PYTHONPATH": str(HOUSE), "COLUMNS": "100", "PYTHONUTF8": "1"} | clean | environment,
    )


def play(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    start = ("--start", "2026-11-24 08:59", "--zone", "Europe/Berlin", "--as", "ana")
    return quizbot("play", *start, *words, stdin=script)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.strip().splitlines()[-1]


def test_a_day_in_the_terminal_room_from_question_to_leaderboard() -> None:
    done = play(DAY)
    assert done.returncode == 0, done.stderr
    question, rest = done.stdout.split("ana> Only one thread", 1)
    assert "What is the GIL in Python?" in question
    assert "2 of 8 key points" in rest
    assert "“Only one thread runs bytecode at a time" in rest
    assert "[wrong]" in rest
    assert "[myth]" in rest
    assert "Closed: What the GIL is" in rest
    ranks = re.findall(r"(?m)^[> ] +(\d)  (ana|bo) ", rest)
    assert ("1", "ana") in ranks
    assert ("2", "bo") in ranks


def test_a_new_room_has_its_question_at_once() -> None:
    done = quizbot("play", stdin=f"{GOOD}\n")
    assert done.returncode == 0
    assert done.stdout.index("What the GIL is") < done.stdout.index("2 of 8 key points")


def test_everything_is_there_again_after_a_restart() -> None:
    play(DAY)
    done = quizbot("play", "--as", "ana", stdin="/quiz leaderboard\n/quiz why\n/clock\n")
    assert "ana" in done.stdout.split("/quiz leaderboard")[1]
    assert "2 of 8 key points" in done.stdout
    assert "Tue 24 Nov 2026 17:00" in done.stdout


def test_a_week_passes_with_a_question_each_working_day() -> None:
    done = play("/clock +7d\n")
    assert done.stdout.count("answers are private") == 5


def test_a_wrong_command_in_a_script_ends_with_exit_code_one_and_says_what_to_type() -> None:
    done = play("/quiz leaderbord\n/clok 09:00\n/clock yesterday\nhello there\n/quiz\n")
    assert done.returncode == 1
    assert "Did you mean /quiz leaderboard?" in done.stdout
    assert "Did you mean /clock?" in done.stdout
    assert "“yesterday” is no time" in done.stdout
    assert "No question was asked yet" in done.stdout
    assert last_line(done) == "4 lines were not understood; correct the script and run it again."


def test_continued_lines_comments_and_forms_work_in_a_script() -> None:
    done = play("# a comment\n/clock 09:00\n/quiz answer\nThreads take turns holding one lock.\\\nAnd so on.\n")
    assert "[What the GIL is and how to work around it] Threads take turns" in done.stdout
    assert "[hit]" in done.stdout


def test_a_room_without_the_trained_grader_says_so_and_works() -> None:
    start = ("--start", "2026-11-24 09:00", "--zone", "UTC", "--as", "ana")
    done = quizbot("play", *start, stdin=f"{GOOD}\n", GRADER_MODEL="/nowhere")
    assert done.returncode == 0
    assert done.stderr == (
        "The trained grader in /nowhere cannot be used: model.json is missing. Grading with offline-3 instead.\n"
    )
    assert "2 of 8 key points" in done.stdout


def test_the_room_refuses_the_database_of_a_running_bot(tmp_path: Path) -> None:
    play("/clock 09:00\n")
    with sqlite3.connect(tmp_path / "quizbot.db") as database:
        database.execute("UPDATE workspace SET platform = 'discord'")
    database.close()
    done = play("/quiz\n")
    assert done.returncode == 69
    assert "belongs to a bot on discord" in last_line(done)


def test_grade_prints_the_designs_json_with_offsets_into_the_answer() -> None:
    answers = json.dumps({"id": "r1", "text": f"Well… {GOOD}"}) + "\n" + json.dumps({"id": "r2", "text": "no idea"})
    done = quizbot("grade", "what-is-the-gil", "--answers", "-", "--format", "json", stdin=answers)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["id"] == "r1"
    assert first["score"] >= 12.5
    assert first["grader"].startswith("judge-")
    hit = first["points"][0]
    evidence = hit["evidence"]
    assert hit["verdict"] == "hit"
    assert f"Well… {GOOD}"[evidence["start"] : evidence["end"]] == evidence["text"]
    assert second["score"] == 0.0
    assert all(point["evidence"] is None for point in second["points"])


def test_grade_takes_a_file_and_a_single_text() -> None:
    path = HOUSE / "content" / "gil" / "check-then-act.yaml"
    done = quizbot("grade", str(path), "--text", "Both threads can see the key missing.")
    assert "of 6 key points" in done.stdout


def test_wrong_usage_and_bad_input_end_with_one_sentence() -> None:
    assert quizbot("grade", "what-is-the-gil").returncode == 2
    assert quizbot("nonsense").returncode == 2
    unknown = quizbot("grade", "no-such-question", "--text", "x")
    assert (unknown.returncode, "no question “no-such-question”" in last_line(unknown)) == (1, True)
    garbled = quizbot("grade", "what-is-the-gil", "--answers", "-", stdin='{"id": 1}\n')
    assert (garbled.returncode, "-:1: write one JSON object a line" in last_line(garbled)) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade", "what-is-the-gil", "--answers", "nowhere.jsonl"), "nowhere.jsonl: No such file or directory"),
        (("grade", "what-is-the-gil", "--answers", "latin.jsonl"), "latin.jsonl:1: write one JSON object a line"),
        (("evaluate", "--out", "nowhere/figures.json"), "nowhere/figures.json: No such file or directory"),
        (("grade", "no-such-question", "--text", GOOD), "quizbot content list"),
        (("content", "show", "no-such-question"), "quizbot content list"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_in_one_sentence(words: tuple[str, ...], said: str) -> None:
    Path("latin.jsonl").write_bytes(b'{"id": 1, "text": "caf\xe9"}\n')
    done = quizbot(*words)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert said in last_line(done)


def test_evaluate_prints_and_writes_its_figures(tmp_path: Path) -> None:
    done = quizbot("evaluate", "--out", str(tmp_path / "figures.json"))
    for word in ("precision", "recall", "macro-F1", "weighted kappa", "style", "contradicted"):
        assert word in done.stdout
    written = json.loads((tmp_path / "figures.json").read_text())
    assert written["overall"]["answers"] >= 50
    assert quizbot("evaluate", "nowhere").returncode == 2
    one = quizbot("evaluate", str(HOUSE / "content" / "gil" / "check-then-act.yaml"), "--format", "json")
    assert list(json.loads(one.stdout)["questions"]) == ["check-then-act"]


def test_content_check_passes_and_names_each_fault_of_a_broken_bank(tmp_path: Path) -> None:
    good = quizbot("content", "check")
    assert good.returncode == 0
    assert "0 errors" in good.stdout
    pack = tmp_path / "content" / "mine"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_text("id: mine\ntitle: Mine\ndescription: Mine.\n")
    (pack / "bad.yaml").write_text("id: bad\ntitel: Bad\n")
    broken = quizbot("content", "check", CONTENT_DIR=str(tmp_path / "content"))
    assert broken.returncode == 1
    assert "content/mine/bad.yaml:2: unknown key titel; did you mean title?" in broken.stdout
    refused = quizbot("play", CONTENT_DIR=str(tmp_path / "content"))
    assert refused.returncode == 69


def test_content_list_and_show() -> None:
    assert "check-then-act" in quizbot("content", "list", "--topic", "races").stdout
    shown = quizbot("content", "show", "what-is-the-gil").stdout
    assert "What is the GIL in Python?" in shown
    assert "Key points" in shown
    assert quizbot("content", "show", "nope").returncode == 1


def test_export_writes_json_and_csv_and_neutralises_formulas(tmp_path: Path) -> None:
    play(f"/clock 09:00\n/as ana\n=SUM(A1) {GOOD}\n/clock 17:00\n")
    document = json.loads(quizbot("export").stdout)
    assert [row["player"] for row in document["answers"]] == ["ana"]
    assert {row["status"] for row in document["rounds"]} == {"closed"}
    done = quizbot("export", "--format", "csv", "--out", str(tmp_path / "csv"))
    assert done.returncode == 0, done.stderr
    with (tmp_path / "csv" / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["text"].startswith("'=SUM")
    assert "one-thread-at-a-time=hit" in row["verdicts"]
    assert quizbot("export", "--format", "csv").returncode == 2


def test_forget_deletes_one_person_and_keeps_the_others_points() -> None:
    play(DAY)
    before = json.loads(quizbot("export").stdout)["scores"]
    assert quizbot("forget", "ana", "--yes").returncode == 0
    after = json.loads(quizbot("export").stdout)
    assert after["scores"] == [row for row in before if row["player"] == "bo"]
    assert {row["player"] for row in after["answers"]} == {"bo"}
    assert quizbot("forget", "ana", "--yes").returncode == 1


def _as_an_older_grader_said(database: Path) -> None:
    """Ana's answer was graded by an older version, which gave it nothing; so was one to a question of long ago."""
    with sqlite3.connect(database) as older:
        older.execute("UPDATE grade SET grader = 'offline-0'")
        older.execute("UPDATE grade SET score = 0, verdicts = replace(verdicts, 'hit', 'miss') WHERE submission_id = 1")
        older.execute("UPDATE submission SET points = 0 WHERE id = 1")
        older.execute("UPDATE submission SET question_id = 'of-long-ago' WHERE id = 2")
        older.execute("UPDATE standing SET points = 0")
    older.close()


def test_regrade_shows_first_then_does_it_once_and_the_person_reads_of_it(tmp_path: Path) -> None:
    play(DAY)
    assert "there is nothing to change" in quizbot("regrade").stdout
    _as_an_older_grader_said(tmp_path / "quizbot.db")
    before = quizbot("export").stdout
    shown = quizbot("regrade")
    assert shown.returncode == 0, shown.stderr
    for said in (r"what-is-the-gil +1 +2", r"ana +1 +0 → 25", r"Terminal room +bo +1 → 2", "Nothing was changed"):
        assert re.search(said, shown.stdout), said
    assert "of-long-ago is no longer in the bank: 1 answer left alone." in shown.stdout
    assert quizbot("export").stdout == before
    done = quizbot("regrade", "--apply", "--question", "what-is-the-gil", "--since", "2026-11-01")
    assert "Done: a new grade for 1 answer; 1 person with other points, who are told." in done.stdout
    assert "there is nothing to change" in quizbot("regrade", "--apply").stdout
    read = quizbot("play", "--as", "bo", stdin="/quiz leaderboard\n").stdout
    assert read.count("Your points were corrected") == 1
    assert re.search(r"1 +ana +25", read)


def test_regrade_refuses_what_is_not_there() -> None:
    play(DAY)
    for words, code, said in (
        (("--question", "nope"), 1, "no question “nope”"),
        (("--team", "nope"), 1, "there are: Terminal room"),
        (("--since", "yesterday"), 2, "yesterday"),
    ):
        done = quizbot("regrade", *words)
        assert done.returncode == code, done.stderr
        assert said in last_line(done)


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    play("/clock 09:00\n")
    path = tmp_path / "quizbot.db"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = path.read_bytes()
    for words in (("play",), ("db", "upgrade"), ("export",)):
        done = quizbot(*words)
        assert done.returncode == 69, words
        assert "made by a newer version" in last_line(done)
    assert path.read_bytes() == before


def test_nobody_is_sent_to_upgrade_a_database_of_a_newer_version(tmp_path: Path) -> None:
    quizbot("db", "upgrade")
    with sqlite3.connect("quizbot.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    doctor, current = quizbot("doctor"), quizbot("db", "current")
    assert (doctor.returncode, current.returncode) == (1, 1)
    for told in (doctor.stdout, current.stderr):
        assert "Do: install the newer version of quizbot" in told
        assert "db upgrade" not in told


def test_doctor_says_once_that_the_server_is_down() -> None:
    sick = quizbot("doctor", DATABASE_URL="postgresql://user:hunter2@127.0.0.1:1/quiz")
    assert sick.returncode == 1
    assert sick.stdout.count("cannot be reached") == 1
    assert "Do: start the server" in sick.stdout


def test_forgetting_can_be_thought_better_of() -> None:
    play(DAY)
    done = quizbot("forget", "bo", stdin="n\n")
    assert (done.returncode, "Nothing was deleted." in last_line(done)) == (1, True)
    assert "bo" in quizbot("export").stdout


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "quizbot.db").write_text("this is not a database, but somebody's diary " * 50)
    done = quizbot("play")
    assert done.returncode == 69
    assert "cannot be used as a database" in last_line(done)


def test_db_current_and_upgrade_say_where_the_database_is() -> None:
    assert quizbot("db", "current").returncode == 1
    assert "at revision" in quizbot("db", "upgrade").stdout
    assert quizbot("db", "current").returncode == 0


def test_doctor_finds_nothing_wrong_here_and_says_what_to_do_about_a_bad_bank(tmp_path: Path) -> None:
    assert quizbot("doctor").returncode == 0
    sick = quizbot("doctor", CONTENT_DIR=str(tmp_path / "nowhere"))
    assert sick.returncode == 1
    assert "run quizbot content check" in sick.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [("GRADING_WORKERS", "many"), ("ANSWER_MAX_CHARACTERS", "5"), ("DATABASE_URL", "mysql://user:hunter2@host/db")],
)
def test_a_bad_setting_is_named_without_its_value(name: str, value: str) -> None:
    done = quizbot("play", **{name: value})
    assert done.returncode == 69
    assert "hunter2" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_no_answer_text_reaches_the_logs() -> None:
    start = ("--start", "2026-11-24 08:59", "--zone", "Europe/Berlin")
    for form in ("text", "json"):
        done = quizbot("play", *start, stdin=DAY, LOG_LEVEL="debug", LOG_FORMAT=form)
        assert "submission_graded" in done.stderr
        assert "reference counts" not in done.stderr
        assert "speed up CPU" not in done.stderr


def test_the_logs_follow_an_answer_by_its_request_and_its_round() -> None:
    start = ("--start", "2026-11-24 08:59", "--zone", "Europe/Berlin")
    done = quizbot("play", *start, stdin=DAY, LOG_LEVEL="info", LOG_FORMAT="json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    events = {(line["event"], line.get("task")): line for line in lines}
    assert events["submission_stored", None]["request"] in [
        line["request"] for line in lines if line["event"] == "event_received"
    ]
    in_the_round = (
        ("round_opened", None),
        ("outbox_row_tried", "question"),
        ("submission_stored", None),
        ("submission_graded", None),
        ("round_closed", None),
        ("outbox_row_tried", "reveal"),
    )
    assert [events[name]["round"] for name in in_the_round] == [1] * len(in_the_round)
    assert events["outbox_row_tried", "feedback"]["submission"] == events["submission_graded", None]["submission"]


def test_version_and_help() -> None:
    assert re.match(r"quizbot, version \d+\.\d+", quizbot("--version").stdout)
    assert "play" in quizbot("--help").stdout
