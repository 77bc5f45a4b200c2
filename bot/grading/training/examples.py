"""Labelled and composed answers as what the network learns from."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from bot.content.schema import Question
from bot.grading.claims import Claim, claims
from bot.grading.labelled import LabelledAnswer
from bot.grading.reading import Reader, Reading
from bot.grading.spans import shown, spans
from bot.grading.training.compose import Composed, beside, compose, misspelt, quoted, repeated, trick
from bot.grading.training.splice import splice
from bot.grading.verdict import Verdict

ORDER = (Verdict.MISS, Verdict.PARTIAL, Verdict.HIT, Verdict.CONTRADICTED)
_ASSERTED, _NOT_ASSERTED = frozenset({Verdict.HIT}), frozenset({Verdict.MISS, Verdict.CONTRADICTED})
_COMPOSED = 0.7  # what a composed answer counts
_BARE, _KEPT = 0.15, 0.7  # share of examples without any wordings, and of wordings that the others keep
_REWORDED, _TURNED = 0.2, 0.12  # share of claims said otherwise, and turned into their opposite
_TURN = {
    frozenset({Verdict.HIT}): frozenset({Verdict.CONTRADICTED}),
    frozenset({Verdict.MISS}): frozenset({Verdict.MISS}),
}
_QUOTED, _REPEATED, _BESIDE, _CORRECT, _MISSPELT = 0.05, 0.04, 0.25, 0.12, 0.15  # shares of labelled answers varied so
_MISSED_EACH = 3
Near = Mapping[str, Mapping[str, Sequence[str]]]  # by question, by key point: what comes close and says nothing of it


@dataclass(frozen=True, slots=True)
class Example:
    """A reading with, for each claim, the verdicts that are right and the spans of the answer (None: not known)."""

    reading: Reading
    allowed: tuple[frozenset[Verdict], ...]
    marked: tuple[frozenset[int] | None, ...]  # indices of evidence tokens
    weight: float

    @property
    def length(self) -> int:
        return len(self.reading.ids)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A claim with the verdicts that are right (none: it is not known) and the spans that earn it."""

    claim: Claim
    allowed: frozenset[Verdict]
    spans: Sequence[tuple[int, int]] | None


def from_labels(
    answer: LabelledAnswer,
    question: Question,
    reader: Reader,
    random: Random | None = None,
    others: Sequence[Question] = (),
) -> Example:
    """What a reader marked. `random`: vary claims and answer, as in training; `others` lend sentences."""
    labels = [answer.points[point.id] for point in question.key_points]
    found = [answer.misconceptions.get(wrong.id) for wrong in question.misconceptions]
    allowed = [frozenset({label.verdict}) for label in labels]
    allowed += [_ASSERTED if label else _NOT_ASSERTED for label in found]
    marked = [label.spans if label.marked else None for label in labels]
    marked += [(label.spans if label.marked else None) if label else () for label in found]
    judged = [_Judged(*each) for each in zip(claims(question), allowed, marked, strict=True)]
    if random is None:
        return _example(answer.text, question, judged, 1.0, reader)
    text, judged, used = _extended(answer.text, judged, question, others, random)
    return _example(text, question, _varied(judged, used, random), 1.0, reader)


def _extended(
    text: str, judged: list[_Judged], question: Question, others: Sequence[Question], random: Random
) -> tuple[str, list[_Judged], frozenset[str]]:
    """The answer quoted only to refute it, or with more behind it that changes nothing, or one point."""
    if random.random() < _MISSPELT:
        text = misspelt(text, random)
    way = random.random()
    if way < _QUOTED:
        return quoted(text, random), [_refuted(one) for one in judged], frozenset()
    used: frozenset[str] = frozenset()
    if way < _QUOTED + _REPEATED:
        text = repeated(text, random)
    elif way < _QUOTED + _REPEATED + _CORRECT:
        index = random.randrange(len(question.key_points))
        point = question.key_points[index]
        said = random.choice(point.accept or (point.claim,))
        text = f"{text.rstrip()}{random.choice(_BREAKS)}{said}"
        span = (len(text) - len(said), len(text))
        used = frozenset({said})
        judged[index] = _with(judged[index], span)
    if others and random.random() < _BESIDE:
        text = f"{text.rstrip()}{random.choice(_BREAKS)}{beside(question, others, random)}"
    return text, judged, used


_BREAKS = (". ", ".\n", "\n\n", "! ", ". Also, ")


