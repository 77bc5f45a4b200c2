"""What a test orders to go wrong with the next requests to a route."""

import re
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Answer `status`, or with none: do the work, if `works`, and never say so."""

    status: int | None = None
    code: int = 0
    retry_after: float = 0.01
    scope: str = "user"
    works: bool = False
    hangs: bool = False


class Faults:
    """Orders by route, first come first served: `faults.refuse("POST", "/channels/{channel_id}/messages", 503)`."""

    def __init__(self) -> None:
        self._orders: dict[tuple[str, str], list[Fault]] = defaultdict(list)

    def refuse(self, method: str, route: str, status: int, *, code: int = 0, times: int = 1) -> None:
        """The next requests get this status and code; nothing is done. (discord.py retries 500, 502, 504 slowly.)"""
        self._order(method, route, Fault(status=status, code=code), times)

    def rate_limit(
        self, method: str, route: str, *, times: int = 1, retry_after: float = 0.01, scope: str = "user"
    ) -> None:
        """The next requests get a 429. `scope`: user, global or shared."""
        self._order(method, route, Fault(status=429, retry_after=retry_after, scope=scope), times)

    def lose_answer(self, method: str, route: str, *, times: int = 1) -> None:
        """The next requests are carried out, then the connection breaks: the client cannot know."""
        self._order(method, route, Fault(works=True), times)

    def break_connection(self, method: str, route: str, *, times: int = 1) -> None:
        """The connection breaks before the next requests are carried out."""
        self._order(method, route, Fault(), times)

    def hang(self, method: str, route: str, *, times: int = 1, works: bool = False) -> None:
        """The next requests never get an answer, until the client gives up or the local Discord closes."""
        self._order(method, route, Fault(works=works, hangs=True), times)

    def next(self, method: str, template: str) -> Fault | None:
        orders = self._orders[method, _bare(template)]
        return orders.pop(0) if orders else None

    def _order(self, method: str, route: str, fault: Fault, times: int) -> None:
        self._orders[method, _bare(route)] += [fault] * times


def _bare(template: str) -> str:
    return re.sub(r"{[^}]*}", "{}", template)
