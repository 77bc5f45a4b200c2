"""A bot without a library: it sends exactly what a test says, right or wrong."""

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.local_discord import Application, LocalDiscord

Payload = dict[str, Any]
DEFAULT_INTENTS = (1 << 0) | (1 << 9) | (1 << 12)


@dataclass
class Reply:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> int:
        return int(self.body["code"])


@dataclass
class RawBot:
    home: LocalDiscord
    app: Application
    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        known = {"Authorization": f"Bot {self.app.token}", "User-Agent": "DiscordBot (test, 1)"}
        sent = None if body is None else json.dumps(body)
        if sent is not None:
            known["Content-Type"] = "application/json"
        url = self.home.api_url + path
        async with self.http.request(method, url, data=sent, headers={**known, **headers}) as answer:
            text = await answer.text()
            return Reply(answer.status, json.loads(text) if text else None, dict(answer.headers))

    async def connect(self, *, compressed: bool = False) -> "Socket":
        query = "?v=10&encoding=json" + ("&compress=zlib-stream" if compressed else "")
        return Socket(self.app, await self.http.ws_connect(self.home.gateway_url + query), zlib.decompressobj())


@dataclass
class Socket:
    app: Application
    ws: aiohttp.ClientWebSocketResponse
    inflator: "zlib._Decompress"

    async def send(self, op: int, body: object) -> None:
        await self.ws.send_str(json.dumps({"op": op, "d": body}))

    async def identify(self, *, intents: int = DEFAULT_INTENTS, **more: object) -> None:
        properties = {"os": "linux", "browser": "test", "device": "test"}
        await self.send(2, {"token": self.app.token, "intents": intents, "properties": properties, **more})

    async def next(self) -> Payload:
        message = await self.ws.receive(timeout=10)
        assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), f"closed with {self.ws.close_code}"
        text = self.inflator.decompress(message.data) if isinstance(message.data, bytes) else message.data
        payload: Payload = json.loads(text)
        return payload

    async def event(self, name: str) -> Payload:
        """The next event of this name; what comes before it is passed over."""
        while (payload := await self.next())["t"] != name:
            pass
        return payload

    async def closed(self) -> int | None:
        """Waits until the gateway closes, and returns the code."""
        while not self.ws.closed:
            await self.ws.receive(timeout=10)
        return self.ws.close_code


@asynccontextmanager
async def raw_bot(home: LocalDiscord, app: Application) -> AsyncIterator[RawBot]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        yield RawBot(home, app, http)
