"""What becomes of a post that Discord refuses, loses or slows down."""

from collections.abc import Callable

import pytest

from bot.chat.action import Action
from bot.chat.message import Button, Buttons, Heading, Message
from bot.chat.platform import Delivered, Rejected, Target, Unknown
from bot.platforms.discord.ticket import Ticket
from bot.services.game import Game
from tests.local_discord import LocalDiscord, Permission
from tests.platforms.discord.team import Bot, Team, eventually, running

SEND = ("POST", "/channels/{channel_id}/messages")
EDIT = ("PATCH", "/channels/{channel_id}/messages/{message_id}")
CARD = Message("A card", (Heading("A card"), Buttons((Button("Answer", Action("answer", "7")),))))
PLAIN = Message("A plain card", (Heading("A plain card"),))


@pytest.fixture
def target(team: Team) -> Target:
    return Target(str(team.guild.id), str(team.channel.id))


# Once and not twice


async def test_a_post_whose_answer_was_lost_is_found_by_its_nonce(
    discord: LocalDiscord, team: Team, bot: Bot, target: Target
) -> None:
    team.channel.forbid(team.app, Permission.READ_MESSAGE_HISTORY)
    discord.faults.lose_answer(*SEND)
    assert isinstance(await bot.platform.send(target, CARD, "question:7"), Unknown)
    again = await bot.platform.send(target, CARD, "question:7", uncertain=True)
    (message,) = team.channel.messages
    assert again == Delivered(str(message.id))


@pytest.mark.parametrize("card", [CARD, PLAIN], ids=["with buttons", "text only"])
async def test_hours_later_it_is_found_in_the_channel(
    discord: LocalDiscord, team: Team, bot: Bot, target: Target, card: Message
) -> None:
    discord.faults.lose_answer(*SEND)
    assert isinstance(await bot.platform.send(target, card, "question:7"), Unknown)
    await team.ana.writes(team.channel, "A plain card")
    discord.clock.move(hours=3)
    again = await bot.platform.send(target, card, "question:7", uncertain=True)
    lost, _ = team.channel.messages
    assert again == Delivered(str(lost.id))


async def test_what_never_arrived_is_sent_again(discord: LocalDiscord, team: Team, bot: Bot, target: Target) -> None:
    await bot.platform.send(target, PLAIN, "another")
    discord.faults.break_connection(*SEND)
    assert isinstance(await bot.platform.send(target, CARD, "question:7"), Unknown)
    again = await bot.platform.send(target, CARD, "question:7", uncertain=True)
    assert again == Delivered(str(team.channel.messages[1].id))


