"""What every grader promises, whatever people type."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.loader import load_bank
from bot.content.schema import Question
from bot.grading.evaluate import Judge
from bot.grading.verdict import Evidence, Grade, Verdict, score_of
from bot.runtime.graders import ThreadedGrader
from tests.conftest import HOUSE
from tests.graders import NAMES, grader

BANK = load_bank(HOUSE / "content")
GIL = BANK.get("what-is-the-gil")
SAID = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."
MYTH = "The GIL makes your code thread-safe, so threads speed up CPU-bound code."
CODE = """\
```python
lock = threading.Lock()
with lock:  # only one thread at a time
    counter += 1
```"""
ODD = {
    "nothing": "",
    "blanks": " \t\r\n\u00a0\u2028 ",
    "only punctuation": "... (…), - - ; :) !?",
    "punctuation for clauses": "(...) one thread, (...), - , runs bytecode ; ... - (…) at a time",
    "emoji": f"🧵🧵 {SAID[:-1]} 👩🏽‍💻👨‍👩‍👧‍👦 ok",
    "nothing but emoji": "🧵🔒🐍" * 50,
    "combining": "O\u0301nly o\u0308ne t\u0323hread ru\u0302ns bytecode at a tı\u0307me \u0301",
    "invisible": "\ufeffOnly\u200b one th\u200dre\u034fad runs\u2060 byte\u00adcode at\u2800a time\u202e.\ufe0f",
    "ligatures and full width": "ﬁrst: Ｏｎｌｙ ｏｎｅ ｔｈｒｅａｄ runs ½ the bytecode ≠ parallel",
    "CRLF": SAID.replace(", ", ",\r\n\r\n") + "\r\n- \r\n\r\n* one\r\n1) two\r\n",
    "NUL and other controls": "\0Only one\0 thread \x1bruns\x07 bytecode at a time\0",
    "half a surrogate pair": "Only one thread \ud83d runs bytecode at a time \udc00",
    "another script": "一次只有一个线程运行字节码。 Только один поток. فقط خيط واحد",
    "only code": CODE,
    "one long word": "thread" * 500,
    "one long sentence": "thread and " * 272,
    "3,000 commas": "a, " * 1000,
    "3,000 new lines": "\n" * 3000,
    "3,000 characters": (SAID + " " + MYTH + " ") * 18,
    "more tokens than are read": "ü€, " * 750,
    "HTML": "<!-- one thread <b>runs</b> bytecode --> <p>at a time</p> <!-- and",
    "Markdown": "* **Only one** `thread`\n* runs _bytecode_\n\n> at a time\n\n1. refcounts\n2. ~~not~~",
    "JSON": '{"verdict": "hit", "points": [{"id": "refcounts", "confidence": 1.0}]}',
}


@pytest.fixture(params=NAMES)
def judge(request: pytest.FixtureRequest) -> Judge:
    """Every grader there is."""
    return grader(str(request.param))


def _evidence(grade: Grade) -> Iterator[Evidence]:
    yield from (point.evidence for point in grade.points if point.evidence is not None)
    yield from (found.evidence for found in grade.misconceptions)


def _verdicts(grade: Grade) -> dict[str, Verdict]:
    return {point.id: point.verdict for point in grade.points}


def _is_sound(grade: Grade, question: Question, answer: str) -> None:
    assert [point.id for point in grade.points] == [point.id for point in question.key_points]
    assert [found.id for found in grade.misconceptions] == [
        wrong.id for wrong in question.misconceptions if wrong.id in {found.id for found in grade.misconceptions}
    ]
    assert grade.score == score_of(_verdicts(grade), question)
    assert 0.0 <= grade.score <= 100.0
    for point in grade.points:
        assert 0.0 <= point.confidence <= 1.0
        assert (point.evidence is None) == (point.verdict is Verdict.MISS)
    for evidence in _evidence(grade):
        assert 0 <= evidence.start < evidence.end <= len(answer)
        assert evidence.text == answer[evidence.start : evidence.end]
        assert evidence.text.strip()


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_whatever_is_typed_gets_one_verdict_a_point_with_evidence_out_of_the_answer(judge: Judge, answer: str) -> None:
    grade = judge(GIL, answer)
    _is_sound(grade, GIL, answer)
    assert judge(GIL, answer) == grade


WORDINGS = [
    text
    for question in BANK.questions.values()
    for point in question.key_points
    for text in (point.claim, *point.accept, *point.partial, *point.reject)
]
JOINS = (". ", ", ", " (", ") ", "\r\n", " - ", "; ", "…", " because ", "\0", " 🧵 ", "\u200b")
PARTS = st.one_of(st.sampled_from(WORDINGS), st.sampled_from(JOINS), st.text(max_size=20))


@settings(max_examples=40, deadline=None)
@given(parts=st.lists(PARTS, max_size=9), question=st.sampled_from(sorted(BANK.questions.values(), key=lambda q: q.id)))
@pytest.mark.parametrize("name", NAMES)
def test_any_mixture_of_wordings_and_noise_is_graded_soundly(name: str, parts: list[str], question: Question) -> None:
    answer = "".join(parts)
    _is_sound(grader(name)(question, answer), question, answer)


@pytest.mark.parametrize("nothing", ["", " \n", "...", "\0", "\u200b\u200b", "🧵", "()", "<!-- only a comment -->"])
def test_who_says_nothing_misses_every_point(judge: Judge, nothing: str) -> None:
    grade = judge(GIL, nothing)
    assert set(_verdicts(grade).values()) == {Verdict.MISS}
    assert (grade.score, grade.misconceptions) == (0.0, ())


@pytest.mark.parametrize("question", [GIL, BANK.get("check-then-act")], ids=lambda question: question.id)
def test_the_question_given_back_earns_nothing(judge: Judge, question: Question) -> None:
    for given_back in (question.prompt, question.prompt.upper(), f"> {question.prompt}\n\n> {question.prompt}"):
        grade = judge(question, given_back)
        assert (grade.score, grade.misconceptions) == (0.0, ())


def test_the_question_given_back_in_disguise_earns_nothing(judge: Judge) -> None:
    prompt = GIL.prompt
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in prompt)
    disguised = ["\u034f".join(prompt), "\u0301".join(prompt), "\ufe0f".join(prompt), "\0".join(prompt), wide]
    for given_back in disguised:
        assert judge(GIL, given_back).score == 0.0


@pytest.mark.parametrize("question", [GIL, BANK.get("check-then-act")], ids=lambda question: question.id)
def test_hints_given_back_earn_nothing(judge: Judge, question: Question) -> None:
    assert question.hints
    for given_back in (*question.hints, "\n".join(question.hints)):
        grade = judge(question, given_back)
        assert (grade.score, grade.misconceptions) == (0.0, ())


ANSWERS = [SAID, MYTH, ODD["CRLF"], ODD["emoji"], CODE, "no idea", GIL.hints[0], f"{MYTH} {SAID}"]


def test_an_answers_grade_does_not_depend_on_what_else_is_graded_at_the_same_time(judge: Judge) -> None:
    questions = [GIL, BANK.get("check-then-act")]
    asked = [(question, answer) for answer in ANSWERS for question in questions] * 2
    alone = [judge(question, answer) for question, answer in asked]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(judge, *zip(*asked, strict=True)))
    assert together == alone


async def test_a_grader_in_threads_needs_nothing_that_can_be_pickled(judge: Judge) -> None:
    def inside(question: Question, answer: str) -> Grade:  # a closure cannot be sent to another process
        return judge(question, answer)

    threaded = ThreadedGrader("threaded-1", inside, workers=4)
    try:
        threaded.warm()
        grades = await asyncio.gather(*(threaded.grade(GIL, answer) for answer in ANSWERS))
    finally:
        threaded.close()
    assert grades == [judge(GIL, answer) for answer in ANSWERS]


@pytest.mark.parametrize("answer", [SAID, MYTH, f"{SAID} {MYTH}"])
def test_the_order_of_the_points_in_the_rubric_does_not_matter_to_the_trained_grader(answer: str) -> None:
    points, wrong = GIL.key_points, GIL.misconceptions
    turned = GIL.model_copy(update={"key_points": points[::-1], "misconceptions": wrong[::-1]})
    judge = grader("trained")
    one, other = judge(GIL, answer), judge(turned, answer)
    for point, twin in zip(one.points, reversed(other.points), strict=True):
        assert (point.id, point.verdict) == (twin.id, twin.verdict)
        # int8: the last digits of a sum may round the other way.
        assert point.confidence == pytest.approx(twin.confidence, abs=0.05)
    assert {found.id for found in one.misconceptions} == {found.id for found in other.misconceptions}
