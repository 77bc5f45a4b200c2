"""The way back to what somebody did, as text that any process can use while it lasts."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Slack takes a response_url for 30 minutes; a modal and a thread are as good as left behind by then.
# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
LASTS = timedelta(minutes=29)


class Way(StrEnum):
    """Where the answer is shown."""

    VIEW = "view"  # in an open modal
    ADDRESS = "address"  # by a response_url
    THREAD = "thread"  # only to them, in a thread


@dataclass(frozen=True, slots=True)
class Ticket:
    """`at`: a view's id, an address, or a thread's timestamp; `until` in seconds since 1970; `title` of a modal."""

    way: Way
    at: str
    until: int
    title: str = ""

    @classmethod
    def lasting(cls, way: Way, at: str, now: datetime, title: str = "") -> "Ticket":
        return cls(way, at, int((now + LASTS).timestamp()), title)

    @classmethod
    def parse(cls, text: str | None, now: datetime) -> "Ticket | None":
        """None for no ticket, for one that has run out, and for one that this version does not know."""
        try:
            way, at, until, title = json.loads(text or "")
            ticket = cls(Way(way), str(at), int(until), str(title))
        except (ValueError, TypeError):
            return None
        return ticket if ticket.until > now.timestamp() else None

    def __str__(self) -> str:
        return json.dumps([self.way, self.at, self.until, self.title])
