"""Blocks as a person reads them, line by line."""

from datetime import tzinfo

from tests.local_slack import mrkdwn
from tests.local_slack.mrkdwn import Namer
from tests.local_slack.payload import Payload
from tests.local_slack.rich_text import read_rich_text
from tests.local_slack.texts import options_of


def read_blocks(blocks: list[Payload], name_of: Namer, zone: tzinfo) -> str:
    """All blocks, each on its own lines."""
    lines = [line for block in blocks for line in _lines(block, name_of, zone)]
    return "\n".join(line for line in lines if line)


def text_object(text: Payload | None) -> str:
    """A text object's characters; nothing is unescaped in plain text."""
    return str(text["text"]) if text else ""


def _shown(text: Payload | None, name_of: Namer, zone: tzinfo) -> str:
    if text and text["type"] == "mrkdwn":
        return mrkdwn.read(text["text"], name_of, zone)
    return text_object(text)


def _lines(block: Payload, name_of: Namer, zone: tzinfo) -> list[str]:
    kind = block["type"]
    if kind == "section":
        texts = [block.get("text"), *(block.get("fields") or [])]
        lines = [_shown(text, name_of, zone) for text in texts]
        return [*lines, _element(block["accessory"])] if "accessory" in block else lines
    if kind == "context":
        shown = (e["alt_text"] if e["type"] == "image" else _shown(e, name_of, zone) for e in block["elements"])
        return [" ".join(shown)]
    if kind == "actions":
        return [" ".join(_element(element) for element in block["elements"])]
    if kind == "input":
        return [text_object(block["label"]), _element(block["element"]), text_object(block.get("hint"))]
    if kind == "divider":
        return ["---"]
    if kind == "image":
        return [block["alt_text"]]
    if kind == "markdown":
        return [block["text"]]
    if kind == "rich_text":
        return read_rich_text(block, name_of, zone)
    return [text_object(block.get("text"))] if kind == "header" else []


def _element(element: Payload) -> str:
    kind = element["type"]
    if kind == "image":
        return str(element["alt_text"])
    if kind == "button":
        return f"[{text_object(element['text'])}]"
    options = " | ".join(text_object(option["text"]) for option in options_of(element))
    initial = element.get("initial_value") or text_object((element.get("initial_option") or {}).get("text"))
    return f"[{initial or text_object(element.get('placeholder')) or options}]"
