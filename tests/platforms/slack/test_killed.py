"""`quizbot run` on Slack, as a host runs it: killed in the middle, and what a person sees when it is back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.platforms.slack.manifest import manifest
from tests.local_slack import local_slack
from tests.platforms.slack.house import GOOD

HOUSE = Path(__file__).resolve().parents[3]


@contextmanager
def quizbot_run(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env=os.environ | {"PYTHONPATH": str(HOUSE), "LOG_FORMAT": "json"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_bot_that_is_killed_goes_on_where_it_was(sqlite_database: str) -> None:
    async with local_slack() as slack:
        team = slack.add_workspace("Team one")
        ana = team.add_person("ana", tz="Europe/Berlin", admin=True)
        bob = team.add_person("bob")
        app = slack.add_app(manifest("Quiz"))
        bot = team.install(app, by=ana)
        channel = team.add_channel("quiz", members=[ana, bob], bots=[bot])
        environment = {
            "DATABASE_URL": sqlite_database,
            "SLACK_BOT_TOKEN": bot.token,
            "SLACK_APP_TOKEN": app.app_token,
            "SLACK_API_URL": slack.api_url,
            "TICK_SECONDS": "0.5",
        }
        with quizbot_run(environment) as process:
            await app.socket.connected()
            await ana.types(channel, "/quiz-admin setup 09:00 daily UTC open 8h")
            await ana.sees_ephemeral("The quiz is set up")
            await ana.types(channel, "/quiz-admin post what-is-the-gil")
            post = await bob.sees("answers are private", channel)
            await bob.presses(post, "Answer")
            form = await bob.sees_view("Your answer")
            await bob.submits(form, {"Your answer": GOOD})
            await bob.sees_view("Your answer is saved")
            process.send_signal(signal.SIGKILL)
            process.wait()
        await slack.until(lambda: not app.socket.connections, "the line to end")
        await ana.writes(channel, f"{GOOD} I wrote this while nobody was there.", thread=post)
        with quizbot_run(environment):
            await bob.sees_view("key points")
            await ana.sees_ephemeral("key points")
            await bob.presses(post, "Hint")
            await bob.sees_ephemeral("Hint 1 of 3")
            await ana.types(channel, "/quiz-admin close")
            reveal = await bob.sees("ana", channel)
            assert "bob" in reveal.text()
        posts = [m for m in channel.messages if m.bot_id and not m.visible_to]
        assert len(posts) == 2
