"""Training the judge: what it learns from, that it learns, that it can be cut off, and that its file keeps it."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs more than the bot does")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from bot.content.schema import Question
from bot.grading.blend import Blend
from bot.grading.claims import Claim, claims
from bot.grading.judge import Judge, Judged
from bot.grading.labelled import Label, LabelledAnswer
from bot.grading.model_file import CARD, NETWORK, SHIPPED, TOKENIZER, check
from bot.grading.offline import Likeness, likenesses
from bot.grading.reading import Reader
from bot.grading.spans import Span, shown, spans
from bot.grading.trained import VERDICTS
from bot.grading.training import examples as examples_module
from bot.grading.training import learn, network, onnx_file
from bot.grading.training.batch import batches, collate, pad
from bot.grading.training.calibrate import fitted
from bot.grading.training.compose import Composed
from bot.grading.training.data import Data, Part, load
from bot.grading.training.examples import (
    ORDER,
    Example,
    epoch,
    from_labels,
    from_single_wordings,
    from_spans,
    from_wordings,
)
from bot.grading.training.fit import Plan, fit, loss_of
from bot.grading.training.network import Network, start_from
from bot.grading.training.splice import splice
from bot.grading.verdict import Verdict
from tests.graders import shipped

HIT, PARTIAL, MISS, WRONG = Verdict.HIT, Verdict.PARTIAL, Verdict.MISS, Verdict.CONTRADICTED
PLAN = Plan(epochs=3, rate=1e-3, tokens=1_500)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(SHIPPED / TOKENIZER)


@pytest.fixture(scope="module")
def data() -> Data:
    """Two questions to learn from and one of each other part, with a few answers each."""
    whole = load()
    ids = [
        question.id
        for part, count in ((Part.TRAIN, 2), (Part.TUNE, 1), (Part.TEST, 1), (Part.NEW, 1))
        for question in whole.questions(part)[:count]
    ]
    answers = tuple(
        answer for id_ in ids for answer in [a for a in whole.answers if a.question == id_ and _is_marked(a)][:4]
    )
    return Data({id_: whole.asked[id_] for id_ in ids}, answers)


def _is_marked(answer: LabelledAnswer) -> bool:
    return all(label.marked for label in answer.points.values())


@contextmanager
def _small() -> Iterator[None]:
    """Networks of one layer, which learn in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "LAYERS", 1)
        patch.setattr(onnx_file, "LAYERS", 1)
        yield


@pytest.fixture
def one_layer() -> Iterator[None]:
    with _small():
        yield


def _new(seed: int = 1) -> Network:
    torch.manual_seed(seed)
    return Network()


def _examples(data: Data, reader: Reader) -> list[Example]:
    return [from_labels(answer, data.asked[answer.question].question, reader) for answer in data.of(Part.TRAIN)]


def _same(one: Network, other: Network) -> bool:
    mine, theirs = one.state_dict(), other.state_dict()
    return all(torch.equal(mine[name], theirs[name]) for name in mine)


# --- What it learns from ---


def test_a_marked_span_is_the_evidence_of_its_point(data: Data, reader: Reader) -> None:
    for answer in data.answers:
        question = data.asked[answer.question].question
        example = from_labels(answer, question, reader)
        own = spans(answer.text, shown(question))
        places = [own[number].in_answer(start, end) for number, start, end in example.reading.offsets]
        assert len(example.allowed) == len(example.marked) == len(claims(question))
        for point, allowed, marked in zip(question.key_points, example.allowed, example.marked, strict=False):
            label = answer.points[point.id]
            assert allowed == {label.verdict}
            assert marked is not None
            for index, (start, end) in enumerate(places):
                assert (index in marked) == any(start < last and end > first for first, last in label.spans)


