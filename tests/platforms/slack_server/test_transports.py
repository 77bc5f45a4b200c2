"""Events and interactions by socket and by HTTP: signatures, retries, redelivery, reconnecting."""

import asyncio

import pytest
from aiohttp import ClientSession, web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack import LocalSlack
from tests.local_slack.payload import Payload
from tests.local_slack.socket_mode import Connection
from tests.platforms.slack_server.scene import Scene, scene
from tests.platforms.slack_server.small_bot import by_socket, small_bot

FORGERIES = ("wrong signature", "no signature", "old timestamp", "future timestamp", "tampered body")


async def test_slack_checks_the_address_by_a_challenge() -> None:
    async with scene(socket=False, bot_runs=True) as s:
        assert await s.app.http.verify_url()


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("kind", ["events", "command", "block_actions"])
async def test_the_bot_refuses_what_slack_did_not_sign(kind: str, forgery: str) -> None:
    async with scene(socket=False, bot_runs=True) as s:
        body = {"type": "event_callback", "team_id": s.team.id, "event": {"type": "team_join"}, "command": "/quiz"}
        assert await s.app.http.posts_forged(kind, body, forgery) == 401  # type: ignore[arg-type]  # a parameter


class Deaf:
    """A bot's HTTP server that answers as it is told, and keeps the headers it saw."""

    def __init__(self, *answers: web.Response) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[str, str, str]] = []

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.json()
        number, reason = request.headers.get("x-slack-retry-num", ""), request.headers.get("x-slack-retry-reason", "")
        self.seen.append((body["event_id"], number, reason))
        return self.answers.pop(0)

    async def serve(self, s: Scene) -> web.AppRunner:
        app = web.Application()
        app.add_routes([web.post("/slack/events", self.hear)])
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        s.app.http.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        return runner


async def test_an_event_nobody_takes_comes_again_at_once_after_a_minute_and_after_five() -> None:
    async with scene(socket=False) as s:
        deaf = Deaf(*(web.Response(status=500) for _ in range(3)), web.Response())
        runner = await deaf.serve(s)
        await s.ana.writes(s.channel, "hello")
        await s.slack.until(lambda: len(deaf.seen) == 2, "the first retry")
        s.slack.clock.advance(60)
        await s.slack.until(lambda: len(deaf.seen) == 3, "the second retry")
        s.slack.clock.advance(300)
        await s.slack.settles()
        assert [(number, reason) for _, number, reason in deaf.seen] == [
            ("", ""), ("1", "http_error"), ("2", "http_error"), ("3", "http_error"),
        ]  # fmt: skip
        assert len({event_id for event_id, _, _ in deaf.seen}) == 1
        await runner.cleanup()


async def test_a_bot_can_ask_for_no_retries() -> None:
    async with scene(socket=False) as s:
        deaf = Deaf(web.Response(status=500, headers={"x-slack-no-retry": "1"}), web.Response())
        runner = await deaf.serve(s)
        await s.ana.writes(s.channel, "hello")
        await s.slack.until(lambda: bool(s.slack.events.sent[0].attempts), "the first attempt")
        s.team.changes(s.bob, tz="Asia/Tokyo")
        await s.slack.until(lambda: s.slack.events.sent[1].acknowledged, "the next event")
        assert len(s.slack.events.sent[0].attempts) == 1
        await runner.cleanup()


