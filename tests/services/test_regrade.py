"""A better grader or a corrected rubric, and the answers that were graded before."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.event import Place
from bot.content.bank import Bank
from bot.content.schema import Question
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grade, GradingFailed, Verdict, score_of
from bot.services import regrade as module
from bot.services.game import Game
from bot.services.ports import StoreUnavailable
from bot.services.regrade import Regraded, regrade, scope_of
from tests.doubles import HesitantGrader, Table

GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."
REFCOUNTS, ONE, IO = "refcounts", "one-thread-at-a-time", "threads-help-io"
QUESTION = "what-is-the-gil"


class Better(OfflineGrader):
    """A newer version, which judges one key point otherwise in every answer."""

    def __init__(self, point: str = IO, verdict: Verdict = Verdict.HIT, version: str = "better-1") -> None:
        self._point, self._verdict, self.version = point, verdict, version
        self.graded: list[str] = []

    async def grade(self, question: Question, answer: str) -> Grade:
        self.graded.append(answer)
        grade = await super().grade(question, answer)
        points = tuple(replace(p, verdict=self._verdict) if p.id == self._point else p for p in grade.points)
        score = score_of({point.id: point.verdict for point in points}, question)
        return Grade(points, grade.misconceptions, self.version, score)


async def _round(table: Table, *people: str, question: str = QUESTION, close: bool = True) -> None:
    await table.leads(f"/quiz-admin post {question}")
    await table.settle()
    for who in people:
        await table.answers(who, f"{GOOD} That is what {who} says.")
    if close:
        await table.leads("/quiz-admin close")
        await table.settle()
    table.later(hours=1)


@pytest.fixture
async def played(table: Table) -> Table:
    """Ana and bo answered the question of a closed round."""
    await table.set_up()
    await _round(table, "ana", "bo")
    return table


async def _run(table: Table, grader: OfflineGrader, *questions: str, apply: bool = True, **limits: object) -> Regraded:
    scope = scope_of(table.game, grader, questions, **limits)  # type: ignore[arg-type] # a test's own names
    table.later(seconds=1)
    return await regrade(table.game, grader, scope, table.now, apply=apply)


async def _points(table: Table, who: str) -> str:
    board = (await table.says(who, "/quiz leaderboard all")).text
    return next(line.split()[-2] for line in board.splitlines() if f" {who} " in line)


async def _told(table: Table) -> list[tuple[str | None, str]]:
    """Whom a correction was told, and what."""
    await table.settle()
    pairs = zip(table.platform.sent, table.platform.texts(), strict=True)
    return [(target.person_id, text) for (target, _, key), text in pairs if key.startswith("regraded")]


def _corrected(bank: Bank) -> Bank:
    """The bank with another weight for one key point."""
    question = bank.get(QUESTION)
    points = tuple(p.model_copy(update={"weight": 5.0}) if p.id == ONE else p for p in question.key_points)
    return replace(bank, questions={**bank.questions, QUESTION: question.model_copy(update={"key_points": points})})


async def test_without_apply_it_only_shows(played: Table) -> None:
    found = await _run(played, Better(), apply=False)
    assert (found.questions[QUESTION].answers, found.questions[QUESTION].verdicts) == (2, 2)
    figures = [(p.player.name, p.answers, p.before, p.after) for p in found.people]
    assert figures == [("ana", 1, 25, 38), ("bo", 1, 25, 38)]
    assert found.grades == 2
    assert await _told(played) == []
    assert await _points(played, "ana") == "25"


async def test_applied_points_and_standings_follow_and_each_is_told_once(played: Table) -> None:
    await _round(played, "ana")
    found = await _run(played, Better())
    assert [(p.player.name, p.answers, p.before, p.after) for p in found.people] == [
        ("ana", 2, 50, 76),
        ("bo", 1, 25, 38),
    ]
    assert (await _points(played, "ana"), await _points(played, "bo")) == ("76", "38")
    told = dict(await _told(played))
    assert set(told) == {"ana", "bo"}
    lines = [line for line in told["ana"].splitlines() if line]
    title = "What the GIL is and how to work around it"
    assert lines == [
        "Your points were corrected",
        "==========================",
        "The grader was improved.",
        f"23 Nov · {title}: 25 → 38 points",
        f"23 Nov · {title}: 25 → 38 points",
        "See where you stand: /quiz leaderboard. Your newest feedback: /quiz why",
    ]
    assert "3 of 8 key points" in (await played.says("bo", "/quiz why")).text
    again = await _run(played, Better())
    assert (again.grades, again.people, dict(again.questions)) == (0, [], {})
    assert len(await _told(played)) == 2


async def test_the_old_grade_is_kept_and_comes_back_with_its_grader(played: Table) -> None:
    await _run(played, Better())
    back = OfflineGrader()
    async with played.game.store.read() as uow:
        assert [kept.grade.score for kept in await uow.grades.kept([1], back.version)] == [25.0]
    found = await _run(played, back)
    assert found.grades == 2
    assert await _points(played, "ana") == "25"
    once_more = Better()
    await _run(played, once_more)
    assert once_more.graded == []  # those grades are there
    assert await _points(played, "ana") == "38"
    assert len(await _told(played)) == 6


async def test_a_corrected_rubric_is_said_to_be_the_reason(played: Table) -> None:
    corrected = Table(replace(played.game, bank=_corrected(played.game.bank)), now=played.now)
    await _run(corrected, OfflineGrader())
    told = dict(await _told(corrected))
    assert "The question's rubric was corrected." in told["ana"]
    assert "The grader was improved." not in told["ana"]
    assert await _points(corrected, "ana") == "50"


async def test_a_ruling_stays_whatever_the_grader_says_later(table: Table) -> None:
    table.grader = HesitantGrader(REFCOUNTS)
    await table.set_up()
    await _round(table, "ana", "bo")
    await table.presses("lead", f"rule:v1:1.{REFCOUNTS}.miss", leads=True)
    assert await _points(table, "ana") == "13"
    found = await _run(table, Better(REFCOUNTS, Verdict.PARTIAL))
    assert [(p.player.name, p.before, p.after) for p in found.people] == [("bo", 25, 19)]
    assert found.questions[QUESTION].verdicts == 1
    assert (await _points(table, "ana"), await _points(table, "bo")) == ("13", "19")
    assert "(decided by a lead)" in (await table.says("ana", "/quiz why")).text
    assert [who for who, _ in await _told(table)] == ["bo"]


async def test_who_moves_on_the_leaderboard_is_the_same_before_and_after(played: Table) -> None:
    class ForBo(Better):
        async def grade(self, question: Question, answer: str) -> Grade:
            better = await super().grade(question, answer)
            return (
                better
                if "bo says" in answer
                else replace(await OfflineGrader().grade(question, answer), grader=self.version)
            )

    await _round(played, "cy")
    shown = await _run(played, ForBo(), apply=False)
    done = await _run(played, ForBo())
    assert shown.moves == done.moves
    assert [(move.name, move.before, move.after) for move in done.moves] == [("ana", 1, 2), ("cy", 1, 2)]


async def test_killed_in_between_it_goes_on_where_it_was(played: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(Better):
        async def grade(self, question: Question, answer: str) -> Grade:
            if "bo says" in answer:
                raise asyncio.CancelledError
            return await super().grade(question, answer)

    monkeypatch.setattr(module, "_PEOPLE", 1)
    with pytest.raises(asyncio.CancelledError):
        await _run(played, Killed())
    assert (await _points(played, "ana"), await _points(played, "bo")) == ("38", "25")
    rest = Better()
    await _run(played, rest)
    assert [answer for answer in rest.graded if "ana" in answer] == []
    assert (await _points(played, "ana"), await _points(played, "bo")) == ("38", "38")
    assert sorted(str(who) for who, _ in await _told(played)) == ["ana", "bo"]


async def test_two_at_once_do_it_once(played: Table) -> None:
    await asyncio.gather(_run(played, Better()), _run(played, Better()))
    assert (await _points(played, "ana"), await _points(played, "bo")) == ("38", "38")
    assert sorted(str(who) for who, _ in await _told(played)) == ["ana", "bo"]


async def test_a_round_that_closes_meanwhile_counts_every_answer_once(table: Table) -> None:
    class Interrupted(Better):
        """While it grades, the round is closed."""

        async def grade(self, question: Question, answer: str) -> Grade:
            if not self.graded:
                await table.leads("/quiz-admin close")
            return await super().grade(question, answer)

    await table.set_up()
    await _round(table, "ana", "bo", close=False)
    await _run(table, Interrupted())
    assert (await _points(table, "ana"), await _points(table, "bo")) == ("38", "38")
    board = (await table.says("ana", "/quiz leaderboard all")).text
    assert all(line.split()[-1] == "1" for line in board.splitlines() if " ana " in line or " bo " in line)


async def test_while_a_regrade_runs_rounds_close_and_leads_decide(played: Table) -> None:
    await _round(played, "ana", "bo", close=False)
    rulings = (played.presses("lead", f"rule:v1:{n}.{ONE}.partial", leads=True) for n in (1, 2))
    await asyncio.gather(_run(played, Better()), played.leads("/quiz-admin close"), *rulings)
    # 25 and a point more in two rounds, half a point less in the one that a lead decided.
    assert (await _points(played, "ana"), await _points(played, "bo")) == ("69", "69")


async def test_withdrawn_forgotten_and_pending_answers_are_left_alone(table: Table) -> None:
    class Late(Better):
        """While it grades, cy goes away."""

        async def grade(self, question: Question, answer: str) -> Grade:
            if "cy says" in answer:
                await table.says("cy", "/quiz privacy delete confirm")
            return await super().grade(question, answer)

    await table.set_up()
    await _round(table, "ana", "cy", close=False)
    async with table.game.store.write() as uow:
        await uow.submissions.withdraw(1)
        await uow.commit()
    await table.says("di", f"/quiz answer {GOOD}")
    late = Late()
    found = await _run(table, late)
    assert len(late.graded) == 1
    assert (found.grades, found.people) == (0, [])
    assert await _told(table) == []


async def test_a_question_that_left_the_bank_is_named_and_its_answers_stay(played: Table) -> None:
    rest = {id_: question for id_, question in played.game.bank.questions.items() if id_ != QUESTION}
    smaller = Table(replace(played.game, bank=replace(played.game.bank, questions=rest)), now=played.now)
    found = await _run(smaller, Better())
    assert (found.gone, found.grades) == ({QUESTION: 2}, 0)
    assert await _points(smaller, "ana") == "25"


async def test_an_answer_the_grader_fails_on_keeps_its_grade(played: Table) -> None:
    class Failing(Better):
        async def grade(self, question: Question, answer: str) -> Grade:
            if "bo says" in answer:
                raise GradingFailed("out of order")
            return await super().grade(question, answer)

    found = await _run(played, Failing())
    assert (found.failed, found.grades) == (1, 1)
    assert (await _points(played, "ana"), await _points(played, "bo")) == ("38", "25")


async def test_practice_is_regraded_and_told_and_not_ranked(played: Table) -> None:
    await played.submits("ana", "practice:v1:what-is-the-gil", f"{GOOD} Once more.")
    await played.settle()
    await _run(played, Better())
    assert await _points(played, "ana") == "38"
    assert "Practice · What the GIL is and how to work around it: 25 → 38 points" in dict(await _told(played))["ana"]


async def test_up_to_date_answers_are_looked_at_when_asked_and_stay(played: Table) -> None:
    moody = Better(version=OfflineGrader().version)
    found = await _run(played, moody, up_to_date_too=True)
    assert (found.questions[QUESTION].answers, found.unsteady, found.grades) == (2, 2, 0)
    assert await _points(played, "ana") == "25"
    assert (await _run(played, OfflineGrader(), up_to_date_too=True)).unsteady == 0


async def test_it_is_kept_to_a_question_a_day_and_a_team(game: Game, played: Table) -> None:
    other = Table(game, place=Place("fake", "W2", "Team two", "C9", "quiz"))
    await other.set_up()
    await _round(other, "eve")
    async with game.store.read() as uow:
        ours, theirs = await uow.views.teams()

    async def looked_at(*questions: str, **limits: object) -> int:
        found = await _run(played, Better(), *questions, apply=False, **limits)
        return sum(figures.answers for figures in found.questions.values())

    assert await looked_at() == 3
    assert (await looked_at(team_id=ours.id), await looked_at(team_id=theirs.id)) == (2, 1)
    assert (await looked_at(QUESTION), await looked_at("check-then-act")) == (3, 0)
    assert await looked_at(since=played.now + timedelta(days=1)) == 0


async def test_a_long_list_of_answers_makes_one_message_of_bearable_length(
    played: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LINES", 2)
    for _ in range(3):
        await _round(played, "ana")
    await _run(played, Better())
    text = dict(await _told(played))["ana"]
    assert text.count("25 → 38 points") == 2
    assert "And 2 more answers." in text


async def test_a_store_that_is_busy_for_a_moment_is_asked_again(played: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    store = played.game.store
    refused: list[bool] = []
    write = store.write

    def busy_once() -> object:
        if not refused:
            refused.append(True)
            raise StoreUnavailable("The database cannot be used just now.")
        return write()

    monkeypatch.setattr(store, "write", busy_once)
    assert (await _run(played, Better())).grades == 2