def test_an_answer_that_nobody_marked_teaches_verdicts_and_no_evidence(data: Data, reader: Reader) -> None:
    answer = data.answers[0]
    unmarked = replace(
        answer, points={id_: replace(label, spans=(), marked=False) for id_, label in answer.points.items()}
    )
    example = from_labels(unmarked, data.asked[answer.question].question, reader)
    points = len(unmarked.points)
    assert example.marked[:points] == (None,) * points
    batch = collate([example])
    assert batch.evidence_weights[0, :points].sum() == 0
    assert (batch.weights[0, :points] > 0).all()


def test_a_misconception_is_asserted_or_it_is_not(data: Data, reader: Reader) -> None:
    for answer in data.answers:
        question = data.asked[answer.question].question
        allowed = from_labels(answer, question, reader).allowed[len(question.key_points) :]
        for wrong, verdicts in zip(question.misconceptions, allowed, strict=True):
            assert (HIT in verdicts) == (wrong.id in answer.misconceptions)


def test_claims_are_varied_with_the_seed_and_a_claim_turned_round_turns_its_verdict(
    data: Data, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples_module, "_QUOTED", 0.0)
    answer = next(a for a in data.answers if HIT in {label.verdict for label in a.points.values()})
    question = data.asked[answer.question].question
    one, again = (from_labels(answer, question, reader, Random(3)) for _ in range(2))
    assert one == again
    hit = [label.verdict for label in answer.points.values()].index(HIT)
    seen = {from_labels(answer, question, reader, Random(seed)).allowed[hit] for seed in range(200)}
    assert seen == {frozenset({HIT}), frozenset({WRONG})}


def _ways(data: Data, reader: Reader, patched: dict[str, float]) -> Iterator[tuple[LabelledAnswer, Example, Example]]:
    """Answers as marked, and as varied with these shares only."""
    shares = dict.fromkeys(("_QUOTED", "_REPEATED", "_BESIDE", "_CORRECT", "_MISSPELT", "_REWORDED", "_TURNED"), 0.0)
    with pytest.MonkeyPatch.context() as patch:
        for name, share in (shares | patched).items():
            patch.setattr(examples_module, name, share)
        for seed, answer in enumerate(data.answers):
            question = data.asked[answer.question].question
            varied = from_labels(answer, question, reader, Random(seed), data.questions(*Part))
            yield answer, from_labels(answer, question, reader), varied


@pytest.mark.parametrize("share", ["_REPEATED", "_BESIDE", "_MISSPELT"])
def test_what_says_nothing_new_changes_no_verdict(data: Data, reader: Reader, share: str) -> None:
    longer = 0
    for _, plain, varied in _ways(data, reader, {share: 1.0}):
        assert varied.allowed == plain.allowed
        longer += len(varied.reading.offsets) > len(plain.reading.offsets)
    assert share != "_BESIDE" or longer > len(data.answers) / 2


def test_an_answer_quoted_to_refute_it_makes_no_point(data: Data, reader: Reader) -> None:
    for answer, _, varied in _ways(data, reader, {"_QUOTED": 1.0}):
        for label, allowed in zip(answer.points.values(), varied.allowed, strict=False):
            if label.verdict is MISS:
                assert allowed == {MISS}
            elif label.verdict is WRONG:
                assert not allowed  # it is not known what follows
            else:
                assert allowed == {MISS, WRONG}


def test_a_right_wording_behind_an_answer_makes_its_point_and_changes_no_other(data: Data, reader: Reader) -> None:
    for answer, plain, varied in _ways(data, reader, {"_CORRECT": 1.0}):
        changed = [number for number, allowed in enumerate(varied.allowed) if allowed != plain.allowed[number]]
        assert len(changed) <= 1
        assert all(varied.allowed[number] == {HIT} for number in changed)
        assert all(plain.allowed[number] != {WRONG} for number in changed)
        assert len(varied.reading.offsets) > len(plain.reading.offsets) or not changed, answer.text


