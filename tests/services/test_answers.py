"""Answers: stored first, graded once, never lost, private."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.message import Message
from bot.chat.plain import plain
from bot.content.schema import Question
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grade
from bot.services.game import Game
from bot.services.grade import grade_pending
from tests.doubles import FailingGrader, RecordingReply, Table

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."


async def test_an_answer_is_acknowledged_before_it_is_graded(open_table: Table) -> None:
    reply = await open_table.says("ana", f"/quiz answer {GOOD}")
    assert reply.text == "Your answer is saved. Grading …"
    await open_table.settle()
    assert "2 of 8 key points" in reply.text
    assert "“Only one thread runs bytecode at a time" in reply.text


async def test_the_button_opens_a_form_whose_text_is_graded(open_table: Table) -> None:
    pressed = await open_table.presses("ana", "answer:v1:1")
    form = pressed.forms[0]
    assert form.fields[0].max_length == 3000
    submitted = await open_table.submits("ana", str(form.action), GOOD)
    await open_table.settle()
    assert "key points" in submitted.text


async def test_a_reply_in_the_posts_thread_is_an_answer(open_table: Table) -> None:
    reply = await open_table.replies("ana", "ref-question:1", GOOD)
    await open_table.settle()
    assert "key points" in reply.text
    assert (await open_table.replies("ana", "somebody-elses-thread", GOOD)).told == []


async def test_feedback_reaches_the_person_when_the_way_back_is_gone(open_table: Table) -> None:
    reply = RecordingReply()
    await open_table.submits("ana", "answer:v1:1", GOOD, reply=reply)
    reply.gone = True
    await open_table.settle()
    target, _, key = open_table.platform.sent[-1]
    assert key.startswith("feedback:")
    assert target.person_id == "ana"


async def test_a_redelivered_event_counts_once(open_table: Table) -> None:
    await open_table.submits("ana", "answer:v1:1", GOOD, event_id="same")
    open_table.later(minutes=5)
    again = await open_table.submits("ana", "answer:v1:1", GOOD, event_id="same")
    assert "counts once" in again.text
    async with open_table.game.store.read() as uow:
        assert await uow.submissions.pending() == 1


async def test_sending_the_same_answer_twice_in_a_hurry_counts_once(open_table: Table) -> None:
    await open_table.says("ana", f"/quiz answer {GOOD}")
    again = await open_table.says("ana", f"/quiz answer {GOOD}")
    assert "counts once" in again.text


async def test_only_the_first_answer_of_a_round_ranks(open_table: Table) -> None:
    await open_table.answers("ana", "It is some lock or other, no idea what for.")
    open_table.later(minutes=1)
    second = await open_table.answers("ana", GOOD)
    assert "Practice, not ranked" in second.text
    await open_table.leads("/quiz-admin close")
    board = await open_table.says("ana", "/quiz leaderboard")
    assert "All" not in board.text
    assert " 0 " in board.text.replace("\n", " ")


async def test_a_second_answer_within_the_cooldown_is_told_how_long_to_wait(open_table: Table) -> None:
    await open_table.answers("ana", GOOD)
    open_table.later(seconds=5)
    hurried = await open_table.answers("ana", "Another answer that is quite different from the first.")
    assert "Wait 10 seconds" in hurried.text


async def test_an_answer_after_the_close_is_kept_as_practice(open_table: Table) -> None:
    await open_table.leads("/quiz-admin close")
    late = await open_table.submits("ana", "answer:v1:1", GOOD)
    assert "graded as practice" in late.text
    await open_table.settle()
    assert "Practice, not ranked" in late.text


async def test_answers_out_of_bounds_get_a_sentence_that_says_what_to_do(open_table: Table) -> None:
    assert "at most 3,000. Shorten it" in (await open_table.answers("ana", "word " * 700)).text
    assert "too short to grade" in (await open_table.answers("ana", "dunno")).text
    assert "too short to grade" in (await open_table.answers("ana", "?" * 50)).text


async def test_characters_no_database_takes_do_not_lose_the_answer(open_table: Table) -> None:
    reply = await open_table.submits("ana", "answer:v1:1", f"\x00{GOOD} \ud800 \x00")
    await open_table.settle()
    assert "2 of 8 key points" in reply.text


async def test_a_failing_grader_leaves_the_answer_pending_and_costs_no_point(open_table: Table) -> None:
    open_table.grader = FailingGrader(times=2)
    reply = await open_table.says("ana", f"/quiz answer {GOOD}")
    await grade_pending(open_table.game, open_table.grader, open_table.now)
    waiting = await open_table.says("ana", "/quiz why")
    assert "waits to be graded" in waiting.text
    for _ in range(2):
        open_table.later(minutes=2)
        await open_table.settle()
    assert "2 of 8 key points" in reply.text


async def test_an_answer_no_grade_of_which_can_be_kept_holds_up_nobody_else(open_table: Table) -> None:
    class Careless(OfflineGrader):
        """Breaks on one answer, and gives another a grade that no store takes."""

        async def grade(self, question: Question, answer: str) -> Grade:
            if "ana" in answer:
                raise LookupError(answer)
            grade = await super().grade(question, answer)
            return replace(grade, grader=None) if "bo" in answer else grade  # type: ignore[arg-type] # the point

    open_table.grader = Careless()
    replies = [await open_table.says(who, f"/quiz answer {GOOD} I am {who}.") for who in ("ana", "bo", "cy")]
    graded = await grade_pending(open_table.game, open_table.grader, open_table.now)
    assert (graded.done, graded.failed) == (1, 2)
    await open_table.settle()
    assert ["2 of 8 key points" in reply.text for reply in replies] == [False, False, True]
    open_table.later(minutes=2)
    open_table.grader = OfflineGrader()
    await open_table.settle()
    assert ["2 of 8 key points" in reply.text for reply in replies] == [True, True, True]


async def test_pending_answers_are_graded_after_a_restart_and_still_rank(open_table: Table) -> None:
    await open_table.says("ana", f"/quiz answer {GOOD}")
    game = Game(open_table.game.store, open_table.game.bank)
    restarted = Table(game, now=open_table.now + timedelta(minutes=10))
    await restarted.settle()
    assert restarted.platform.sent_keys() == ["feedback:1"]
    await restarted.leads("/quiz-admin close")
    assert "ana" in (await restarted.says("ana", "/quiz leaderboard")).text


async def test_an_answer_graded_after_the_close_still_counts(open_table: Table) -> None:
    await open_table.says("ana", f"/quiz answer {GOOD}")
    await open_table.leads("/quiz-admin close")
    assert "No points yet" in (await open_table.says("ana", "/quiz leaderboard")).text
    await open_table.settle()
    assert "ana" in (await open_table.says("bo", "/quiz leaderboard")).text


async def test_why_shows_the_last_feedback_again(open_table: Table) -> None:
    assert "not answered yet" in (await open_table.says("ana", "/quiz why")).text
    await open_table.answers("ana", GOOD)
    assert "2 of 8 key points" in (await open_table.says("ana", "/quiz why")).text


async def test_hints_come_in_three_steps_and_are_private(open_table: Table) -> None:
    seen = [(await open_table.says("ana", "/quiz hint")).text.splitlines()[0] for _ in range(4)]
    assert seen == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert (await open_table.says("bo", "/quiz hint")).text.startswith("Hint 1 of 3")
    assert all(target.person_id is None for target, _, key in open_table.platform.sent if key.startswith("question"))


async def test_nothing_public_before_the_close_shows_an_answer_or_a_grade(open_table: Table) -> None:
    await open_table.answers("ana", GOOD)
    public = [message for target, message, _ in open_table.platform.sent if target.person_id is None]
    assert all("reference counts" not in str(message) for message in public)
    assert "No points yet" in (await open_table.says("bo", "/quiz leaderboard")).text


async def test_practice_is_graded_and_never_ranked(open_table: Table) -> None:
    card = await open_table.says("ana", "/quiz practice check-then-act")
    assert "Practice:" in card.text
    answer = "Both threads see the key missing, so make gets called twice."
    reply = await open_table.submits("ana", "practice:v1:check-then-act", answer)
    await open_table.settle()
    assert "Practice, not ranked" in reply.text
    await open_table.leads("/quiz-admin close")
    assert "No points yet" in (await open_table.says("ana", "/quiz leaderboard")).text


async def test_the_open_question_cannot_be_practised_before_the_ranked_answer(open_table: Table) -> None:
    refused = await open_table.says("ana", "/quiz practice what-is-the-gil")
    assert "Answer it first" in refused.text
    sneaky = await open_table.submits("ana", "practice:v1:what-is-the-gil", GOOD)
    assert "Answer it first" in sneaky.text
    await open_table.answers("ana", GOOD)
    assert "Practice:" in (await open_table.says("ana", "/quiz practice what-is-the-gil")).text


async def test_an_answer_that_could_not_be_saved_is_given_back(table: Table) -> None:
    await table.set_up()
    words = "My long and careful answer about one lock."
    nothing_open = await table.says("ana", f"/quiz answer {words}")
    assert "No question is open" in nothing_open.text
    assert words in nothing_open.text
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.submits("ana", "answer:v1:1", GOOD)
    too_soon = await table.submits("ana", "answer:v1:1", words)
    assert "Wait 15 seconds" in too_soon.text
    assert words in too_soon.text


async def test_feedback_that_another_process_gave_first_is_not_hidden_by_the_acknowledgement(
    open_table: Table,
) -> None:
    class Slow(RecordingReply):
        """While "saved" is on its way, another process grades and sends."""

        async def private(self, message: Message) -> bool:
            if not self.told:
                open_table.game.replies._waiting.clear()
                await open_table.settle()
            return await super().private(message)

    reply = await open_table.submits("ana", "answer:v1:1", GOOD, reply=Slow())
    assert "Grading" in plain(reply.told[0], width=100)
    assert "key points" in plain(reply.told[-1], width=100)
