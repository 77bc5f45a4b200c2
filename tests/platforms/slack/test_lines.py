"""How Slack reaches the bot: signatures, acknowledgements, lines that break, redelivery."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.chat.event import CommandUsed, Event, Happening, RollCall
from bot.chat.platform import PlatformRefused
from bot.content.bank import Bank
from bot.platforms.slack.platform import SlackPlatform
from bot.services.suggest import suggest
from bot.store.store import SqlStore
from tests.platforms.slack.house import GOOD, config_of, house

BOTH = pytest.mark.parametrize("socket", [True, False], ids=["socket", "http"])
FORGERIES = ("wrong signature", "no signature", "old timestamp", "future timestamp", "tampered body")


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("kind", ["events", "command", "block_actions"])
async def test_what_slack_did_not_sign_is_refused(store: SqlStore, bank: Bank, kind: str, forgery: str) -> None:
    async with house(store, bank, socket=False) as h:
        body = {
            "type": "event_callback",
            "team_id": h.team.id,
            "event": {"type": "app_uninstalled"},
            "command": "/quiz",
        }
        assert await h.app.http.posts_forged(kind, body, forgery) == 401  # type: ignore[arg-type]  # a parameter
        assert h.slack.calls_of("auth.test")[1:] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": "９９９", "X-Slack-Signature": "v0=00"},
    ],
)
async def test_nonsense_in_a_signature_is_refused(store: SqlStore, bank: Bank, headers: dict[str, str]) -> None:
    async with house(store, bank, socket=False) as h:
        raw = {name: value.encode().decode("latin-1") for name, value in headers.items()}
        async with h.slack.session.post(h.app.http.url, data=b"\xff\xfe", headers=raw) as answer:
            assert answer.status == 401


async def test_slack_may_check_the_address(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, socket=False) as h:
        assert await h.app.http.verify_url()


async def test_health_and_slack_share_one_server(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, socket=False) as h:
        answer = await h.slack.session.get(f"http://127.0.0.1:{h.bot.port}/livez")
        assert answer.status == 200


@BOTH
async def test_slack_is_answered_while_nothing_else_gets_done(store: SqlStore, bank: Bank, socket: bool) -> None:
    """Neither the store nor Slack's Web API is waited for before the acknowledgement."""
    stuck = asyncio.Event()

    async def sink(event: Event | Happening | RollCall) -> None:
        if isinstance(event, Event):
            await stuck.wait()

    async with house(store, bank, socket=socket, runs=False) as h:
        await h.start(sink)
        assert (await h.ana.types(h.channel, "/quiz")).ok
        assert (await h.ana.types(h.channel, "/quiz-admin setup")).ok
        stuck.set()


@BOTH
async def test_a_listener_that_fails_at_once_has_been_acknowledged(store: SqlStore, bank: Bank, socket: bool) -> None:
    """slack-bolt forgets an acknowledgement when its listener fails within milliseconds."""

    async def sink(event: Event | Happening | RollCall) -> None:
        if isinstance(event, Event):
            raise RuntimeError("a fault of ours")

    async with house(store, bank, socket=socket, runs=False) as h:
        await h.start(sink)
        for _ in range(5):
            assert (await h.ana.types(h.channel, "/quiz")).ok
            assert (await h.ana.types(h.channel, "/quiz nonsense")).ok
        await h.ana.writes(h.channel, "hello")
        await h.handled()


_VIEW = {"type": "modal", "callback_id": "gone:v9:x", "id": "V1"}


@BOTH
async def test_a_payload_that_makes_no_sense_is_acknowledged(store: SqlStore, bank: Bank, socket: bool) -> None:
    async with house(store, bank, socket=socket) as h:
        who = {"user": {"id": h.ana.id}, "team": {"id": h.team.id}, "trigger_id": "x"}
        button = {"type": "button", "value": "x", "action_id": "a", "block_id": "b"}
        payloads: list[tuple[str, dict[str, Any]]] = [
            ("command", {"command": "/quiz", "text": "x", "team_id": h.team.id}),
            ("block_actions", who | {"type": "block_actions", "actions": [button]}),
            ("view_submission", who | {"type": "view_submission", "view": _VIEW}),
            ("events", {"type": "event_callback", "event": {"type": "message", "subtype": "message_changed"}}),
        ]
        for kind, payload in payloads:
            ack = await asyncio.wait_for(h.app.transport.send(kind, payload), 5)
            assert ack.ok, kind
        await h.handled()
        await h.ana.types(h.channel, "/quiz help")
        await h.ana.sees_ephemeral("/quiz leaderboard")


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_line_that_slack_wants_renewed_loses_nothing(store: SqlStore, bank: Bank, reason: str) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        (old,) = await h.app.socket.connected()
        await old.disconnect(reason)
        await h.slack.until(
            lambda: bool(h.app.socket.connections) and old not in h.app.socket.connections, "a new connection"
        )
        await h.post()
        await h.answer(h.bob)
        assert h.bot.platform.trouble() is None


