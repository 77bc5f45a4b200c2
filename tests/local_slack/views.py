"""views.*: modals and the Home tab (https://docs.slack.dev/surfaces/modals)."""

from tests.local_slack.call import Call
from tests.local_slack.interactions import Trigger
from tests.local_slack.methods import method
from tests.local_slack.modals import check_hash
from tests.local_slack.payload import ApiError, Payload, invalid_arguments
from tests.local_slack.view_limits import checked_view


@method("views.open", tier=4, required=("view",))
def open_view(call: Call) -> Payload:
    view = checked_view(call.args["view"], "modal")
    trigger = _trigger(call)
    return {"view": call.slack.modals.open(trigger.user, call.installation, view).payload()}


@method("views.push", tier=4, required=("view",))
def push(call: Call) -> Payload:
    view = checked_view(call.args["view"], "modal")
    trigger = _trigger(call)
    return {"view": call.slack.modals.push(trigger.user, call.installation, view).payload()}


@method("views.update", tier=4, required=("view",))
def update(call: Call) -> Payload:
    given = checked_view(call.args["view"], "modal", "home")
    if not call.text("view_id") and not call.text("external_id"):
        raise invalid_arguments("missing required field: view_id")
    view = call.slack.modals.find(call.installation, call.text("view_id"), call.text("external_id"))
    check_hash(view, call.text("hash"))
    if view.submitting:
        call.slack.violation("views.update before the submission is answered: the answer will overwrite it")
    view.show(given)
    return {"view": view.payload()}


@method("views.publish", tier=4, required=("user_id", "view"))
def publish(call: Call) -> Payload:
    given = checked_view(call.args["view"], "home")
    bot = call.installation
    if not bot.app.home_tab:
        raise ApiError("not_enabled")
    if call.text("user_id") not in bot.workspace.people:
        raise invalid_arguments("invalid user_id")
    return {"view": call.slack.modals.publish(call.text("user_id"), bot, given, call.text("hash")).payload()}


def _trigger(call: Call) -> Trigger:
    trigger_id = call.text("trigger_id")
    if not trigger_id:
        raise invalid_arguments("missing required field: trigger_id")
    return call.slack.interactions.exchange(trigger_id, call.installation)