class Listener:
    """A socket client of our own, which acknowledges only when told."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session
        self.envelopes: list[Payload] = []

    async def connect(self, slack: LocalSlack, app_token: str) -> None:
        headers = {"Authorization": f"Bearer {app_token}"}
        async with self.session.post(f"{slack.api_url}apps.connections.open", headers=headers) as response:
            self.url = (await response.json())["url"]
        self.ws = await self.session.ws_connect(self.url)
        self.hello: Payload = await self.ws.receive_json()

    async def next(self) -> Payload:
        envelope: Payload = await asyncio.wait_for(self.ws.receive_json(), 15)
        self.envelopes.append(envelope)
        return envelope

    async def ack(self, envelope: Payload, payload: Payload | None = None) -> None:
        answer = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload else {})
        await self.ws.send_json(answer)


async def test_an_event_not_acknowledged_in_three_seconds_is_delivered_again() -> None:
    async with scene() as s:
        listener = Listener(s.slack.session)
        await listener.connect(s.slack, s.app.app_token)
        await s.ana.writes(s.channel, "hello")
        first = await listener.next()
        assert (first["type"], first["retry_attempt"], first["accepts_response_payload"]) == ("events_api", 0, False)
        s.slack.clock.advance(3)
        again = await listener.next()
        assert (again["retry_attempt"], again["retry_reason"]) == (1, "http_timeout")
        assert again["payload"]["event_id"] == first["payload"]["event_id"]
        assert again["envelope_id"] != first["envelope_id"]
        await listener.ack(again)
        await s.slack.settles()
        await listener.ws.close()


async def test_a_socket_address_opens_one_connection() -> None:
    async with scene() as s:
        listener = Listener(s.slack.session)
        await listener.connect(s.slack, s.app.app_token)
        assert listener.hello["num_connections"] == 1
        async with s.slack.session.get(listener.url) as response:
            assert response.status == 408
        s.slack.forgives("a socket address was used twice")
        await listener.ws.close()


async def test_each_envelope_goes_to_one_of_the_connections() -> None:
    async with scene() as s:
        listeners = [Listener(s.slack.session) for _ in range(3)]
        for listener in listeners:
            await listener.connect(s.slack, s.app.app_token)
        connections = await s.app.socket.connected(3)
        for number in range(24):
            await s.ana.writes(s.channel, f"{number}")
        await s.slack.until(lambda: sum(len(c.received) for c in connections) == 24, "24 envelopes")
        received = [envelope for connection in connections for envelope in connection.received]
        assert len(set(received)) == 24
        assert all(connection.received for connection in connections)
        for listener in listeners:
            await listener.ws.close()


async def test_the_eleventh_connection_is_turned_away() -> None:
    async with scene() as s:
        listeners = [Listener(s.slack.session) for _ in range(11)]
        for listener in listeners:
            await listener.connect(s.slack, s.app.app_token)
        assert listeners[-1].hello["reason"] == "too_many_websockets"
        for listener in listeners:
            await listener.ws.close()


async def test_an_answer_to_an_event_is_noted() -> None:
    async with scene() as s:
        listener = Listener(s.slack.session)
        await listener.connect(s.slack, s.app.app_token)
        await s.ana.writes(s.channel, "hello")
        await listener.ack(await listener.next(), {"text": "ignored"})
        await s.slack.settles()
        s.slack.forgives("which Slack ignores")
        await listener.ack({"envelope_id": "made-up"})
        await s.slack.until(lambda: bool(s.slack.violations), "a violation")
        s.slack.forgives("does not exist")
        await listener.ws.close()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_bot_that_is_asked_to_refresh_connects_anew_and_misses_nothing(reason: str) -> None:
    async with scene(bot_runs=True) as s:
        (old,) = await s.app.socket.connected()
        await old.disconnect(reason)
        await s.slack.until(lambda: _renewed(s, old), "a new connection")
        await s.ana.types(s.channel, "/quiz post")
        await s.ana.sees("What is the GIL?")
        await s.slack.settles()


def _renewed(s: Scene, old: Connection) -> bool:
    return bool(s.app.socket.connections) and old not in s.app.socket.connections


async def test_without_socket_mode_there_is_no_new_connection() -> None:
    async with scene() as s:
        listener = Listener(s.slack.session)
        await listener.connect(s.slack, s.app.app_token)
        await s.app.socket.disables()
        assert (await listener.next())["reason"] == "link_disabled"
        client = AsyncWebClient(base_url=s.slack.api_url)
        with pytest.raises(SlackApiError, match="forbidden_team"):
            await client.apps_connections_open(app_token=s.app.app_token)
        await listener.ws.close()


async def test_an_event_on_a_line_that_breaks_goes_to_another_connection() -> None:
    async with scene() as s:
        listener = Listener(s.slack.session)
        await listener.connect(s.slack, s.app.app_token)
        await s.ana.writes(s.channel, "hello")
        await listener.next()
        s.app.socket.connections[0].drop()
        await s.slack.until(lambda: not s.app.socket.connections, "the line to break")
        async with by_socket(s.slack, s.app, small_bot(s.slack, s.bot)):
            await s.slack.settles()
        assert s.slack.events.sent[0].attempts[0].retry_reason == "connection_failed"


async def test_without_a_connection_a_command_fails_at_once() -> None:
    async with scene() as s:
        ack = await s.ana.types(s.channel, "/quiz")
        assert (ack.ok, ack.error) == (False, "dispatch_failed")


async def test_an_event_can_come_again_although_it_was_taken() -> None:
    async with scene(bot_runs=True) as s:
        await s.ana.writes(s.channel, "hello")
        await s.slack.settles()
        (delivery,) = s.slack.events.sent
        assert (await s.slack.events.again(delivery)).ok
        assert [ack.attempt for ack in delivery.attempts] == [0, 1]


async def test_an_answer_other_than_200_is_told_to_the_person() -> None:
    async with scene(socket=False, bot_runs=True) as s:
        s.app.http.url += "/nowhere"
        ack = await s.ana.types(s.channel, "/quiz")
        assert (ack.status, ack.error) == (404, "dispatch_failed")
        assert s.ana.errors == ['/quiz failed with the error "dispatch_failed"']


async def test_how_long_an_answer_took_is_recorded() -> None:
    async with scene(bot_runs=True) as s:
        await s.ana.types(s.channel, "/quiz echo")
        (ack,) = [ack for ack in s.slack.acks if ack.kind == "command"]
        assert ack.seconds > 0
