"""Who acts on the local Discord: people and applications."""

import base64
from dataclasses import dataclass, field

MEMBERS = 1 << 1
PRESENCES = 1 << 8
MESSAGE_CONTENT = 1 << 15

PRIVILEGED = {PRESENCES: 1 << 13, MEMBERS: 1 << 15, MESSAGE_CONTENT: 1 << 19}
"""Each privileged intent and the application flag that tells it is on (for fewer than 100 guilds)."""


@dataclass(eq=False)
class User:
    """An account: a person's, or a bot's."""

    id: int
    name: str
    bot: bool = False
    blocks: set[int] = field(default_factory=set)
    """Ids of the users whose direct messages this person does not take."""

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(eq=False)
class Application:
    """A bot as its owner set it up in the developer portal."""

    id: int
    name: str
    owner: User
    privileged: int = 0
    """The privileged intents that are switched on."""
    endpoint: str | None = None
    """`interactions_endpoint_url`: with one, the gateway hears of no interaction."""
    shards: int = 1
    """How many shards /gateway/bot recommends."""
    sharding_required: int = 1
    """With fewer shards the gateway closes with 4011."""
    identifies_left: int = 1000
    max_concurrency: int = 1
    token: str = field(init=False)
    user: User = field(init=False)

    def __post_init__(self) -> None:
        self.user = User(self.id, self.name, bot=True)
        self.reset_token()

    def reset_token(self, salt: str = "first") -> None:
        """Makes a new token; the old one is refused from now on."""
        head = base64.urlsafe_b64encode(str(self.id).encode()).decode().rstrip("=")
        self.token = f"{head}.local-{salt}.{'x' * 27}"

    @property
    def flags(self) -> int:
        return sum(flag for intent, flag in PRIVILEGED.items() if self.privileged & intent)

    @property
    def reads_content(self) -> bool:
        return bool(self.privileged & MESSAGE_CONTENT)

    def __repr__(self) -> str:
        return f"<application {self.name}>"