def test_what_only_comes_close_makes_no_point(data: Data, reader: Reader) -> None:
    question = data.questions(Part.TRAIN)[0]
    near = {point.id: ("One should look at that from several sides.",) for point in question.key_points}
    made = list(from_single_wordings(question, reader, Random(1), near))
    assert len(made) == len(list(from_single_wordings(question, reader, Random(1)))) + len(near)
    close = [example for example in made if example.allowed[0] == {MISS}]
    assert len(close) == len(near)
    assert all(example.marked[0] == frozenset() for example in close)


def _label(verdict: Verdict, *spans_: tuple[int, int]) -> Label:
    return Label(verdict, spans_, marked=True)


def _spliced(
    question: Question, answers: Sequence[LabelledAnswer], sentences: Sequence[str], seeds: int = 300
) -> list[Composed]:
    """What is made of just these sentences of the answers."""
    made = [splice(question, answers, Random(seed)) for seed in range(seeds)]
    return [one for one in made if {part.strip(" .") for part in SENTENCE.split(one.text)} - {""} == set(sentences)]


SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")


def test_of_the_sentences_of_several_answers_those_that_are_taken_count(data: Data) -> None:
    whole = data.questions(Part.TRAIN)[0]
    question = whole.model_copy(update={"key_points": whole.key_points[:3], "misconceptions": whole.misconceptions[:1]})
    one, two, three = (point.id for point in question.key_points)
    (wrong,) = (wrong.id for wrong in question.misconceptions)
    right = LabelledAnswer(
        question.id,
        "strong",
        "Apples fall. Pears fall too.",
        {one: _label(HIT, (0, 11)), two: _label(HIT, (0, 11), (13, 27)), three: _label(MISS)},
        {},
    )
    denying = LabelledAnswer(
        question.id,
        "wrong",
        "Nothing falls. I am sure.",
        {one: _label(WRONG, (0, 13)), two: _label(MISS), three: _label(PARTIAL, (15, 24))},
        {wrong: _label(HIT, (0, 13))},
    )
    for made in _spliced(question, [right, denying], ["Apples fall", "Nothing falls"]):
        assert made.points == [{WRONG}, frozenset(), {MISS}]  # half of what made the second point is missing
        assert [made.text[start:end] for start, end in made.spans[0]] == ["Nothing falls"]
        assert [made.text[start:end] for start, end in made.misconceptions[0]] == ["Nothing falls"]
    for made in _spliced(question, [right, denying], ["Apples fall", "Pears fall too", "I am sure"]):
        assert made.points == [{HIT}, {HIT}, {PARTIAL}]
        assert sorted(made.text[start:end] for start, end in made.spans[1]) == ["Apples fall", "Pears fall too"]
        assert not made.misconceptions
    assert _spliced(question, [right, denying], ["Apples fall", "Nothing falls"])
    assert _spliced(question, [right, denying], ["Apples fall", "Pears fall too", "I am sure"])


def test_answers_put_together_are_learnt_from_as_well(data: Data, reader: Reader) -> None:
    known = data.questions(Part.TRAIN)
    questions = {question.id: question for question in known}
    answers = data.of(Part.TRAIN)
    without = epoch(answers, questions, known, reader, Random(2), composed=0)
    made = epoch(answers, questions, known, reader, Random(2), composed=0, spliced=40)
    assert len(without) == len(answers)
    assert len(answers) + 30 < len(made) <= len(answers) + 40
    unmarked = [replace(a, points={id_: replace(p, marked=False) for id_, p in a.points.items()}) for a in answers]
    assert len(epoch(unmarked, questions, known, reader, Random(2), composed=0, spliced=40)) == len(answers)


def test_spans_and_wordings_are_learnt_one_by_one_too(data: Data, reader: Reader) -> None:
    question = data.questions(Part.TRAIN)[0]
    answer = next(a for a in data.of(Part.TRAIN) if any(label.spans for label in a.points.values()))
    marked = {span for label in answer.points.values() for span in label.spans}
    by_span = list(from_spans(answer, data.asked[answer.question].question, reader, Random(1)))
    assert len(by_span) == len(marked)
    by_wording = list(from_single_wordings(question, reader, Random(1)))
    assert len(by_wording) == sum(len(p.accept) + len(p.partial) + len(p.reject) for p in question.key_points)


