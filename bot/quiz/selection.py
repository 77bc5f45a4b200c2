"""Which question comes next. The same bank, history and seed give the same question anywhere."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from bot.content.schema import Difficulty, Question
from bot.errors import QuizError


class NothingToAsk(QuizError):
    """No question is in the packs and wanted by the mix."""


def choose(
    questions: Sequence[Question],
    asked: Sequence[str],
    *,
    seed: int,
    mix: Mapping[Difficulty, int],
    opener: str | None = None,
) -> Question:
    """The next question: none is repeated until all were asked, then a new cycle begins in a new order.

    `asked`: ids already asked, oldest first. `mix`: weights of the difficulties within a cycle; 0 leaves one
    out. `opener`: the question to begin with. Raises `NothingToAsk`.
    """
    wanted = {question.id: question for question in questions if mix.get(question.difficulty, 0) > 0}
    if not wanted:
        raise NothingToAsk
    if opener in wanted and not asked:
        return wanted[opener]
    times = Counter(id_ for id_ in asked if id_ in wanted)
    # The cycle is the fewest times any question was asked: one added to the bank late catches up first.
    cycle = min(times[id_] for id_ in wanted)
    left = [question for id_, question in wanted.items() if times[id_] == cycle]
    fresh = [question for question in left if not asked or question.id != asked[-1]] or left
    difficulty = _most_behind(fresh, wanted, times, cycle, mix)
    candidates = [question for question in fresh if question.difficulty is difficulty]
    return min(candidates, key=lambda question: _lot(seed, cycle, question.id))


def preview(
    questions: Sequence[Question],
    asked: Sequence[str],
    *,
    seed: int,
    mix: Mapping[Difficulty, int],
    count: int,
    opener: str | None = None,
) -> list[Question]:
    """The next `count` questions as `choose` would give them. Raises `NothingToAsk`."""
    history = list(asked)
    coming: list[Question] = []
    for _ in range(count):
        coming.append(choose(questions, history, seed=seed, mix=mix, opener=opener))
        history.append(coming[-1].id)
    return coming


def for_practice(questions: Sequence[Question], answered: frozenset[str], *, seed: int) -> Question:
    """One of these, unanswered where there is one. Raises `NothingToAsk`."""
    fresh = [question for question in questions if question.id not in answered] or list(questions)
    if not fresh:
        raise NothingToAsk
    return min(fresh, key=lambda question: _lot(seed, len(answered), question.id))


def _most_behind(
    left: Sequence[Question],
    wanted: Mapping[str, Question],
    times: Counter[str],
    cycle: int,
    mix: Mapping[Difficulty, int],
) -> Difficulty:
    """The difficulty still available whose share of this cycle lags its weight most (highest averages)."""
    had = Counter(question.difficulty for id_, question in wanted.items() if times[id_] > cycle)
    available = {question.difficulty for question in left}
    order = list(Difficulty)
    return max(available, key=lambda d: (mix[d] / (had[d] + 0.5), -order.index(d)))


def _lot(seed: int, cycle: int, question_id: str) -> bytes:
    """A draw that is the same on every machine and Python version."""
    return hashlib.sha256(f"{seed}/{cycle}/{question_id}".encode()).digest()