async def test_a_line_that_breaks_is_opened_anew_and_what_was_under_way_comes(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.post()
        post = await h.bob.sees("answers are private")
        h.app.socket.connections[0].drop()
        await h.slack.until(lambda: not h.app.socket.connections, "the line to break")
        await h.bob.writes(h.channel, GOOD, thread=post)
        await h.bob.sees_ephemeral("key points")


async def test_a_command_that_comes_twice_is_done_once(store: SqlStore, bank: Bank) -> None:
    done: list[Event] = []

    async def sink(event: Event | Happening | RollCall) -> None:
        if isinstance(event, CommandUsed):
            done.append(event)

    async with house(store, bank, runs=False) as h:
        await h.start(sink)
        payload = {
            "command": "/quiz",
            "text": "me",
            "team_id": h.team.id,
            "user_id": h.ana.id,
            "user_name": "ana",
            "channel_id": h.channel.id,
            "channel_name": "quiz",
            "trigger_id": "1.2.3",
            "response_url": f"{h.slack.address}/response/x",
        }
        for _ in range(3):
            await h.app.transport.send("command", payload)
        await h.handled()
        assert len(done) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bot_token": "xoxb-wrong"}, "the bot token is refused"),
        ({"app_token": "xapp-wrong"}, "the app token is refused"),
        ({"api_url": "http://127.0.0.1:9/api/"}, "Slack cannot be reached"),
    ],
)
async def test_what_is_wrong_is_said_before_anything_starts(
    store: SqlStore, bank: Bank, wrong: dict[str, str], words: str
) -> None:
    async with house(store, bank, runs=False) as h:
        config = replace(config_of(h), **wrong)  # type: ignore[arg-type]  # all of them are text
        platform = SlackPlatform(config, store, partial(suggest, bank), h.clock.now)

        async def sink(_event: Event | Happening | RollCall) -> None:
            """Nothing comes in."""

        with pytest.raises(PlatformRefused, match=words) as refused:
            await platform.connect(sink)
        await platform.close()
        assert "xoxb" not in str(refused.value)
        assert "xapp" not in str(refused.value)


async def test_a_channel_that_is_lost_pauses_its_schedule_and_no_other(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        other = h.team.add_channel("other", members=[h.ana], bots=[h.installation])
        gone = h.team.add_channel("gone", members=[h.ana], bots=[h.installation])
        for channel in (other, gone):
            await h.ana.types(channel, "/quiz-admin setup 09:00")
            await h.slack.until(lambda: "is set up" in h.ana.ephemeral[-1].text(), "the quiz")
            await h.handled()
        h.team.removes(h.installation.bot_user_id, h.channel)
        h.team.deletes(gone, h.ana)
        await h.handled()
        async with store.read() as uow:
            paused = {
                schedule.channel_id: schedule.paused
                for schedule in await uow.schedules.in_workspace("slack", h.team.id)
            }
        assert paused == {1: "the bot was removed from the channel", 2: None, 3: "the channel was deleted"}


async def test_an_address_that_opens_nothing_is_not_tried_for_ever(store: SqlStore, bank: Bank) -> None:
    """slack-sdk alone would try it until somebody restarts the bot."""
    async with house(store, bank) as h:
        await h.set_up()
        socket, dead = h.app.socket, iter(["dead"])
        give = socket.ticket
        socket.ticket = lambda: next(dead, None) or give()  # type: ignore[method-assign]  # Slack in trouble
        socket.connections[0].drop()
        await h.slack.until(lambda: bool(h.slack.violations), "the dead address to be tried")
        await socket.connected()
        await h.post()
        h.slack.forgives("a socket address was used twice or too late")
