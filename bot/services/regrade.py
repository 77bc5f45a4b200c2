"""Grade stored answers again whose current grade is of another grader or rubric than today's.

A person at a time: all of one's answers and the one message about them are one transaction, so a run that was killed
is simply run again, several may run at once, and nobody is told twice. The bot may go on meanwhile.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from bot.content.rubric import rubric_hash
from bot.grading.verdict import Grade, Grader
from bot.quiz.period import Period
from bot.quiz.ruling import ruled
from bot.quiz.scoring import points, ranks
from bot.quiz.submission import Submission
from bot.quiz.team import Player
from bot.services.cards.words import count
from bot.services.game import Game
from bot.services.ports import StoreUnavailable
from bot.services.records import GradedAnswer, Parcel, Scope, Standing, StoredGrade, Task

_PEOPLE = 20  # whose answers are in memory at a time
_AT_ONCE = 32  # answers that the grader has at a time
_TRIES = 3  # at a database that was busy
_LINES = 15  # of one message
_EVERYBODY = 1_000_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """One answer with a new grade. Points and verdicts are with rulings laid over: ruled ones never change.

    `verdicts`: how many key points are judged otherwise. `counted`: in the standings.
    """

    given: Submission
    day: date | None
    before: int
    after: int
    verdicts: int
    counted: bool
    new_grader: bool
    new_rubric: bool


@dataclass(slots=True)
class QuestionFigures:
    """How many answers to one question were looked at, and how many of their verdicts change."""

    answers: int = 0
    verdicts: int = 0


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """Somebody whose points change: in how many answers, and their sums over these.

    `standing`: how many more (or fewer) points that is on the leaderboard.
    """

    player: Player
    answers: int
    before: int
    after: int
    standing: int


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody whose place on a team's leaderboard of all time changes."""

    team: str
    name: str
    before: int
    after: int


@dataclass(slots=True)
class Regraded:
    """What a run found, and did if it was to.

    `grades`: answers with a new grade. `failed`: answers that could not be graded and stay as they are. `unsteady`:
    answers that are up to date and that the same grader now judges otherwise; they stay, too. `gone`: by question
    that is no longer in the bank, how many answers to it were left alone.
    """

    questions: defaultdict[str, QuestionFigures] = field(default_factory=lambda: defaultdict(QuestionFigures))
    people: list[PersonFigures] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    grades: int = 0
    failed: int = 0
    unsteady: int = 0
    gone: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Page:
    """Some people, all their answers, and the grades that these have of today's grader, by answer and rubric."""

    people: Sequence[Player]
    answers: Sequence[GradedAnswer]
    kept: Mapping[tuple[int, str], StoredGrade]


def scope_of(
    game: Game,
    grader: Grader,
    question_ids: Iterable[str] = (),
    *,
    team_id: int | None = None,
    since: datetime | None = None,
    up_to_date_too: bool = False,
) -> Scope:
    """Of these questions, or of all in the bank. Raises `QuestionNotFound`."""
    questions = [game.bank.get(id_) for id_ in question_ids] or list(game.bank.questions.values())
    rubrics = {question.id: rubric_hash(question) for question in questions}
    return Scope(grader.version, rubrics, team_id, since, up_to_date_too)


async def regrade(game: Game, grader: Grader, scope: Scope, now: datetime, *, apply: bool) -> Regraded:
    """Look at all answers in `scope`; with `apply` keep the new grades and tell people. Raises `StoreUnavailable`."""
    found = Regraded()
    if scope.rubrics.keys() == game.bank.questions.keys():
        async with game.store.read() as uow:
            found.gone = await uow.outdated.without_question(scope)
    gate, page = asyncio.Semaphore(_AT_ONCE), await _page(game, scope, 0)
    while page.people:
        grades = await asyncio.gather(
            *(_judge(game, grader, scope, page, answer, gate, now) for answer in page.answers)
        )
        judged = list(zip(page.answers, grades, strict=True))
        for person in page.people:
            pairs = [pair for pair in judged if pair[0].submission.player_id == person.id]
            await _serve(game, found, person, pairs, now, apply=apply)
        page = await _page(game, scope, page.people[-1].id)
    found.moves = await _moves(game, found.people, applied=apply)
    if apply and found.people:
        game.work.ring()
    return found


async def _page(game: Game, scope: Scope, last: int) -> _Page:
    async with game.store.read() as uow:
        people = await uow.outdated.people(scope, after=last, limit=_PEOPLE)
        answers = await uow.outdated.answers(scope, [player.id for player in people])
        kept = await uow.grades.kept([answer.submission.id for answer in answers], scope.grader)
    return _Page(people, answers, {(stored.submission_id, stored.rubric): stored for stored in kept})


async def _judge(
    game: Game, grader: Grader, scope: Scope, page: _Page, answer: GradedAnswer, gate: asyncio.Semaphore, now: datetime
) -> StoredGrade | None:
    """Today's grade, made now unless it had it once and lost it to another; None if the grader fails."""
    given = answer.submission
    rubric = scope.rubrics[given.question_id]
    kept = page.kept.get((given.id, rubric))
    if kept is not None and not _is_of(answer.stored, scope.grader, rubric):
        return kept
    async with gate:
        try:
            grade = await grader.grade(game.bank.get(given.question_id), given.answer)
        except Exception as error:  # noqa: BLE001 - whatever a grader raises, the answer keeps the grade it has
            log.warning("grading_failed", submission=given.id, reason=type(error).__name__)
            return None
    return StoredGrade(given.id, grade, rubric, now)