async def test_a_quiz_question_is_posted_once_whatever_gets_lost(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await team.set_up()
    discord.faults.lose_answer(*SEND)
    await (await team.lead.uses(team.channel, "quiz-admin post")).shows("on its way")
    await bot.settle()
    discord.clock.move(minutes=30)
    await bot.settle()
    assert len(team.channel.messages) == 1
    await team.answers(team.ana, team.channel.messages[0], "Threads take turns holding one lock.")
    discord.clock.move(minutes=10)
    await bot.settle()
    assert "1 answer" in team.channel.messages[0].text()


# Refused


async def test_a_missing_permission_is_named(team: Team, bot: Bot, target: Target) -> None:
    team.channel.forbid(team.app, Permission.SEND_MESSAGES)
    result = await bot.platform.send(target, CARD, "k")
    assert result == Rejected("the bot lacks the permission Send Messages in the channel", permanent=True)


async def test_a_channel_that_the_bot_cannot_see_is_named(team: Team, bot: Bot, target: Target) -> None:
    team.channel.forbid(team.app, Permission.VIEW_CHANNEL)
    result = await bot.platform.send(target, CARD, "k")
    assert isinstance(result, Rejected)
    assert result.permanent
    assert "View Channel" in result.reason


async def test_a_schedule_waits_when_its_channel_refuses_and_its_lead_is_told(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    await team.set_up()
    team.channel.forbid(team.app, Permission.SEND_MESSAGES)
    await (await team.lead.uses(team.channel, "quiz-admin post")).shows("on its way")
    await bot.settle()
    told = await team.lead.next_direct_message(team.app)
    assert "Send Messages" in told.text()
    assert "schedule resume" in told.text()
    await (await team.lead.uses(team.channel, "quiz-admin schedule show")).shows("Paused")


async def test_a_deleted_channel_is_told_to_the_lead_at_once(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await team.set_up()
    team.channel.delete()
    await discord.pulse.until(lambda: len(bot.heard) > 2, "the news")
    await eventually(lambda: not bot.working, "the end of the work")
    await bot.settle()
    assert "the channel was deleted" in (await team.lead.next_direct_message(team.app)).text()


async def test_a_post_that_was_deleted_is_not_edited(team: Team, bot: Bot, target: Target) -> None:
    sent = await bot.platform.send(target, CARD, "k")
    assert isinstance(sent, Delivered)
    team.channel.messages[0].delete()
    assert await bot.platform.edit(target, sent.ref, CARD) == Rejected("the message was deleted", permanent=True)


async def test_an_old_post_that_was_edited_too_often_is_edited_later(
    discord: LocalDiscord, team: Team, bot: Bot, target: Target
) -> None:
    sent = await bot.platform.send(target, CARD, "k")
    assert isinstance(sent, Delivered)
    discord.faults.refuse(*EDIT, 400, code=30046)
    result = await bot.platform.edit(target, sent.ref, CARD)
    assert isinstance(result, Rejected)
    assert not result.permanent
    assert result.retry_after == 600
    assert isinstance(await bot.platform.edit(target, sent.ref, CARD), Delivered)


Meaning = Callable[[Rejected | Unknown | Delivered], bool]


def for_good(result: Rejected | Unknown | Delivered) -> bool:
    return isinstance(result, Rejected) and result.permanent


def for_now(result: Rejected | Unknown | Delivered) -> bool:
    return isinstance(result, Rejected) and not result.permanent


def unknown(result: Rejected | Unknown | Delivered) -> bool:
    return isinstance(result, Unknown)


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (403, 50001, for_good),
        (403, 50013, for_good),
        (403, 0, for_good),
        (404, 10003, for_good),
        (404, 10004, for_good),
        (404, 0, for_good),
        (400, 50035, for_good),
        (400, 50083, for_good),
        (400, 20028, for_now),
        (401, 0, for_now),
        (503, 0, unknown),
    ],
)
async def test_every_refusal_has_one_meaning(
    discord: LocalDiscord, bot: Bot, target: Target, status: int, code: int, meaning: Meaning
) -> None:
    discord.faults.refuse(*SEND, status, code=code)
    result = await bot.platform.send(target, CARD, "k")
    assert meaning(result), result
    assert not isinstance(result, Delivered)
    assert result.reason


async def test_a_rate_limit_is_waited_out(discord: LocalDiscord, bot: Bot, target: Target) -> None:
    discord.faults.rate_limit(*SEND, times=2)
    assert isinstance(await bot.platform.send(target, CARD, "k"), Delivered)


async def test_a_long_rate_limit_is_left_to_the_core(discord: LocalDiscord, bot: Bot, target: Target) -> None:
    discord.faults.rate_limit(*SEND, retry_after=120)
    result = await bot.platform.send(target, CARD, "k")
    assert result == Rejected("Discord asks to wait", permanent=False, retry_after=120)


async def test_a_discord_that_never_answers_does_not_hold_up_the_core(
    discord: LocalDiscord, bot: Bot, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.platform._rest, "_patience_s", 0.0)
    discord.faults.hang(*SEND)
    assert isinstance(await bot.platform.send(target, CARD, "k"), Unknown)


# In private


async def test_who_takes_no_direct_messages_is_not_tried_again(team: Team, bot: Bot, target: Target) -> None:
    team.ana.blocks(team.app)
    private = Target(target.workspace_id, target.channel_id, str(team.ana.id))
    result = await bot.platform.send(private, CARD, "k")
    assert for_good(result)
    assert "/quiz why" in getattr(result, "reason", "")


async def test_a_ticket_shows_once_more_what_it_was_for_and_any_process_may_use_it(
    discord: LocalDiscord, team: Team, bot: Bot, game: Game
) -> None:
    seen = await team.ana.uses(team.channel, "quiz help")
    await seen.until_final()
    interaction = seen.interaction
    ticket = str(Ticket.of(team.app.id, interaction.token, interaction.created))
    private = Target(str(team.guild.id), str(team.channel.id), str(team.ana.id), ticket)
    async with running(discord, team.app, game, connected=False) as other:
        assert isinstance(await other.platform.send(private, PLAIN, "k"), Delivered)
        await seen.shows("A plain card")
        discord.clock.move(minutes=15)
        assert isinstance(await other.platform.send(private, PLAIN, "k2"), Delivered)
    assert "A plain card" in (await team.ana.next_direct_message(team.app)).text()


async def test_a_ticket_that_nobody_can_read_any_more_ends_in_a_direct_message(
    team: Team, bot: Bot, target: Target
) -> None:
    private = Target(target.workspace_id, target.channel_id, str(team.ana.id), "not a ticket")
    assert isinstance(await bot.platform.send(private, PLAIN, "k"), Delivered)
    assert "A plain card" in (await team.ana.next_direct_message(team.app)).text()


# Looking first


async def test_a_channel_is_looked_at_before_it_is_used(team: Team, bot: Bot, target: Target) -> None:
    assert all(finding.remedy is None for finding in await bot.platform.examine(target))
    team.channel.forbid(team.app, Permission.SEND_MESSAGES_IN_THREADS)
    wrong = [finding for finding in await bot.platform.examine(target) if finding.remedy]
    assert [finding.what for finding in wrong] == ["permission Send Messages in Threads"]
    assert "allow the bot Send Messages in Threads" in (wrong[0].remedy or "")
    team.channel.forbid(team.app, Permission.VIEW_CHANNEL)
    wrong = [finding for finding in await bot.platform.examine(target) if finding.remedy]
    assert "View Channel" in wrong[0].what
