"""Whom a message would ping, by its text and its `allowed_mentions`.

https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.local_discord.refusal import Mistake, Payload

USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(everyone|here)")


@dataclass(frozen=True)
class Pings:
    """Who gets a notification. Falsy when nobody does."""

    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    everyone: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


@dataclass(frozen=True)
class Allowed:
    """What `allowed_mentions` lets through. None stands for all."""

    users: frozenset[int] | None
    roles: frozenset[int] | None
    everyone: bool
    replied_user: bool

    def user(self, user_id: int) -> bool:
        return self.users is None or user_id in self.users

    def role(self, role_id: int) -> bool:
        return self.roles is None or role_id in self.roles


MESSAGE_DEFAULT = Allowed(users=None, roles=None, everyone=True, replied_user=True)
INTERACTION_DEFAULT = Allowed(users=None, roles=frozenset(), everyone=False, replied_user=True)


def allowed(body: Payload | None, default: Allowed) -> Allowed:
    """Reads `allowed_mentions`; what it does not name pings nobody."""
    if body is None:
        return default
    parse = set(body.get("parse") or ())
    return Allowed(
        users=None if "users" in parse else _ids(body.get("users")),
        roles=None if "roles" in parse else _ids(body.get("roles")),
        everyone="everyone" in parse,
        replied_user=bool(body.get("replied_user")),
    )


def mistakes(body: Payload | None) -> Iterator[Mistake]:
    for kind in ("users", "roles"):
        listed = (body or {}).get(kind) or []
        if listed and kind in ((body or {}).get("parse") or ()):
            path = ("allowed_mentions",)
            yield Mistake(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f'parse:["{kind}"] and {kind}: exclude')
        if len(listed) > 100:
            yield Mistake(("allowed_mentions", kind), "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")


def named_users(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(int(found) for text in texts for found in USER.findall(text))


def named_roles(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(int(found) for text in texts for found in ROLE.findall(text))


def names_everyone(texts: Iterable[str]) -> bool:
    return any(EVERYONE.search(text) for text in texts)


def _ids(listed: object) -> frozenset[int]:
    return frozenset(int(item) for item in listed) if isinstance(listed, list) else frozenset()
