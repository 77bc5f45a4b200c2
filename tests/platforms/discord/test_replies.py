"""The three seconds, the fifteen minutes, and everything else that can be wrong with the way back."""

import asyncio
from collections.abc import Callable

import pytest

from bot.chat.event import Event, FormSubmitted, Happening, RollCall, Sink
from bot.services.game import Game
from tests.local_discord import LocalDiscord
from tests.platforms.discord.team import GOOD, Bot, Team, eventually, heard, running

CALLBACK = ("POST", "/interactions/{interaction_id}/{interaction_token}/callback")
EDIT = ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")


def holding(until: asyncio.Event) -> Callable[[Sink], Sink]:
    """A core that is busy until then."""

    def around(sink: Sink) -> Sink:
        async def held(event: Event | Happening | RollCall) -> None:
            if isinstance(event, Event):
                await until.wait()
            await sink(event)

        return held

    return around


async def test_while_the_core_is_busy_the_bot_says_in_time_that_it_thinks(
    discord: LocalDiscord, team: Team, game: Game
) -> None:
    free = asyncio.Event()
    async with running(discord, team.app, game, around=holding(free), defer_after_s=0.0):
        seen = await team.ana.uses(team.channel, "quiz help")
        await seen.acknowledged()
        assert seen.text() == "…is thinking"
        discord.clock.move(seconds=30)
        free.set()
        answer = await seen.until_final()
        assert answer.ephemeral
        assert "/quiz leaderboard" in answer.text()


async def test_a_form_that_comes_too_late_is_offered_by_a_button(discord: LocalDiscord, team: Team, game: Game) -> None:
    free = asyncio.Event()
    async with running(discord, team.app, game, around=holding(free), defer_after_s=0.0):
        seen = await team.lead.uses(team.channel, "quiz-admin setup")
        await seen.acknowledged()
        free.set()
        late = await seen.shows("That took too long")
        assert late.buttons == ["Open the form"]


async def test_an_answer_is_stored_although_its_form_can_no_longer_be_answered(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    await team.set_up()
    post = await team.post(bot)
    form = await (await team.ana.presses(post, "Answer")).form()
    discord.faults.refuse(*CALLBACK, 404, code=10062)
    await team.ana.fills(form, GOOD)
    await heard(discord, bot, FormSubmitted)
    await eventually(lambda: not bot.working, "the end of the work")
    await bot.settle()
    message = await team.ana.next_direct_message(team.app)
    assert "2 of 8 key points" in message.text()


async def test_feedback_that_takes_longer_than_the_token_lives_comes_as_a_direct_message(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    await team.set_up()
    saved = await team.answers(team.ana, await team.post(bot), GOOD)
    discord.clock.move(minutes=16)
    await bot.settle()
    message = await team.ana.next_direct_message(team.app)
    assert "2 of 8 key points" in message.text()
    assert "saved" in saved.text()


async def test_who_takes_no_direct_messages_finds_the_feedback_with_why(
    discord: LocalDiscord, team: Team, bot: Bot, game: Game
) -> None:
    await team.set_up()
    team.ana.blocks(team.app)
    await team.answers(team.ana, await team.post(bot), GOOD)
    discord.clock.move(minutes=16)
    await bot.settle()
    async with game.store.read() as uow:
        (dead,) = await uow.outbox.dead(5)
    assert "takes no direct messages" in (dead.error or "")
    await (await team.ana.uses(team.channel, "quiz why")).shows("2 of 8 key points")


async def test_an_interaction_that_is_replayed_counts_once(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await team.set_up()
    post = await team.post(bot)
    seen = await team.answers(team.ana, post, GOOD)
    discord.gateway.replay(team.app, "INTERACTION_CREATE")
    await bot.settle()
    await seen.shows("2 of 8 key points")
    await (await team.ana.uses(team.channel, "quiz help")).acknowledged()
    assert sum(isinstance(event, FormSubmitted) for event in bot.heard) == 1


async def test_an_interaction_that_another_process_also_hears_counts_once(
    discord: LocalDiscord, team: Team, game: Game, bot: Bot
) -> None:
    await team.set_up()
    post = await team.post(bot)
    seen = await team.answers(team.ana, post, GOOD)
    await bot.settle()
    await seen.shows("2 of 8 key points")
    await bot.platform.close()
    async with running(discord, team.app, Game(game.store, game.bank)) as second:
        event = next(
            each["d"]
            for session in discord.gateway.sessions
            for each in reversed(session.events)
            if each["t"] == "INTERACTION_CREATE"
        )
        discord.gateway.sessions_of(team.app)[0].send("INTERACTION_CREATE", event)
        await heard(discord, second, FormSubmitted)
        await second.settle()
        await seen.shows("2 of 8 key points")
    async with game.store.read() as uow:
        assert await uow.rounds.answers(1) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10062), (400, 40060), (404, 10015), (401, 50027), (503, 0)], ids=str
)
async def test_a_refused_response_is_given_up_without_harm(
    discord: LocalDiscord, team: Team, bot: Bot, status: int, code: int
) -> None:
    discord.faults.refuse(*CALLBACK, status, code=code)
    await team.ana.uses(team.channel, "quiz help")
    await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")


async def test_a_response_with_a_lost_confirmation_is_followed_up(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await team.set_up()
    post = await team.post(bot)
    form = await (await team.ana.presses(post, "Answer")).form()
    discord.faults.lose_answer(*CALLBACK)
    seen = await team.ana.fills(form, GOOD)
    await seen.shows("saved")
    await bot.settle()
    await seen.shows("2 of 8 key points")


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (404, 10015), (401, 50027)], ids=str)
async def test_a_reply_that_is_gone_ends_in_a_direct_message(
    discord: LocalDiscord, team: Team, bot: Bot, status: int, code: int
) -> None:
    await team.set_up()
    await team.answers(team.ana, await team.post(bot), GOOD)
    discord.faults.refuse(*EDIT, status, code=code, times=2)
    await bot.settle()
    assert "2 of 8 key points" in (await team.ana.next_direct_message(team.app)).text()


async def test_buttons_on_a_private_card_answer_beside_it(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await team.set_up()
    post = await team.post(bot)
    hint = await (await team.ana.presses(post, "Hint")).shows("Hint 1 of 3")
    second = await (await team.ana.presses(hint, "Next hint")).shows("Hint 2 of 3")
    assert second is not hint
    assert hint.ephemeral
    assert "Hint 1 of 3" in hint.text()
    assert "Hint" not in post.text().replace("[Hint]", "")


async def test_a_button_of_an_older_version_is_answered(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await team.set_up()
    post = await team.post(bot)
    post.components[0]["components"][-2]["components"][0]["custom_id"] = "vanish:v1:7"
    await (await team.ana.presses(post, "Answer")).shows("That button is from an older version")
