"""Many servers, connections that break, and a bot that is thrown out and let in again."""

import pytest

from bot.chat.event import CommandUsed, RollCall, WorkspaceJoined, WorkspaceLeft
from bot.chat.message import Heading, Message
from bot.chat.platform import Rejected, Target
from bot.services.game import Game
from tests.local_discord import LocalDiscord
from tests.platforms.discord.process import connected
from tests.platforms.discord.team import GOOD, Bot, Team, eventually, heard, running


async def _paused(game: Game, team: Team) -> str | None:
    async with game.store.read() as uow:
        (schedule,) = await uow.schedules.in_workspace("discord", str(team.guild.id))
    return schedule.paused


async def _until_told(bot: Bot) -> None:
    """What was heard so far is dealt with."""
    await eventually(lambda: not bot.working, "the end of the work")


async def test_a_removed_bot_stops_its_schedules_and_goes_on_when_it_is_back(
    discord: LocalDiscord, team: Team, bot: Bot, game: Game
) -> None:
    await team.set_up(time="09:00")
    team.guild.remove(team.app)
    await heard(discord, bot, WorkspaceLeft)
    await _until_told(bot)
    assert await _paused(game, team) == "the bot was removed"
    discord.clock.move(hours=30)
    await bot.settle()
    assert team.channel.messages == []
    team.guild.install(team.app)
    await heard(discord, bot, WorkspaceJoined)
    await _until_told(bot)
    assert await _paused(game, team) is None
    discord.clock.move_to(9)
    await bot.settle()
    assert len(team.channel.messages) == 1


async def test_a_server_that_is_down_for_a_while_is_not_lost(
    discord: LocalDiscord, team: Team, bot: Bot, game: Game
) -> None:
    await team.set_up()
    team.guild.goes_down()
    team.guild.comes_back()
    await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")
    assert await _paused(game, team) is None
    assert not any(isinstance(each, WorkspaceLeft) for each in bot.heard)


async def test_what_happened_while_the_bot_was_away_is_found_at_the_roll_call(
    discord: LocalDiscord, team: Team, game: Game
) -> None:
    async with running(discord, team.app, game):
        await team.set_up()
    team.guild.remove(team.app)
    async with running(discord, team.app, game) as bot:
        await _until_told(bot)
        assert await _paused(game, team) == "the bot was removed"
    team.guild.install(team.app)
    async with running(discord, team.app, game) as bot:
        await _until_told(bot)
        assert await _paused(game, team) is None


async def test_a_removal_during_a_broken_connection_is_found_when_the_bot_identifies_anew(
    discord: LocalDiscord, team: Team, bot: Bot, game: Game
) -> None:
    other = Team.on(discord, team.app, "Team two")
    await heard(discord, bot, WorkspaceJoined)
    await team.set_up()
    discord.gateway.disconnect(team.app, resumable=False)
    team.guild.remove(team.app)
    await heard(discord, bot, RollCall, 2)
    await _until_told(bot)
    assert await _paused(game, team) == "the bot was removed"
    await (await other.ana.uses(other.channel, "quiz help")).shows("/quiz leaderboard")


async def test_after_a_broken_connection_the_bot_goes_on_where_it_was(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    await team.set_up()
    post = await team.post(bot)
    discord.gateway.disconnect(team.app)
    seen = await team.ana.uses(team.channel, "quiz help")
    await seen.shows("/quiz leaderboard")
    discord.gateway.ask_to_reconnect(team.app)
    saved = await team.answers(team.ana, post, GOOD)
    await bot.settle()
    await saved.shows("2 of 8 key points")
    used = [each for each in bot.heard if isinstance(each, CommandUsed) and each.path == ("quiz", "help")]
    assert len(used) == 1
    assert bot.platform.trouble() is None


async def test_one_team_never_sees_anothers_answers_boards_or_rounds(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    other = Team.on(discord, team.app, "Team two")
    await heard(discord, bot, WorkspaceJoined)
    for each in (team, other):
        await each.set_up()
    post = await team.post(bot)
    theirs = await other.post(bot)
    await team.answers(team.ana, post, GOOD)
    await bot.settle()
    await (await team.lead.uses(team.channel, "quiz-admin close")).shows("closed")
    await bot.settle()
    board = await (await other.bo.uses(other.channel, "quiz leaderboard", period="all")).until_final()
    assert "Ana" not in board.text()
    stolen = post.components[0]["components"]
    theirs.components[0]["components"] = stolen
    form = await (await other.bo.presses(theirs, "Answer")).form()
    await (await other.bo.fills(form, GOOD)).shows("No question is open")
    await (await other.bo.uses(other.channel, "quiz why")).shows("not answered yet")


async def test_an_event_that_cannot_be_read_does_not_make_the_bot_deaf(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    discord.gateway.sessions_of(team.app)[0].send("INTERACTION_CREATE", {"id": "1", "type": 2})
    await connected(discord, team.app, 2)
    await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")


async def test_a_discord_that_is_down_at_the_start_holds_nothing_up(
    discord: LocalDiscord, team: Team, game: Game
) -> None:
    discord.faults.break_connection("GET", "/users/@me", times=2)
    async with running(discord, team.app, game, connected=False) as bot:
        assert "not reached yet" in (bot.platform.trouble() or "")
        target = Target(str(team.guild.id), str(team.channel.id))
        result = await bot.platform.send(target, Message("m", (Heading("Hi"),)), "k")
        assert result == Rejected("not connected", permanent=False)
        await discord.gateway.ready(team.app)
        await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")


async def test_a_token_that_is_changed_while_the_bot_runs_is_said_with_what_to_do(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    team.app.reset_token("second")
    discord.gateway.disconnect(team.app, code=4004, resumable=False)
    await eventually(lambda: "Copy the current one" in (bot.platform.trouble() or ""), "the trouble")
    target = Target(str(team.guild.id), str(team.channel.id))
    result = await bot.platform.send(target, Message("m", (Heading("Hi"),)), "k")
    assert isinstance(result, Rejected)
    assert not result.permanent


@pytest.mark.parametrize(
    ("code", "what_to_do"),
    [(4010, "Correct DISCORD_SHARDS"), (4011, "Raise the number in DISCORD_SHARDS"), (4014, "Switch it on")],
)
async def test_a_connection_that_is_refused_is_said_with_what_to_do(
    discord: LocalDiscord, team: Team, bot: Bot, code: int, what_to_do: str
) -> None:
    discord.gateway.disconnect(team.app, code=code, resumable=False)
    await eventually(lambda: what_to_do in (bot.platform.trouble() or ""), "the trouble")
    assert discord.gateway.identifies == 1


async def test_a_bot_that_has_no_connections_left_waits_before_discord_takes_its_token_away(
    discord: LocalDiscord, team: Team, game: Game
) -> None:
    team.app.identifies_left = 0
    async with running(discord, team.app, game, connected=False) as bot:
        await eventually(lambda: "too many new connections" in (bot.platform.trouble() or ""), "the trouble")
    assert discord.gateway.identifies == 0
