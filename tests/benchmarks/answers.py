"""What the grading benchmarks have judged: real answers of about 120 words, each to a question of 8 key points."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.content.schema import KeyPoint, Question
from bot.grading.training.data import Asked, load

WORDS = range(110, 131)
POINTS = 8


@dataclass(frozen=True, slots=True)
class Case:
    """An answer and what it answers."""

    question: Question
    text: str


def cases(count: int) -> list[Case]:
    """At most `count` of them, from all over the labelled answers, always the same.

    A question with fewer key points borrows those of others of its subject.
    """
    data = load()
    lenders: defaultdict[str, list[KeyPoint]] = defaultdict(list)
    for asked in data.asked.values():
        for point in asked.question.key_points:
            own = point.model_copy(update={"id": f"{asked.question.id}-{point.id}"})
            lenders[asked.subject].append(own)
    fitting = [answer for answer in data.answers if len(answer.text.split()) in WORDS]
    chosen = fitting[:: max(1, len(fitting) // count)][:count]
    questions: dict[str, Question] = {}
    for answer in chosen:
        if answer.question not in questions:
            asked = data.asked[answer.question]
            questions[answer.question] = _with_points(asked, lenders[asked.subject])
    return [Case(questions[answer.question], answer.text) for answer in chosen]


def _with_points(asked: Asked, lenders: Iterable[KeyPoint]) -> Question:
    own = asked.question.key_points[:POINTS]
    others = [point for point in lenders if not point.id.startswith(f"{asked.question.id}-")]
    return asked.question.model_copy(update={"key_points": (*own, *others[: POINTS - len(own)])})
