"""What a message may carry, and how a call's arguments become one."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.local_slack import mrkdwn
from tests.local_slack.blocks import (
    MARKDOWN_CHARACTERS,
    MESSAGE_CHARACTERS,
    block_problems,
    characters,
    mrkdwn_texts,
)
from tests.local_slack.payload import ApiError, Payload

if TYPE_CHECKING:
    from tests.local_slack.message import Message
    from tests.local_slack.server import LocalSlack

POST_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
ATTACHMENTS = 100
METADATA_BYTES = 8_000


def check_content(slack: "LocalSlack", args: Payload, *, most: int = POST_CHARACTERS) -> None:
    """Refuse content that Slack refuses; note content that a person could not use.

    Raises:
        ApiError: no_text, msg_too_long, invalid_blocks, msg_blocks_too_long, too_many_attachments, ...
    """
    text, blocks, attachments = args.get("text"), args.get("blocks"), args.get("attachments") or []
    markdown = args.get("markdown_text")
    if markdown and (text or blocks):
        raise ApiError("markdown_text_conflict")
    if not (text or blocks or attachments or markdown):
        raise ApiError("no_text")
    if len(str(text or "")) > most or len(str(markdown or "")) > MARKDOWN_CHARACTERS:
        raise ApiError("msg_too_long")
    if len(attachments) > ATTACHMENTS:
        raise ApiError("too_many_attachments")
    _check_blocks(blocks)
    for attachment in attachments:
        _check_blocks(attachment.get("blocks"))
    if blocks and not text:
        slack.violation("a message with blocks has no `text`: screen readers and notifications say nothing")
    check_mrkdwn(slack, [str(text or ""), *mrkdwn_texts(blocks or []), *mrkdwn_texts(attachments)])


def _check_blocks(blocks: object) -> None:
    if not blocks:
        return
    if problems := block_problems(blocks, "message"):
        raise ApiError("invalid_blocks", errors=problems, response_metadata={"messages": problems})
    if characters(blocks) > MESSAGE_CHARACTERS:
        raise ApiError("msg_blocks_too_long")


def check_mrkdwn(slack: "LocalSlack", texts: Iterable[str]) -> None:
    """Note what Slack takes and shows wrong: dates it cannot read, `& < >` that nobody escaped."""
    for text in texts:
        if bad := mrkdwn.bad_date(text):
            slack.violation(f"a date Slack cannot show: {bad}")
        if found := mrkdwn.stray(text):
            slack.violation(f"not escaped (&amp; &lt; &gt;): {found!r}")


def checked_metadata(metadata: Any) -> Payload | None:  # noqa: ANN401 - whatever the bot sent
    """Message metadata as Slack takes it.

    Raises:
        ApiError: invalid_metadata_format, metadata_too_large.
    """
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return metadata


def fill(message: "Message", args: Payload) -> None:
    """Put a call's content into a message; what is not given stays as it was."""
    if args.get("text") is not None or args.get("markdown_text") is not None:
        message.content = str(args.get("text") or args.get("markdown_text") or "")
    if args.get("blocks") is not None:
        message.blocks = with_ids(message.channel.slack, args["blocks"])
    if args.get("attachments") is not None:
        message.attachments = args["attachments"]
    if args.get("metadata") is not None:
        message.metadata = args["metadata"]


def with_ids(slack: "LocalSlack", blocks: list[Payload]) -> list[Payload]:
    """The blocks with the ids Slack gives to what has none."""
    filled: list[Payload] = json.loads(json.dumps(blocks))
    for block in filled:
        block.setdefault("block_id", slack.ids.new("b"))
        for element in [block.get("element"), block.get("accessory"), *_actions(block)]:
            if element and element["type"] != "image":
                element.setdefault("action_id", slack.ids.new("a"))
    return filled


def _actions(block: Payload) -> list[Payload]:
    return block["elements"] if block["type"] == "actions" else []