def test_a_question_of_three_points_and_no_misconception_can_be_learnt(data: Data, reader: Reader) -> None:
    whole = data.questions(Part.TRAIN)[0]
    small = whole.model_copy(update={"key_points": whole.key_points[:3], "misconceptions": ()})
    assert list(from_single_wordings(small, reader, Random(1)))
    assert from_wordings(small, [small], reader, Random(1)).allowed


def test_claims_without_any_wordings_can_be_learnt(data: Data, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples_module, "_CORRECT", 1.0)
    whole = data.questions(Part.TRAIN)[0]
    bare = whole.model_copy(
        update={
            "key_points": tuple(
                point.model_copy(update={"accept": (), "partial": (), "reject": ()}) for point in whole.key_points
            ),
            "misconceptions": (),
        }
    )
    answers = [answer for answer in data.answers if answer.question == whole.id]
    made = epoch(answers, {bare.id: bare}, [bare], reader, Random(3), composed=40, spliced=10, tricks=40)
    assert len(made) >= len(answers) + 80


def test_every_example_is_in_one_batch_and_no_batch_is_too_large(data: Data, reader: Reader) -> None:
    known = data.questions(Part.TRAIN)
    questions = {question.id: question for question in known}
    examples = epoch(data.of(Part.TRAIN), questions, known, reader, Random(2), composed=30)
    made = batches(examples, 1_500, Random(2))
    assert sorted(id(each) for batch in made for each in batch) == sorted(map(id, examples))
    for batch in made:
        assert batch
        assert len(batch) == 1 or len(batch) * max(example.length for example in batch) <= 1_500


# --- The network ---


def _logits(judge: Network, spans_: Sequence[Span], asked: Sequence[Claim], reader: Reader) -> NDArray[np.float32]:
    with torch.inference_mode():
        return np.asarray(judge(pad([reader.read(spans_, asked)]))[0][0])


@pytest.fixture(scope="module")
def plain() -> Network:
    made = _new()
    for layer in made.layers:
        torch.nn.init.normal_(layer.qkv.weight, std=0.1)  # so that it matters what a token looks at
    made.eval()
    return made


def test_no_claim_knows_another_and_the_order_of_the_sentences_does_not_matter(
    plain: Network, data: Data, reader: Reader
) -> None:
    answer = data.answers[0]
    question = data.asked[answer.question].question
    own, asked = spans(answer.text, shown(question)), claims(question)[:3]
    whole = _logits(plain, own, asked, reader)
    assert len(own) > 2
    for number, claim in enumerate(asked):
        assert np.allclose(_logits(plain, own, [claim], reader)[0], whole[number], atol=1e-4)
    assert np.allclose(_logits(plain, own[::-1], asked, reader), whole, atol=1e-4)
    assert not np.allclose(_logits(plain, own[:1], asked, reader), whole, atol=1e-3)


def test_padding_changes_nothing(plain: Network, data: Data, reader: Reader) -> None:
    readings = [example.reading for example in _examples(data, reader)[:3]]
    with torch.inference_mode():
        together, evidence = plain(pad(readings))
        for number, reading in enumerate(readings):
            alone, seen = plain(pad([reading]))
            assert torch.allclose(together[number, : len(reading.firsts)], alone[0], atol=1e-4)
            assert torch.allclose(
                evidence[number, : len(reading.firsts), : len(reading.offsets)],
                seen[0, :, : len(reading.offsets)],
                atol=1e-4,
            )


