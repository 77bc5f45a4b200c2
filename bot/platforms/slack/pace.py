"""When the next message may go out: about one a second to a channel, a few hundred a minute to a workspace.

https://docs.slack.dev/apis/web-api/rate-limits. Turns are given in the order they are asked for and are kept for a
message that comes back, so that many channels due in one minute go out evenly and none is tried again and again.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

_CHANNEL = timedelta(seconds=1)
_WORKSPACE = timedelta(seconds=0.2)
_LONGEST_WAIT = timedelta(seconds=5)  # inside a send; a longer one goes back to the outbox
_KEPT = 10_000


class Pace:
    """Turns of one process. `sleep` waits that many seconds."""

    def __init__(self, now: Callable[[], datetime], sleep: Callable[[float], Awaitable[object]]) -> None:
        self._now = now
        self._sleep = sleep
        self._free: OrderedDict[str, datetime] = OrderedDict()  # by channel or workspace: when the next turn is
        self._promised: OrderedDict[str, datetime] = OrderedDict()  # by message key
        self._held: dict[str, datetime] = {}  # by workspace: not before

    async def turn(self, team_id: str, channel_id: str, key: str) -> float | None:
        """Wait until it is this message's turn; or the seconds after which to come again, if that takes longer."""
        at = self._promised.get(key)
        if at is None or at < self._held.get(team_id, at):
            at = self._promise(team_id, channel_id, key)
        wait = at - self._now()
        if wait > _LONGEST_WAIT:
            return wait.total_seconds()
        self._promised.pop(key, None)
        if wait > timedelta():
            await self._sleep(wait.total_seconds())
        return None

    def hold(self, team_id: str, seconds: float) -> None:
        """Slack asked to wait: nothing more goes to this workspace until then."""
        self._held[team_id] = max(self._held.get(team_id, self._now()), self._now() + timedelta(seconds=seconds))

    def _promise(self, team_id: str, channel_id: str, key: str) -> datetime:
        channel = f"{team_id}/{channel_id}"
        now = self._now()
        at = max(now, self._free.get(team_id, now), self._free.get(channel, now), self._held.get(team_id, now))
        _keep(self._free, team_id, at + _WORKSPACE)
        _keep(self._free, channel, at + _CHANNEL)
        _keep(self._promised, key, at)
        return at


def _keep(kept: OrderedDict[str, datetime], key: str, at: datetime) -> None:
    kept[key] = at
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
