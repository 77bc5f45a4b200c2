"""The workspaces the app is installed in, and a token that is good for each.

One workspace: its token stands in the settings. Several: each was installed by OAuth, its tokens are kept sealed in
the store, and those that rotate (https://docs.slack.dev/authentication/using-token-rotation) are renewed by whoever
needs one, one process at a time because a refresh token works once.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.platforms.slack.outcomes import NotInstalled
from bot.services.ports import Store

NAME = "slack"
_BEFORE_IT_ENDS = timedelta(hours=2)
_REMEMBERED = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in one workspace. `installer_id`: who installed it, where known; they lead. Times are aware."""

    team_id: str
    team_name: str
    bot_user_id: str
    bot_id: str
    token: str = field(repr=False)
    enterprise_id: str | None = None
    installer_id: str | None = None
    scopes: frozenset[str] = frozenset()
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    installed_at: datetime | None = None

    @property
    def key(self) -> str:
        """Names it in the store."""
        return f"{self.enterprise_id or ''}/{self.team_id}"


@dataclass(frozen=True, slots=True)
class Renewed:
    """What Slack gives for a refresh token."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: timedelta


Renew = Callable[[str], Awaitable[Renewed]]


class Workspaces(Protocol):
    async def get(self, team_id: str) -> Installation:
        """With a token that is good for a while. Raises `NotInstalled`."""
        ...

    async def asked_from(self, team_id: str) -> Installation:
        """The one that something which came in from this workspace is for. Raises `NotInstalled`."""
        ...

    async def all(self) -> Sequence[Installation]: ...

    async def distrust(self, team_id: str) -> None:
        """Its token was refused as expired: do not use it again."""
        ...

    async def forget(self, team_id: str) -> None:
        """The app was removed from it: its tokens are deleted."""
        ...


class OneWorkspace:
    """The workspace of the token in the settings; known once Slack was asked."""

    def __init__(self) -> None:
        self._known: Installation | None = None

    def learn(self, installation: Installation) -> None:
        self._known = installation

    async def get(self, team_id: str) -> Installation:
        if self._known is None or self._known.team_id != team_id:
            raise NotInstalled(team_id)
        return self._known

    async def asked_from(self, team_id: str) -> Installation:
        """What is for this app is for its one workspace, also from people of another one in a shared channel."""
        if self._known is None:
            raise NotInstalled(team_id)
        return self._known

    async def all(self) -> Sequence[Installation]:
        return [self._known] if self._known else []

    async def distrust(self, team_id: str) -> None:
        """There is no other token."""

    async def forget(self, team_id: str) -> None:
        """The token stays in the settings; whoever removed the app knows."""


class ManyWorkspaces:
    """Installations in the store. `keys`: the first seals, all of them open; `renew` asks Slack for new tokens."""

    def __init__(self, store: Store, keys: Sequence[str], renew: Renew, now: Callable[[], datetime]) -> None:
        self._store = store
        self._seal = MultiFernet([Fernet(key) for key in keys])
        self._renew = renew
        self._now = now
        self._remembered: dict[str, tuple[datetime, Installation]] = {}

    async def get(self, team_id: str) -> Installation:
        found = await self.asked_from(team_id)
        return await self._renewed(team_id) if self._ends_soon(found) else found

    async def asked_from(self, team_id: str) -> Installation:
        at, found = self._remembered.get(team_id, (None, None))
        if at is not None and found is not None and self._now() - at < _REMEMBERED:
            return found
        return await self._read(team_id)

    async def all(self) -> Sequence[Installation]:
        async with self._store.read() as uow:
            sealed = [await uow.installations.get(NAME, key) for key in await uow.installations.keys(NAME)]
        return [opened for text in sealed if text and (opened := self._open(text)) is not None]

    async def save(self, installation: Installation) -> None:
        """Keep a new one, or a newer state of a known one."""
        async with self._store.write() as uow:
            sealed = self._seal.encrypt(_to_json(installation)).decode()
            await uow.installations.put(NAME, installation.key, sealed, now=self._now())
            await uow.commit()
        self._remembered[installation.team_id] = (self._now(), installation)

    async def distrust(self, team_id: str) -> None:
        self._remembered.pop(team_id, None)
        found = await self._read(team_id)
        if found.refresh_token is not None:
            await self._renewed(team_id, refused=found.token)

    async def forget(self, team_id: str) -> None:
        self._remembered.pop(team_id, None)
        async with self._store.write() as uow:
            for key in await uow.installations.keys(NAME):
                if key.endswith(f"/{team_id}"):
                    await uow.installations.delete(NAME, key)
            await uow.commit()

    async def _read(self, team_id: str) -> Installation:
        async with self._store.read() as uow:
            keys = [key for key in await uow.installations.keys(NAME) if key.endswith(f"/{team_id}")]
            sealed = await uow.installations.get(NAME, keys[-1]) if keys else None
        found = self._open(sealed) if sealed else None
        if found is None:
            self._remembered.pop(team_id, None)
            raise NotInstalled(team_id)
        self._remembered[team_id] = (self._now(), found)
        return found

    async def _renewed(self, team_id: str, *, refused: str | None = None) -> Installation:
        """Renew its token unless another process did while this one waited for the lock."""
        async with self._store.lock(f"slack:token:{team_id}"):
            found = await self._read(team_id)
            if found.refresh_token is None or not (self._ends_soon(found) or found.token == refused):
                return found
            fresh = await self._renew(found.refresh_token)
            found = replace(
                found,
                token=fresh.token,
                refresh_token=fresh.refresh_token,
                expires_at=self._now() + fresh.expires_in,
            )
            await self.save(found)
        log.info("slack_token_renewed", team=team_id)
        return found

    def _ends_soon(self, installation: Installation) -> bool:
        return installation.expires_at is not None and installation.expires_at - self._now() < _BEFORE_IT_ENDS

    def _open(self, sealed: str) -> Installation | None:
        try:
            return _from_json(self._seal.decrypt(sealed))
        except InvalidToken:
            log.error("slack_installation_unreadable", remedy="restore the key in SLACK_TOKEN_KEY or install again")
            return None


def _to_json(installation: Installation) -> bytes:
    plain = asdict(installation) | {"scopes": sorted(installation.scopes)}
    return json.dumps(plain, default=lambda value: value.isoformat()).encode()


def _from_json(text: bytes) -> Installation:
    kept = json.loads(text)
    instants = {name: _instant(kept[name]) for name in ("expires_at", "installed_at")}
    return Installation(**kept | instants | {"scopes": frozenset(kept["scopes"])})


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
