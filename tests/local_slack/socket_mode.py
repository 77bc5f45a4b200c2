"""Socket Mode: envelopes over a WebSocket that the bot opened.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.local_slack.ack import NOT_REACHED, Ack
from tests.local_slack.ids import secret
from tests.local_slack.payload import Payload

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack

ENVELOPES = {"events": "events_api", "command": "slash_commands"}  # everything else is "interactive"
MOST_CONNECTIONS = 10
TICKET_SECONDS = 30.0


@dataclass(eq=False)
class Connection:
    """One open WebSocket of an app."""

    number: int
    ws: web.WebSocketResponse
    request: web.Request
    received: list[str] = field(default_factory=list)  # ids of the envelopes it was given

    async def close(self) -> None:
        """Say goodbye and close, as Slack does after a refresh."""
        await self.ws.close()

    def drop(self) -> None:
        """Cut the line without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def disconnect(self, reason: str) -> None:
        """Announce an end: `warning`, `refresh_requested` or `link_disabled`."""
        await self.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})


@dataclass(eq=False)
class Pending:
    """An envelope that is not acknowledged yet."""

    connection: Connection
    acked: "asyncio.Future[Payload | None]"
    takes_payload: bool
    sent: float


class SocketMode:
    """All connections of one app. Each envelope goes to one of them, drawn by chance."""

    name = "socket"

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack = slack
        self.connections: list[Connection] = []
        self.enabled = True
        self._tickets: dict[str, float] = {}
        self._pending: dict[str, Pending] = {}
        self._known: set[str] = set()
        self._opened = 0
        self._chance = random.Random(7)

    def ticket(self) -> str:
        """A single-use, short-lived ticket for one connection."""
        ticket = secret()
        self._tickets[ticket] = self.slack.clock.now() + TICKET_SECONDS
        return ticket

    async def connected(self, count: int = 1) -> list[Connection]:
        """Return when the bot holds this many connections."""
        await self.slack.until(lambda: len(self.connections) >= count, f"{count} socket connections of the bot")
        return self.connections

    async def serve(self, request: web.Request, app_id: str) -> web.StreamResponse:
        """One connection, from hello until it ends."""
        if self._tickets.pop(request.query.get("ticket", ""), -1.0) < self.slack.clock.now():
            self.slack.violation("a socket address was used twice or too late")
            return web.Response(status=408)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        self._opened += 1
        connection = Connection(self._opened, ws, request)
        self.connections.append(connection)
        try:
            await ws.send_json(_hello(app_id, len(self.connections)))
            self.slack.changed()
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._ended(connection)
        return ws

    def _ended(self, connection: Connection) -> None:
        self.connections.remove(connection)
        for pending in self._pending.values():
            if pending.connection is connection and not pending.acked.done():
                pending.acked.set_exception(ConnectionResetError())
        self.slack.changed()

    def _acknowledge(self, text: str) -> None:
        message: Payload = json.loads(text)
        envelope_id = message.get("envelope_id", "")
        if envelope_id not in self._known:
            self.slack.violation(f"acknowledged an envelope that does not exist: {text[:80]}")
            return
        pending = self._pending.get(envelope_id)
        if pending is None or pending.acked.done():
            return
        if message.get("payload") and not pending.takes_payload:
            self.slack.violation("answered an event with a payload, which Slack ignores")
        pending.acked.set_result(message.get("payload"))

    async def send(self, kind: str, payload: Payload, attempt: int = 0, reason: str = "") -> Ack:
        """Put one envelope on one connection and wait for its acknowledgement, in real time."""
        if kind == "events" and self.enabled:
            await self.slack.appears(lambda: bool(self.connections))
        if not self.connections or not self.enabled:
            return Ack(kind, ok=False, error=NOT_REACHED, retry_reason="connection_failed")
        connection = self._chance.choice(self.connections)
        envelope_id = self.slack.ids.new("envelope-")
        envelope = _envelope(envelope_id, kind, payload, attempt, reason)
        pending = Pending(
            connection,
            asyncio.get_running_loop().create_future(),
            bool(envelope["accepts_response_payload"]),
            time.monotonic(),
        )
        self._known.add(envelope_id)
        self._pending[envelope_id] = pending
        connection.received.append(envelope_id)
        try:
            await connection.ws.send_json(envelope)
            self.slack.changed()
            body = await pending.acked
        except ConnectionError:
            return Ack(kind, ok=False, error=NOT_REACHED, retry_reason="connection_failed")
        finally:
            del self._pending[envelope_id]
        return Ack(kind, ok=True, body=body or None, seconds=time.monotonic() - pending.sent)

    async def disables(self) -> None:
        """Somebody turns Socket Mode off in the app's settings: `link_disabled`, and no new connection."""
        self.enabled = False
        for connection in list(self.connections):
            await connection.disconnect("link_disabled")
            await connection.close()

    async def close(self) -> None:
        """End every connection."""
        self.enabled = False
        for connection in list(self.connections):
            with suppress(ConnectionError):
                await connection.ws.close()


def _hello(app_id: str, number: int) -> Payload:
    return {
        "type": "hello",
        "num_connections": number,
        "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
        "connection_info": {"app_id": app_id},
    }


def _envelope(envelope_id: str, kind: str, payload: Payload, attempt: int, reason: str) -> Payload:
    envelope: Payload = {
        "envelope_id": envelope_id,
        "type": ENVELOPES.get(kind, "interactive"),
        "payload": payload,
        "accepts_response_payload": kind != "events",
    }
    if kind == "events":
        envelope |= {"retry_attempt": attempt, "retry_reason": reason}
    return envelope
