"""The labelled answers that come with the grader: nothing in them is broken, and there is enough of everything."""

import gzip
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from bot.content.bank import Bank
from bot.content.loader import load_bank
from bot.content.rubric import rubric_hash
from bot.grading.labelled import Label, LabelledAnswer
from bot.grading.text import running
from bot.grading.training.data import Data, Part, load
from bot.grading.verdict import Verdict
from tests.conftest import HOUSE


@pytest.fixture(scope="module")
def data() -> Data:
    return load()


def _named(answer: LabelledAnswer) -> str:
    return f"{answer.question} ({answer.style}): {answer.text[:60]!r}"


def _labels(answer: LabelledAnswer) -> Iterator[Label]:
    yield from answer.points.values()
    yield from answer.misconceptions.values()


def _is_marked(answer: LabelledAnswer) -> bool:
    return any(label.marked for label in answer.points.values())


def test_every_question_can_be_asked(data: Data) -> None:
    for id_, asked in data.asked.items():
        question = asked.question
        points = [point.id for point in question.key_points]
        wrong = [wrong.id for wrong in question.misconceptions]
        assert question.id == id_
        assert question.prompt.strip(), id_
        assert 3 <= len(points) == len(set(points)), id_
        assert len(wrong) == len(set(wrong)), id_
        for point in question.key_points:
            assert point.claim.strip(), (id_, point.id)
            assert point.accept, (id_, point.id)
            assert all(text.strip() for text in (*point.accept, *point.partial, *point.reject)), (id_, point.id)
            assert point.weight > 0


def test_every_answer_has_a_verdict_for_every_point_of_its_question_and_no_other(data: Data) -> None:
    for answer in data.answers:
        question = data.asked[answer.question].question
        assert list(answer.points) == [point.id for point in question.key_points], _named(answer)
        assert set(answer.misconceptions) <= {wrong.id for wrong in question.misconceptions}, _named(answer)
        assert all(isinstance(label.verdict, Verdict) for label in _labels(answer)), _named(answer)


def test_every_span_lies_in_its_answer_and_says_something(data: Data) -> None:
    for answer in data.answers:
        for label in _labels(answer):
            for start, end in label.spans:
                assert 0 <= start < end <= len(answer.text), _named(answer)
                assert answer.text[start:end].strip(), _named(answer)


def test_spans_are_marked_for_whatever_is_said_and_for_nothing_else(data: Data) -> None:
    for answer in data.answers:
        for label in _labels(answer):
            marked = label.marked and label.verdict is not Verdict.MISS
            assert bool(label.spans) == marked, _named(answer)


def test_answers_are_as_people_may_type_them_and_each_is_there_once(data: Data) -> None:
    for answer in data.answers:
        assert 0 < len(answer.text.strip()) <= 3_000, _named(answer)
        assert answer.style.strip() == answer.style != "", _named(answer)
    assert Counter((answer.question, running(answer.text)) for answer in data.answers).most_common(1)[0][1] == 1


def test_no_question_is_in_two_parts_and_every_part_has_some(data: Data) -> None:
    ids = {part: {question.id for question in data.questions(part)} for part in Part}
    assert all(not ids[one] & ids[other] for one, other in combinations(Part, 2))
    assert set().union(*ids.values()) == set(data.asked)
    assert all(len(ids[part]) >= 10 for part in Part)
    assert {answer.question for answer in data.answers} == set(data.asked)


def test_no_claim_stands_in_two_parts(data: Data) -> None:
    parts: dict[str, Part] = {}
    for asked in data.asked.values():
        for point in asked.question.key_points:
            assert parts.setdefault(running(point.claim), asked.part) is asked.part, (asked.question.id, point.id)


def test_there_is_enough_to_learn_from_and_to_measure_by(data: Data) -> None:
    marked = [answer for answer in data.answers if _is_marked(answer)]
    assert sum(len(answer.points) for answer in marked) >= 20_000
    assert len({answer.question for answer in marked}) >= 150
    styles = Counter(answer.style for answer in marked)
    assert len(styles) >= 16
    assert min(styles.values()) >= 50
    assert len({asked.subject for asked in data.asked.values()}) >= 8


@pytest.mark.parametrize("part", [Part.TEST, Part.NEW])
def test_what_graders_are_measured_by_has_every_style_and_every_verdict_often(data: Data, part: Part) -> None:
    answers = data.of(part)
    assert {answer.style for answer in answers} == {answer.style for answer in data.answers}
    verdicts = Counter(label.verdict for answer in answers for label in answer.points.values())
    assert all(verdicts[verdict] >= 150 for verdict in Verdict)


def test_about_a_tenth_was_labelled_by_another_reader_too(data: Data) -> None:
    marked = [answer for answer in data.answers if _is_marked(answer)]
    second = [answer for answer in marked if answer.second]
    assert 0.07 <= len(second) / len(marked) <= 0.12
    assert all(set(answer.second) == set(answer.points) for answer in second)
    assert len({answer.style for answer in second}) >= 16
    assert len({answer.question for answer in second}) >= 80


def test_the_rubrics_of_the_data_have_the_ids_of_the_shipped_questions(data: Data) -> None:
    """Otherwise what was learnt would be about other points than those that are asked."""
    shipped = load_bank(HOUSE / "content").questions
    both = sorted(set(shipped) & set(data.asked))
    assert len(both) >= 100
    for id_ in both:
        asked = {point.id for point in data.asked[id_].question.key_points}
        assert asked == {point.id for point in shipped[id_].key_points}, id_


def test_a_folder_of_ones_own_is_read_in_the_same_form(tmp_path: Path) -> None:
    _write(
        tmp_path / "questions.jsonl.gz",
        '{"id": "q", "subject": "s", "part": "new", "title": "T", "prompt": "Why?", "hints": [], "points": '
        '[{"id": "a", "claim": "A.", "accept": ["a a"], "partial": ["a?"], "reject": ["no a"], "weight": 2}, '
        '{"id": "b", "claim": "B.", "accept": ["b b"], "partial": ["b?"], "reject": ["no b"]}], '
        '"misconceptions": [{"id": "m", "claim": "M.", "accept": ["m m"]}]}',
    )
    _write(
        tmp_path / "answers.jsonl.gz",
        '{"question": "q", "style": "terse", "text": "a, ü", "marked": true, "points": {"a": ["hit", [[0, 1]]]}, '
        '"misconceptions": {"m": [[3, 4]]}, "second": {"a": "partial", "b": "miss"}}',
    )
    data = load(tmp_path)
    (answer,) = data.of(Part.NEW)
    assert data.of(Part.TRAIN, Part.TUNE, Part.TEST) == ()
    assert answer.points == {"a": Label(Verdict.HIT, ((0, 1),)), "b": Label(Verdict.MISS)}
    assert answer.misconceptions == {"m": Label(Verdict.HIT, ((3, 4),))}
    assert answer.second == {"a": Verdict.PARTIAL, "b": Verdict.MISS}
    (question,) = data.questions(Part.NEW)
    assert [point.weight for point in question.key_points] == [2, 1]


def _write(path: Path, line: str) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(line + "\n")


def test_the_grader_was_trained_with_the_rubrics_of_the_shipped_packs(data: Data, bank: Bank) -> None:
    known = {rubric_hash(asked.question) for asked in data.asked.values()}
    assert [question.id for question in bank.questions.values() if rubric_hash(question) not in known] == []
