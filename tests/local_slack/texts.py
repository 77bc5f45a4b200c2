"""Text and option objects, and their lengths (https://docs.slack.dev/reference/block-kit/composition-objects)."""

from tests.local_slack.payload import Payload

TEXT_KEYS = {"plain_text": {"emoji"}, "mrkdwn": {"verbatim"}}


def length(value: object) -> int:
    """Characters of a string; -1 for what is none."""
    return len(value) if isinstance(value, str) else -1


def check_text(text: object, place: str, problems: list[str], *, most: int, plain: bool = False) -> None:
    """A text object of 1 to `most` characters."""
    if not isinstance(text, dict) or text.get("type") not in TEXT_KEYS:
        problems.append(f"must be a text object [{place}]")
        return
    if plain and text["type"] != "plain_text":
        problems.append(f"must be plain_text [{place}]")
    if extra := set(text) - TEXT_KEYS[text["type"]] - {"type", "text"}:
        problems.append(f"invalid additional property: {', '.join(sorted(extra))} [{place}]")
    if length(text.get("text")) < 1:
        problems.append(f"must be more than 0 characters [{place}/text]")
    elif length(text["text"]) > most:
        problems.append(f"must be less than {most + 1} characters [{place}/text]")


def check_option(option: object, place: str, problems: list[str], *, mrkdwn: bool = False) -> None:
    """One choice of a select, of radio buttons or of checkboxes."""
    if not isinstance(option, dict):
        problems.append(f"must be an option [{place}]")
        return
    if extra := set(option) - {"text", "value", "description", "url"}:
        problems.append(f"invalid additional property: {', '.join(sorted(extra))} [{place}]")
    check_text(option.get("text"), f"{place}/text", problems, most=75, plain=not mrkdwn)
    if not 0 < length(option.get("value")) <= 150:
        problems.append(f"value must have 1 to 150 characters [{place}/value]")
    if "description" in option:
        check_text(option["description"], f"{place}/description", problems, most=75, plain=not mrkdwn)


def check_confirm(confirm: object, place: str, problems: list[str]) -> None:
    """The question before an action."""
    if not isinstance(confirm, dict):
        problems.append(f"must be a confirm object [{place}]")
        return
    for key, most, plain in (("title", 100, True), ("text", 300, False), ("confirm", 30, True), ("deny", 30, True)):
        check_text(confirm.get(key), f"{place}/{key}", problems, most=most, plain=plain)


def options_of(element: Payload) -> list[Payload]:
    """All options of an element, with or without groups."""
    grouped = [option for group in element.get("option_groups") or [] for option in group.get("options") or []]
    return [*(element.get("options") or []), *grouped]
