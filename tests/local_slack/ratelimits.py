"""Rate limits and the failures a test orders.

Tiers: https://docs.slack.dev/apis/web-api/rate-limits. A posting bot may send about one message a second to one
channel; short bursts are let through.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

from tests.local_slack.clock import Clock
from tests.local_slack.payload import ApiError

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100, 5: 600}
CHANNEL_BURST = 3


@dataclass
class Bucket:
    """`size` calls at once, then one each `seconds`."""

    size: float
    seconds: float
    level: float = 0.0
    at: float = 0.0

    def wait(self, now: float) -> int:
        """Take one; the whole seconds to wait where none is left, else 0."""
        self.level = max(0.0, self.level - (now - self.at) / self.seconds)
        self.at = now
        if self.level + 1 > self.size:
            return max(1, ceil((self.level + 1 - self.size) * self.seconds))
        self.level += 1
        return 0


class RateLimits:
    """Per method, workspace and app; for posting also per channel."""

    def __init__(self, clock: Clock, channel_burst: int = CHANNEL_BURST) -> None:
        self._clock = clock
        self._channel_burst = channel_burst
        self._methods: dict[tuple[str, str, str], Bucket] = {}
        self._channels: dict[tuple[str, str], Bucket] = {}

    def call(self, method: str, tier: int, team: str, app: str) -> None:
        """Count a call, or refuse it with 429 and `Retry-After`."""
        allowed = PER_MINUTE[tier]
        bucket = self._methods.setdefault((method, team, app), Bucket(allowed, 60 / allowed))
        self._take(bucket)

    def post(self, app: str, channel: str) -> None:
        """Count a message to a channel, or refuse it."""
        self._take(self._channels.setdefault((app, channel), Bucket(self._channel_burst, 1.0)))

    def _take(self, bucket: Bucket) -> None:
        if seconds := bucket.wait(self._clock.for_limits()):
            raise ratelimited(seconds)


def ratelimited(seconds: int) -> ApiError:
    """The refusal of a call that came too early."""
    return ApiError("ratelimited", status=429, retry_after=seconds)


@dataclass
class Fault:
    """`status` answers at once; without one the connection drops, before or after the work is done."""

    kind: Literal["status", "drop", "drop_after_work", "error"]
    status: int = 0
    retry_after: int = 0
    error: str = ""


@dataclass
class Faults:
    """What the next calls of a method run into, in the order a test asked for."""

    clock: Clock
    _next: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    _not_before: dict[str, float] = field(default_factory=dict)

    def ratelimited(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """The next calls get 429, and so does each that comes before its `Retry-After` is over."""
        self._next[method] += [Fault("status", 429, retry_after, "ratelimited")] * times

    def server_error(self, method: str, times: int = 1, status: int = 503) -> None:
        """The next calls get a 5xx with a page instead of JSON, as a proxy before Slack would send."""
        self._next[method] += [Fault("status", status)] * times

    def refused(self, method: str, error: str, times: int = 1) -> None:
        """The next calls get `{"ok": false, "error": error}`."""
        self._next[method] += [Fault("error", error=error)] * times

    def dropped(self, method: str, times: int = 1, *, after_work: bool = True) -> None:
        """The next calls lose their connection; after the work nobody can tell from outside that it was done."""
        self._next[method] += [Fault("drop_after_work" if after_work else "drop")] * times

    def take(self, method: str) -> Fault | None:
        """The fault this call runs into."""
        if (early := self._not_before.get(method, 0.0) - self.clock.for_limits()) > 0:
            return Fault("status", 429, ceil(early), "ratelimited")
        waiting = self._next[method]
        fault = waiting.pop(0) if waiting else None
        if fault is not None and fault.status == 429:
            self._not_before[method] = self.clock.for_limits() + fault.retry_after
        return fault