def _refuted(one: _Judged) -> _Judged:
    """What is claimed only by somebody who is wrong is not claimed, and maybe denied."""
    if one.allowed == {Verdict.MISS}:
        return one
    denied = frozenset({Verdict.MISS, Verdict.CONTRADICTED})
    return _Judged(one.claim, denied if Verdict.CONTRADICTED not in one.allowed else frozenset(), None)


def _with(one: _Judged, span: tuple[int, int]) -> _Judged:
    """The claim with a right wording of it said in addition."""
    if one.allowed == {Verdict.CONTRADICTED}:
        return one
    kept = (*(one.spans or ()), span) if one.allowed == {Verdict.HIT} else (span,)
    return _Judged(one.claim, _ASSERTED, None if one.spans is None and one.allowed == {Verdict.HIT} else kept)


def from_wordings(
    question: Question,
    others: Sequence[Question],
    reader: Reader,
    random: Random,
    near: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Example:
    """A composed answer. `near`: by key point, what comes close to it and is no word for it or against it."""
    return _of_composed(compose(question, others, random, near), question, _COMPOSED, reader, random)


def from_sentences(
    question: Question, answers: Sequence[LabelledAnswer], reader: Reader, random: Random
) -> Example | None:
    """Sentences of several marked answers as one; None if nothing of them was chosen."""
    made = splice(question, random.sample(answers, min(len(answers), random.choice((2, 2, 3)))), random)
    return _of_composed(made, question, 1.0, reader, random) if made.text.strip() else None


def _of_composed(made: Composed, question: Question, weight: float, reader: Reader, random: Random) -> Example:
    wrong = [made.misconceptions.get(index) for index in range(len(question.misconceptions))]
    allowed = [*made.points, *(_ASSERTED if found else _NOT_ASSERTED for found in wrong)]
    marked = [tuple(found) for found in made.spans] + [tuple(found or ()) for found in wrong]
    judged = [_Judged(*each) for each in zip(claims(question), allowed, marked, strict=True)]
    return _example(made.text, question, _varied(judged, made.used, random), weight, reader)


def from_spans(answer: LabelledAnswer, question: Question, reader: Reader, random: Random) -> Iterator[Example]:
    """Each marked span as an answer of its own, against what it earns and some of what nothing in the answer earns."""
    labels = dict(zip(claims(question), (answer.points[point.id] for point in question.key_points), strict=False))
    missed = [claim for claim, label in labels.items() if label.verdict is Verdict.MISS]
    for span in sorted({span for label in labels.values() for span in label.spans}):
        start, end = span
        judged = [
            _Judged(claim, frozenset({label.verdict}), ((0, end - start),))
            for claim, label in labels.items()
            if span in label.spans
        ]
        bare = [other for one in judged for other in _reworded(one, "", 1, random)]
        none = random.sample(missed, min(len(missed), _MISSED_EACH))
        judged += [_Judged(claim, frozenset({Verdict.MISS}), ()) for claim in none]
        yield _example(answer.text[start:end], question, [*_varied(judged, frozenset(), random), *bare], 1.0, reader)


def from_single_wordings(
    question: Question, reader: Reader, random: Random, near: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Iterator[Example]:
    """Each wording of a key point as an answer of its own, against its point and some others."""
    every = claims(question)
    for point, claim in zip(question.key_points, every, strict=False):
        for verdict, wordings in (
            (Verdict.HIT, point.accept),
            (Verdict.PARTIAL, point.partial),
            (Verdict.CONTRADICTED, point.reject),
            (Verdict.MISS, near.get(point.id, ())),
        ):
            for wording in wordings:
                others = [other for other in every if other is not claim]
                others = random.sample(others, min(len(others), _MISSED_EACH))
                earned = ((0, len(wording)),) if verdict is not Verdict.MISS else ()
                judged = [_Judged(claim, frozenset({verdict}), earned)]
                bare = _reworded(judged[0], wording, 3, random)
                if verdict in (Verdict.HIT, Verdict.PARTIAL):  # another may well assert a misconception
                    judged += [_Judged(other, frozenset({Verdict.MISS}), ()) for other in others]
                varied = _varied(judged, frozenset({wording}), random)
                yield _example(wording, question, [*varied, *bare], 1.0, reader)


def _reworded(one: _Judged, said: str, count: int, random: Random) -> list[_Judged]:
    """The same claim `count` times in other wordings than `said`, and once turned, without any wordings beside."""
    same = [text for text in (one.claim.text, *one.claim.same) if text != said]
    made = [_Judged(Claim(text), one.allowed, one.spans) for text in random.sample(same, min(count, len(same)))]
    if one.allowed == {Verdict.HIT} and one.claim.opposite:
        made.append(_Judged(Claim(random.choice(one.claim.opposite)), _TURN[one.allowed], one.spans))
    return made


def _varied(judged: Sequence[_Judged], used: Set[str], random: Random) -> list[_Judged]:
    """The claims without the wordings that the answer copied and without some others, so that none is relied on.

    Some are said in another wording; some turned into their opposite, which contradicts whatever made the claim.
    """
    share = 0.0 if random.random() < _BARE else _KEPT

    def kept(wordings: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in wordings if text not in used and random.random() < share)

    def varied(one: _Judged) -> _Judged:
        claim, way = one.claim, random.random()
        same, opposite, partly = kept(claim.same), kept(claim.opposite), kept(claim.partly)
        if way < _REWORDED and same:
            text, *rest = same
            return _Judged(Claim(text, (*rest, claim.text), opposite, partly), one.allowed, one.spans)
        if way > 1 - _TURNED and opposite:
            text, *rest = opposite
            return _Judged(
                Claim(text, tuple(rest), (*same, claim.text)), _TURN.get(one.allowed, frozenset()), one.spans
            )
        return _Judged(Claim(claim.text, same, opposite, partly), one.allowed, one.spans)

    return [varied(one) for one in judged]


def _example(text: str, question: Question, judged: Sequence[_Judged], weight: float, reader: Reader) -> Example:
    own = spans(text, shown(question))
    reading = reader.read(own, [one.claim for one in judged])
    places = [own[number].in_answer(start, end) for number, start, end in reading.offsets]
    tokens = tuple(None if one.spans is None else _tokens(places, one.spans) for one in judged)
    return Example(reading, tuple(one.allowed for one in judged), tokens, weight)


def _tokens(places: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]]) -> frozenset[int]:
    return frozenset(
        index for index, (start, end) in enumerate(places) if any(start < last and end > first for first, last in found)
    )


