"""A local Slack that unmodified slack-bolt and slack-sdk cannot tell from the real one.

    async with local_slack() as slack:                # 127.0.0.1, a free port; fails at the end on violations
        team = slack.add_workspace("Team one")        # enterprise_id="E1" for one of an Enterprise Grid
        ana = team.add_person("ana", tz="Europe/Berlin", admin=True)
        app = slack.add_app(manifest, socket=True)    # or url="http://127.0.0.1:PORT/slack/events", app.http.url
        bot = team.install(app, by=ana)               # bot.token, bot.bot_user_id; app.app_token, app.signing_secret
        channel = team.add_channel("quiz", members=[ana], bots=[bot])    # private=True, shared_with=[other]
        # Point the bot at slack.api_url (SLACK_API_URL), then: await app.socket.connected()
        await ana.types(channel, "/quiz help")        # an Ack: .ok, .error, .seconds
        post = await ana.sees("one thread at a time", channel)           # waits for it, fails with what was seen
        await ana.presses(post, "Answer")             # or chooses(post_or_view, "action or label", "option")
        view = await ana.sees_view("Your answer")
        await ana.submits(view, {"Your answer": "It locks"})             # FormRefused where the client refuses
        reply = await ana.writes(channel, "a reply", thread=post)        # edits(reply, ...), deletes(reply)
        home = await ana.opens_home(app)

OAuth: `await ana.browser.installs("http://127.0.0.1:PORT/slack/install")`, after `app.redirect_urls.append(address)`.
What people see: `ana.view`, `.home`, `.ephemeral`, `.direct_messages`, `.errors`, `.reads(x)` (in her zone),
`.sees_ephemeral()`, `.sees_direct()`, `.sees_home()`, `.sees_no_view()`, `.reloads()`; `message.text()`, `.pings()`,
`.buttons()`, `.notification()`, `.unfurl_links`, `.metadata`, `.versions`.
Time: `slack.clock` stands still until `slack.clock.advance(seconds)`. Triggers, acknowledgements (3 s both), retries,
response_urls and tokens follow it; rate limits count real seconds too (not with `real_seconds_count=False`).
To let a bot miss its 3 s: start the gesture as a task, `await slack.interactions.waiting("command")`, advance.
Trouble: `slack.faults.ratelimited("chat.postMessage", times=2, retry_after=1)`, `.server_error()`, `.refused()`,
`.dropped()` (after the work: an Unknown send). Sockets: `app.socket.connections[0].drop()`, `.close()`,
`.disconnect("warning")`. Forged: `await app.http.posts_forged("events", body, "wrong signature")`.
Records: `slack.calls_of(method)`, `slack.acks` (real seconds), `slack.events.sent`, `await slack.settles()`,
`slack.violations`; `slack.forgives("part of it")` for a test that breaks a rule on purpose.
SLACK_METHODS (a folder of METHOD.json) and SLACK_MANIFEST_SCHEMA (a JSON schema) are environment variables: with them
every call's arguments and, by `check_manifest(manifest)`, the manifest are checked; without them that is skipped.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.local_slack.ack import Ack
from tests.local_slack.app import Installation, SlackApp
from tests.local_slack.channel import Channel
from tests.local_slack.form import FormRefused
from tests.local_slack.message import Message
from tests.local_slack.methods import check_manifest
from tests.local_slack.modals import View
from tests.local_slack.people import Person
from tests.local_slack.ratelimits import CHANNEL_BURST
from tests.local_slack.server import LocalSlack
from tests.local_slack.workspace import Workspace

__all__ = [
    "Ack",
    "Channel",
    "FormRefused",
    "Installation",
    "LocalSlack",
    "Message",
    "Person",
    "SlackApp",
    "View",
    "Workspace",
    "check_manifest",
    "local_slack",
]


@asynccontextmanager
async def local_slack(
    *, strict: bool = True, real_seconds_count: bool = True, channel_burst: int = CHANNEL_BURST
) -> AsyncIterator[LocalSlack]:
    """A running Slack; at the end it fails where the bot broke a rule, unless `strict` is off."""
    slack = LocalSlack(real_seconds_count=real_seconds_count, channel_burst=channel_burst)
    await slack.start()
    try:
        yield slack
        if strict:
            slack.check()
    finally:
        await slack.close()
