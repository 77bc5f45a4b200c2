"""Which of a bot's shards one process serves."""

from dataclasses import dataclass

from bot.errors import QuizError


@dataclass
class WrongShare(QuizError):
    """DISCORD_SHARDS names shards that do not exist."""

    text: str

    def __str__(self) -> str:
        return (
            f"DISCORD_SHARDS: {self.text} names no shards that exist. "
            "Write those of this process and how many there are in all, such as 0,1/4 or 0-3/16."
        )


@dataclass(frozen=True, slots=True)
class Share:
    """Some shards, in order, of `count` in all. https://docs.discord.com/developers/events/gateway#sharding"""

    shards: tuple[int, ...]
    count: int

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Read `0,1/4` or `0-3/16`. Raises `WrongShare`."""
        names, _, total = text.partition("/")
        shards: set[int] = set()
        for part in names.split(","):
            first, _, last = part.partition("-")
            shards.update(range(int(first), int(last or first) + 1))
        if not shards or max(shards) >= int(total):
            raise WrongShare(text)
        return cls(tuple(sorted(shards)), int(total))

    @classmethod
    def all_of(cls, count: int) -> "Share":
        """Every shard there is."""
        return cls(tuple(range(count)), count)


def shard_of(guild_id: int, count: int) -> int:
    """The shard that hears of a guild."""
    return (guild_id >> 22) % count