def short(
    answers: Sequence[LabelledAnswer],
    questions: Mapping[str, Question],
    known: Sequence[Question],
    reader: Reader,
    random: Random,
    near: Near = MappingProxyType({}),
) -> list[Example]:
    """Spans and wordings one by one: what to learn matching and polarity from, before whole answers."""
    made = [each for answer in answers for each in from_spans(answer, questions[answer.question], reader, random)]
    return made + [
        each for question in known for each in from_single_wordings(question, reader, random, near.get(question.id, {}))
    ]


def epoch(
    answers: Sequence[LabelledAnswer],
    questions: Mapping[str, Question],
    known: Sequence[Question],
    reader: Reader,
    random: Random,
    *,
    composed: int,
    spliced: int = 0,
    tricks: int = 0,
    near: Near = MappingProxyType({}),
) -> list[Example]:
    """Every labelled answer once, `composed` ones from the wordings of the `known` questions, about `spliced` ones
    from the sentences of several labelled answers, and `tricks` that make no point.

    Of questions without labelled answers twice as many are composed.
    """
    made = [from_labels(answer, questions[answer.question], reader, random, known) for answer in answers]
    answered = {answer.question for answer in answers}
    weights = [1 if question.id in answered else 2 for question in known]
    made += [
        from_wordings(question, known, reader, random, near.get(question.id, {}))
        for question in random.choices(known, weights, k=composed)
    ]
    marked = _marked(answers)
    for id_ in random.choices(sorted(marked), k=spliced) if marked else ():
        example = from_sentences(questions[id_], marked[id_], reader, random)
        made += [example] if example else []
    for question in random.choices(known, weights, k=tricks):
        made.append(_of_composed(trick(question, random), question, 1.0, reader, random))
    return made


def _marked(answers: Sequence[LabelledAnswer]) -> dict[str, list[LabelledAnswer]]:
    """The answers that name the words that earned a label, by question; of these at least two."""
    found: dict[str, list[LabelledAnswer]] = {}
    for answer in answers:
        if all(label.marked for label in answer.points.values()):
            found.setdefault(answer.question, []).append(answer)
    return {id_: several for id_, several in found.items() if len(several) > 1}
