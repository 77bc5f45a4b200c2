"""The Web API's door: reads a call, checks token, scope, limits and arguments, and words the answer."""

import base64
import json
import time
from typing import TYPE_CHECKING

from aiohttp import web

from tests.local_slack import chat, connections, conversations, oauth, reactions, users, views
from tests.local_slack.app import Installation
from tests.local_slack.call import Call
from tests.local_slack.methods import METHODS, Method
from tests.local_slack.payload import FAULTS_OF_THE_BOT, ApiError, Payload, invalid_arguments
from tests.local_slack.ratelimits import Fault, ratelimited

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack

# Each of these registers its methods when it is imported.
REGISTERED = (chat, connections, conversations, oauth, reactions, users, views)
JSON_ARGUMENTS = ("blocks", "attachments", "metadata", "view")


class WebApi:
    """Everything under /api/."""

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack = slack

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or fail it as a test ordered."""
        name = request.match_info["method"]
        fault = self.slack.faults.take(name)
        call = Call(self.slack, name, {}, self.slack.clock.now(), time.monotonic())
        self.slack.calls.append(call)
        if fault is not None and fault.kind == "drop":
            return _cut(request)
        try:
            call.answer = {"ok": True} | await self._answer(request, call, fault)
        except ApiError as error:
            call.status = error.status
            call.answer = {"ok": False, "error": error.name} | error.extra
            if error.name in FAULTS_OF_THE_BOT:
                self.slack.violation(f"{name}: {error.name} {error.extra or ''}".strip())
        self.slack.changed()
        if fault is not None and fault.kind == "drop_after_work":
            return _cut(request)
        if fault is not None and fault.kind == "status" and fault.status != 429:
            call.status = fault.status
            return web.Response(status=fault.status, text="<html>Bad gateway</html>", content_type="text/html")
        return web.json_response(call.answer, status=call.status, headers=_headers(call))

    async def _answer(self, request: web.Request, call: Call, fault: Fault | None) -> Payload:
        method = METHODS.get(call.method)
        await _read(request, call, method)
        if method is None:
            raise ApiError("unknown_method")
        _authenticate(request, call, method)
        if fault is not None:
            _fail(fault)
        team = call.bot.workspace.id if call.bot else ""
        app = call.bot.app.id if call.bot else call.app_of_token.id if call.app_of_token else ""
        self.slack.limits.call(call.method, method.tier, team, app)
        self._check(call, method)
        return method.run(call)

    def _check(self, call: Call, method: Method) -> None:
        if call.bot is not None:
            for problem in self.slack.arguments.problems(call.method, call.args, call.bot.app.scopes):
                self.slack.violation(problem)
            call.needs(*method.scopes)
        if missing := [name for name in method.required if call.args.get(name) in (None, "")]:
            raise invalid_arguments(*(f"missing required field: {name}" for name in missing))


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _fail(fault: Fault) -> None:
    if fault.kind == "error":
        raise ApiError(fault.error)
    if fault.status == 429:
        raise ratelimited(fault.retry_after)
    if fault.kind == "status":
        raise ApiError("fatal_error", status=fault.status)


def _headers(call: Call) -> dict[str, str]:
    headers = {}
    if "retry_after" in call.answer:
        headers["Retry-After"] = str(call.answer.pop("retry_after"))
    if call.bot is not None:
        headers["x-oauth-scopes"] = ",".join(call.bot.scopes)
    return headers


async def _read(request: web.Request, call: Call, method: Method | None) -> None:
    call.args = dict(request.query)
    if request.method != "POST":
        pass
    elif request.content_type == "application/json":
        if method is not None and not method.takes_json:
            call.slack.violation(f"{call.method} does not take JSON")
            return
        call.args |= _json_body(await request.text())
    else:
        call.args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    for key in JSON_ARGUMENTS:
        if isinstance(call.args.get(key), str):
            call.args[key] = _parsed(call.args[key], key)


def _json_body(text: str) -> Payload:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body


def _parsed(text: str, key: str) -> object:
    try:
        return json.loads(text) if text else None
    except ValueError:
        name = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}.get(key, "invalid_arguments")
        raise ApiError(name) from None


def _authenticate(request: web.Request, call: Call, method: Method) -> None:
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        login, _, password = base64.b64decode(credential).decode().partition(":")
        call.client = (login, password)
    body_token = call.args.pop("token", None)
    if method.caller == "anybody":
        return
    token = credential if scheme == "Bearer" else body_token
    if not token:
        raise ApiError("not_authed")
    if method.caller == "app":
        call.app_of_token = next((app for app in call.slack.apps.values() if app.app_token == token), None)
        if call.app_of_token is None:
            raise ApiError("invalid_auth" if token not in call.slack.tokens else "not_allowed_token_type")
        return
    call.bot = _bot(call.slack, token)


def _bot(slack: "LocalSlack", text: str) -> Installation:
    token = slack.tokens.get(text)
    if token is None or token.refresh:
        raise ApiError(
            "invalid_auth" if text not in {app.app_token for app in slack.apps.values()} else "not_allowed_token_type"
        )
    if token.installation.uninstalled:
        raise ApiError("account_inactive")
    if token.revoked:
        raise ApiError("token_revoked")
    if token.expires_at is not None and token.expires_at <= slack.clock.now():
        raise ApiError("token_expired")
    return token.installation
