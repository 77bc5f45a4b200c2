"""A round from its schedule to its reveal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.message import Message
from bot.chat.platform import Rejected, SendResult, Target, Unknown
from bot.content.schema import Question
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grade
from bot.quiz.round import RoundStatus
from tests.doubles import RecordingPlatform, Table

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."


async def test_the_question_comes_at_its_time_and_the_answer_when_the_round_closes(table: Table) -> None:
    await table.set_up()
    await table.until(NINE - timedelta(seconds=1))
    assert table.platform.sent == []
    await table.until(NINE)
    assert len(table.platform.sent) == 1
    assert "0 answers" in table.platform.texts()[0]
    await table.until(NINE + timedelta(hours=8))
    assert [key.partition(":")[0] for key in table.platform.sent_keys()] == ["question", "reveal"]


async def test_a_tick_repeated_posts_nothing_twice(table: Table) -> None:
    await table.set_up()
    for _ in range(3):
        await table.wakes_up_at(NINE + timedelta(minutes=1))
    assert len(table.platform.sent) == 1


async def test_five_working_days_bring_five_different_questions_and_no_weekend(table: Table) -> None:
    await table.set_up()
    await table.until(NINE + timedelta(days=7) - timedelta(minutes=1))
    questions = [key for key in table.platform.sent_keys() if key.startswith("question")]
    titles = {
        text.splitlines()[0]
        for text, key in zip(table.platform.texts(), table.platform.sent_keys(), strict=True)
        if key.startswith("question")
    }
    assert len(questions) == len(titles) == 5


async def test_a_late_start_within_the_delay_posts_once_and_stays_open_in_full(table: Table) -> None:
    await table.set_up("mon-fri 09:00 UTC open 8h late 2h")
    await table.wakes_up_at(NINE + timedelta(hours=1))
    assert len(table.platform.sent) == 1
    assert "Closes Mon 23 Nov 18:00" in table.platform.texts()[0]


async def test_an_outage_beyond_the_delay_is_told_and_never_ends_in_a_burst(table: Table) -> None:
    await table.set_up()
    await table.wakes_up_at(NINE + timedelta(days=3, hours=6))
    texts = table.platform.texts()
    assert len(texts) == 4
    assert all("No question was posted on" in text for text in texts)
    await table.until(NINE + timedelta(days=4))
    assert len([key for key in table.platform.sent_keys() if key.startswith("question")]) == 1


async def test_a_new_round_closes_the_one_before(table: Table) -> None:
    await table.set_up("daily 09:00 UTC open 3d")
    await table.until(NINE + timedelta(days=1))
    assert [key.partition(":")[0] for key in table.platform.sent_keys()] == ["question", "reveal", "question"]


async def test_a_date_that_was_had_already_leaves_its_open_round_alone(table: Table) -> None:
    await table.set_up()
    await table.until(NINE + timedelta(minutes=1))
    async with table.game.store.write() as uow:
        # As a change made at the same moment by an older process would leave it.
        (asked,) = [await uow.rounds.get(1)]
        schedule = await uow.schedules.get(asked.schedule_id or 0)
        await uow.schedules.save(replace(schedule, last_date=None, next_date=asked.day, next_fire_at=asked.due_at))
        await uow.commit()
    await table.wakes_up_at(NINE + timedelta(minutes=2))
    assert table.platform.sent_keys() == ["question:1"]
    async with table.game.store.read() as uow:
        assert (await uow.rounds.get(1)).status is RoundStatus.OPEN
        assert (await uow.schedules.get(schedule.id)).next_fire_at > table.now


async def test_pausing_over_the_posting_time_posts_nothing_then_or_later_that_day(table: Table) -> None:
    await table.set_up()
    await table.leads("/quiz-admin schedule pause")
    await table.until(NINE + timedelta(minutes=1))
    await table.leads("/quiz-admin schedule resume")
    await table.until(NINE + timedelta(hours=20))
    assert table.platform.sent == []
    await table.until(NINE + timedelta(days=1))
    assert len(table.platform.sent) == 1


async def test_skipping_leaves_out_the_coming_day_only(table: Table) -> None:
    await table.set_up()
    told = await table.leads("/quiz-admin schedule skip")
    assert "Left out: Mon 23 Nov" in told.text
    await table.until(NINE + timedelta(hours=1))
    assert table.platform.sent == []
    await table.until(NINE + timedelta(days=1))
    assert len(table.platform.sent) == 1


async def test_moving_the_time_after_todays_post_does_not_post_again_today(table: Table) -> None:
    await table.set_up()
    await table.until(NINE)
    await table.leads("/quiz-admin schedule set 11:00 Asia/Tokyo")
    await table.leads("/quiz-admin schedule set 23:00 UTC")
    await table.until(NINE.replace(hour=23, minute=59))
    assert len([key for key in table.platform.sent_keys() if key.startswith("question")]) == 1


async def test_a_refused_post_pauses_the_schedule_and_uses_no_question_up(table: Table) -> None:
    await table.set_up()
    table.platform.answers = [Rejected("the channel is gone", permanent=True)]
    await table.until(NINE)
    health = await table.leads("/quiz-admin doctor")
    assert "paused: the channel is gone" in health.text
    before = await table.leads("/quiz-admin schedule preview")
    await table.leads("/quiz-admin schedule resume")
    await table.until(NINE + timedelta(days=1))
    first = table.platform.texts()[-1].splitlines()[0]
    assert first
    assert "The next questions" in before.text


async def test_a_send_without_an_answer_is_tried_again_with_the_same_key_as_uncertain(table: Table) -> None:
    await table.set_up()
    table.platform.answers = [Unknown("timeout"), Rejected("slow down", permanent=False, retry_after=5)]
    await table.until(NINE + timedelta(minutes=5))
    keys = {key for key, _ in table.platform.attempts}
    assert len(keys) == 1
    assert [uncertain for _, uncertain in table.platform.attempts] == [False, True, True]
    assert len(table.platform.sent) == 1


async def test_nothing_is_sent_and_nothing_graded_inside_a_transaction(table: Table) -> None:
    class Curious(RecordingPlatform, OfflineGrader):
        """Writes to the store while it works, which inside a transaction is refused."""

        async def look(self) -> None:
            async with table.game.store.write() as uow:
                await uow.commit()

        async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
            await self.look()
            return await super().send(target, message, key, uncertain=uncertain)

        async def grade(self, question: Question, answer: str) -> Grade:
            await self.look()
            return await super().grade(question, answer)

    table.platform = table.grader = curious = Curious()
    await table.set_up()
    await table.until(NINE)
    await table.says("ana", f"/quiz answer {GOOD}")
    await table.until(NINE + timedelta(hours=8))
    assert [key.partition(":")[0] for key in curious.sent_keys()] == ["question", "reveal"]
    assert "ana" in table.platform.texts()[-1]


async def test_the_reveal_shows_points_and_the_weeks_board(table: Table) -> None:
    await table.set_up()
    await table.until(NINE)
    await table.answers("ana", GOOD)
    await table.until(NINE + timedelta(hours=8))
    reveal = table.platform.texts()[-1]
    assert "ana" in reveal
    assert "1 answer" in reveal


async def test_posting_by_hand_opens_the_named_question_at_once(table: Table) -> None:
    await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.settle()
    assert table.platform.texts()[0].startswith("What the GIL is")
    await table.until(NINE)
    assert table.platform.sent_keys()[-1].startswith("question")


async def test_packs_without_a_fitting_question_pause_the_schedule_and_say_so(table: Table) -> None:
    await table.set_up()
    await table.leads("/quiz-admin schedule set mix=junior:0,staff:1")
    await table.until(NINE + timedelta(days=1))
    assert len([key for key in table.platform.sent_keys() if key.startswith("question")]) == 2


async def test_who_set_it_up_is_told_privately_what_needs_a_lead(table: Table) -> None:
    await table.set_up()
    table.platform.answers = [Rejected("the bot may not write here", permanent=True)]
    await table.until(NINE + timedelta(minutes=1))
    target, _, key = table.platform.sent[-1]
    assert (key.partition(":")[0], target.person_id) == ("refused", "lead")
    told = " ".join(table.platform.texts()[-1].split())
    assert "is paused: the bot may not write here" in told
    assert "/quiz-admin schedule resume" in told


async def test_a_row_that_cannot_be_sent_for_long_ends_where_a_lead_sees_it(table: Table) -> None:
    await table.set_up()
    table.platform.answers = [Rejected("slow down", permanent=False)] * 12
    await table.until(NINE + timedelta(hours=3))
    assert len(table.platform.attempts) >= 12
    health = await table.leads("/quiz-admin doctor")
    assert "slow down" in health.text
