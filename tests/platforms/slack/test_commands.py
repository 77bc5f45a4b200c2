"""What people type behind /quiz and /quiz-admin."""

import pytest

from bot.content.bank import Bank
from bot.platforms.slack.typed import read_typed
from bot.store.store import SqlStore
from tests.platforms.slack.house import GOOD, house


async def test_a_typo_is_answered_with_the_nearest_command(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.ana.types(h.channel, "/quiz leaderbord week")
        await h.ana.sees_ephemeral("Did you mean /quiz leaderboard?")
        await h.ana.types(h.channel, "/quiz leaderboard decade")
        await h.ana.sees_ephemeral("/quiz leaderboard does not take “decade”")
        assert h.bob.ephemeral == []


async def test_words_come_in_any_order(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.ana.types(h.channel, "/quiz-admin mon-fri Europe/Berlin setup 09:00")
        done = await h.ana.sees_ephemeral("The quiz is set up")
        assert "Europe/Berlin" in done.text()


async def test_a_new_schedule_begins_with_the_zone_of_who_sets_it_up(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.ana.types(h.channel, "/quiz-admin setup 09:00")
        assert "Europe/Berlin" in (await h.ana.sees_ephemeral("The quiz is set up")).text()


async def test_help_lists_every_command_and_fits_one_message(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.ana.types(h.channel, "/quiz help")
        helped = await h.ana.sees_ephemeral("/quiz leaderboard")
        assert "/quiz privacy delete" in helped.text()
        await h.ana.types(h.channel, "/quiz-admin")
        await h.ana.sees_ephemeral("/quiz-admin schedule preview")


async def test_a_lead_can_set_up_another_channel_by_naming_it(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        other = h.team.add_channel("lounge", members=[h.ana], bots=[h.installation], private=True)
        await h.ana.types(h.channel, "/quiz-admin setup #lounge 09:00 daily")
        assert "The bot may post in #lounge" in (await h.ana.sees_ephemeral("The quiz is set up")).text()
        await h.ana.types(other, "/quiz-admin post what-is-the-gil")
        await h.ana.sees("answers are private", other)


async def test_a_private_channel_keeps_its_name(store: SqlStore, bank: Bank) -> None:
    """A command calls every private channel `privategroup`."""
    async with house(store, bank) as h:
        secret = h.team.add_channel("secret", members=[h.ana], bots=[h.installation], private=True)
        await h.ana.types(secret, "/quiz-admin setup 09:00 daily")
        assert "#secret" in (await h.ana.sees_ephemeral("The quiz is set up")).text()


async def test_direct_messages_with_the_bot_are_no_quiz_channel(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        direct = h.ana.direct(h.app)
        h.app.manifest["features"]["app_home"]["messages_tab_read_only_enabled"] = False
        await h.ana.types(direct, "/quiz-admin setup 09:00")
        await h.ana.sees_ephemeral("/quiz-admin setup #quiz")
        await h.ana.types(direct, "/quiz-admin setup")
        form = await h.ana.sees_view("Where the questions come")
        await h.ana.submits(form, {"Channel": h.channel.id})
        assert "The bot may post in #quiz" in (await h.ana.sees_view("The quiz is set up")).text()


async def test_an_answer_may_be_typed_behind_the_command(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.post()
        await h.bob.types(h.channel, f"/quiz answer {GOOD} a < b && c > d")
        feedback = await h.bob.sees_ephemeral("key points")
        assert feedback.versions, "it takes the place of what said that the answer is saved"
        assert len(h.bob.ephemeral) == 1


async def test_quiz_answer_alone_opens_the_form_at_once(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.post()
        await h.bob.types(h.channel, "/quiz answer")
        await h.bob.sees_view("Your answer")


async def test_a_form_that_cannot_be_opened_in_time_is_offered_by_a_button(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.post()
        h.slack.faults.refused("views.open", "expired_trigger_id")
        await h.bob.presses(await h.bob.sees("answers are private"), "Answer")
        again = await h.bob.sees_ephemeral("That took too long")
        await h.bob.presses(again, "Answer")
        await h.bob.sees_view("Your answer")


@pytest.mark.parametrize(
    ("command", "text", "line", "channel"),
    [
        ("/quiz", "answer a &lt; b &amp;&amp; c", "/quiz answer a < b && c", None),
        ("/quiz-admin", "lead add <@U1|ana b>", "/quiz-admin lead add U1", None),
        ("/quiz-admin", "setup <#C1|quiz> 09:00", "/quiz-admin setup   09:00", ("C1", "quiz")),
        ("/quiz-admin", "setup <#C1> 09:00", "/quiz-admin setup   09:00", ("C1", "C1")),
        ("/quiz-admin", "setup ping <!subteam^S1|@leads>", "/quiz-admin setup ping S1", None),
        ("/quiz-admin", "", "/quiz-admin", None),
    ],
)
def test_slacks_tokens_are_read(command: str, text: str, line: str, channel: tuple[str, str] | None) -> None:
    typed = read_typed(command, text)
    assert (typed.line, typed.channel) == (line, channel)
