"""Settings from the environment and `.env`: one small class per concern. `.env.example` lists them all."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import QuizError
from bot.quiz.limits import Limits
from bot.quiz.ruling import UNSURE_BELOW

_HOUSE = Path(__file__).resolve().parent.parent


class BadSetting(QuizError):
    """A setting has a value it cannot have; the text names it and what to write instead."""


class _Settings(BaseSettings):
    # Secrets must not come back in an error, so a refused value is never repeated.
    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )


class StoreSettings(_Settings):
    """Where everything is kept: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`."""

    database_url: SecretStr = SecretStr("sqlite:///quizbot.db")


class ContentSettings(_Settings):
    """The folder with the packs."""

    content_dir: Path = _HOUSE / "content"


class AnswerSettings(_Settings):
    """How long an answer may be (characters) and how soon the next one may come (seconds)."""

    answer_max_characters: int = Field(default=3_000, ge=100, le=3_000)
    answer_cooldown_seconds: int = Field(default=15, ge=0, le=3_600)

    @property
    def limits(self) -> Limits:
        return Limits(longest=self.answer_max_characters, cooldown=timedelta(seconds=self.answer_cooldown_seconds))


class GradingSettings(_Settings):
    """Which grader, with which model, in how many threads (the trained one) or processes (the lexical one)."""

    grader: Literal["trained", "lexical"] = "trained"
    grader_model: Path = _HOUSE / "bot" / "grading" / "model"
    grading_workers: int = Field(default=2, ge=1, le=64)


class RulingSettings(_Settings):
    """Verdicts with less confidence than this (0 to 1) wait for a lead; 0: none does."""

    unsure_below: float = Field(default=UNSURE_BELOW, ge=0, le=1)


class ClockSettings(_Settings):
    """Seconds between two looks at the schedules."""

    tick_seconds: float = Field(default=5.0, ge=0.1, le=60)


class HttpSettings(_Settings):
    """The server for `/livez`, `/readyz` and `/metrics`; none without a port."""

    http_host: str = "127.0.0.1"
    http_port: int | None = Field(default=None, ge=0, le=65_535)


class DiscordSettings(_Settings):
    """Discord; not connected without a token. `discord_shards`: this process's share, such as `0,1/4` or `0-3/16`."""

    discord_token: SecretStr | None = None
    discord_thread_answers: bool = False
    discord_shards: str | None = Field(default=None, pattern=r"^\d+([,-]\d+)*/\d+$")
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str | None = None


class SlackSettings(_Settings):
    """Slack; not connected without tokens.

    Socket Mode with an app token, else over HTTP with a signing secret. One workspace with a bot token, several
    with client id, client secret and a key that seals their tokens.
    """

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_token_key: SecretStr | None = None
    slack_public_url: str | None = None
    slack_api_url: str = "https://slack.com/api/"


class LogSettings(_Settings):
    """How much is logged to standard error, and in which form."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"


ALL: tuple[type[_Settings], ...] = (
    StoreSettings,
    ContentSettings,
    AnswerSettings,
    GradingSettings,
    RulingSettings,
    ClockSettings,
    HttpSettings,
    DiscordSettings,
    SlackSettings,
    LogSettings,
)


S = TypeVar("S", bound=_Settings)


def read(kind: type[S]) -> S:
    """The settings of one concern. Raises `BadSetting`, which never repeats the value."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "a setting"
        raise BadSetting(f"{name}: {first['msg']}. Correct it in the environment or in .env.") from None
