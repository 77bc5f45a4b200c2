"""One bot's connection and session: what it has heard, in order, and how to hear it again."""

import asyncio
import json
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMessage, web

from tests.local_discord import wire
from tests.local_discord.applications import MEMBERS, Application
from tests.local_discord.guilds import Guild
from tests.local_discord.refusal import Payload

DISPATCH = 0
GUILDS = 1 << 0
MOST_BYTES = 4096
MOST_EVENTS, EVENT_SECONDS = 120, 60.0


class Closing(Exception):
    """The gateway closes the connection with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """One WebSocket. Everything to send stands in line, so events keep their order."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, *, compressed: bool) -> None:
        self.socket = socket
        self._request = request
        self.session: Session | None = None
        self.closed_here = False
        self.heard = time.monotonic()
        self.beats = 0
        self.compressed = compressed
        self._zlib = zlib.compressobj() if compressed else None
        self._line: asyncio.Queue[Payload | Closing] = asyncio.Queue()
        self._times: deque[float] = deque()

    def send(self, payload: Payload) -> None:
        self._line.put_nowait({"t": None, "s": None, "d": None, **payload})

    def close(self, code: int, reason: str = "") -> None:
        self.closed_here = True
        self._line.put_nowait(Closing(code, reason))

    def cut(self) -> None:
        """Breaks the connection without a word, as a failing network does."""
        self.closed_here = True
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Sends what stands in line, until it is told to close."""
        while True:
            item = await self._line.get()
            if isinstance(item, Closing):
                await self.socket.close(code=item.code, message=item.reason.encode())
                return
            if self.socket.closed:
                return
            text = json.dumps(item)
            if self._zlib is None:
                await self.socket.send_str(text)
            else:
                await self.socket.send_bytes(self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))

    def read(self, message: WSMessage) -> Payload:
        """One payload of the client, within the limits on size and number."""
        raw = message.data.encode() if isinstance(message.data, str) else message.data
        if len(raw) > MOST_BYTES:
            raise Closing(4002, "Payload is larger than 4096 bytes.")
        now = time.monotonic()
        self._times.append(now)
        while self._times[0] < now - EVENT_SECONDS:
            self._times.popleft()
        if len(self._times) > MOST_EVENTS:
            raise Closing(4008, "You are being rate limited.")
        try:
            payload = json.loads(raw)
        except ValueError:
            raise Closing(4002, "Error while decoding payload.") from None
        if not isinstance(payload, dict):
            raise Closing(4002, "Error while decoding payload.")
        return payload


@dataclass(eq=False)
class Session:
    """What a bot has heard so far; outlives its connection, to be resumed."""

    id: str
    app: Application
    shard: int
    shards: int
    intents: int
    connection: Connection | None = None
    events: list[Payload] = field(default_factory=list)
    resumed: int = 0
    ended: bool = False

    def hears(self, intent: int) -> bool:
        return bool(self.intents & intent)

    def send(self, event: str, body: Any) -> None:  # noqa: ANN401 - the body of any event
        """Sends the event, or keeps it for a RESUME."""
        payload = {"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": body}
        self.events.append(payload)
        if self.connection is not None:
            self.connection.send(payload)

    def tell(self, payload: Payload) -> None:
        """Sends what is no event, and so is not kept."""
        if self.connection is not None:
            self.connection.send(payload)

    def welcome(self, guild: Guild) -> None:
        """Describes a guild that the bot was in already."""
        if self.hears(GUILDS):
            body = wire.guild_created(guild, self.app, all_members=self.hears(MEMBERS))
            self.send("GUILD_CREATE", body | {"unavailable": False})

    def names(self) -> list[str]:
        """The names of the events so far."""
        return [each["t"] for each in self.events]
