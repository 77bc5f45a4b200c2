"""Rate limits: a bucket per route and major id, and fifty requests a second in all.

https://docs.discord.com/developers/topics/rate-limits
Windows are of real seconds, since clients wait them out; the defaults are wide enough for tests.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from tests.local_discord.refusal import Payload

MAJOR = ("channel_id", "guild_id", "webhook_token", "interaction_token")


@dataclass
class Bucket:
    limit: int
    seconds: float
    name: str
    left: int = field(init=False)
    ends: float = 0.0

    def __post_init__(self) -> None:
        self.left = self.limit

    def take(self) -> float | None:
        """Takes one request out; returns the seconds to wait if there is none left."""
        now = time.monotonic()
        if now >= self.ends:
            self.left, self.ends = self.limit, now + self.seconds
        if not self.left:
            return self.ends - now
        self.left -= 1
        return None

    def headers(self) -> dict[str, str]:
        after = max(0.0, self.ends - time.monotonic())
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": self.name,
        }


@dataclass(eq=False)
class TooFast(Exception):
    """A 429, with the wait it asks for."""

    retry_after: float
    scope: str
    headers: dict[str, str]
    code: int = 0
    message: str = "You are being rate limited."

    def payload(self) -> Payload:
        return {
            "message": self.message,
            "code": self.code,
            "retry_after": round(self.retry_after, 3),
            "global": self.scope == "global",
        }


class OldEdits(TooFast):
    """One edit too many of messages older than an hour."""

    def __init__(self) -> None:
        message = "Maximum number of edits to messages older than 1 hour reached. Try again later."
        super().__init__(0.01, "user", {}, 30046, message)


class RateLimits:
    """Counts requests; `set` narrows one route for a test."""

    def __init__(self, *, per_second: int = 50) -> None:
        self.per_second = per_second
        """Requests a second that one token may make in all; interaction answers do not count."""
        self.old_edits: int | None = None
        """How many more edits of messages older than an hour are allowed; Discord names no number."""
        self._of_route: dict[tuple[str, str], tuple[int, float]] = {}
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._global: dict[str, Bucket] = defaultdict(self._global_bucket)

    def set(self, method: str, template: str, *, limit: int, seconds: float) -> None:
        self._of_route[method, template] = (limit, seconds)
        self._buckets = {key: each for key, each in self._buckets.items() if key[:2] != (method, template)}

    def take(self, method: str, template: str, params: dict[str, str], token: str | None) -> dict[str, str]:
        """The headers of an allowed request; raises `TooFast` for one too many."""
        if token is not None and (wait := self._global[token].take()) is not None:
            raise TooFast(wait, "global", {})
        major = "/".join(params.get(key, "") for key in MAJOR)
        key = (method, template, major)
        if key not in self._buckets:
            limit, seconds = self._of_route.get((method, template), (100, 1.0))
            self._buckets[key] = Bucket(limit, seconds, f"{abs(hash((method, template))):x}")
        bucket = self._buckets[key]
        if (wait := bucket.take()) is not None:
            raise TooFast(wait, "user", bucket.headers())
        return bucket.headers()

    def edit_old(self) -> None:
        """Counts an edit of a message older than an hour; raises `OldEdits` for one too many."""
        if self.old_edits is None:
            return
        if self.old_edits <= 0:
            raise OldEdits
        self.old_edits -= 1

    def _global_bucket(self) -> Bucket:
        return Bucket(self.per_second, 1.0, "global")
