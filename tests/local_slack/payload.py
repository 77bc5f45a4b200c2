"""What travels: JSON objects, and the errors the Web API answers with."""

from typing import Any

Payload = dict[str, Any]


class ApiError(Exception):
    """A call the Web API refuses. `name` is Slack's word for it, `extra` goes into the answer beside it."""

    def __init__(self, name: str, /, status: int = 200, **extra: object) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.extra = extra


def invalid_arguments(*messages: str) -> ApiError:
    """How Slack words arguments it cannot read (https://docs.slack.dev/reference/methods/views.open)."""
    return ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {text}" for text in messages]})