def _encoder() -> dict[str, Tensor]:
    """The weights of an encoder with one layer, named as in its own file."""
    torch.manual_seed(5)
    width, inner = network.WIDTH, network.INNER
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (network.VOCABULARY, width),
        "embeddings.position_embeddings.weight": (network.PLACES, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
    }
    parts = {
        **{f"attention.self.{name}": (width, width) for name in ("query", "key", "value")},
        "attention.output.dense": (width, width),
        "intermediate.dense": (inner, width),
        "output.dense": (width, inner),
    }
    for name, shape in parts.items():
        shapes[f"encoder.layer.0.{name}.weight"] = shape
        shapes[f"encoder.layer.0.{name}.bias"] = shape[:1]
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        shapes |= {f"encoder.layer.0.{name}.{part}": (width,) for part in ("weight", "bias")}
    return {name: torch.randn(shape) * 0.05 for name, shape in shapes.items()}


@pytest.mark.usefixtures("one_layer")
def test_an_encoders_weights_are_taken_over_and_the_new_layers_stay() -> None:
    encoder, fresh, started = _encoder(), _new(), _new()
    start_from(started, encoder)
    taken = started.state_dict()
    width = network.WIDTH
    for number, name in enumerate(("query", "key", "value")):
        rows = taken["layers.0.qkv.weight"][number * width : (number + 1) * width]
        assert torch.equal(rows, encoder[f"encoder.layer.0.attention.self.{name}.weight"])
    assert torch.equal(taken["words.weight"], encoder["embeddings.word_embeddings.weight"])
    assert torch.equal(taken["layers.0.narrow.bias"], encoder["encoder.layer.0.output.dense.bias"])
    untouched = {"focus", "span_query", "span_key", "span_scale", "span_bias", "head", "verdict"}
    for name, before in fresh.state_dict().items():
        assert torch.equal(taken[name], before) == (name.split(".")[0] in untouched), name


# --- Learning ---


@pytest.mark.usefixtures("one_layer")
def test_the_loss_falls(data: Data, reader: Reader) -> None:
    examples, steps = _examples(data, reader), list[tuple[int, int]]()
    made, batch = _new(), collate(examples)
    made.eval()

    def loss() -> float:
        with torch.inference_mode():
            return float(loss_of(made, batch))

    before = loss()
    fit(made, lambda _, __: examples, PLAN, progress=lambda step, of, loss: steps.append((step, of)))
    assert loss() < before * 0.97
    assert [step for step, _ in steps] == list(range(1, steps[-1][1] + 1))


@pytest.mark.usefixtures("one_layer")
def test_the_same_seed_learns_the_same_and_another_one_does_not(data: Data, reader: Reader) -> None:
    examples = _examples(data, reader)
    one, again, other = _new(), _new(), _new()
    for made, seed in ((one, 1), (again, 1), (other, 2)):
        fit(made, lambda _, __: examples, replace(PLAN, epochs=1, seed=seed))
    assert _same(one, again)
    assert not _same(one, other)


class _CutOff(Exception):
    pass


@pytest.mark.usefixtures("one_layer")
def test_a_run_that_was_cut_off_goes_on_and_ends_as_if_it_had_not_been(
    data: Data, reader: Reader, tmp_path: Path
) -> None:
    examples = _examples(data, reader)
    asked: list[int] = []

    def one_epoch(number: int, random: Random) -> Sequence[Example]:
        asked.append(number)
        return random.sample(examples, len(examples) - 1)

    def cut_off(step: int, steps: int, loss: float) -> None:
        if step == steps:
            raise _CutOff

    at_once, in_two = _new(), _new()
    fit(at_once, one_epoch, PLAN)
    with pytest.raises(_CutOff):
        fit(in_two, one_epoch, PLAN, checkpoint=tmp_path / "checkpoint.pt", progress=cut_off)
    later = _new(seed=9)
    fit(later, one_epoch, PLAN, checkpoint=tmp_path / "checkpoint.pt")
    assert asked == [0, 1, 2, 0, 1, 2, 2]
    assert _same(at_once, later)
    fit(later, one_epoch, PLAN, checkpoint=tmp_path / "checkpoint.pt")
    assert asked[7:] == []  # it was done
    assert _same(at_once, later)


