"""How fast Slack is acknowledged while the grader has more to do than it can: must stay below three seconds.

    python -m tests.benchmarks.slack_acks [--people 150]

`quizbot run` works as a process of its own with one grading worker, on SQLite, against the local Slack. Everybody
presses Answer, sends an answer as long as can be, and asks for their record, thirty people at a time.
"""

import argparse
import asyncio
import socket
import tempfile
from pathlib import Path

from bot.platforms.slack.manifest import manifest
from tests.local_slack import LocalSlack, Message, Person, SlackApp, Workspace, local_slack
from tests.platforms.slack.test_killed import quizbot_run

_AT_ONCE = 30
_SENTENCE = "Reason {}: only one thread runs Python bytecode at a time, because reference counts are not thread-safe. "
_LONG = "".join(_SENTENCE.format(number) for number in range(30))[:3000]  # none twice: it would be judged once


async def measure(people: int, *, over_socket: bool) -> tuple[LocalSlack, int]:
    """The local Slack after everybody was there, and how many answers were not graded yet when they had all sent."""
    async with local_slack(real_seconds_count=False, strict=False) as slack:
        slack.limits.call = lambda *_: None  # type: ignore[method-assign]  # it is the bot that is measured
        team = slack.add_workspace("Team one")
        ana = team.add_person("ana", admin=True)
        everybody = [team.add_person(f"p{number}") for number in range(people)]
        port = _free_port()
        app = slack.add_app(manifest("Quiz", http_url=None if over_socket else "https://quiz.example"))
        bot = team.install(app, by=ana)
        channel = team.add_channel("quiz", members=[ana, *everybody], bots=[bot])
        with tempfile.TemporaryDirectory() as folder, quizbot_run(_environment(slack, app, team, folder, port)):
            await _ready(slack, app, port)
            await ana.types(channel, "/quiz-admin setup 09:00 daily UTC open 8h")
            await ana.sees_ephemeral("The quiz is set up")
            await ana.types(channel, "/quiz-admin post what-is-the-gil")
            post = await ana.sees("answers are private", channel)
            slack.acks.clear()
            gate = asyncio.Semaphore(_AT_ONCE)
            await asyncio.gather(*(_plays(person, post, gate) for person in everybody))
            waiting = sum("key points" not in (person.view.text() if person.view else "") for person in everybody)
        return slack, waiting


async def _plays(person: Person, post: Message, gate: asyncio.Semaphore) -> None:
    async with gate:
        await person.presses(post, "Answer")
        await person.submits(await person.sees_view("Your answer"), {"Your answer": _LONG})
        await person.types(post.channel, "/quiz me")


def _environment(slack: LocalSlack, app: SlackApp, team: Workspace, folder: str, port: int) -> dict[str, str]:
    settings = {
        "DATABASE_URL": f"sqlite:///{Path(folder) / 'quiz.db'}",
        "SLACK_BOT_TOKEN": app.installation(team).token,
        "SLACK_API_URL": slack.api_url,
        "HTTP_PORT": str(port),
        "GRADING_WORKERS": "1",
    }
    way = {"SLACK_APP_TOKEN": app.app_token} if app.transport.name == "socket" else {}
    return settings | (way or {"SLACK_SIGNING_SECRET": app.signing_secret})


async def _ready(slack: LocalSlack, app: SlackApp, port: int) -> None:
    if app.transport.name == "socket":
        await app.socket.connected()
        return
    app.http.url = f"http://127.0.0.1:{port}/slack/events"
    async with asyncio.timeout(30):
        while True:
            try:
                if await app.http.verify_url():
                    return
            except OSError:
                pass  # it does not listen yet
            await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _row(mode: str, kind: str, seconds: list[float]) -> str:
    seconds.sort()
    at = [seconds[min(len(seconds) - 1, int(len(seconds) * share))] * 1000 for share in (0.5, 0.95, 0.99)]
    return f"{mode:7} {kind:16} {len(seconds):5} {at[0]:8.0f} {at[1]:8.0f} {at[2]:8.0f} {seconds[-1] * 1000:8.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=150)
    people = parser.parse_args().people
    print(f"{'mode':7} {'kind':16} {'acks':>5} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for over_socket in (True, False):
        slack, waiting = asyncio.run(measure(people, over_socket=over_socket))
        mode = "socket" if over_socket else "http"
        for kind in ("command", "block_actions", "view_submission"):
            print(_row(mode, kind, [ack.seconds for ack in slack.acks if ack.kind == kind and ack.ok]))
        failed = sum(not ack.ok for ack in slack.acks if ack.kind != "events")
        print(f"        not acknowledged: {failed}; answers not graded yet when all were sent: {waiting} of {people}")


if __name__ == "__main__":
    main()
