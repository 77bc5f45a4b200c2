"""Answers written as messages: in the post's thread, as a reply, or with the bot's name."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.chat.event import ReplyDeleted, ReplyEdited, ThreadReply
from bot.services.game import Game
from tests.local_discord import Channel, LocalDiscord, Message
from tests.platforms.discord.team import GOOD, POOR, Bot, Team, heard, running


@pytest_asyncio.fixture
async def reader(discord: LocalDiscord, team: Team, game: Game) -> AsyncIterator[Bot]:
    """Connected with the Message Content intent."""
    async with running(discord, team.app, game, thread_answers=True) as made:
        yield made


async def _open(team: Team, bot: Bot) -> tuple[Message, Channel]:
    await team.set_up()
    post = await team.post(bot)
    return post, await team.ana.opens_thread(post, "Answers")


async def _feedback(discord: LocalDiscord, team: Team, bot: Bot) -> Message:
    message = await team.ana.next_direct_message(team.app)
    await bot.settle()
    await discord.pulse.until(lambda: "key points" in message.text(), "feedback", message.text)
    return message


async def test_a_message_in_the_thread_is_graded_in_private(discord: LocalDiscord, team: Team, reader: Bot) -> None:
    _, thread = await _open(team, reader)
    await team.ana.writes(thread, GOOD)
    assert "2 of 8 key points" in (await _feedback(discord, team, reader)).text()
    assert [message.author for message in thread.messages] == [team.ana.user]


async def test_a_reply_to_the_post_is_graded_too(discord: LocalDiscord, team: Team, reader: Bot) -> None:
    post, _ = await _open(team, reader)
    await team.ana.writes(team.channel, GOOD, reply_to=post)
    assert "2 of 8 key points" in (await _feedback(discord, team, reader)).text()


async def test_without_the_intent_an_answer_that_names_the_bot_works(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    _, thread = await _open(team, bot)
    await team.ana.writes(thread, GOOD, mention_bot=True)
    assert "2 of 8 key points" in (await _feedback(discord, team, bot)).text()
    event = next(each for each in bot.heard if isinstance(each, ThreadReply))
    assert event.text == GOOD


async def test_in_the_channel_too_while_a_question_is_open(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await _open(team, bot)
    await team.ana.writes(team.channel, GOOD, mention_bot=True)
    assert "2 of 8 key points" in (await _feedback(discord, team, bot)).text()


async def test_without_the_intent_the_way_to_the_button_is_shown_once_to_each(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    _, thread = await _open(team, bot)
    await team.ana.writes(thread, GOOD)
    pointer = await thread.next_message()
    assert "Press Answer" in pointer.text()
    await team.ana.writes(thread, "and more")
    await team.bo.writes(thread, POOR)
    await thread.next_message()
    await team.ana.writes(thread, GOOD, mention_bot=True)
    await _feedback(discord, team, bot)
    assert len(thread.messages) == 6
    assert [message.author for message in discord.pinged()] == [team.ana.user]


async def test_talk_elsewhere_and_questions_to_the_bot_are_no_answers(
    discord: LocalDiscord, team: Team, reader: Bot
) -> None:
    await _open(team, reader)
    mine = await team.ana.writes(team.channel, "Lunch?")
    other = await team.bo.opens_thread(mine, "Lunch")
    await team.ana.writes(other, GOOD)
    await team.bo.writes(team.channel, "who leads?", mention_bot=True)
    assert "Type /quiz today" in (await team.channel.next_message()).text()
    await team.ana.writes(team.channel, "Yes.", reply_to=mine)
    await team.bo.writes(team.channel, "bye", mention_bot=True)
    assert "too short" in (await team.bo.next_direct_message(team.app)).text()
    assert sum(isinstance(event, ThreadReply) for event in reader.heard) == 1
    assert team.ana.direct_messages == []


async def test_an_answer_changed_before_grading_counts_as_changed(
    discord: LocalDiscord, team: Team, reader: Bot
) -> None:
    _, thread = await _open(team, reader)
    written = await team.ana.writes(thread, POOR)
    await team.ana.next_direct_message(team.app)
    await team.ana.edits(written, GOOD)
    await heard(discord, reader, ReplyEdited)
    await discord.pulse.until(lambda: "changed answer" in team.ana.direct_messages[-1].text(), "saved again")
    await reader.settle()
    await discord.pulse.until(
        lambda: any("2 of 8 key points" in each.text() for each in team.ana.direct_messages),
        "feedback",
        lambda: [each.text() for each in team.ana.direct_messages],
    )


async def test_a_deleted_answer_is_withdrawn_whoever_deletes_it_and_also_after_a_restart(
    discord: LocalDiscord, team: Team, game: Game
) -> None:
    async with running(discord, team.app, game, thread_answers=True) as first:
        _, thread = await _open(team, first)
        written = await team.ana.writes(thread, GOOD)
        await team.ana.next_direct_message(team.app)
    async with running(discord, team.app, game, thread_answers=True) as second:
        await team.ana.deletes(written)
        await heard(discord, second, ReplyDeleted)
        await discord.pulse.until(lambda: "withdrawn" in team.ana.direct_messages[-1].text(), "the news")
    async with game.store.read() as uow:
        assert await uow.rounds.answers(1) == 0


async def test_who_takes_no_direct_messages_is_told_where_the_feedback_is(
    discord: LocalDiscord, team: Team, reader: Bot, game: Game
) -> None:
    _, thread = await _open(team, reader)
    team.ana.blocks(team.app)
    await team.ana.writes(thread, GOOD)
    assert "/quiz why" in (await thread.next_message()).text()
    await reader.settle()
    async with game.store.read() as uow:
        assert await uow.outbox.dead(5) == []
    await (await team.ana.uses(team.channel, "quiz why")).shows("2 of 8 key points")
