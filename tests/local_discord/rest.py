"""The HTTP side: reads a request, checks it, and words the answer as Discord does."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.local_discord import endpoints_applications, endpoints_channels, endpoints_interactions
from tests.local_discord.applications import Application
from tests.local_discord.faults import Fault
from tests.local_discord.limits import FILE_BYTES
from tests.local_discord.ratelimits import TooFast
from tests.local_discord.refusal import Refusal, invalid, unauthorized
from tests.local_discord.routing import Answer, Call, Route

if TYPE_CHECKING:
    from tests.local_discord.server import LocalDiscord

ROOT = "/api/v10"
ROUTES = [
    *endpoints_applications.routes.listed,
    *endpoints_channels.routes.listed,
    *endpoints_interactions.routes.listed,
]


class Rest:
    """Answers everything under /api/v10."""

    def __init__(self, home: "LocalDiscord") -> None:
        self._home = home
        self.requests: list[tuple[str, str, int]] = []
        """Method, path and status of every request, in order of the answers."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method, path = request.method, request.path.removeprefix(ROOT)
        route, params = _route(method, path)
        if route is None:
            self._home.violations.append(f"{method} {path}: no such route on the local Discord")
            return self._respond(method, path, Answer(404, {"message": "404: Not Found", "code": 0}))
        headers: dict[str, str] = {}
        try:
            caller = self._caller(request, route)
            free = route.token_in_path or caller is None
            headers = self._home.ratelimits.take(
                method, route.template, params, None if free or caller is None else caller.token
            )
            answer = await self._answer(request, route, params, caller)
        except TooFast as limit:
            more = {"Retry-After": f"{limit.retry_after:.3f}", "X-RateLimit-Scope": limit.scope, "Via": "1.1 local"}
            more |= {"X-RateLimit-Global": "true"} if limit.scope == "global" else {}
            return self._respond(method, path, Answer(429, limit.payload()), limit.headers | more)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.payload())
        return self._respond(method, path, answer, headers)

    async def _answer(
        self, request: web.Request, route: Route, params: dict[str, str], caller: Application | None
    ) -> Answer:
        fault = self._home.faults.next(route.method, route.template)
        if fault is not None and not fault.works:
            await self._fail(request, fault)
        call = Call(self._home, params, dict(request.query), caller, await _body(request))
        self._check_request(route, request.path.removeprefix(ROOT), call.json)
        done = await route.handler(call)
        if fault is not None:
            await self._fail(request, fault)
        return done if isinstance(done, Answer) else Answer(200, done)

    async def _fail(self, request: web.Request, fault: Fault) -> None:
        if fault.status == 429:
            raise TooFast(fault.retry_after, fault.scope, {})
        if fault.status is not None:
            raise Refusal(fault.status, fault.code, f"{fault.status}: ordered by a test")
        if fault.hangs:
            await self._home.closing.wait()
        if request.transport is not None:
            request.transport.abort()
        # Nobody hears the answer any more; cancelling ends the handler at once.
        raise asyncio.CancelledError

    def _caller(self, request: web.Request, route: Route) -> Application | None:
        if route.token_in_path:
            return None
        if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
            raise Refusal(403, 40333, "internal network error")
        token = request.headers.get("Authorization", "").removeprefix("Bot ")
        app = self._home.application_of(token)
        if app is None:
            raise unauthorized()
        return app

    def _check_request(self, route: Route, path: str, body: object) -> None:
        wrong = self._home.document.wrong_request(route.method, path, body) if self._home.document else None
        if wrong is not None:
            self._home.violations.append(f"{route.method} {route.template}: {wrong}")
            raise invalid((), "OPENAPI", wrong)

    def _respond(
        self, method: str, path: str, answer: Answer, headers: dict[str, str] | None = None
    ) -> web.StreamResponse:
        self.requests.append((method, path, answer.status))
        if answer.status < 300 and self._home.document is not None:
            wrong = self._home.document.wrong_response(method, path, answer.status, answer.body)
            if wrong is not None:
                self._home.violations.append(f"the answer to {method} {path}: {wrong}")
        self._home.pulse.beat()
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        body = json.dumps(answer.body).encode()
        # json_response would add a charset, which discord.py does not take for JSON.
        return web.Response(body=body, status=answer.status, headers=headers, content_type="application/json")


def _route(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    for route in ROUTES:
        if route.method == method and (params := route.match(path)) is not None:
            return route, params
    return None, {}


async def _body(request: web.Request) -> Any:  # noqa: ANN401 - whatever the JSON holds
    if request.content_type.startswith("multipart/"):
        return await _multipart(request)
    raw = await request.read()
    if not raw:
        return None
    if request.content_type != "application/json":
        raise invalid((), "CONTENT_TYPE_INVALID", 'Expected "Content-Type" header to be application/json')
    return _parsed(raw.decode())


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None


async def _multipart(request: web.Request) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """`payload_json`, with a description of every file put into its `attachments`."""
    form = await request.post()
    body = _parsed(str(form.get("payload_json", "{}")))
    target = body.get("data", body) if isinstance(body, dict) else body
    listed = target.setdefault("attachments", [])
    for name, part in form.items():
        if not isinstance(part, web.FileField):
            continue
        content = part.file.read()
        part.file.close()
        if len(content) > FILE_BYTES:
            raise Refusal(413, 40005, "Request entity too large")
        number = name.removeprefix("files[").removesuffix("]")
        entry = next((each for each in listed if str(each.get("id")) == number), None)
        if entry is None:
            entry = {"id": number}
            listed.append(entry)
        entry.setdefault("filename", part.filename)
        entry["size"] = len(content)
    return body
