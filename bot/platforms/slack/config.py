"""What the settings say about Slack, checked before anything is connected."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.settings import BadSetting, HttpSettings, SlackSettings

_NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@dataclass(frozen=True, slots=True)
class OAuthConfig:
    """Several workspaces. `keys`: the first seals tokens, all of them open what was sealed before."""

    client_id: str
    client_secret: str = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    public_url: str


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """One of `bot_token` and `oauth`, and one of `app_token` (Socket Mode) and `signing_secret` (HTTP), is set."""

    api_url: str
    bot_token: str | None = field(default=None, repr=False)
    oauth: OAuthConfig | None = None
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)

    @property
    def over_http(self) -> bool:
        return self.app_token is None

    @property
    def site(self) -> str:
        """Where people approve an installation: `https://slack.com`."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc}"


def read_config(settings: SlackSettings, http: HttpSettings) -> SlackConfig | None:
    """None where no token is set at all. Raises `BadSetting` where the settings contradict each other."""
    given = (settings.slack_bot_token, settings.slack_client_id)
    if given == (None, None):
        _refuse_orphans(settings)
        return None
    if None not in given:
        raise BadSetting(
            "SLACK_BOT_TOKEN serves one workspace and SLACK_CLIENT_ID several: keep one of them and remove the other."
        )
    if (settings.slack_app_token is None) == (settings.slack_signing_secret is None):
        raise BadSetting(
            "Set SLACK_APP_TOKEN for Socket Mode or SLACK_SIGNING_SECRET for HTTP, and only one of them, "
            "as the app's page under Socket Mode says."
        )
    config = SlackConfig(
        settings.slack_api_url.rstrip("/") + "/",
        _token(settings.slack_bot_token, "SLACK_BOT_TOKEN", ("xoxb-", "xoxe.xoxb-"), "OAuth & Permissions"),
        _oauth(settings) if settings.slack_client_id else None,
        _token(settings.slack_app_token, "SLACK_APP_TOKEN", ("xapp-",), "Basic Information, App-Level Tokens"),
        settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None,
    )
    if http.http_port is None and (config.over_http or config.oauth):
        raise BadSetting("Slack reaches the bot over HTTP: set HTTP_PORT, and HTTP_HOST=0.0.0.0 behind a proxy.")
    return config


def _refuse_orphans(settings: SlackSettings) -> None:
    orphans = {
        "SLACK_APP_TOKEN": settings.slack_app_token,
        "SLACK_SIGNING_SECRET": settings.slack_signing_secret,
        "SLACK_CLIENT_SECRET": settings.slack_client_secret,
    }
    for name, value in orphans.items():
        if value is not None:
            raise BadSetting(f"{name} alone connects nothing: set SLACK_BOT_TOKEN too, or SLACK_CLIENT_ID for several.")


def _token(value: SecretStr | None, name: str, beginnings: tuple[str, ...], page: str) -> str | None:
    if value is None:
        return None
    secret = value.get_secret_value()
    if not secret.startswith(beginnings):
        raise BadSetting(f"{name} is not such a token: it starts with {beginnings[0]} and stands on the page {page}.")
    return secret


def _oauth(settings: SlackSettings) -> OAuthConfig:
    client_id, secret, key = settings.slack_client_id, settings.slack_client_secret, settings.slack_token_key
    address = settings.slack_public_url
    if client_id is None or secret is None or key is None or address is None:
        raise BadSetting(
            "Several workspaces need SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_TOKEN_KEY and SLACK_PUBLIC_URL: "
            "set the missing one."
        )
    keys = tuple(part for part in key.get_secret_value().replace(",", " ").split() if part)
    try:
        for part in keys:
            Fernet(part)
    except ValueError:
        keys = ()
    if not keys:
        raise BadSetting(f"SLACK_TOKEN_KEY is not a key. Make one with: {_NEW_KEY}")
    return OAuthConfig(client_id, secret.get_secret_value(), keys, address.rstrip("/"))
