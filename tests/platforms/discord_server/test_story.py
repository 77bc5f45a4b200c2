"""What a person does with a bot on unmodified discord.py, as she sees it."""

import pytest

from tests.local_discord import CannotDo
from tests.platforms.discord_server.quizzer import Quizzer
from tests.platforms.discord_server.room import Room

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_command_is_answered_privately(room: Room) -> None:
    seen = await room.ana.uses(room.channel, "quiz leaderboard", period="month")
    message = await seen.shows("Leaders of the month")
    assert message.ephemeral
    assert room.channel.messages == []
    assert seen.interaction.ack_seconds is not None


async def test_the_answer_button_opens_a_form_and_the_feedback_replaces_the_waiting(room: Room) -> None:
    await room.ana.uses(room.channel, "quiz ask")
    post = await room.channel.next_message()
    assert "Why does CPython have a GIL?" in post.text()
    assert post.buttons == ["Answer"]
    form = await (await room.ana.presses(post, "Answer")).form()
    assert form.title == "Your answer"
    feedback = await (await room.ana.fills(form, "reference counts")).until_final()
    assert feedback.text() == "1 of 3 key points: reference counts"
    assert feedback.ephemeral
    assert feedback.past == ["…is thinking"]
    assert room.discord.pinged() == []


async def test_a_form_that_is_too_short_is_not_sent(room: Room) -> None:
    await room.ana.uses(room.channel, "quiz ask")
    form = await (await room.ana.presses(await room.channel.next_message(), "Answer")).form()
    with pytest.raises(CannotDo, match="from 3 to 4000"):
        await room.ana.fills(form, "no")


async def test_typing_ahead_offers_what_fits(room: Room) -> None:
    choices = await room.ana.types_ahead(room.channel, "quiz zone", "zone", "ber")
    assert [each["name"] for each in choices] == ["Europe/Berlin", "Atlantic/Bermuda"]
    seen = await room.ana.uses(room.channel, "quiz zone", zone="Mars/Base")
    await seen.shows("Zone Mars/Base")


async def test_a_button_edits_its_message_and_a_select_answers_beside_it(room: Room) -> None:
    await room.ana.uses(room.channel, "quiz quick", kind="Plain")
    post = await room.channel.next_message()
    chosen = await room.ana.selects(post, "async")
    await chosen.shows("Chose async")
    seen = await room.ana.presses(post, "Count")
    assert await seen.until_final() is post
    assert post.text().startswith("1 answer")
    with pytest.raises(CannotDo, match="switched off"):
        await room.ana.presses(post, "Counted")


async def test_the_client_offers_only_what_there_is(room: Room) -> None:
    with pytest.raises(CannotDo, match="it has leaderboard, ask"):
        await room.ana.uses(room.channel, "quiz nothing")
    with pytest.raises(CannotDo, match="it takes period"):
        await room.ana.uses(room.channel, "quiz leaderboard", peroid="week")
    with pytest.raises(CannotDo, match="it offers Plain"):
        await room.ana.uses(room.channel, "quiz quick", kind="fancy")
    with pytest.raises(CannotDo, match="needs 'kind'"):
        await room.ana.uses(room.channel, "quiz quick")


async def test_a_command_for_leads_is_shown_to_leads_only(room: Room) -> None:
    with pytest.raises(CannotDo, match="not shown to ana"):
        await room.ana.uses(room.channel, "quiz-admin setup")
    seen = await room.lead.uses(room.channel, "quiz-admin setup")
    await seen.shows("Set up")
    seen = await room.ana.uses(room.channel, "quiz-admin setup", hidden_too=True)
    await seen.shows("Set up")


async def test_a_message_that_names_the_bot_can_be_read_without_the_content_intent(room: Room, bot: Quizzer) -> None:
    await room.ana.writes(room.channel, "not for the bot")
    await room.ana.writes(room.channel, "for the bot", mention_bot=True)
    await room.ana.writes(room.ana.dm(room.app), "in private")
    assert [(await bot.heard.get()).content for _ in range(3)] == ["", f"<@{room.app.id}> for the bot", "in private"]


async def test_a_form_takes_ticks_choices_and_channels(room: Room) -> None:
    form = await (await room.lead.uses(room.channel, "quiz-admin schedule")).form()
    with pytest.raises(CannotDo, match="no 'Sun' to select"):
        await room.lead.fills(form, days=["Sun"], close="4 h", channel=room.channel)
    seen = await room.lead.fills(form, days=["Mon", "Tue"], close="8 h", channel=room.channel)
    await seen.shows("Mon and Tue, 8 h, #quiz")


async def test_the_menu_of_a_message_gives_its_content_without_the_intent(room: Room) -> None:
    message = await room.ana.writes(room.channel, "my answer")
    await room.ana.uses_on(message, "Grade this")
    answer = await room.channel.next_message()
    assert answer.text() == "Graded: my answer"
    assert answer.past == ["…is thinking"]
    with pytest.raises(CannotDo, match="it has Grade this"):
        await room.ana.uses_on(message, "Delete this")


async def test_commands_work_in_threads_and_in_private(room: Room) -> None:
    thread = await room.ana.opens_thread(await room.ana.writes(room.channel, "question"), "Answers")
    for place in (thread, room.ana.dm(room.app)):
        await (await room.ana.uses(place, "quiz leaderboard")).shows("Leaders of the week")
    with pytest.raises(CannotDo, match="no /quiz-admin here"):
        await room.lead.uses(room.lead.dm(room.app), "quiz-admin setup")


async def test_a_reply_to_the_bot_can_be_read_without_the_content_intent(room: Room, bot: Quizzer) -> None:
    await room.ana.uses(room.channel, "quiz ask")
    post = await room.channel.next_message()
    await room.ana.writes(room.channel, "the lock", reply_to=post)
    message = await bot.heard.get()
    assert message.content == "the lock"
    assert message.reference is not None
    assert message.reference.message_id == post.id
