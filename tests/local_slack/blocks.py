"""Block Kit's limits: which blocks a message or a view may carry.

https://docs.slack.dev/reference/block-kit. Each check adds sentences to `problems`, worded with the place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.local_slack.elements import ELEMENTS, check_element
from tests.local_slack.payload import Payload
from tests.local_slack.rich_text import check_rich_text
from tests.local_slack.texts import check_text, length

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 13_000  # not documented; measured by others (slackapi/bolt-js issue 2509)
MARKDOWN_CHARACTERS = 12_000
IN_ACTIONS = {name for name, spec in ELEMENTS.items() if "actions" in spec.places}
IN_SECTION = {name for name, spec in ELEMENTS.items() if "section" in spec.places}
IN_INPUT = {name for name, spec in ELEMENTS.items() if "input" in spec.places}
Surface = Literal["message", "modal", "home"]

KEYS: dict[str, set[str]] = {
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text", "level"},
    "divider": set(),
    "context": {"elements"},
    "actions": {"elements"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "markdown": {"text"},
    "rich_text": {"elements"},
}


@dataclass
class Inspection:
    """One look at a list of blocks."""

    surface: Surface
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)


def block_problems(blocks: object, surface: Surface = "message") -> list[str]:
    """Every rule these blocks break, in Slack's way of naming the place."""
    if not isinstance(blocks, list):
        return ["blocks must be an array"]
    inspection = Inspection(surface)
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    if len(blocks) > most:
        inspection.problems.append(f"no more than {most} items allowed [json-pointer:/blocks]")
    for number, block in enumerate(blocks):
        _check_block(block, f"/blocks/{number}", inspection)
    return inspection.problems


def _check_block(block: object, place: str, seen: Inspection) -> None:
    if not isinstance(block, dict) or block.get("type") not in KEYS:
        seen.problems.append(f"unsupported type: {block.get('type') if isinstance(block, dict) else block} [{place}]")
        return
    kind = str(block["type"])
    if extra := set(block) - KEYS[kind] - {"type", "block_id"}:
        seen.problems.append(f"invalid additional property: {', '.join(sorted(extra))} [{place}]")
    _check_block_id(block, place, seen)
    problems = seen.problems
    if kind == "section":
        _section(block, place, problems)
    elif kind == "header":
        check_text(block.get("text"), f"{place}/text", problems, most=150, plain=True)
    elif kind in ("context", "actions"):
        _row(block, place, problems)
    elif kind == "input":
        _input(block, place, problems)
    elif kind == "image":
        _image(block, place, problems)
    elif kind == "rich_text":
        check_rich_text(block, place, problems)
    elif kind == "markdown" and not 0 < length(block.get("text")) <= MARKDOWN_CHARACTERS:
        problems.append(f"markdown must have 1 to {MARKDOWN_CHARACTERS} characters [{place}]")


def _check_block_id(block: Payload, place: str, seen: Inspection) -> None:
    block_id = block.get("block_id")
    if block_id is None:
        return
    if not 0 < length(block_id) <= 255:
        seen.problems.append(f"block_id must have 1 to 255 characters [{place}/block_id]")
    if block_id in seen.block_ids:
        seen.problems.append(f"duplicate block_id: {block_id} [{place}/block_id]")
    seen.block_ids.add(str(block_id))


def _section(block: Payload, place: str, problems: list[str]) -> None:
    fields = block.get("fields")
    if "text" in block or not fields:
        check_text(block.get("text"), f"{place}/text", problems, most=3000)
    if fields is not None:
        if not 1 <= len(fields) <= 10:
            problems.append(f"fields must have 1 to 10 items [{place}/fields]")
        for number, text in enumerate(fields):
            check_text(text, f"{place}/fields/{number}", problems, most=2000)
    if "accessory" in block:
        check_element(block["accessory"], f"{place}/accessory", problems, IN_SECTION | {"image"})


def _row(block: Payload, place: str, problems: list[str]) -> None:
    elements, most = block.get("elements"), 25 if block["type"] == "actions" else 10
    if not isinstance(elements, list) or not 1 <= len(elements) <= most:
        problems.append(f"elements must have 1 to {most} items [{place}/elements]")
        return
    action_ids: set[str] = set()
    for number, element in enumerate(elements):
        here = f"{place}/elements/{number}"
        if block["type"] == "actions":
            check_element(element, here, problems, IN_ACTIONS)
            _unique(element, here, action_ids, problems)
        elif isinstance(element, dict) and element.get("type") == "image":
            _image(element, here, problems)
        else:
            check_text(element, here, problems, most=3000)


def _unique(element: object, place: str, taken: set[str], problems: list[str]) -> None:
    action_id = element.get("action_id") if isinstance(element, dict) else None
    if action_id in taken:
        problems.append(f"`action_id` {action_id} already exists [{place}]")
    if action_id is not None:
        taken.add(str(action_id))


def _input(block: Payload, place: str, problems: list[str]) -> None:
    check_text(block.get("label"), f"{place}/label", problems, most=2000, plain=True)
    if "hint" in block:
        check_text(block["hint"], f"{place}/hint", problems, most=2000, plain=True)
    check_element(block.get("element"), f"{place}/element", problems, IN_INPUT)


def _image(block: Payload, place: str, problems: list[str]) -> None:
    if not 0 < length(block.get("alt_text")) <= 2000:
        problems.append(f"alt_text must have 1 to 2000 characters [{place}/alt_text]")
    if "slack_file" not in block and not 0 < length(block.get("image_url")) <= 3000:
        problems.append(f"image_url must have 1 to 3000 characters [{place}/image_url]")
    if "title" in block:
        check_text(block["title"], f"{place}/title", problems, most=2000, plain=True)


def characters(value: object) -> int:
    """The characters of all texts in these blocks, which Slack limits in total."""
    return sum(len(text) for text in strings(value, "text"))


def strings(value: object, key: str) -> Iterator[str]:
    """Every string under this key, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key and isinstance(inner, str):
                yield inner
            else:
                yield from strings(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, key)


def mrkdwn_texts(value: object) -> Iterator[str]:
    """Every text in which `<…>` means something."""
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown") and isinstance(value.get("text"), str):
            yield value["text"]
            return
        yield from (text for inner in value.values() for text in mrkdwn_texts(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in mrkdwn_texts(inner))
