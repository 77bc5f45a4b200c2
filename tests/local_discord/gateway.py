"""The WebSocket side: sessions of bots, their events, resuming and all the ways to be closed.

https://docs.discord.com/developers/events/gateway
"""

import asyncio
import secrets
import time
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from tests.local_discord import wire
from tests.local_discord.applications import MEMBERS, PRIVILEGED, Application
from tests.local_discord.refusal import Payload
from tests.local_discord.session import Closing, Connection, Session

if TYPE_CHECKING:
    from tests.local_discord.server import LocalDiscord

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
ALL_INTENTS = (1 << 26) - 1


class Gateway:
    """Takes connections, and gives tests the means to break them."""

    def __init__(self, home: "LocalDiscord", heartbeat_seconds: float) -> None:
        self._home = home
        self.heartbeat_seconds = heartbeat_seconds
        self.answers_heartbeats = True
        """Set it to False, and a client must take its connection for dead."""
        self.sessions: list[Session] = []
        self.identifies = 0
        self._connections: set[Connection] = set()

    # What a test does.

    def sessions_of(self, app: Application) -> list[Session]:
        """The sessions that are alive, connected or waiting for a RESUME."""
        return [each for each in self.sessions if each.app is app and not each.ended]

    def disconnect(self, app: Application, *, code: int = 4000, resumable: bool = True) -> None:
        """The connections break. Not resumable: the bot must identify anew."""
        for session in self.sessions_of(app):
            session.ended = not resumable
            if session.connection is not None:
                session.connection.close(code)

    def cut(self, app: Application) -> None:
        """The network fails: the connections break without a close code."""
        for session in self._connected(app):
            if session.connection is not None:
                session.connection.cut()

    def ask_to_reconnect(self, app: Application) -> None:
        """Opcode 7, as before each deployment of Discord."""
        for session in self._connected(app):
            session.tell({"op": RECONNECT, "d": None})

    def invalidate(self, app: Application, *, resumable: bool) -> None:
        """Opcode 9."""
        for session in self._connected(app):
            session.ended = not resumable
            session.tell({"op": INVALID_SESSION, "d": resumable})

    def replay(self, app: Application, event: str) -> None:
        """Sends the newest event of this name a second time, as may happen around a RESUME."""
        for session in self.sessions_of(app):
            newest = next((each for each in reversed(session.events) if each["t"] == event), None)
            if newest is not None:
                session.send(event, newest["d"])

    async def ready(self, app: Application, sessions: int = 1) -> None:
        """Waits until so many sessions of the application are connected and have been told READY or RESUMED."""
        await self._home.pulse.until(
            lambda: len(self._connected(app)) >= sessions or None,
            f"{sessions} sessions of {app.name}",
            lambda: len(self._connected(app)),
        )

    def sessions_for(self, app: Application, guild_id: int) -> list[Session]:
        return [each for each in self.sessions_of(app) if (guild_id >> 22) % each.shards == each.shard]

    def _connected(self, app: Application) -> "list[Session]":
        return [each for each in self.sessions_of(app) if each.connection is not None]

    # What a client does.

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0, timeout=0.5)
        await socket.prepare(request)
        connection = Connection(socket, request, compressed=request.query.get("compress") == "zlib-stream")
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        try:
            if request.query.get("v", "10") != "10":
                raise Closing(4012, "Invalid API version")
            connection.send({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat_seconds * 1000)}})
            await self._listen(connection)
        except Closing as closing:
            connection.close(closing.code, closing.reason)
        finally:
            self._connections.discard(connection)
            self._detach(connection)
            connection.close(WSCloseCode.GOING_AWAY)
            await writer
            self._home.pulse.beat()
        return socket

    async def close(self) -> None:
        for connection in list(self._connections):
            connection.close(1001)

    async def _listen(self, connection: Connection) -> None:
        while True:
            wait = connection.heard + 2 * self.heartbeat_seconds - time.monotonic()
            try:
                message = await connection.socket.receive(timeout=max(wait, 0.001))
            except TimeoutError:
                raise Closing(4009, "Session timed out") from None
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            self._take(connection, connection.read(message))

    def _take(self, connection: Connection, payload: Payload) -> None:
        op, body = payload.get("op"), payload.get("d")
        if op == HEARTBEAT:
            connection.heard = time.monotonic()
            connection.beats += 1
            if self.answers_heartbeats:
                connection.send({"op": HEARTBEAT_ACK})
        elif op == IDENTIFY and isinstance(body, dict):
            self._identify(connection, body)
        elif op == RESUME and isinstance(body, dict):
            self._resume(connection, body)
        elif connection.session is None:
            raise Closing(4003, "Not authenticated.")
        elif op == REQUEST_MEMBERS and isinstance(body, dict):
            self._send_members(connection.session, body)
        elif op not in (PRESENCE, VOICE):
            raise Closing(4001, "Unknown opcode.")

    def _identify(self, connection: Connection, body: Payload) -> None:
        if connection.session is not None:
            raise Closing(4005, "Already authenticated.")
        app = self._app(body)
        self.identifies += 1
        if app.identifies_left <= 0:
            app.reset_token("reset")
            raise Closing(4004, "Authentication failed.")
        app.identifies_left -= 1
        shard, shards = _shard(app, body)
        session = Session(secrets.token_hex(16), app, shard, shards, _intents(app, body), connection)
        connection.session = session
        self.sessions.append(session)
        self._welcome(session)
        self._home.pulse.beat()

    def _app(self, body: Payload) -> Application:
        app = self._home.application_of(str(body.get("token", "")).removeprefix("Bot "))
        if app is None:
            raise Closing(4004, "Authentication failed.")
        return app

    def _welcome(self, session: Session) -> None:
        app = session.app
        guilds = [each for each in self._home.guilds_of(app) if (each.id >> 22) % session.shards == session.shard]
        session.send(
            "READY",
            {
                "v": 10,
                "user": wire.own_user(app),
                "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self._home.gateway_url,
                "shard": [session.shard, session.shards],
                "application": {"id": str(app.id), "flags": app.flags},
                "private_channels": [],
                "relationships": [],
                "user_settings": {},
                "_trace": [],
            },
        )
        for guild in guilds:
            session.welcome(guild)

    def _resume(self, connection: Connection, body: Payload) -> None:
        app, seq = self._app(body), body.get("seq")
        session = next((each for each in self.sessions_of(app) if each.id == body.get("session_id")), None)
        if session is None:
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        if not isinstance(seq, int) or seq > len(session.events):
            session.ended = True
            raise Closing(4007, "Invalid seq")
        if session.connection is not None:
            session.connection.session = None
            session.connection.close(4000)
        session.connection, connection.session = connection, session
        for event in session.events[seq:]:
            connection.send(event)
        session.resumed += 1
        session.send("RESUMED", {"_trace": []})
        self._home.pulse.beat()

    def _send_members(self, session: Session, body: Payload) -> None:
        guild = self._home.guilds.get(int(body.get("guild_id") or 0))
        if guild is None or session.app.id not in guild.installed:
            return
        if not body.get("user_ids") and body.get("query") == "" and not session.hears(MEMBERS):
            raise Closing(4014, "Disallowed intent(s).")
        named = body.get("user_ids") or []
        wanted = {int(each) for each in (named if isinstance(named, list) else [named])}
        start = str(body.get("query") or "").lower()
        found = [
            each
            for each in guild.members.values()
            if (each.user.id in wanted if wanted else each.user.name.lower().startswith(start))
        ]
        chunk: Payload = {"guild_id": str(guild.id), "members": [wire.member(each) for each in found]}
        chunk |= {"chunk_index": 0, "chunk_count": 1, "not_found": []}
        session.send("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": body["nonce"]} if "nonce" in body else {}))

    def _detach(self, connection: Connection) -> None:
        """The connection is gone; a client that closed with 1000 or 1001 has ended its session."""
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if not connection.closed_here and connection.socket.close_code in (1000, 1001):
            session.ended = True


def _shard(app: Application, body: Payload) -> tuple[int, int]:
    shard, shards = body.get("shard") or (0, 1)
    if not 0 <= shard < shards:
        raise Closing(4010, "Invalid shard.")
    if shards < app.sharding_required:
        raise Closing(4011, "Sharding required.")
    return shard, shards


def _intents(app: Application, body: Payload) -> int:
    intents = body.get("intents")
    if not isinstance(intents, int) or intents & ~ALL_INTENTS:
        raise Closing(4013, "Invalid intent(s).")
    privileged = intents & sum(PRIVILEGED)
    if privileged & ~app.privileged:
        raise Closing(4014, "Disallowed intent(s).")
    return intents
