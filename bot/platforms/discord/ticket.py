"""The way back of an interaction as text: any process can use it for fifteen minutes.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(minutes=15)
_MARGIN = timedelta(seconds=30)  # so that a request on its way does not come too late


@dataclass(frozen=True, slots=True)
class Ticket:
    """Edits the first response of one interaction. The token is a secret as long as it lives."""

    application_id: int
    token: str
    ends_at: datetime

    @classmethod
    def of(cls, application_id: int, token: str, created_at: datetime) -> "Ticket":
        return cls(application_id, token, created_at + LIFETIME - _MARGIN)

    def __str__(self) -> str:
        return f"{self.application_id}:{int(self.ends_at.timestamp())}:{self.token}"

    @classmethod
    def parse(cls, text: str) -> "Ticket | None":
        """None for a text that is no ticket of this version."""
        application_id, _, rest = text.partition(":")
        ends_at, _, token = rest.partition(":")
        if not (application_id.isdecimal() and ends_at.isdecimal() and token):
            return None
        return cls(int(application_id), token, datetime.fromtimestamp(int(ends_at), UTC))