# --- Its file ---


def test_the_shipped_model_read_and_written_judges_the_same(data: Data, tmp_path: Path) -> None:
    onnx_file.write(onnx_file.read(SHIPPED / NETWORK), tmp_path / NETWORK)
    shutil.copyfile(SHIPPED / TOKENIZER, tmp_path / TOKENIZER)
    learn._write_card(tmp_path, "judge-again", {})
    again = Judge.load(tmp_path)
    for answer in data.answers[::3]:
        question = data.asked[answer.question].question
        own = spans(answer.text, shown(question))
        one, other = (judge.judge(own, claims(question)) for judge in (shipped(), again))
        assert np.abs(one.verdicts - other.verdicts).max() < 0.02
        assert np.abs(one.evidence - other.evidence).max() < 0.05


# --- The blend ---


class _TooSure(Judge):
    """Says what is labelled in seven of ten cases, and is as sure as 0.94 in all; of other texts it makes nothing."""

    def __init__(self, answers: Sequence[LabelledAnswer]) -> None:
        self._labels = iter([list(answer.points.values()) for answer in answers])
        self._count = 0
        self.blend = Blend.of_card(None)

    def judge(self, spans: Sequence[Span], claims: Sequence[Claim]) -> Judged:
        rows = np.full((len(claims), 4), 0.02, np.float32)
        labels = next(self._labels, [Label(MISS)] * len(rows))
        for row, label in zip(rows, labels, strict=False):
            right = ORDER.index(label.verdict)
            self._count += 1
            row[right if self._count % 10 < 7 else (right + 1) % 4] = 0.94
        return Judged(shipped()._reader.read(spans, claims), rows, np.zeros((len(claims), 0), np.float32))


@pytest.fixture(scope="module")
def tuned() -> tuple[Question, list[LabelledAnswer]]:
    """A question of the tune part and its answers that say something."""
    whole = load()
    question = whole.questions(Part.TUNE)[0]
    answers = [answer for answer in whole.answers if answer.question == question.id]
    return question, [answer for answer in answers if spans(answer.text, shown(question))]


def _log_loss(judge: Judge, blend: Blend, question: Question, answers: Sequence[LabelledAnswer]) -> tuple[float, float]:
    """Of the key points and of the misconceptions, per claim."""
    points, wrong = list[float](), list[float]()
    for answer in answers:
        judged = judge.judge(spans(answer.text, shown(question)), claims(question)).verdicts
        like = likenesses(question, answer.text)
        for index, label in enumerate(answer.points.values()):
            points.append(-np.log(blend.verdicts(judged[index], like[index])[ORDER.index(label.verdict)]))
        for index, myth in enumerate(question.misconceptions, len(question.key_points)):
            asserted = blend.asserted(judged[index], like[index])
            wrong.append(-np.log(asserted if myth.id in answer.misconceptions else 1 - asserted))
    return float(np.mean(points)), float(np.mean(wrong))


def test_a_fitted_blend_is_less_surprised_than_the_judge_alone(
    tuned: tuple[Question, list[LabelledAnswer]],
) -> None:
    question, answers = tuned
    fit_, plain_ = fitted(_TooSure(answers), {question.id: question}, answers), Blend.of_card(None)
    after, before = (_log_loss(_TooSure(answers), blend, question, answers) for blend in (fit_, plain_))
    assert after[0] < before[0] * 0.9
    assert after[1] < before[1]
    assert Blend.of_card(json.loads(json.dumps(fit_.to_card()))).points == pytest.approx(fit_.points, abs=1e-4)


class _Unsure(Judge):
    """Makes nothing of any answer."""

    def __init__(self) -> None:
        self.blend = Blend.of_card(None)

    def judge(self, spans: Sequence[Span], claims: Sequence[Claim]) -> Judged:
        rows = np.full((len(claims), 4), 0.25, np.float32)
        return Judged(shipped()._reader.read(spans, claims), rows, np.zeros((len(claims), 0), np.float32))