async def _serve(
    game: Game,
    found: Regraded,
    person: Player,
    pairs: Sequence[tuple[GradedAnswer, StoredGrade | None]],
    now: datetime,
    *,
    apply: bool,
) -> None:
    """Count what changes for one person, and change it."""
    fresh: list[StoredGrade] = []
    for answer, stored in pairs:
        found.questions[answer.submission.question_id].answers += 1
        if stored is None:
            found.failed += 1
        elif not _is_of(answer.stored, stored.grade.grader, stored.rubric):
            fresh.append(stored)
        elif _changed(answer.stored.grade, stored.grade):
            found.unsteady += 1
    if apply:
        changes = await _applied_at_last(game, person, fresh, now) if fresh else []
    else:
        current = {answer.submission.id: answer for answer, _ in pairs}
        changes = [_change(game, current[stored.submission_id], stored) for stored in fresh]
    for change in changes:
        found.questions[change.given.question_id].verdicts += change.verdicts
    found.grades += len(changes)
    if moved := _moved(changes):
        before, after = sum(change.before for change in moved), sum(change.after for change in moved)
        standing = sum(change.after - change.before for change in moved if change.counted)
        found.people.append(PersonFigures(person, len(moved), before, after, standing))


async def _applied_at_last(game: Game, person: Player, fresh: Sequence[StoredGrade], now: datetime) -> list[Change]:
    for _ in range(_TRIES - 1):
        try:
            return await _applied(game, person, fresh, now)
        except StoreUnavailable as error:
            log.warning("regrade_tried_again", player=person.id, reason=str(error))
    return await _applied(game, person, fresh, now)


async def _applied(game: Game, person: Player, fresh: Sequence[StoredGrade], now: datetime) -> list[Change]:
    """Keep the grades of one person's answers, of which some may be withdrawn, ruled on or regraded by now."""
    async with game.store.write() as uow:
        grades = {stored.submission_id: stored for stored in fresh}
        held = await uow.grades.hold(grades.keys())
        changes = [_change(game, answer, grades[answer.submission.id]) for answer in held]
        kept = await uow.grades.renew([(grades[change.given.id], change.after) for change in changes])
        changes = [change for change in changes if change.given.id in kept]
        if moved := _moved(changes):
            key = f"regraded:{person.id}:{now:%Y%m%dT%H%M%S%f}:{moved[-1].given.id}"
            channel_id = moved[-1].given.channel_id
            text = _told(game, moved)
            await uow.outbox.put(Parcel(key, Task.CORRECTION, channel_id, person.external_id, text=text), now=now)
        await uow.commit()
    log.info("person_regraded", player=person.id, answers=len(changes))
    return changes


def _change(game: Game, answer: GradedAnswer, stored: StoredGrade) -> Change:
    question = game.bank.get(answer.submission.question_id)
    new = ruled(stored.grade, answer.rulings, question)
    return Change(
        answer.submission,
        answer.day,
        answer.points,
        points(new),
        _changed(ruled(answer.stored.grade, answer.rulings, question), new),
        answer.counted,
        answer.stored.grade.grader != stored.grade.grader,
        answer.stored.rubric != stored.rubric,
    )


def _changed(old: Grade, new: Grade) -> int:
    """How many key points the new one judges otherwise, or for the first time."""
    before = {point.id: point.verdict for point in old.points}
    return sum(before.get(point.id) is not point.verdict for point in new.points)


def _is_of(stored: StoredGrade, grader: str, rubric: str) -> bool:
    return (stored.grade.grader, stored.rubric) == (grader, rubric)


def _moved(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.before != change.after]


def _told(game: Game, moved: Sequence[Change]) -> str:
    """What a person reads: the title, why, a line for each answer, what to do next."""
    lines = [
        f"{f'{change.day.day} {change.day:%b}' if change.given.ranked and change.day else 'Practice'} · "
        f"{game.bank.get(change.given.question_id).title}: {change.before} → {count(change.after, 'point')}"
        for change in moved
    ]
    more = [f"And {count(len(lines) - _LINES, 'more answer')}."] if len(lines) > _LINES else []
    next_step = "See where you stand: /quiz leaderboard. Your newest feedback: /quiz why"
    return "\n".join(["Your points were corrected", _why(moved), *lines[:_LINES], *more, next_step])


def _why(moved: Sequence[Change]) -> str:
    corrected = {change.given.question_id for change in moved if change.new_rubric}
    reasons = ["The grader was improved."] if any(change.new_grader for change in moved) else []
    if len(corrected) == 1:
        reasons.append("The question's rubric was corrected.")
    elif corrected:
        reasons.append(f"The rubrics of {len(corrected)} questions were corrected.")
    return " ".join(reasons)


async def _moves(game: Game, people: Sequence[PersonFigures], *, applied: bool) -> list[Move]:
    """From the boards as they are now, which `applied` changes stand on already."""
    gains: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for person in people:
        if person.standing:
            gains[person.player.team_id][person.player.id] = person.standing
    moves: list[Move] = []
    for team_id, gained in sorted(gains.items()):
        async with game.store.read() as uow:
            team = await uow.teams.team(team_id)
            board = await uow.views.board(team_id, Period.ALL.value, size=_EVERYBODY, own=None)
        other = _places(board.top, {id_: -gain if applied else gain for id_, gain in gained.items()})
        for row in board.top:
            now_at, then_at = row.rank, other[row.player_id]
            if now_at != then_at:
                before, after = (then_at, now_at) if applied else (now_at, then_at)
                moves.append(Move(team.name, row.name, before, after))
    return moves


def _places(rows: Sequence[Standing], gained: Mapping[int, int]) -> dict[int, int]:
    """By player, their place with that many points more."""
    sums = {row.player_id: row.points + gained.get(row.player_id, 0) for row in rows}
    order = sorted(sums, key=lambda id_: -sums[id_])
    return dict(zip(order, ranks([sums[id_] for id_ in order]), strict=True))
