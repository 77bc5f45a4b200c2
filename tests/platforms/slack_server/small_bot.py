"""A small bot on unmodified slack-bolt, to try the local Slack with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack import Installation, LocalSlack, SlackApp

Payload = dict[str, Any]

EVENTS = """app_mention message.channels message.groups message.im app_home_opened member_left_channel
    channel_archive channel_left app_uninstalled tokens_revoked user_change team_join""".split()
SCOPES = """app_mentions:read channels:history channels:join channels:read chat:write commands groups:history
    groups:read im:history im:read im:write reactions:write team:read users:read""".split()


def manifest(*, socket: bool = True, rotation: bool = False, **changes: object) -> Payload:
    """What an app's settings page would hold; `changes` go into `features.app_home`."""
    command: Payload = {"command": "/quiz", "description": "The quiz", "should_escape": False}
    if not socket:
        command["url"] = "https://example.com/slack/events"
    events: Payload = {"bot_events": EVENTS} | ({} if socket else {"request_url": "https://example.com/slack/events"})
    pages = {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False}
    return {
        "display_information": {"name": "Quiz"},
        "features": {
            "app_home": pages | changes,
            "bot_user": {"display_name": "Quiz", "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {
            "scopes": {"bot": list(SCOPES)},
            "redirect_urls": ["https://example.com/slack/back"],
        },
        "settings": {
            "event_subscriptions": events,
            "interactivity": {"is_enabled": True} | ({} if socket else {"request_url": "https://example.com/"}),
            "socket_mode_enabled": socket,
            "token_rotation_enabled": rotation,
            "org_deploy_enabled": False,
        },
    }


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Payload:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def post_blocks() -> list[Payload]:
    return [
        {"type": "header", "text": plain("What is the GIL?")},
        section("Answer until <!date^1767225600^{date_short} {time}|2026-01-01 00:00 UTC>, &lt;in your words&gt;"),
        {"type": "actions", "elements": [{"type": "button", "action_id": "answer", "text": plain("Answer")}]},
    ]


def form() -> Payload:
    topic = {"type": "external_select", "action_id": "topic", "min_query_length": 1}
    text = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 3000}
    return {
        "type": "modal",
        "callback_id": "answer",
        "title": plain("Your answer"),
        "submit": plain("Send"),
        "blocks": [
            {"type": "input", "block_id": "answer", "label": plain("In your words"), "element": text},
            {"type": "input", "block_id": "topic", "label": plain("Topic"), "element": topic, "optional": True},
        ],
    }


def notice(text: str) -> Payload:
    return {"type": "modal", "title": plain("Your answer"), "blocks": [section(text)]}


def small_bot(slack: LocalSlack, installation: Installation) -> AsyncApp:
    """Its listeners, connected to nothing yet."""
    client = AsyncWebClient(token=installation.token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=installation.app.signing_secret)
    app.command("/quiz")(quiz)
    app.action("answer")(answer)
    app.options("topic")(topics)
    app.view("answer")(submitted)
    app.event("message")(message)
    app.event("app_home_opened")(home)
    for name in EVENTS:
        if "." not in name and name != "app_home_opened":
            app.event(name)(_heard)
    return app


async def quiz(ack: AsyncAck, command: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
    word = command["text"]
    if word == "silent":
        return
    await ack(f"You typed {word}" if word == "echo" else "")
    if word == "post":
        await client.chat_postMessage(channel=command["channel_id"], text="What is the GIL?", blocks=post_blocks())
    elif word == "help":
        await respond(response_type="ephemeral", text="Type /quiz post")


async def answer(ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
    await ack()
    opened = await client.views_open(trigger_id=body["trigger_id"], view=notice("one moment …"))
    await client.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=form())


async def topics(ack: AsyncAck, payload: Payload) -> None:
    await ack(options=[{"text": plain(f"Topic {payload['value']}"), "value": payload["value"]}])


async def submitted(ack: AsyncAck, view: Payload) -> None:
    text = view["state"]["values"]["answer"]["text"]["value"]
    if text == "?":
        await ack(response_action="errors", errors={"answer": "Write a sentence."})
        return
    await ack(response_action="update", view=notice("5 of 8 key points"))


async def message(event: Payload, client: AsyncWebClient) -> None:
    if event.get("subtype") is None and event.get("thread_ts") and not event.get("bot_id"):
        text = f"Got: {event['text']}"
        await client.chat_postEphemeral(channel=event["channel"], user=event["user"], text=text)


async def home(event: Payload, client: AsyncWebClient) -> None:
    await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("*Your score*: 62")]})


async def _heard(event: Payload) -> None:
    pass


@asynccontextmanager
async def running(slack: LocalSlack, installation: Installation) -> AsyncIterator[AsyncApp]:
    """The bot, reached as its app's manifest says: by socket or by HTTP."""
    app = small_bot(slack, installation)
    if installation.app.transport.name == "socket":
        async with by_socket(slack, installation.app, app):
            yield app
    else:
        async with by_http(installation.app, app):
            yield app


@asynccontextmanager
async def by_socket(slack: LocalSlack, slack_app: SlackApp, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """One more socket connection for this bot."""
    before = len(slack_app.socket.connections)
    handler = AsyncSocketModeHandler(app, slack_app.app_token, web_client=AsyncWebClient(base_url=slack.api_url))
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack-bolt leaves it untyped
    try:
        await slack_app.socket.connected(before + 1)
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # as above


@asynccontextmanager
async def by_http(slack_app: SlackApp, app: AsyncApp) -> AsyncIterator[None]:
    """The bot behind its own HTTP server."""
    runner = web.AppRunner(app.server(port=0, path="/slack/events", host="127.0.0.1").web_app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack_app.http.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()
