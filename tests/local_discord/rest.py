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
from tests.local_discord.refusal import InvalidForm, Refusal, invalid, unauthorized
from tests.local_discord.routing import Answer, Call, Route

if TYPE_CHECKING:
    from tests.local_discord.server import LocalDiscord

ROOT = "/api/v10"
ROUTES = [
    *endpoints_applications.routes.listed,
    *endpoints_channels.routes.listed,
    *endpoints_interactions.routes.listed,
]

NO_MISTAKE = {"REPLIES_UNKNOWN_MESSAGE", "USER_INVALID"}
"""What is refused as a wrong form although the bot could not know."""


class Rest:
    """Answers everything under /api/v10."""

    def __init__(self, home: "LocalDiscord") -> None:
        self._home = home
        self.requests: list[tuple[str, str, int]] = []
        """Method, path and status of every request, in order of the answers."""

    @property
    def invalid(self) -> int:
        """How many answers were 401, 403 or 429: after 10,000 in ten minutes the real Discord shuts the address out."""
        return sum(status in (401, 403, 429) for _, _, status in self.requests)

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
            self._note(route, refusal)
            answer = Answer(refusal.status, refusal.payload())
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # Without the OpenAPI document nothing has looked at the types of the body yet.
            self._home.violations.append(f"{method} {route.template}: a body of the wrong shape ({error!r})")
            answer = Answer(400, invalid((), "BASE_TYPE_BAD_TYPE", "Wrong type").payload())
        return self._respond(method, path, answer, headers)

    async def _answer(
        self, request: web.Request, route: Route, params: dict[str, str], caller: Application | None
    ) -> Answer:
        fault = self._home.faults.next(route.method, route.template)
        if fault is not None and not fault.works:
            await self._fail(request, fault)
        body, files = await _body(request)
        self._check_request(route, request.path.removeprefix(ROOT), body)
        call = Call(self._home, params, dict(request.query), caller, _attached(body, files))
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

    def _note(self, route: Route, refusal: Refusal) -> None:
        """A body that breaks a rule is a mistake in the bot, whatever it makes of the refusal."""
        if isinstance(refusal, InvalidForm) and not all(each.code in NO_MISTAKE for each in refusal.mistakes):
            self._home.violations.append(f"{route.method} {route.template}: {refusal}")

    def _check_request(self, route: Route, path: str, body: object) -> None:
        wrong = self._home.document.wrong_request(route.method, path, body) if self._home.document else None
        if wrong is not None:
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


Files = dict[str, tuple[str, int]]
"""The files of a request: by their number, name and size in bytes."""


async def _body(request: web.Request) -> tuple[Any, Files]:
    if request.content_type.startswith("multipart/"):
        return await _multipart(request)
    raw = await request.read()
    if not raw:
        return None, {}
    if request.content_type != "application/json":
        raise invalid((), "CONTENT_TYPE_INVALID", 'Expected "Content-Type" header to be application/json')
    return _parsed(raw.decode()), {}


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None


async def _multipart(request: web.Request) -> tuple[Any, Files]:
    """`payload_json` and `files[n]`."""
    form = await request.post()
    files: Files = {}
    for name, part in form.items():
        if isinstance(part, web.FileField):
            with part.file:
                files[name.removeprefix("files[").removesuffix("]")] = (part.filename, len(part.file.read()))
    if any(size > FILE_BYTES for _, size in files.values()):
        raise Refusal(413, 40005, "Request entity too large")
    return _parsed(str(form.get("payload_json", "{}"))), files


def _attached(body: Any, files: Files) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """The body, with name and size of every file among its `attachments`."""
    if not files:
        return body
    message = body["data"] if isinstance(body.get("data"), dict) else body
    described = {str(each.get("id")): each for each in message.get("attachments") or ()}
    for number, (name, size) in files.items():
        described[number] = {"filename": name, **described.get(number, {}), "id": number, "size": size}
    message["attachments"] = list(described.values())
    return body
