"""What a modal or a Home tab may carry (https://docs.slack.dev/reference/views)."""

import json

from tests.local_slack.blocks import block_problems
from tests.local_slack.payload import ApiError, Payload, invalid_arguments
from tests.local_slack.texts import check_text, length

VIEW_BYTES = 250_000
SHARED = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
KEYS = {
    "home": SHARED,
    "modal": SHARED | {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"},
}


def checked_view(view: object, *types: str) -> Payload:
    """The view as Slack takes it.

    Raises:
        ApiError: view_too_large, or invalid_arguments with every rule it breaks.
    """
    if isinstance(view, str):
        view = json.loads(view)
    if not isinstance(view, dict) or view.get("type") not in types:
        raise invalid_arguments(f"view type must be one of {', '.join(types)}")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise ApiError("view_too_large")
    if problems := view_problems(view):
        raise invalid_arguments(*problems)
    return view


def view_problems(view: Payload) -> list[str]:
    """Every rule this view breaks."""
    kind = "home" if view["type"] == "home" else "modal"
    problems = block_problems(view.get("blocks"), "home" if kind == "home" else "modal")
    if extra := set(view) - KEYS[kind]:
        problems.append(f"invalid additional property: {', '.join(sorted(extra))} [/view]")
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if key in view and not 0 <= length(view[key]) <= most:
            problems.append(f"must be less than {most + 1} characters [/view/{key}]")
    if kind == "modal":
        _modal(view, problems)
    return problems


def _modal(view: Payload, problems: list[str]) -> None:
    for key in ("title", "submit", "close"):
        if key == "title" or view.get(key) is not None:
            check_text(view.get(key), f"/view/{key}", problems, most=24, plain=True)
    blocks = view.get("blocks")
    inputs = [block for block in blocks if block.get("type") == "input"] if isinstance(blocks, list) else []
    if inputs and not view.get("submit"):
        problems.append("missing required field: submit, as the view has input blocks [/view/submit]")
