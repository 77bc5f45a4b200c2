"""Structured logs on standard error. Event names are stable words; what people wrote and secrets never appear."""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog

_PRIVATE = frozenset(
    {"answer", "text", "evidence", "message", "token", "secret", "password", "url", "database_url", "payload"}
)


def configure_logs(level: str, form: str) -> None:
    """`level`: debug, info, warning or error; `form`: text or json."""
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.ExceptionRenderer(wordless),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler])


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every field that could hold a person's words or a secret."""
    for name in _PRIVATE & event.keys():
        event[name] = "[redacted]"
    return event


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def wordless(exc_info: ExcInfo) -> str:
    """A traceback with the kind of each error and not its text: that may quote an answer or an address."""
    return "\n".join(_chain(exc_info[1]))


def _chain(error: BaseException) -> Iterator[str]:
    """The cause first, as Python prints it."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _chain(earlier)
        yield "which led to:"
    yield "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__


class _Formatter(logging.Formatter):
    """For the logs of libraries."""

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - as logging has it
        return wordless(ei)
