"""Which function answers which request."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_discord.applications import Application
from tests.local_discord.refusal import Payload, invalid, unauthorized

if TYPE_CHECKING:
    from tests.local_discord.server import LocalDiscord


@dataclass
class Call:
    """One request, read and checked."""

    home: "LocalDiscord"
    params: dict[str, str]
    query: dict[str, str]
    caller: Application | None
    json: Any = None

    @property
    def app(self) -> Application:
        if self.caller is None:
            raise unauthorized()
        return self.caller

    @property
    def body(self) -> Payload:
        if not isinstance(self.json, dict):
            raise invalid((), "BASE_TYPE_REQUIRED", "A JSON object is required")
        return self.json

    def id(self, name: str) -> int:
        return snowflake(self.params[name], name)


def snowflake(text: object, name: str) -> int:
    if not str(text).isdigit():
        raise invalid((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(str(text))


@dataclass(frozen=True)
class Answer:
    """A status other than 200, or a body."""

    status: int
    body: Any = None


Handler = Callable[[Call], Awaitable[Any]]
"""Returns a JSON body, or an `Answer`."""

DONE = Answer(204)


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    handler: Handler
    token_in_path: bool
    """Needs no Authorization header: the path holds the token of an interaction."""

    def match(self, path: str) -> dict[str, str] | None:
        found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", self.template), path)
        return found.groupdict() if found else None


@dataclass
class Routes:
    """A table of routes, filled by decorators."""

    listed: list[Route] = field(default_factory=list)

    def on(self, method: str, template: str, *, token_in_path: bool = False) -> Callable[[Handler], Handler]:
        def listing(handler: Handler) -> Handler:
            self.listed.append(Route(method, template, handler, token_in_path))
            return handler

        return listing
