"""What Slack and people reach over HTTP: signed requests, and the pages to install the app.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from aiohttp import web
from multidict import CIMultiDictProxy
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.platforms.slack import answered
from bot.platforms.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH


class Pages:
    """Answers once `app` is set: before that, what Slack sends is refused and comes again."""

    def __init__(self, signing_secret: str | None, oauth: AsyncOAuthFlow | None) -> None:
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._oauth = oauth
        self.app: AsyncApp | None = None

    @property
    def routes(self) -> list[web.RouteDef]:
        found = [web.post(EVENTS_PATH, self._events)] if self._verifier else []
        if self._oauth:
            found += [web.get(INSTALL_PATH, self._install), web.get(REDIRECT_PATH, self._installed)]
        return found

    async def _events(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self._verifier is None or not _is_signed(self._verifier, body, request.headers):
            return web.Response(status=401)
        if self.app is None:
            return web.Response(status=503)
        has_answer = answered.begin()
        try:
            text = body.decode("utf-8", "replace")
            told = AsyncBoltRequest(body=text, query=request.query_string, headers=dict(request.headers))
            answer = await to_aiohttp_response(await self.app.async_dispatch(told))
            await answer.prepare(request)
            await answer.write_eof()
        finally:
            has_answer.set()
        return answer

    async def _install(self, request: web.Request) -> web.Response:
        if self._oauth is None or self.app is None:
            return web.Response(status=503)
        return await to_aiohttp_response(await self._oauth.handle_installation(await to_bolt_request(request)))

    async def _installed(self, request: web.Request) -> web.Response:
        if self._oauth is None or self.app is None:
            return web.Response(status=503)
        return await to_aiohttp_response(await self._oauth.handle_callback(await to_bolt_request(request)))


def _is_signed(verifier: SignatureVerifier, body: bytes, headers: CIMultiDictProxy[str]) -> bool:
    """Signed by Slack over these very bytes, and at most five minutes off our clock, in either direction."""
    stamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
    if not (stamp.isascii() and stamp.isdecimal() and signature.isascii()):
        return False
    return verifier.is_valid(body, stamp, signature)
