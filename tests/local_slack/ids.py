"""Ids and timestamps in Slack's form: each is given out once."""

import secrets
from itertools import count
from string import ascii_uppercase, digits

ALPHABET = digits + ascii_uppercase


class Ids:
    """Counts upwards, so that a failing test names the same ids each time it runs."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._last_ts = 0

    def new(self, prefix: str) -> str:
        """An id such as `U0000000A1B`; the prefix says what it names."""
        number, letters = next(self._numbers), ""
        while number:
            number, digit = divmod(number, 36)
            letters = ALPHABET[digit] + letters
        return f"{prefix}0{letters:0>9}"

    def ts(self, now: float) -> str:
        """A message's timestamp: unique and rising, because Slack uses it as the id in its channel."""
        self._last_ts = max(self._last_ts + 1, int(now * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


def secret(prefix: str = "") -> str:
    """A token nobody can guess and no test can have written down."""
    return prefix + secrets.token_hex(16)
