"""Answers: what counts once, what counts not at all, and what a person is told."""

from datetime import timedelta

from bot.content.bank import Bank
from bot.store.store import SqlStore
from tests.doubles import FailingGrader
from tests.local_slack import Message
from tests.platforms.slack.house import GOOD, House, house


async def _open(h: House) -> Message:
    await h.set_up()
    await h.post()
    return await h.bob.sees("answers are private", h.channel)


async def _counted(h: House) -> int:
    async with h.store.read() as uow:
        return await uow.rounds.answers(1)


async def test_a_redelivered_reply_counts_once_and_is_answered_once(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        post = await _open(h)
        await h.bob.writes(h.channel, GOOD, thread=post)
        await h.bob.sees_ephemeral("key points")
        told = len(h.bob.ephemeral)
        (delivery,) = [
            d for d in h.slack.events.sent if d.type == "message" and d.body["event"].get("user") == h.bob.id
        ]
        await h.slack.events.again(delivery)
        await h.slack.events.again(delivery)
        await h.stop()  # whatever was begun is done
        assert await _counted(h) == 1
        assert len(h.bob.ephemeral) == told


async def test_a_reply_that_mentions_the_bot_is_one_answer(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        post = await _open(h)
        await h.bob.writes(
            h.channel, f"@gil_quiz {GOOD}".replace("@gil_quiz", f"@{h.app.bot_name.lower()}"), thread=post
        )
        await h.bob.sees_ephemeral("key points")
        await h.stop()
        kinds = [d.type for d in h.slack.events.sent if d.body["event"].get("user") == h.bob.id]
        assert sorted(kinds) == ["app_mention", "message"]
        assert [m.text().split("\n")[0] for m in h.bob.ephemeral if "counts once" in m.text()] == []


async def test_a_late_redelivery_counts_at_the_time_it_was_written(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        post = await _open(h)
        await h.stop()
        reply = await h.bob.writes(h.channel, GOOD, thread=post)
        h.slack.clock.advance(600)
        await h.start()
        await h.bob.sees_ephemeral("key points")
        async with store.read() as uow:
            stored = await uow.submissions.in_message(1, f"{h.channel.id}:{reply.ts}")
        assert stored is not None
        assert h.clock.now() - stored.submitted_at > timedelta(seconds=590)


async def test_bots_and_other_threads_are_left_alone(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        post = await _open(h)
        h.team.another_bot_posts(h.channel, "I am a bot")
        chat = await h.ana.writes(h.channel, "Lunch?")
        await h.bob.writes(h.channel, "One thread at a time because of reference counts, please", thread=chat)
        await h.bob.writes(h.channel, "Good morning")
        await h.slack.settles()
        await h.stop()
        assert h.bob.ephemeral == []
        assert await _counted(h) == 0
        assert post.text().count("0 answers") == 1


async def test_a_mention_outside_of_a_thread_shows_todays_question(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await _open(h)
        await h.bob.writes(h.channel, f"@{h.app.bot_name.lower()} hello")
        shown = await h.bob.sees_ephemeral("What the GIL is")
        await h.bob.presses(shown, "Answer")
        await h.bob.sees_view("Your answer")


async def test_an_answer_that_cannot_be_graded_is_given_back(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.bob.presses(await _open(h), "Answer")
        await h.bob.submits(await h.bob.sees_view("Your answer"), {"Your answer": "!!! ???"})
        shown = await h.bob.sees_view("too short to grade")
        assert "!!! ???" in shown.text()


async def test_feedback_for_a_closed_form_comes_in_the_channel(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.bob.presses(await _open(h), "Answer")
        form = await h.bob.sees_view("Your answer")
        h.slack.faults.refused("views.update", "not_found", times=9)
        await h.bob.submits(form, {"Your answer": GOOD})
        await h.bob.sees_ephemeral("key points")


async def test_what_nobody_waits_for_comes_by_direct_message(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await _open(h)
        await h.ana.types(h.channel, "/quiz-admin close")
        await h.ana.sees("one thread at a time", h.channel)
        h.team.archives(h.channel, h.ana)
        notice = await h.ana.sees_direct("The quiz in #quiz is paused: the channel was archived")
        assert "/quiz-admin schedule resume" in notice.text()


async def test_feedback_long_after_the_answer_comes_by_direct_message(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, runs=False) as h:
        h.grader = FailingGrader(1)
        await h.start()
        await h.bob.presses(await _open(h), "Answer")
        await h.bob.submits(await h.bob.sees_view("Your answer"), {"Your answer": GOOD})
        await h.bob.sees_view("Your answer is saved")
        await h.stop()
        h.slack.clock.advance(3600)
        await h.start()
        await h.bob.sees_direct("key points")


async def test_hostile_words_stay_words(store: SqlStore, bank: Bank) -> None:
    hostile = (
        "<!channel> <@U1> *bold* ```code``` &amp; one thread runs at a time because refcounts are not thread-safe <x>"
    )
    async with house(store, bank) as h:
        await h.bob.presses(await _open(h), "Answer")
        await h.bob.submits(await h.bob.sees_view("Your answer"), {"Your answer": hostile})
        feedback = await h.bob.sees_view("key points")
        assert "one thread runs at a time" in feedback.text()
        await h.ana.types(h.channel, "/quiz-admin close")
        reveal = await h.ana.sees("Bob B", h.channel)
        assert reveal.pings() == set()
