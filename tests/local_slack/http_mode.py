"""HTTP mode: signed requests to the address the app named.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from aiohttp import ClientError, ClientResponse

from tests.local_slack.ack import NOT_REACHED, Ack
from tests.local_slack.payload import Payload

if TYPE_CHECKING:
    from tests.local_slack.app import SlackApp
    from tests.local_slack.server import LocalSlack

Forgery = Literal["wrong signature", "no signature", "old timestamp", "future timestamp", "tampered body"]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Signed:
    """A request's body and headers."""

    body: bytes
    headers: dict[str, str]


class HttpMode:
    """Requests to one address; `url` is set when the bot under test has its port."""

    name = "http"

    def __init__(self, slack: "LocalSlack", app: "SlackApp | None" = None, url: str = "") -> None:
        self.slack = slack
        self.app = app
        self.url = url

    async def send(self, kind: str, payload: Payload, attempt: int = 0, reason: str = "") -> Ack:
        """Post it and wait for the answer, in real time."""
        request = self._signed(kind, payload)
        retry = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason} if attempt else {}
        sent = time.monotonic()
        try:
            async with self.slack.session.post(
                self.url, data=request.body, headers=request.headers | retry, allow_redirects=False
            ) as response:
                return await _ack(kind, response, sent)
        except (TimeoutError, ClientError, OSError):
            return Ack(kind, ok=False, error=NOT_REACHED, retry_reason="connection_failed")

    async def verify_url(self) -> bool:
        """The check Slack does when the address is entered: does the bot echo the challenge?"""
        challenge = {"type": "url_verification", "token": self._app().verification_token, "challenge": "3eZbrw1aB"}
        request = self._signed("events", challenge)
        async with self.slack.session.post(self.url, data=request.body, headers=request.headers) as response:
            return response.status == 200 and "3eZbrw1aB" in await response.text()

    async def posts_forged(self, kind: str, payload: Payload, forgery: Forgery) -> int:
        """A request that does not come from Slack; the status the bot answers."""
        request = self._signed(kind, payload, skew=_SKEW.get(forgery, 0))
        body, headers = request.body, dict(request.headers)
        if forgery == "wrong signature":
            headers["X-Slack-Signature"] = "v0=" + "0" * 64
        elif forgery == "no signature":
            del headers["X-Slack-Signature"]
        elif forgery == "tampered body":
            body += b" "
        async with self.slack.session.post(self.url, data=body, headers=headers) as response:
            return response.status

    def _app(self) -> "SlackApp":
        if self.app is None:
            raise AssertionError("The transport belongs to no app yet.")
        return self.app

    def _signed(self, kind: str, payload: Payload, skew: int = 0) -> Signed:
        form = kind != "events"
        fields = payload if kind == "command" else {"payload": json.dumps(payload)}
        body = urlencode(fields).encode() if form else json.dumps(payload).encode()
        # The receiver compares this stamp with the real time, so it is the one thing the movable clock does not set.
        stamp = str(int(time.time()) + skew)
        return Signed(
            body,
            {
                "Content-Type": FORM if form else "application/json",
                "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signature(self._app().signing_secret, stamp, body),
            },
        )

    async def close(self) -> None:
        """Nothing is kept open."""


_SKEW = {"old timestamp": -301, "future timestamp": 301}


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Slack's signature over the raw body."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def _read(text: str, *, is_json: bool) -> Payload | None:
    if not is_json:
        return {"text": text}
    try:
        body: Payload = json.loads(text)
    except ValueError:
        return None
    return body


async def _ack(kind: str, response: ClientResponse, sent: float) -> Ack:
    text = await response.text()
    ok = response.status == 200
    body: Payload | None = None
    if ok and text and kind != "events":
        body = _read(text, is_json=response.content_type == "application/json")
        ok = body is not None
    return Ack(
        kind,
        ok=ok,
        status=response.status,
        body=body or None,
        error="" if ok else NOT_REACHED,
        seconds=time.monotonic() - sent,
        no_retry=response.headers.get("x-slack-no-retry") == "1",
    )
