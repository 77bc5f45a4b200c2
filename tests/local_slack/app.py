"""An app as its manifest describes it, and what each installation of it holds."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_slack.http_mode import HttpMode
from tests.local_slack.ids import secret
from tests.local_slack.payload import Payload
from tests.local_slack.socket_mode import SocketMode

if TYPE_CHECKING:
    from tests.local_slack.people import Person
    from tests.local_slack.server import LocalSlack
    from tests.local_slack.workspace import Workspace


@dataclass(eq=False)
class SlackApp:
    """What the app's settings page shows. `transport` is how Slack reaches it: by socket or by HTTP."""

    slack: "LocalSlack"
    id: str
    manifest: Payload
    transport: "SocketMode | HttpMode"
    client_id: str
    client_secret: str = field(default_factory=secret)
    signing_secret: str = field(default_factory=secret)
    verification_token: str = field(default_factory=secret)
    app_token: str = ""
    redirect_urls: list[str] = field(default_factory=list)
    installations: dict[str, "Installation"] = field(default_factory=dict)

    def _setting(self, *path: str, default: Any = None) -> Any:  # noqa: ANN401 - a manifest's value has any JSON type
        value: Any = self.manifest
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return default if value is None else value

    @property
    def socket(self) -> "SocketMode":
        """The app's connections, in Socket Mode."""
        assert isinstance(self.transport, SocketMode)
        return self.transport

    @property
    def http(self) -> "HttpMode":
        """The app's address, in HTTP mode."""
        assert isinstance(self.transport, HttpMode)
        return self.transport

    @property
    def name(self) -> str:
        return str(self._setting("display_information", "name"))

    @property
    def bot_name(self) -> str:
        return str(self._setting("features", "bot_user", "display_name", default=self.name))

    @property
    def scopes(self) -> list[str]:
        return list(self._setting("oauth_config", "scopes", "bot", default=[]))

    @property
    def bot_events(self) -> list[str]:
        return list(self._setting("settings", "event_subscriptions", "bot_events", default=[]))

    @property
    def interactive(self) -> bool:
        return bool(self._setting("settings", "interactivity", "is_enabled", default=False))

    @property
    def rotates_tokens(self) -> bool:
        return bool(self._setting("settings", "token_rotation_enabled", default=False))

    @property
    def home_tab(self) -> bool:
        return bool(self._setting("features", "app_home", "home_tab_enabled", default=False))

    @property
    def messages_tab(self) -> bool:
        return bool(self._setting("features", "app_home", "messages_tab_enabled", default=False))

    @property
    def messages_read_only(self) -> bool:
        return bool(self._setting("features", "app_home", "messages_tab_read_only_enabled", default=True))

    def command(self, name: str) -> Payload | None:
        """The slash command of this name in the manifest."""
        commands: list[Payload] = self._setting("features", "slash_commands", default=[])
        return next((command for command in commands if command["command"] == name), None)

    def redirects_to(self, url: str) -> bool:
        """Is this redirect address one the app has named?"""
        named = [*self.redirect_urls, *self._setting("oauth_config", "redirect_urls", default=[])]
        return any(url.startswith(prefix) for prefix in named)

    def installation(self, workspace: "Workspace") -> "Installation":
        """What a workspace's installation holds."""
        return self.installations[workspace.id]


@dataclass(eq=False)
class Installation:
    """An app in a workspace, with its bot user and its tokens."""

    app: SlackApp
    workspace: "Workspace"
    installer: "Person"
    scopes: list[str]
    bot_user_id: str
    bot_id: str
    token: str = ""
    refresh_token: str = ""
    uninstalled: bool = False
    org_wide: bool = False
    home_views: dict[str, "Payload"] = field(default_factory=dict)

    def authorization(self) -> Payload:
        """How an event names the installation it is for."""
        return {
            "enterprise_id": self.workspace.enterprise_id or None,
            "team_id": self.workspace.id,
            "user_id": self.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": self.org_wide,
        }


@dataclass
class Token:
    """A token that was given out: `expires_at` in the clock's seconds, None for one that never does."""

    installation: Installation
    expires_at: float | None = None
    revoked: bool = False
    refresh: bool = False
