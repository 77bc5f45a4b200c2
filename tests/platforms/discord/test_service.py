"""`quizbot run` and `quizbot doctor` against a local Discord, each in a process of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.services.game import Game
from tests.local_discord import LocalDiscord, Permission, local_discord
from tests.local_discord.clock import real_time
from tests.platforms.discord.process import connected, quizbot, service
from tests.platforms.discord.team import GOOD, Team, running


@pytest_asyncio.fixture
async def live() -> AsyncIterator[LocalDiscord]:
    """A local Discord in real time, as processes know no other."""
    async with local_discord(now=real_time, patience=60) as home:
        yield home


async def test_a_round_in_a_real_process_that_is_killed_in_the_middle(
    live: LocalDiscord, sqlite_database: str, tmp_path: Path
) -> None:
    team = Team.on(live, live.add_application(message_content=True))
    settings = {"DISCORD_THREAD_ANSWERS": "true"}
    async with service(live, team.app, sqlite_database, tmp_path / "first.log", **settings) as process:
        await connected(live, team.app, 1)
        await team.set_up()
        await (await team.lead.uses(team.channel, "quiz-admin post", question="what-is-the-gil")).shows("on its way")
        post = await team.channel.next_message()
        await (await team.bo.presses(post, "Hint")).shows("Hint 1 of 3")
        form = await (await team.ana.presses(post, "Answer")).form()
        process.kill()
        await process.wait()
    open_form = form
    async with service(live, team.app, sqlite_database, tmp_path / "second.log", **settings) as process:
        await connected(live, team.app, 2)
        seen = await team.ana.fills(open_form, GOOD)
        await seen.shows("2 of 8 key points")
        thread = await team.bo.opens_thread(post, "Answers")
        await team.bo.writes(thread, "Threads take turns holding one interpreter lock.")
        message = await team.bo.next_direct_message(team.app)
        await live.pulse.until(lambda: "key points" in message.text(), "feedback", message.text)
        await (await team.lead.uses(team.channel, "quiz-admin close")).shows("closed")
        assert "Closed" in (await team.channel.next_message()).text()
        board = await (await team.bo.uses(team.channel, "quiz leaderboard", period="all")).until_final()
        assert "Ana" in board.text()
        process.terminate()
        assert await process.wait() == 0
    log = (tmp_path / "second.log").read_text()
    assert "Traceback" not in log
    assert team.app.token not in log
    assert GOOD not in log


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"DISCORD_TOKEN": "wrong"}, "token is refused. Copy the current one"),
        ({"DISCORD_THREAD_ANSWERS": "true"}, "Message Content intent is off"),
        ({"DISCORD_SHARDS": "7/4"}, "names no shards that exist"),
    ],
    ids=["token", "intent", "shards"],
)
async def test_what_cannot_start_says_why_in_one_sentence(
    live: LocalDiscord, sqlite_database: str, settings: dict[str, str], what: str
) -> None:
    done = await quizbot(live, live.add_application(), sqlite_database, "run", **settings)
    assert done.code == 69
    assert what in done.last_line


async def test_a_bot_whose_commands_go_elsewhere_does_not_start(live: LocalDiscord, sqlite_database: str) -> None:
    app = live.add_application()
    app.endpoint = "https://example.com/interactions"
    done = await quizbot(live, app, sqlite_database, "run")
    assert done.code == 69
    assert "Clear Interactions Endpoint URL" in done.last_line


async def test_the_doctor_finds_everything_in_order(
    discord: LocalDiscord, team: Team, game: Game, sqlite_database: str
) -> None:
    async with running(discord, team.app, game):
        await team.set_up()
    done = await quizbot(discord, team.app, sqlite_database, "doctor")
    assert done.code == 0, done.out
    for line in ("the token is Quiz's", "commands and options installed", "#quiz: everything needed is allowed"):
        assert f"{line}" in done.out
    assert f"client_id={team.app.id}&scope=bot+applications.commands&permissions=" in done.out
    assert team.app.token not in done.out


async def test_the_doctor_says_what_to_do_about_each_problem(
    discord: LocalDiscord, team: Team, game: Game, sqlite_database: str
) -> None:
    async with running(discord, team.app, game):
        await team.set_up()
    team.channel.forbid(team.app, Permission.SEND_MESSAGES)
    team.app.privileged = 0
    discord.commands.overwrite(team.app, None, [])
    done = await quizbot(discord, team.app, sqlite_database, "doctor", DISCORD_THREAD_ANSWERS="true")
    assert done.code == 1
    assert "Do: in Edit Channel → Permissions of #quiz, allow the bot Send Messages" in done.out
    assert "Do: switch it on at https://discord.com/developers/applications" in done.out
    assert "Do: restart quizbot run, which installs them" in done.out
    async with running(discord, team.app, game):
        assert {each["name"] for each in discord.commands.of(team.app)} == {"quiz", "quiz-admin"}


async def test_the_doctor_knows_a_wrong_token_and_a_bot_without_servers(
    live: LocalDiscord, sqlite_database: str
) -> None:
    app = live.add_application()
    done = await quizbot(live, app, sqlite_database, "doctor")
    assert "Do: add the bot to one with the invite link" in done.out
    assert "Do: restart quizbot run, which installs them" in done.out
    done = await quizbot(live, app, sqlite_database, "doctor", DISCORD_TOKEN="wrong")
    assert "Do: copy the current one" in done.out
