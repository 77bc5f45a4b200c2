"""Socket Mode: Slack's requests over a line that the bot opens, so that it needs no public address.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import time

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.chat.platform import PlatformRefused
from bot.platforms.slack import answered
from bot.platforms.slack.api import Api
from bot.platforms.slack.outcomes import SlackRefused, SlackSilent

_REMEDY = (
    "Set SLACK_APP_TOKEN to an app-level token with the scope connections:write, from the app's page under "
    "Basic Information, and turn Socket Mode on there."
)
_LOST_S = 60.0


class _Handler(AsyncSocketModeHandler):
    """Says when an envelope's answer is on its way."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as slack-bolt itself does
        has_answer = answered.begin()
        try:
            await super().handle(client, req)
        finally:
            has_answer.set()


class Socket:
    """One connection, renewed as Slack asks. `ping_s`: how often it is looked at."""

    def __init__(self, api: Api, app_token: str, *, ping_s: float) -> None:
        self._api = api
        self._app_token = app_token
        self._ping_s = ping_s
        self._handler: _Handler | None = None
        self._watching: asyncio.Task[None] | None = None
        self._lost_at: float | None = None

    async def address(self) -> str:
        """A new address, good for one connection. Raises `PlatformRefused`."""
        try:
            answer = await self._api.call_as(self._app_token, "apps.connections.open")
        except SlackRefused as error:
            raise PlatformRefused("slack", f"the app token is refused ({error.error})", _REMEDY) from error
        except SlackSilent as error:
            raise PlatformRefused("slack", error.reason, "Check the network, then start again.") from error
        return str(answer["url"])

    async def open(self, app: AsyncApp) -> None:
        """Connect. Raises `PlatformRefused`."""
        address = await self.address()
        client = self._api.client()
        self._handler = _Handler(app, self._app_token, web_client=client, ping_interval=self._ping_s)
        self._handler.client.wss_uri = address
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # slack-bolt leaves it untyped
        self._watching = asyncio.create_task(self._watch(self._handler.client), name="slack-socket")

    def trouble(self) -> str | None:
        """What is wrong, once the line is broken for longer than a reconnect takes."""
        if self._handler is None:
            return "Slack: not connected."
        lost = self._lost_at is not None and time.monotonic() - self._lost_at > _LOST_S
        return "Slack: the connection is lost and is being opened anew." if lost else None

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]  # as above

    async def _watch(self, client: SocketModeClient) -> None:
        """slack-sdk tries the same address until it works, but one is good only once and for half a minute."""
        while True:
            await asyncio.sleep(self._ping_s)
            connected = client.current_session is not None and not client.current_session.closed
            if connected:
                self._lost_at = None
            elif self._lost_at is None:
                self._lost_at = time.monotonic()
            else:
                client.wss_uri = None
