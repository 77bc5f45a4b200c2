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


# Errors that no state of the workspace explains: the bot sent something Slack never takes.
FAULTS_OF_THE_BOT = {
    "cannot_reply_to_message",
    "invalid_arguments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_json",
    "invalid_metadata_format",
    "json_not_object",
    "markdown_text_conflict",
    "metadata_too_large",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "not_authed",
    "too_many_attachments",
    "unknown_method",
    "view_too_large",
}


def invalid_arguments(*messages: str) -> ApiError:
    """How Slack words arguments it cannot read (https://docs.slack.dev/reference/methods/views.open)."""
    return ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {text}" for text in messages]})
