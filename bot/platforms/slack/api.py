"""The one place where Slack's Web API is called."""

from typing import Any

import structlog
from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.platforms.slack.outcomes import SlackRefused, SlackSilent
from bot.platforms.slack.workspaces import Workspaces

Payload = dict[str, Any]

_LONGEST_CALL_S = 10
# These take no JSON: https://docs.slack.dev/apis/web-api/#post_bodies
_BY_FORM = frozenset({"conversations.info", "conversations.replies", "users.info", "oauth.v2.access"})

log = structlog.get_logger(__name__)


class Api:
    """Calls with the right token, once each: an answer that is missing is the caller's to deal with."""

    def __init__(self, base_url: str, workspaces: Workspaces) -> None:
        self._base_url = base_url
        self._workspaces = workspaces
        self._session: ClientSession | None = None

    async def start(self) -> None:
        """Before the first call."""
        self._session = ClientSession(timeout=ClientTimeout(total=_LONGEST_CALL_S))

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client that tries nothing twice: a message sent again could be posted twice."""
        return AsyncWebClient(token=token, base_url=self._base_url, session=self._session, retry_handlers=[])

    async def call(self, team_id: str, method: str, **args: object) -> AsyncSlackResponse:
        """As the bot of that workspace. Raises `SlackRefused`, `SlackSilent`, `NotInstalled`."""
        try:
            return await self.call_as((await self._workspaces.get(team_id)).token, method, **args)
        except SlackRefused as error:
            if error.error != "token_expired":
                raise
        await self._workspaces.distrust(team_id)
        return await self.call_as((await self._workspaces.get(team_id)).token, method, **args)

    async def call_as(self, token: str | None, method: str, **args: object) -> AsyncSlackResponse:
        """With this token. Raises `SlackRefused`, `SlackSilent`."""
        client = self.client(token)
        given = {name: value for name, value in args.items() if value is not None}
        try:
            if method in _BY_FORM:
                return await client.api_call(method, data=given)
            return await client.api_call(method, json=given)
        except SlackApiError as error:
            raise _refusal(error) from error
        except ClientConnectorError as error:
            raise SlackSilent(f"Slack cannot be reached ({type(error).__name__})", sent=False) from error
        except (TimeoutError, ClientError, OSError) as error:
            raise SlackSilent(f"no answer from Slack ({type(error).__name__})") from error

    async def respond(self, address: str, body: Payload) -> None:
        """Answer where somebody acted, by its response_url. Raises `SlackRefused`, `SlackSilent`."""
        if self._session is None:
            raise SlackSilent("not connected", sent=False)
        try:
            async with self._session.post(address, json=body) as answer:
                if answer.status == 429:
                    raise SlackRefused("ratelimited", retry_after=_seconds(answer.headers.get("Retry-After")))
                if answer.status >= 500:
                    raise SlackSilent(f"status {answer.status}")
                if answer.status != 200:
                    # 404 with used_url or expired_url: it lasts no more.
                    raise SlackRefused("expired_url")
        except (TimeoutError, ClientError, OSError) as error:
            raise SlackSilent(f"no answer from Slack ({type(error).__name__})") from error


def _refusal(error: SlackApiError) -> SlackRefused | SlackSilent:
    response = error.response
    status = getattr(response, "status_code", 0)
    data = getattr(response, "data", None)
    if status >= 500 or not isinstance(data, dict) or "error" not in data:
        if status == 429:
            return SlackRefused("ratelimited", retry_after=_seconds(response.headers.get("Retry-After")))
        return SlackSilent(f"status {status}")
    after = _seconds(response.headers.get("Retry-After")) if status == 429 else None
    return SlackRefused(str(data["error"]), str(data.get("needed", "")), after)


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isdecimal() else 30.0