def test_a_clear_likeness_counts_where_the_judge_is_unsure(tuned: tuple[Question, list[LabelledAnswer]]) -> None:
    question, answers = tuned
    blend, judged = fitted(_Unsure(), {question.id: question}, answers), np.full(4, 0.25, np.float32)
    none = (None, None, None, None)
    nothing, said = Likeness((0.0, 0.0, 0.0, 0.0), none), Likeness((0.9, 0.0, 0.0, 0.0), none)
    right = ORDER.index(HIT)
    assert VERDICTS[int(blend.verdicts(judged, nothing).argmax())] is not HIT
    assert VERDICTS[int(blend.verdicts(judged, said).argmax())] is HIT
    assert blend.verdicts(judged, said)[right] > blend.verdicts(judged, nothing)[right] + 0.3
    assert blend.asserted(judged, said) > blend.asserted(judged, nothing)


# --- From one end to the other ---


@pytest.fixture(scope="module")
def trained(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of one layer, trained for an epoch of single spans and one of whole answers."""
    encoder, out = tmp_path_factory.mktemp("encoder"), tmp_path_factory.mktemp("trained")
    save_file(_encoder(), encoder / "model.safetensors")
    shutil.copyfile(SHIPPED / TOKENIZER, encoder / TOKENIZER)
    with _small():
        learn.train(data, encoder, out, replace(PLAN, epochs=2), _quiet)
    return out


def _quiet(step: int, steps: int, loss: float) -> None:
    """Nobody watches."""


@pytest.mark.usefixtures("one_layer")
def test_training_leaves_a_model_that_can_be_used_and_says_what_it_is(trained: Path, data: Data) -> None:
    assert check(trained)["version"] == learn.VERSION
    card = json.loads((trained / CARD).read_text(encoding="utf-8"))
    assert set(card["figures"]) == {"test", "new"}
    assert card["figures"]["test"]["pairs"] == sum(len(answer.points) for answer in data.of(Part.TEST))
    assert card["plan"]["seed"] == PLAN.seed
    answer = data.answers[0]
    question = data.asked[answer.question].question
    judged = Judge.load(trained).judge(spans(answer.text, shown(question)), claims(question))
    assert judged.verdicts.sum(1) == pytest.approx(1.0)


@pytest.fixture
def own(data: Data) -> Question:
    whole = data.questions(Part.TRAIN)[0]
    return whole.model_copy(update={"id": "our-own", "key_points": whole.key_points[:3], "misconceptions": ()})


@pytest.mark.usefixtures("one_layer")
def test_a_model_learns_a_teams_own_question_under_a_version_of_its_own(
    trained: Path, data: Data, own: Question, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(learn, "OWN_EACH", 3)
    monkeypatch.setattr(learn, "ALLOWED_LOSS", 1.0)
    card = learn.adapt(data, trained, [own], tmp_path / "ours", replace(PLAN, epochs=1, rate=1e-5), _quiet)
    version = check(tmp_path / "ours")["version"]
    assert version == card["version"]
    assert version.startswith(f"{learn.VERSION}+")
    assert len(version) == len(learn.VERSION + "+") + 8
    assert Judge.load(tmp_path / "ours").version == version


@pytest.mark.usefixtures("one_layer")
def test_a_model_that_got_worse_in_general_is_not_kept(
    trained: Path, data: Data, own: Question, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(learn, "OWN_EACH", 3)
    monkeypatch.setattr(learn, "ALLOWED_LOSS", -1.0)  # only perfection would do
    with pytest.raises(learn.Worse) as refused:
        learn.adapt(data, trained, [own], tmp_path / "ours", replace(PLAN, epochs=1, rate=1e-5), _quiet)
    assert not (tmp_path / "ours" / CARD).exists()
    assert "worse in general" in str(refused.value)
