"""Settings from the environment and `.env`: one small class per concern. `.env.example` lists them all."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import QuizError
from bot.quiz.limits import Limits

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
    """Processes that grade. The bot itself never does: grading is CPU-bound and there is a GIL."""

    grading_workers: int = Field(default=1, ge=1, le=64)


class ClockSettings(_Settings):
    """Seconds between two looks at the schedules."""

    tick_seconds: float = Field(default=5.0, ge=0.1, le=60)


class HttpSettings(_Settings):
    """The server for `/livez`, `/readyz` and `/metrics`; none without a port."""

    http_host: str = "127.0.0.1"
    http_port: int | None = Field(default=None, ge=0, le=65_535)


class LogSettings(_Settings):
    """How much is logged to standard error, and in which form."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"


ALL: tuple[type[_Settings], ...] = (
    StoreSettings,
    ContentSettings,
    AnswerSettings,
    GradingSettings,
    ClockSettings,
    HttpSettings,
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
