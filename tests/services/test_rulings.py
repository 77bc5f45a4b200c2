"""Verdicts of which the grader is not sure: a lead decides, and that holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.event import Place
from bot.content.schema import Question
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grade
from bot.services.game import Game
from bot.services.grade import grade_pending
from tests.doubles import HesitantGrader, RecordingReply, Table

GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."
REFCOUNTS, ONE = "refcounts", "one-thread-at-a-time"


@pytest.fixture
def unsure_table(table: Table) -> Table:
    """Its grader is not sure whether the answer says why there is a lock."""
    table.grader = HesitantGrader(REFCOUNTS)
    return table


async def _round(table: Table, *people: str, close: bool = True) -> None:
    if table.now.hour == 8 and not table.platform.sent:
        await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.settle()
    for who in people:
        await table.answers(who, GOOD)
    if close:
        await table.leads("/quiz-admin close")
        await table.settle()


async def _points(table: Table, who: str) -> str:
    board = (await table.says(who, "/quiz leaderboard all")).text
    return next(line.split()[-2] for line in board.splitlines() if f" {who} " in line)


async def _decides(table: Table, label: str) -> RecordingReply:
    """The lead looks at what waits and presses that."""
    shown = await table.leads("/quiz-admin unsure")
    return await table.presses("lead", shown.buttons[label], leads=True)


async def test_a_lead_sees_question_claim_and_words_but_not_who_wrote_them(unsure_table: Table) -> None:
    await _round(unsure_table, "anastasia")
    shown = (await unsure_table.leads("/quiz-admin unsure")).text
    assert "Not sure: What the GIL is and how to work around it" in shown
    claim = next(p.claim for p in unsure_table.game.bank.get("what-is-the-gil").key_points if p.id == REFCOUNTS)
    assert claim.replace("`", "")[:30] in shown.replace("`", "")
    assert "“" in shown
    assert "reference counts" in shown
    assert "hit, 30% sure" in shown
    assert "anastasia" not in shown


async def test_the_words_are_literal_and_clipped(unsure_table: Table) -> None:
    points = unsure_table.game.bank.get("what-is-the-gil").key_points
    unsure_table.grader = HesitantGrader(*(point.id for point in points))
    await _round(unsure_table, close=False)
    await unsure_table.answers("bo", "**@everyone** <b>no</b> idea, " + "really none at all. " * 100)
    await unsure_table.leads("/quiz-admin close")
    shown = (await unsure_table.leads("/quiz-admin unsure")).text
    assert "“**@everyone** <b>no</b> idea, really none" in shown
    assert "…”" in shown
    assert len(shown) < 1_500


async def test_a_ruling_changes_points_board_why_and_export_and_the_person_is_told_once(unsure_table: Table) -> None:
    await _round(unsure_table, "ana", "bo")
    assert await _points(unsure_table, "bo") == "25"
    following = await _decides(unsure_table, "Missed")
    assert "Decided: missed. Not sure:" in following.text  # ana's is next
    assert await _points(unsure_table, "bo") == "13"
    assert await _points(unsure_table, "ana") == "25"
    why = (await unsure_table.says("bo", "/quiz why")).text
    assert "1 of 8 key points · 13 points" in why
    assert why.count("(decided by a lead)") == 1
    await unsure_table.until(unsure_table.now + timedelta(minutes=2))
    told = [
        (target.person_id, message.summary)
        for target, message, key in unsure_table.platform.sent
        if key.startswith("ruled")
    ]
    assert told == [("bo", "A lead decided on your answer: 25 → 13 points")]
    async with unsure_table.game.store.read() as uow:
        team = (await uow.views.teams())[0]
        rows = (await uow.views.export(team.id)).answers
    (bos,) = [row for row in rows if row["player"] == "bo"]
    assert f"{REFCOUNTS}=miss" in str(bos["verdicts"])
    assert (bos["decided_by_a_lead"], bos["points"]) == (REFCOUNTS, 13)


async def test_rulings_in_a_hurry_make_one_message_and_none_where_nothing_changed_in_the_end(
    unsure_table: Table,
) -> None:
    unsure_table.grader = HesitantGrader(REFCOUNTS, ONE)
    await _round(unsure_table, "ana", "bo")
    for label in ("Wrong", "Wrong"):  # both verdicts on bo's answer
        await _decides(unsure_table, label)
    shown = await unsure_table.leads("/quiz-admin unsure")
    await unsure_table.presses("lead", shown.buttons["Missed"], leads=True)
    await unsure_table.presses("lead", shown.buttons["Hit"], leads=True)
    await unsure_table.until(unsure_table.now + timedelta(minutes=2))
    told = [message.summary for _, message, key in unsure_table.platform.sent if key.startswith("ruled")]
    assert told == ["A lead decided on your answer: 25 → 0 points"]


async def test_later_shows_the_next_one_and_the_end_says_what_still_waits(unsure_table: Table) -> None:
    unsure_table.grader = HesitantGrader(REFCOUNTS, ONE)
    await _round(unsure_table, "ana", "bo")
    shown = await unsure_table.leads("/quiz-admin unsure")
    seen = []
    for _ in range(4):
        seen.append(shown.buttons["Hit"])
        shown = await unsure_table.presses("lead", shown.buttons["Later"], leads=True)
    assert len(set(seen)) == 4
    assert "2 answers further up still wait: /quiz-admin unsure" in shown.text


async def test_when_all_is_decided_nothing_waits(unsure_table: Table) -> None:
    await _round(unsure_table, "ana")
    done = await _decides(unsure_table, "Hit")
    assert "Decided: hit. No verdict waits for you" in done.text
    assert "No verdict waits for you" in (await unsure_table.leads("/quiz-admin unsure")).text


async def test_the_feedback_says_in_three_words_that_a_lead_will_look(unsure_table: Table) -> None:
    await _round(unsure_table, close=False)
    feedback = (await unsure_table.answers("ana", GOOD)).text
    assert feedback.count("(a lead will look)") == 1
    practice = await unsure_table.submits("bo", "practice:v1:check-then-act", "Both threads see the key missing here.")
    unsure_table.grader = HesitantGrader(*(p.id for p in unsure_table.game.bank.get("check-then-act").key_points))
    await unsure_table.settle()
    assert "a lead will look" not in practice.text


async def test_answers_of_an_open_round_are_shown_to_nobody_and_cannot_be_ruled_on(unsure_table: Table) -> None:
    await _round(unsure_table, "ana", close=False)
    assert "No verdict waits" in (await unsure_table.leads("/quiz-admin unsure")).text
    early = await unsure_table.presses("lead", f"rule:v1:1.{REFCOUNTS}.miss", leads=True)
    assert "not there to decide" in early.text
    async with unsure_table.game.store.read() as uow:
        assert await uow.rulings.on(1) == {}


@pytest.mark.parametrize("action", [f"rule:v1:1.{REFCOUNTS}.miss", f"unsure:v1:1.{ONE}"])
async def test_buttons_of_leads_are_checked_when_they_are_pressed(unsure_table: Table, action: str) -> None:
    await _round(unsure_table, "ana")
    assert "Only leads" in (await unsure_table.presses("ana", action)).text
    assert "Only leads" in (await unsure_table.says("ana", "/quiz-admin unsure")).text
    assert await _points(unsure_table, "ana") == "25"


async def test_no_lead_sees_or_rules_on_another_teams_answers(game: Game) -> None:
    one, other = Table(game), Table(game, place=Place("fake", "W2", "Team two", "C9", "quiz"))
    one.grader = HesitantGrader(REFCOUNTS)
    await _round(one, "ana")
    await other.set_up()
    assert "No verdict waits" in (await other.leads("/quiz-admin unsure")).text
    stolen = await other.presses("lead", f"rule:v1:1.{REFCOUNTS}.miss", leads=True)
    assert "not there to decide" in stolen.text
    assert await _points(one, "ana") == "25"


@pytest.mark.parametrize(
    "subject", [f"1.{REFCOUNTS}.perfect", f"1.{REFCOUNTS}", "x.y.hit", "1.nonsense.hit", "99.a.hit"]
)
async def test_a_forged_ruling_changes_nothing(unsure_table: Table, subject: str) -> None:
    await _round(unsure_table, "ana")
    told = await unsure_table.presses("lead", f"rule:v1:{subject}", leads=True)
    assert "older version" in told.text or "not there to decide" in told.text
    assert await _points(unsure_table, "ana") == "25"


async def test_the_same_ruling_again_is_one_and_another_counts_in_its_place(unsure_table: Table) -> None:
    await _round(unsure_table, "ana")
    for verdict in ("miss", "miss", "partial"):
        await unsure_table.presses("lead", f"rule:v1:1.{REFCOUNTS}.{verdict}", leads=True)
    async with unsure_table.game.store.read() as uow:
        assert [str(ruling.verdict) for ruling in await uow.rulings.history(1)] == ["miss", "partial"]
    assert await _points(unsure_table, "ana") == "19"


async def test_a_grade_that_comes_late_does_not_overrule_a_ruling(unsure_table: Table) -> None:
    class Overtaken(OfflineGrader):
        """While it works, another process grades the answer, the round closes and a lead decides."""

        async def grade(self, question: Question, answer: str) -> Grade:
            other = Table(unsure_table.game, now=unsure_table.now + timedelta(minutes=5))
            other.grader = HesitantGrader(REFCOUNTS)
            await other.settle()
            await other.leads("/quiz-admin close")
            await _decides(other, "Missed")
            return replace(await super().grade(question, answer), grader="offline-99")

    await _round(unsure_table, close=False)
    await unsure_table.says("ana", f"/quiz answer {GOOD}")
    await grade_pending(unsure_table.game, Overtaken(), unsure_table.now)
    async with unsure_table.game.store.read() as uow:
        current = await uow.grades.current(1)
    assert current is not None
    assert (current.grade.grader, current.grade.score) == ("offline-99", 25.0)
    assert await _points(unsure_table, "ana") == "13"


async def test_the_operator_says_from_where_on_the_grader_is_sure(unsure_table: Table) -> None:
    await _round(unsure_table, "ana")
    strict = Table(replace(unsure_table.game, unsure_below=0.2), now=unsure_table.now)
    assert "No verdict waits" in (await strict.leads("/quiz-admin unsure")).text
