"""Interactive elements and their limits (https://docs.slack.dev/reference/block-kit/block-elements)."""

from dataclasses import dataclass

from tests.local_slack.payload import Payload
from tests.local_slack.texts import check_confirm, check_option, check_text, length, options_of

EVERYWHERE = frozenset({"section", "actions", "input"})
INPUT = frozenset({"input"})
ACTIONS = frozenset({"section", "actions"})
COMMON = {"type", "action_id", "confirm", "focus_on_load"}
SELECT = {"placeholder"}
LISTED = {"options", "option_groups"}


@dataclass(frozen=True)
class Spec:
    """Where an element may stand, what it may carry, and how many options."""

    places: frozenset[str]
    keys: frozenset[str]
    options: int = 0


def _spec(places: frozenset[str], keys: str, options: int = 0) -> Spec:
    return Spec(places, frozenset(keys.split()) | COMMON, options)


TYPED = "initial_value min_length max_length multiline placeholder dispatch_action_config"
ELEMENTS: dict[str, Spec] = {
    "button": _spec(ACTIONS, "text url value style accessibility_label"),
    "static_select": _spec(EVERYWHERE, "placeholder options option_groups initial_option", 100),
    "multi_static_select": _spec(
        EVERYWHERE - {"actions"}, "placeholder options option_groups initial_options max_selected_items", 100
    ),
    "external_select": _spec(EVERYWHERE, "placeholder min_query_length initial_option"),
    "multi_external_select": _spec(
        EVERYWHERE - {"actions"}, "placeholder min_query_length initial_options max_selected_items"
    ),
    "users_select": _spec(EVERYWHERE, "placeholder initial_user"),
    "multi_users_select": _spec(EVERYWHERE - {"actions"}, "placeholder initial_users max_selected_items"),
    "channels_select": _spec(EVERYWHERE, "placeholder initial_channel response_url_enabled"),
    "multi_channels_select": _spec(EVERYWHERE - {"actions"}, "placeholder initial_channels max_selected_items"),
    "conversations_select": _spec(
        EVERYWHERE,
        "placeholder initial_conversation default_to_current_conversation response_url_enabled filter",
    ),
    "multi_conversations_select": _spec(
        EVERYWHERE - {"actions"},
        "placeholder initial_conversations default_to_current_conversation max_selected_items filter",
    ),
    "overflow": _spec(ACTIONS, "options", 5),
    "radio_buttons": _spec(EVERYWHERE, "options initial_option", 10),
    "checkboxes": _spec(EVERYWHERE, "options initial_options", 10),
    "plain_text_input": _spec(INPUT, TYPED),
    "number_input": _spec(
        INPUT, "is_decimal_allowed initial_value min_value max_value placeholder dispatch_action_config"
    ),
    "datepicker": _spec(EVERYWHERE, "initial_date placeholder"),
    "timepicker": _spec(EVERYWHERE, "initial_time placeholder timezone"),
    "datetimepicker": _spec(frozenset({"actions", "input"}), "initial_date_time"),
    "email_text_input": _spec(INPUT, "initial_value placeholder dispatch_action_config"),
    "url_text_input": _spec(INPUT, "initial_value placeholder dispatch_action_config"),
}


def check_element(element: object, place: str, problems: list[str], allowed: set[str]) -> None:
    """One element at a place where only the `allowed` types may stand."""
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind not in allowed:
        problems.append(f"unsupported element type: {kind} [{place}]")
        return
    if kind == "image":
        if not 0 < length(element.get("alt_text")) <= 2000:
            problems.append(f"alt_text must have 1 to 2000 characters [{place}/alt_text]")
        return
    spec = ELEMENTS[str(kind)]
    if extra := set(element) - spec.keys:
        problems.append(f"invalid additional property: {', '.join(sorted(extra))} [{place}]")
    _lengths(element, place, problems)
    if spec.options:
        _options(element, spec, place, problems)


def _lengths(element: Payload, place: str, problems: list[str]) -> None:
    if "action_id" in element and not 0 < length(element["action_id"]) <= 255:
        problems.append(f"action_id must have 1 to 255 characters [{place}/action_id]")
    if "confirm" in element:
        check_confirm(element["confirm"], f"{place}/confirm", problems)
    if "placeholder" in element:
        check_text(element["placeholder"], f"{place}/placeholder", problems, most=150, plain=True)
    if element["type"] == "button":
        _button(element, place, problems)
    if element["type"] == "plain_text_input":
        _typed(element, place, problems)


def _button(element: Payload, place: str, problems: list[str]) -> None:
    check_text(element.get("text"), f"{place}/text", problems, most=75, plain=True)
    for key, most in (("value", 2000), ("url", 3000), ("accessibility_label", 75)):
        if key in element and not 0 < length(element[key]) <= most:
            problems.append(f"{key} must have 1 to {most} characters [{place}/{key}]")
    if element.get("style") not in (None, "primary", "danger"):
        problems.append(f"style must be primary or danger [{place}/style]")


def _typed(element: Payload, place: str, problems: list[str]) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not 0 <= least <= 3000 or not 1 <= most <= 3000 or least > most:
        problems.append(f"min_length and max_length must be within 0 and 3000 [{place}]")
    if length(element.get("initial_value", "")) > most:
        problems.append(f"initial_value must be less than {most + 1} characters [{place}/initial_value]")


def _options(element: Payload, spec: Spec, place: str, problems: list[str]) -> None:
    if ("options" in element) == ("option_groups" in element):
        problems.append(f"needs either options or option_groups [{place}]")
    groups = element.get("option_groups", [])
    if len(groups) > 100:
        problems.append(f"option_groups must have 1 to 100 items [{place}/option_groups]")
    for group in groups:
        check_text(group.get("label"), f"{place}/option_groups", problems, most=75, plain=True)
    choices = options_of(element)
    if not 1 <= len(choices) <= spec.options * max(1, len(groups)):
        problems.append(f"options must have 1 to {spec.options} items [{place}/options]")
    marked = element["type"] in ("radio_buttons", "checkboxes")
    for number, option in enumerate(choices):
        check_option(option, f"{place}/options/{number}", problems, mrkdwn=marked)
    initial = element.get("initial_options") or ([element["initial_option"]] if "initial_option" in element else [])
    values = [option.get("value") for option in choices]
    if any(option.get("value") not in values for option in initial):
        problems.append(f"initial option must be one of the options [{place}]")
