"""users.*, team.info, bots.info: who is who."""

from tests.local_slack.call import Call
from tests.local_slack.conversations import paged
from tests.local_slack.methods import method
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.workspace import known_profile


@method("users.info", "users:read", tier=4, takes_json=False, required=("user",))
def info(call: Call) -> Payload:
    workspace = call.installation.workspace
    profile = known_profile(workspace, call.text("user"))
    stranger = profile.team_id != workspace.id
    return {"user": profile.payload(locale=call.flag("include_locale"), stranger=stranger)}


@method("users.list", "users:read", tier=2, takes_json=False)
def list_users(call: Call) -> Payload:
    page, cursor = paged(call, list(call.installation.workspace.profiles.values()), default=1000)
    shown = [profile.payload(locale=call.flag("include_locale")) for profile in page]
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}


@method("team.info", "team:read", tier=3)
def team(call: Call) -> Payload:
    workspace = call.installation.workspace
    shown: Payload = {"id": workspace.id, "name": workspace.name, "domain": workspace.domain}
    if workspace.enterprise_id:
        shown |= {"enterprise_id": workspace.enterprise_id, "enterprise_name": "Grid"}
    return {"team": shown}


@method("bots.info", "users:read", tier=3, takes_json=False)
def bot(call: Call) -> Payload:
    for profile in call.installation.workspace.profiles.values():
        if profile.bot_id and profile.bot_id == call.text("bot"):
            shown = {"id": profile.bot_id, "deleted": profile.deleted, "name": profile.real_name}
            return {"bot": shown | {"app_id": profile.app_id, "user_id": profile.id}}
    raise ApiError("bot_not_found")
