"""The whole story of a quiz in a Slack workspace, by socket and over HTTP."""

import pytest

from bot.content.bank import Bank
from bot.store.store import SqlStore
from tests.local_slack import Message
from tests.platforms.slack.house import GOOD, House, house

BOTH = pytest.mark.parametrize("socket", [True, False], ids=["socket", "http"])


@BOTH
async def test_the_whole_story(store: SqlStore, bank: Bank, socket: bool) -> None:
    async with house(store, bank, socket=socket) as h:
        await _ana_sets_it_up(h)
        post = await _the_question_comes_on_time(h)
        await _bob_answers_in_a_form(h, post)
        await _ana_takes_a_hint(h, post)
        await h.stop()
        await h.start()  # another process goes on
        await _ana_answers_in_the_thread_and_changes_it(h, post)
        await _bobs_page_shows_how_he_did(h)
        await _the_round_closes(h, post)
        await h.slack.settles()


async def _ana_sets_it_up(h: House) -> None:
    await h.ana.types(h.channel, "/quiz-admin setup")
    form = await h.ana.sees_view("Where the questions come")
    assert "[Europe/Berlin]" in form.text()
    zones = await h.ana.types_ahead(form, "zone", "new york")
    assert zones[0]["value"] == "America/New_York"
    now = h.clock.now()
    await h.ana.submits(form, {"Time": f"{now.hour:02}:{now.minute:02}", "Time zone": zones[0]})
    done = await h.ana.sees_view("The quiz is set up")
    assert done is form
    assert "The bot may post in #quiz" in done.text() or "the bot is in #quiz" in done.text()
    await h.ana.presses(done, "Show the first question")
    await h.ana.sees_view("What the GIL is")
    await h.ana.closes(await h.ana.sees_view(), all_of_them=True)
    await h.ana.types(h.channel, f"/quiz-admin schedule set UTC daily open 8h {now.hour:02}:{now.minute:02}")
    await h.ana.sees_ephemeral("The schedule is changed")


async def _the_question_comes_on_time(h: House) -> Message:
    await h.advance(days=1)
    post = await h.bob.sees("answers are private", h.channel)
    assert post.buttons() == ["Answer", "Hint"]
    assert post.unfurl_links is False
    assert "0 answers" in post.text()
    assert post.notification().startswith("Question: ")
    return post


async def _bob_answers_in_a_form(h: House, post: Message) -> None:
    await h.bob.presses(post, "Answer")
    form = await h.bob.sees_view("Your answer")
    await h.bob.submits(form, {"Your answer": GOOD})
    feedback = await h.bob.sees_view("key points")
    assert feedback is form
    assert "one thread run Python bytecode at a time" in feedback.text()
    assert h.ana.view is None
    await h.bob.closes(feedback)
    await h.advance(seconds=30)
    await h.ana.sees("1 answer ", h.channel)
    await h.bob.types(h.channel, "/quiz why")
    await h.bob.sees_ephemeral("key points")


async def _ana_takes_a_hint(h: House, post: Message) -> None:
    await h.ana.presses(post, "Hint")
    hint = await h.ana.sees_ephemeral("Hint 1 of 3")
    await h.ana.presses(hint, "Next hint")
    await h.ana.sees_ephemeral("Hint 2 of 3")
    assert "Hint" not in "".join(message.text() for message in h.bob.ephemeral)


async def _ana_answers_in_the_thread_and_changes_it(h: House, post: Message) -> None:
    await h.advance(minutes=1)
    reply = await h.ana.writes(h.channel, f"@quiz {GOOD}", thread=post)
    feedback = await h.ana.sees_ephemeral("key points")
    assert feedback.thread_ts == post.ts
    assert not any("counts once" in message.text() for message in h.ana.ephemeral)
    await h.advance(minutes=1)
    await h.ana.edits(reply, f"{GOOD} It is released around blocking I/O.")
    await h.ana.sees_ephemeral("graded as practice")
    await h.advance(minutes=1)
    extra = await h.ana.writes(h.channel, "Also: use processes for CPU-bound work, says I.", thread=post)
    await h.ana.sees_ephemeral("saved as practice")
    await h.ana.deletes(extra)
    await h.ana.sees_ephemeral("You deleted your answer")
    await h.advance(seconds=30)
    await h.bob.sees("2 answers", h.channel)


async def _bobs_page_shows_how_he_did(h: House) -> None:
    home = await h.bob.opens_home(h.app)
    assert "You answered" in home.text()
    await h.bob.presses(home, "See your feedback")
    await h.bob.sees_view("key points")
    await h.bob.closes(await h.bob.sees_view("key points"))


async def _the_round_closes(h: House, post: Message) -> None:
    await h.advance(hours=9)
    reveal = await h.bob.sees("Bob B", h.channel)
    assert "ana" in reveal.text()
    assert reveal.pings() == set()
    await h.slack.until(lambda: "Closed" in post.text(), "the post to be closed")
    assert post.buttons() == []
    await h.bob.types(h.channel, "/quiz leaderboard week")
    await h.bob.sees_ephemeral("Bob B")
