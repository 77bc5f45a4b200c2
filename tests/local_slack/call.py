"""One call of the Web API, as its method reads it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.local_slack.app import Installation, SlackApp
from tests.local_slack.channel import Channel
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.workspace import find_channel

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack


@dataclass
class Call:
    """One call as the bot made it, with its answer. `at` is Slack's clock, `real` the real one."""

    slack: "LocalSlack"
    method: str
    args: Payload
    at: float
    real: float
    bot: Installation | None = None
    app_of_token: SlackApp | None = None
    client: tuple[str, str] | None = None
    answer: Payload = field(default_factory=dict)
    status: int = 200

    @property
    def installation(self) -> Installation:
        """Whose bot calls."""
        if self.bot is None:
            raise ApiError("not_allowed_token_type")
        return self.bot

    def channel(self, key: str = "channel") -> Channel:
        """The channel the call names."""
        return find_channel(self.installation, self.args.get(key))

    def text(self, key: str) -> str:
        """An argument as text; empty where it is not given."""
        value = self.args.get(key)
        return "" if value is None else str(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """An argument as yes or no."""
        value = self.args.get(key)
        return default if value is None else str(value).lower() in ("true", "1")

    def needs(self, *scopes: str) -> None:
        """Refuse the call where the installation has none of these scopes."""
        have = self.installation.scopes
        if scopes and not set(scopes) & set(self.installation.app.scopes):
            self.slack.violation(f"{self.method}: the manifest names none of the scopes {', '.join(scopes)}")
        if scopes and not set(scopes) & set(have):
            raise ApiError("missing_scope", needed=",".join(scopes), provided=",".join(have))
