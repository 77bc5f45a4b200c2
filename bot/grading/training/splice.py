"""Answers put together from sentences of several labelled ones to the same question.

In what people write, style and content go together: who writes well is mostly right. Here every mixture comes up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from bot.content.schema import Question
from bot.grading.labelled import Label, LabelledAnswer
from bot.grading.spans import shown, spans
from bot.grading.training.compose import Composed
from bot.grading.verdict import Verdict

MOST = 14  # sentences
_KEPT = (0.25, 0.5, 0.75)  # shares of an answer's sentences
_BOTH_SAID = "self-contradicting"  # the style whose spans name the words against a point only

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Where it stands in its answer, and from where on in the new text."""

    answer: int
    start: int
    end: int
    moved_to: int = 0


def splice(question: Question, answers: Sequence[LabelledAnswer], random: Random) -> Composed:
    """Some sentences of each of the answers, which must be marked, in order or mixed, as one answer."""
    chosen = [sentence for number, answer in enumerate(answers) for sentence in _some(number, answer, question, random)]
    if random.random() < 0.5:
        random.shuffle(chosen)
    text = ""
    placed: list[_Sentence] = []
    for sentence in chosen[:MOST]:
        said = answers[sentence.answer].text[sentence.start : sentence.end]
        text += _between(text, random)
        placed.append(_Sentence(sentence.answer, sentence.start, sentence.end, len(text)))
        text += said
    made = Composed(text, [], [])
    for point in question.key_points:
        verdicts, found = _together([answer.points[point.id] for answer in answers], answers, placed)
        made.points.append(verdicts)
        made.spans.append(found)
    for index, wrong in enumerate(question.misconceptions):
        labels = [answer.misconceptions.get(wrong.id) for answer in answers]
        kept = [span for number, label in enumerate(labels) if label for span in _kept(label, number, placed)]
        if kept:
            made.misconceptions[index] = kept
    return made


def _some(number: int, answer: LabelledAnswer, question: Question, random: Random) -> Iterator[_Sentence]:
    share = random.choice(_KEPT)
    for span in spans(answer.text, shown(question)):
        if random.random() < share:
            yield _Sentence(number, *span.in_answer(0, len(span.text)))


def _between(before: str, random: Random) -> str:
    if not before:
        return ""
    return random.choice((" ", " ", "\n")) if before.rstrip().endswith((".", "!", "?")) else random.choice((". ", "\n"))


def _together(
    labels: Sequence[Label], answers: Sequence[LabelledAnswer], placed: Sequence[_Sentence]
) -> tuple[frozenset[Verdict], list[Span]]:
    """What the chosen sentences make of a point (nothing: it is not known), and where."""
    said: dict[Verdict, list[Span]] = {}
    for number, label in enumerate(labels):
        if label.verdict is Verdict.MISS:
            continue
        kept = _kept(label, number, placed)
        whole = len(kept) == len(label.spans)
        against = label.verdict is Verdict.CONTRADICTED
        if (kept or (against and answers[number].style == _BOTH_SAID)) and not whole:
            return frozenset(), []
        if kept:
            said.setdefault(label.verdict, []).extend(kept)
    for verdict in (Verdict.CONTRADICTED, Verdict.HIT, Verdict.PARTIAL):
        if found := said.get(verdict):
            two_halves = verdict is Verdict.PARTIAL and len(found) > 1
            return frozenset({verdict, Verdict.HIT} if two_halves else {verdict}), found
    return frozenset({Verdict.MISS}), []


def _kept(label: Label, number: int, placed: Sequence[_Sentence]) -> list[Span]:
    """The label's spans that lie in chosen sentences, as offsets into the new text."""
    return [
        (start - sentence.start + sentence.moved_to, end - sentence.start + sentence.moved_to)
        for start, end in label.spans
        for sentence in placed
        if sentence.answer == number and sentence.start <= start and end <= sentence.end
    ]
