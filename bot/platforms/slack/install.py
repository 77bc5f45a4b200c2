"""Installing the app into one more workspace, by slack-bolt's OAuth flow on our own store.

https://docs.slack.dev/authentication/installing-with-oauth
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.bolt import quiet_logger
from bot.platforms.slack.config import SlackConfig
from bot.platforms.slack.manifest import INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.platforms.slack.workspaces import NAME, Installation
from bot.services.ports import Store

_STATE_LASTS = timedelta(minutes=10)

Keep = Callable[[Installation], Awaitable[None]]


class States(AsyncOAuthStateStore):
    """A state is sealed by our key with its time, so that asking for one stores nothing; it is good once."""

    def __init__(self, store: Store, keys: tuple[str, ...], now: Callable[[], datetime]) -> None:
        self._store = store
        self._seals = [Fernet(key) for key in keys]
        self._now = now

    @property
    def logger(self) -> logging.Logger:
        return quiet_logger()

    async def async_issue(self, *_: object, **__: object) -> str:
        sealed = self._seals[0].encrypt_at_time(secrets.token_bytes(16), int(self._now().timestamp()))
        return sealed.decode().rstrip("=")

    async def async_consume(self, state: str) -> bool:
        """Whether it is ours, young enough, and was not used before."""
        padded = state + "=" * (-len(state) % 4)
        try:
            nonce = self._open(padded)
        except (InvalidToken, ValueError):
            return False
        async with self._store.write() as uow:
            fresh = await uow.inbox.first_time(NAME, f"state:{nonce.hex()}", now=self._now())
            await uow.commit()
        return fresh

    def _open(self, sealed: str) -> bytes:
        for seal in self._seals:
            try:
                return seal.decrypt_at_time(sealed, int(_STATE_LASTS.total_seconds()), int(self._now().timestamp()))
            except InvalidToken:
                continue
        raise InvalidToken


class _Kept(AsyncInstallationStore):
    """Hands what slack-bolt installed to `keep`. Looking up and deleting are not slack-bolt's business here."""

    def __init__(self, keep: Keep, now: Callable[[], datetime]) -> None:
        self._keep = keep
        self._now = now

    @property
    def logger(self) -> logging.Logger:
        return quiet_logger()

    async def async_save(self, installation: SlackInstallation) -> None:
        """Raises `BoltError` for a whole organisation: a quiz belongs to the people of one workspace."""
        if installation.is_enterprise_install or not installation.team_id or not installation.bot_token:
            raise BoltError("Install the app into one workspace, not into the whole organisation.")
        expires = installation.bot_token_expires_at
        scopes = installation.bot_scopes or ()
        await self._keep(
            Installation(
                installation.team_id,
                installation.team_name or installation.team_id,
                installation.bot_user_id or "",
                installation.bot_id or "",
                installation.bot_token,
                installation.enterprise_id,
                installation.user_id,
                frozenset(scopes.split(",") if isinstance(scopes, str) else scopes),
                installation.bot_refresh_token,
                datetime.fromtimestamp(expires, UTC) if expires else None,
                self._now(),
            )
        )


def oauth_flow(
    config: SlackConfig, store: Store, keep: Keep, client: AsyncWebClient, now: Callable[[], datetime]
) -> AsyncOAuthFlow | None:
    """None where the settings name one workspace only."""
    oauth = config.oauth
    if oauth is None:
        return None
    settings = AsyncOAuthSettings(
        client_id=oauth.client_id,
        client_secret=oauth.client_secret,
        scopes=list(SCOPES),
        user_scopes=[],
        redirect_uri=oauth.public_url + REDIRECT_PATH,
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        authorization_url=f"{config.site}/oauth/v2/authorize",
        installation_store=_Kept(keep, now),
        state_store=States(store, oauth.keys, now),
        logger=quiet_logger(),
    )
    return AsyncOAuthFlow(client=client, logger=quiet_logger(), settings=settings)
