"""What Slack does with the answer to a submitted modal (https://docs.slack.dev/surfaces/modals#response_actions)."""

from typing import TYPE_CHECKING

from tests.local_slack.modals import View
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.view_limits import checked_view

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack


def apply_response(slack: "LocalSlack", view: View, body: Payload) -> None:
    """Close, show errors, update, push or clear; an answer Slack cannot use is a violation and leaves the modal."""
    try:
        _apply(slack, view, body)
    except ApiError as error:
        slack.violation(f"the answer to a submission is refused: {error.name} {error.extra}")
    slack.changed()


def _apply(slack: "LocalSlack", view: View, body: Payload) -> None:
    stack = slack.modals.stack(view.user)
    action = body.get("response_action")
    if action is None:
        if view in stack:
            stack.remove(view)
    elif action == "clear":
        stack.clear()
    elif action == "errors":
        _errors(view, body.get("errors") or {})
    elif action == "update":
        view.show(checked_view(body.get("view"), "modal"))
    elif action == "push":
        slack.modals.push(view.user, view.bot, checked_view(body.get("view"), "modal"))
    else:
        raise ApiError("unknown response_action")


def _errors(view: View, errors: dict[str, str]) -> None:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not errors or set(errors) - inputs:
        raise ApiError("errors must name input blocks", given=sorted(errors), inputs=sorted(inputs))
    view.errors = errors
