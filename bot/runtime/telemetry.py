"""Structured logs on standard error. Event names are stable words; what people wrote and secrets never appear."""

import logging
import sys
from collections.abc import MutableMapping
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
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank every field that could hold a person's words or a secret."""
    for name in _PRIVATE & event.keys():
        event[name] = "[redacted]"
    return event
