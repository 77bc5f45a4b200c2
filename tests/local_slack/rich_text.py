"""Rich text: which there may be, how it reads, whom it pings.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from tests.local_slack.mrkdwn import DATE_WORDS, GROUPS, Namer, date_in_words
from tests.local_slack.payload import Payload
from tests.local_slack.texts import length

PARTS = {
    "rich_text_section": {"elements"},
    "rich_text_list": {"elements", "style", "indent", "offset", "border"},
    "rich_text_preformatted": {"elements", "border", "language"},
    "rich_text_quote": {"elements", "border"},
}
# What each element must have, and what it may have besides `style`.
ELEMENTS: dict[str, tuple[set[str], set[str]]] = {
    "text": ({"text"}, set()),
    "emoji": ({"name"}, {"unicode"}),
    "link": ({"url"}, {"text", "unsafe"}),
    "date": ({"timestamp", "format", "fallback"}, {"url"}),
    "user": ({"user_id"}, set()),
    "usergroup": ({"usergroup_id"}, set()),
    "channel": ({"channel_id"}, set()),
    "broadcast": ({"range"}, set()),
}
STYLES = {"bold", "italic", "strike", "code", "highlight", "client_highlight", "unlink", "underline"}
EMOJI = {
    "white_check_mark": "✅",
    "large_yellow_circle": "🟡",
    "white_circle": "⚪",
    "x": "❌",
    "warning": "⚠",
}


def check_rich_text(block: Payload, place: str, problems: list[str]) -> None:
    """A rich text block: every part and every element in it."""
    parts = block.get("elements")
    if not isinstance(parts, list) or not parts:
        problems.append(f"elements must have at least 1 item [{place}/elements]")
        return
    for number, part in enumerate(parts):
        _check_part(part, f"{place}/elements/{number}", problems)


def _check_part(part: Payload, place: str, problems: list[str]) -> None:
    kind = part.get("type")
    if kind not in PARTS or not part.get("elements"):
        problems.append(f"unsupported or empty: {kind} [{place}]")
        return
    if extra := set(part) - PARTS[kind] - {"type"}:
        problems.append(f"invalid additional property: {', '.join(sorted(extra))} [{place}]")
    if kind == "rich_text_list" and part.get("style") not in ("bullet", "ordered"):
        problems.append(f"style must be bullet or ordered [{place}/style]")
    for number, element in enumerate(part["elements"]):
        here = f"{place}/elements/{number}"
        if kind == "rich_text_list":
            if element.get("type") != "rich_text_section":
                problems.append(f"a list holds sections [{here}]")
            else:
                _check_part(element, here, problems)
        else:
            _check_element(element, kind, here, problems)


def _check_element(element: Payload, kind: str, place: str, problems: list[str]) -> None:
    name = element.get("type")
    if name not in ELEMENTS or (kind == "rich_text_preformatted" and name not in ("text", "link")):
        problems.append(f"unsupported element type: {name} [{place}]")
        return
    needed, optional = ELEMENTS[name]
    if missing := needed - set(element):
        problems.append(f"missing required field: {', '.join(sorted(missing))} [{place}]")
    if extra := set(element) - needed - optional - {"type", "style"}:
        problems.append(f"invalid additional property: {', '.join(sorted(extra))} [{place}]")
    if wrong := set(element.get("style") or {}) - STYLES:
        problems.append(f"unknown style: {', '.join(sorted(wrong))} [{place}/style]")
    if "text" in needed and length(element.get("text")) < 1:
        problems.append(f"must be more than 0 characters [{place}/text]")
    if name == "date" and not (isinstance(element.get("timestamp"), int) and DATE_WORDS.search(str(element["format"]))):
        problems.append(f"a date Slack cannot show [{place}]")


def read_rich_text(block: Payload, name_of: Namer, zone: tzinfo) -> list[str]:
    """The block line by line; nothing in it is escaped."""
    return [line for part in block["elements"] for line in _part(part, name_of, zone)]


def _part(part: Payload, name_of: Namer, zone: tzinfo) -> list[str]:
    if part["type"] == "rich_text_list":
        signs = (f"{n}. " if part["style"] == "ordered" else "• " for n, _ in enumerate(part["elements"], 1))
        return [sign + _row(item, name_of, zone) for sign, item in zip(signs, part["elements"], strict=True)]
    text = _row(part, name_of, zone)
    return [f"> {line}" for line in text.splitlines()] if part["type"] == "rich_text_quote" else [text]


def _row(part: Payload, name_of: Namer, zone: tzinfo) -> str:
    return "".join(_shown(element, name_of, zone) for element in part["elements"])


def _shown(element: Payload, name_of: Namer, zone: tzinfo) -> str:
    kind = element["type"]
    if kind == "emoji":
        return EMOJI.get(element["name"], f":{element['name']}:")
    if kind == "date":
        return date_in_words(datetime.fromtimestamp(element["timestamp"], zone), element["format"])
    if kind == "channel":
        return f"#{name_of(element['channel_id'])}"
    if kind in ("user", "usergroup", "broadcast"):
        return f"@{name_of(_rung(element))}"
    return str(element.get("text") or element.get("url"))


def rich_text_pings(value: object) -> Iterator[str]:
    """Whom the rich text in these blocks rings for."""
    if isinstance(value, dict):
        if value.get("type") in ("user", "usergroup", "broadcast"):
            yield _rung(value)
        yield from (name for inner in value.values() for name in rich_text_pings(inner))
    elif isinstance(value, list):
        yield from (name for inner in value for name in rich_text_pings(inner))


def _rung(element: Payload) -> str:
    named = element.get("user_id") or element.get("usergroup_id") or element.get("range")
    return str(named) if named else GROUPS[0]
