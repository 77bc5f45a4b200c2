"""Answers composed of a question's own wordings: what is said of them is so."""

from collections.abc import Iterator
from random import Random

import pytest

from bot.content.schema import Question
from bot.grading.training.compose import Composed, beside, compose, misspelt, quoted, repeated, trick
from bot.grading.training.data import Data, Part, load
from bot.grading.verdict import Verdict

HIT, PARTIAL, MISS, WRONG = Verdict.HIT, Verdict.PARTIAL, Verdict.MISS, Verdict.CONTRADICTED
MANY = 400


@pytest.fixture(scope="module")
def data() -> Data:
    return load()


@pytest.fixture(scope="module")
def questions(data: Data) -> tuple[Question, ...]:
    return data.questions(Part.TRAIN)


@pytest.fixture(scope="module")
def several(questions: tuple[Question, ...]) -> list[tuple[Question, Composed]]:
    random = Random(7)
    return [(question, compose(question, questions, random)) for question in questions for _ in range(MANY // 100)]


def _plain(text: str) -> str:
    return text.strip().rstrip(".").lower()


def _wordings(question: Question, index: int, verdict: Verdict) -> tuple[str, ...]:
    point = question.key_points[index]
    return {HIT: (point.claim, *point.accept), PARTIAL: point.partial, WRONG: point.reject}.get(verdict, ())


def _said(question: Question, made: Composed) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each span's words, with the wordings that it may be."""
    for index, found in enumerate(made.spans):
        for start, end in found:
            (verdict,) = made.points[index] - {WRONG} or {WRONG}
            yield made.text[start:end], _wordings(question, index, verdict)
    for index, found in made.misconceptions.items():
        wrong = question.misconceptions[index]
        for start, end in found:
            yield made.text[start:end], (wrong.claim, *wrong.accept)


def test_the_same_seed_composes_the_same_answers(questions: tuple[Question, ...]) -> None:
    one, other = Random(3), Random(3)
    for question in questions[:40]:
        assert compose(question, questions, one) == compose(question, questions, other)
    assert compose(questions[0], questions, Random(4)) != compose(questions[0], questions, Random(5))


def test_every_point_has_verdicts_and_the_spans_lie_in_the_text(several: list[tuple[Question, Composed]]) -> None:
    for question, made in several:
        assert made.text.strip()
        assert len(made.points) == len(made.spans) == len(question.key_points)
        assert all(made.points) or not any(made.spans)  # not known in a text that is quoted as a whole
        assert set(made.misconceptions) <= set(range(len(question.misconceptions)))
        for found in (*made.spans, *made.misconceptions.values()):
            assert all(0 <= start < end <= len(made.text) for start, end in found)


def test_spans_name_the_wording_that_earns_the_verdict(several: list[tuple[Question, Composed]]) -> None:
    exact = total = 0
    for question, made in several:
        for said, wordings in _said(question, made):
            total += 1
            exact += _plain(said) in map(_plain, wordings)
            # Typos change letters, never the number of words.
            assert len(said.split(" ")) in {len(_plain(wording).split(" ")) for wording in wordings}
    assert total > MANY / 2
    assert exact / total > 0.5


def test_a_point_that_is_not_missed_has_a_span_unless_it_is_open(several: list[tuple[Question, Composed]]) -> None:
    verdicts = {verdict: 0 for verdict in Verdict}
    for _, made in several:
        for allowed, found in zip(made.points, made.spans, strict=True):
            certain = allowed - {WRONG} if made.misconceptions else allowed
            if len(certain) > 1 or not allowed:  # quoted only to be refuted
                assert certain >= {MISS, HIT} or certain == {MISS, WRONG} or not allowed
                assert not found
                continue
            for verdict in certain or {WRONG}:
                verdicts[verdict] += 1
                assert bool(found) == (verdict is not MISS)
    assert min(verdicts.values()) > MANY / 20


def test_where_a_misconception_is_asserted_any_point_may_be_contradicted(
    several: list[tuple[Question, Composed]],
) -> None:
    asserting = [made for _, made in several if made.misconceptions]
    assert asserting
    assert all(WRONG in allowed for made in asserting for allowed in made.points)


def test_whoever_asserts_and_denies_a_point_contradicts_it(questions: tuple[Question, ...]) -> None:
    random = Random(11)
    both = 0
    for _ in range(2_000):
        question = random.choice(questions)
        made = compose(question, questions, random)
        for index, allowed in enumerate(made.points):
            if allowed == {WRONG} and not made.misconceptions:
                point = question.key_points[index]
                both += bool(made.used & {point.claim, *point.accept} and made.used & set(point.reject))
                said = {_plain(made.text[start:end]) for start, end in made.spans[index]}
                assert not said & set(map(_plain, (point.claim, *point.accept)))
    assert both


def test_keywords_and_the_question_itself_claim_nothing(questions: tuple[Question, ...]) -> None:
    random = Random(5)
    found = {"keywords": 0, "question": 0}
    for _ in range(1_000):
        question = random.choice(questions)
        made = compose(question, questions, random)
        if made.used:
            continue
        is_question = made.text.startswith((question.prompt, question.title))
        found["question" if is_question else "keywords"] += 1
        assert all(allowed == {MISS} for allowed in made.points)
        assert not any(made.spans)
    assert min(found.values()) > 10


def test_a_trick_makes_no_point(questions: tuple[Question, ...]) -> None:
    random = Random(8)
    lists = 0
    for question in questions * 2:
        made = trick(question, random)
        lists += not made.used
        assert made.text.strip()
        assert not any(made.spans)
        assert not made.misconceptions
        for index, allowed in enumerate(made.points):
            point = question.key_points[index]
            wrong = bool(made.used & set(point.reject))
            right = bool(made.used & {point.claim, *point.accept})
            assert allowed == ({MISS, WRONG} if right else {MISS, PARTIAL, HIT} if wrong else {MISS})
    assert 0.4 < lists / len(questions) / 2 < 0.6


def test_what_is_said_again_or_quoted_holds_the_whole_text() -> None:
    text = "Threads take turns. Use processes!"
    for seed in range(40):
        said = quoted(text, Random(seed))
        assert text in said
        assert len(said) > len(text) + 5
        assert repeated(text, Random(seed)).startswith(text)
        assert len(misspelt(text, Random(seed))) == len(text)
    assert {misspelt(text, Random(seed)) for seed in range(40)} > {text, text.lower()}


def test_sentences_from_elsewhere_are_of_other_subjects(questions: tuple[Question, ...]) -> None:
    question = questions[0]
    own = {
        text
        for other in questions
        if other.topic == question.topic
        for point in other.key_points
        for text in (point.claim, *point.accept)
    }
    said = [beside(question, questions, Random(seed)) for seed in range(200)]
    assert not [text for text in own if any(f"{text.rstrip('.')}." in one for one in said)]
    assert len(set(said)) > 100


def test_the_question_lends_itself_no_sentence_that_would_count_for_nothing(questions: tuple[Question, ...]) -> None:
    random = Random(2)
    question = questions[0]
    own = {text for point in question.key_points for text in (point.claim, *point.accept, *point.reject)}
    for _ in range(500):
        made = compose(question, [question], random)
        used = " / ".join(map(_plain, made.used))
        assert not [text for text in own if _plain(text) in made.text.lower() and _plain(text) not in used]


def test_the_wordings_that_were_used_are_told_so_that_none_is_learnt_by_heart(
    several: list[tuple[Question, Composed]],
) -> None:
    for question, made in several:
        every = {
            text
            for point in question.key_points
            for text in (point.claim, *point.accept, *point.partial, *point.reject)
        } | {text for wrong in question.misconceptions for text in (wrong.claim, *wrong.accept)}
        assert made.used <= every | {""}
        assert len(made.used) >= any(made.spans)
