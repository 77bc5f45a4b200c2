"""What `content check` says of a question that loads."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.content.bank import Bank
from bot.content.check import check, reading_seconds
from bot.content.ids import compare, ids_of, read_ids, write_ids
from bot.content.schema import Question
from bot.content.skeleton import skeleton
from bot.content.sources import fault_of
from bot.content.spelling import Spelling, check_spelling, read_words
from bot.grading.offline import judge_offline
from bot.grading.overlap import overlaps
from bot.grading.proof import prove

TODAY = date(2026, 11, 24)


@pytest.fixture
def question(bank: Bank) -> Question:
    return bank.get("check-then-act")


def _with_point(question: Question, **changes: Any) -> Question:  # noqa: ANN401 - fields of the model
    first, *rest = question.key_points
    return question.model_copy(update={"key_points": (first.model_copy(update=changes), *rest)})


def _said(question: Question) -> list[str]:
    return [finding.what for finding in check(question, TODAY)]


def test_a_fact_past_its_review_date_is_named(question: Question) -> None:
    assert "key point gap-between-steps was to be reviewed by 2026-11-23" in _said(
        _with_point(question, review_by=date(2026, 11, 23))
    )
    assert _said(_with_point(question, review_by=TODAY)) == []


def test_too_few_wordings_samples_and_points_are_named(question: Question) -> None:
    poor = question.model_copy(update={"samples": question.samples[:7], "key_points": question.key_points[:3]})
    assert {"labelled samples: only 7", "key points: 3"} <= set(_said(poor))
    assert any("fewer than 3 accept" in said for said in _said(_with_point(question, accept=("one", "two"))))


@pytest.mark.parametrize(
    ("claim", "joins"),
    [
        ("Another thread can run between the test and the assignment.", False),
        ("The lock protects the counts and the containers.", False),
        ("The lock is released, and the thread has to wait.", True),
        ("A page is shared; a write copies it.", True),
    ],
)
def test_a_claim_that_joins_two_is_named(question: Question, claim: str, joins: bool) -> None:
    said = _said(_with_point(question, claim=claim))
    assert ("key point gap-between-steps may join two claims" in said) is joins


def test_a_hint_that_states_a_point_is_named(question: Question) -> None:
    hints = (f"Note: {question.key_points[0].claim}", *question.hints[1:])
    assert "hint 1 gives gap-between-steps away" in _said(question.model_copy(update={"hints": hints}))


def test_reading_time_is_at_two_hundred_words_a_minute(question: Question) -> None:
    assert reading_seconds("word " * 100) == 30
    assert "reading the prompt takes more than a minute" in _said(question.model_copy(update={"prompt": "word " * 201}))
    assert "the model answer takes longer to read than the 1 min of the question" in _said(
        question.model_copy(update={"minutes": 1, "model_answer": "One two three four five. " * 50})
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://docs.python.org/3.15/glossary.html#term-global-interpreter-lock",
        "https://docs.python.org/3/library/sys.html#sys.setswitchinterval",
        "https://docs.python.org/3/",
        "https://peps.python.org/pep-0703/",
        "https://hypothesis.readthedocs.io/en/latest/",
    ],
)
def test_an_address_that_can_be_right_passes(address: str) -> None:
    assert fault_of(address) is None


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://docs.python.org/3/", "names no host by https://"),
        ("https://localhost/x", "names no host by https://"),
        ("https:///nowhere", "names no host by https://"),
        ("https://docs.python.org/3/library/a b.html", "has a space in it"),
        ("https://docs.python.org/3/library/sys.html#", "has an empty anchor"),
        ("https://docs.python.org/3/library/sys.html#sys.exit()", "has an anchor that no page has"),
        ("https://docs.python.org/library/sys.html", "is no page of the Python documentation"),
        ("https://peps.python.org/pep-703/", "is no PEP"),
    ],
)
def test_an_address_that_cannot_be_right_is_named(question: Question, address: str, fault: str) -> None:
    assert (fault_of(address) or "").startswith(fault)
    assert any(address in said for said in _said(question.model_copy(update={"sources": (address,)})))


def test_code_that_does_not_say_what_it_prints_is_named(question: Question) -> None:
    assert "the code prints and does not say what" in _said(question.model_copy(update={"code": "print(1)"}))
    assert _said(question.model_copy(update={"code": "print(1)  # prints: 1"})) == []


def test_code_too_wide_for_a_screen_is_named(question: Question) -> None:
    assert "line 2 of the code has 75 columns" in _said(question.model_copy(update={"code": f"pass\n{'x' * 75}\n"}))
    assert _said(question.model_copy(update={"code": "x" * 74})) == []


def test_an_id_that_vanished_is_an_error_and_a_new_one_is_not(question: Question, tmp_path: Path) -> None:
    used = frozenset(ids_of(question))
    assert read_ids(tmp_path) is None
    write_ids(tmp_path, used)
    assert compare("mine", read_ids(tmp_path), used) == ()
    renamed = frozenset(ids_of(_with_point(question, id="new-name")))
    gone, new = compare("mine", read_ids(tmp_path), renamed)
    assert (gone.severity, gone.about) == ("error", "check-then-act")
    assert "gap-between-steps is gone" in gone.what
    assert (new.severity, new.what) == ("warning", "the id of the point new-name is not in ids.txt yet")


def test_a_new_question_is_one_remark_and_a_pack_without_a_list_is_one(question: Question) -> None:
    used = frozenset(ids_of(question))
    assert len(compare("mine", frozenset(), used)) == 1
    assert len(compare("mine", None, used)) == 1


def test_the_spelling_knows_code_names_both_englishes_and_the_projects_words(question: Question) -> None:
    spelling = Spelling(["mutex"])
    known = (
        "The behaviour and behavior of a mutex's `qwxz()` in NumPy, sys.setswitchinterval, x_y and the GIL; organised."
    )
    assert spelling.unknown(known) == ()
    assert spelling.unknown("A thred recieves a Mutexx.") == ("thred", "recieves", "Mutexx")
    (found,) = check_spelling(question.model_copy(update={"follow_up": "Is a dedlock possible?"}), _ours())
    assert (found.severity, found.what) == ("warning", "“dedlock” is in no dictionary")


def _ours() -> Spelling:
    return Spelling(read_words(Path(__file__).resolve().parents[2] / "content"))


def test_a_model_answer_that_leaves_a_point_out_is_an_error(question: Question) -> None:
    proof = prove(question.model_copy(update={"model_answer": "make() is called twice."}), judge_offline)
    (error,) = [finding for finding in proof.findings if finding.severity == "error"]
    assert "scores 16.7, not 100" in error.what
    assert "lock-around-both (miss)" in error.what
    assert len(proof.samples) == len(question.samples)


def test_wordings_that_do_not_do_what_they_are_for_are_named(question: Question) -> None:
    said = [
        finding.what
        for finding in prove(
            _with_point(
                question,
                accept=("bananas are yellow fruit", "make gets called twice"),
                partial=("bananas",),
                reject=("apples",),
            ),
            judge_offline,
        ).findings
    ]
    assert "“make gets called twice” of gap-between-steps also makes make-runs-twice (hit)" in said
    assert "“apples” of gap-between-steps is judged miss, not contradicted" in said


def test_a_prompt_and_a_hint_that_earn_a_point_are_named(question: Question) -> None:
    hints = ("Remember that make gets called twice.", *question.hints[1:])
    told = question.model_copy(update={"hints": hints})
    assert "hint 1 earns make-runs-twice (hit)" in [finding.what for finding in prove(told, judge_offline).findings]


def test_a_misconception_that_is_not_found_in_its_own_words_is_named(question: Question) -> None:
    wrong = question.misconceptions[0].model_copy(update={"accept": ("the",)})
    said = [f.what for f in prove(question.model_copy(update={"misconceptions": (wrong,)}), judge_offline).findings]
    assert "the misconception dict-ops-atomic-so-safe is not found in “the”" in said


def test_questions_that_ask_for_the_same_are_named_with_their_points(bank: Bank) -> None:
    question = bank.get("check-then-act")
    twin = question.model_copy(update={"id": "twin", "key_points": question.key_points[:4]})
    (found,) = overlaps([*bank.questions.values(), twin])
    assert (found.one, found.other) == ("check-then-act", "twin")
    assert ("gap-between-steps", "gap-between-steps") in found.points


def test_a_skeleton_quotes_what_yaml_would_take_for_something_else() -> None:
    text = skeleton("mine", 'Why: "this" #1?', "yes", "mid")
    assert 'title: "Why: \\"this\\" #1?"' in text
    assert 'topic: "yes"' in text
    assert "id: mine\n" in text
