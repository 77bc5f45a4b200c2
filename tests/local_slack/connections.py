"""apps.connections.open and auth.*: who calls, and how the socket is opened."""

from tests.local_slack.call import Call
from tests.local_slack.methods import method
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.socket_mode import SocketMode


@method("apps.connections.open", tier=3, caller="app")
def open_connection(call: Call) -> Payload:
    app = call.app_of_token
    if app is None or not isinstance(app.transport, SocketMode) or not app.transport.enabled:
        raise ApiError("forbidden_team")
    ticket = app.transport.ticket()
    return {"url": f"ws://127.0.0.1:{call.slack.port}/link/{app.id}?ticket={ticket}&app_id={app.id}"}


@method("auth.test", tier=5)
def auth_test(call: Call) -> Payload:
    bot = call.installation
    workspace = bot.workspace
    answer: Payload = {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": workspace.profiles[bot.bot_user_id].name,
        "team_id": workspace.id,
        "user_id": bot.bot_user_id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": bot.org_wide,
    }
    return answer | ({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {})


@method("auth.revoke", tier=3, takes_json=False)
def revoke(call: Call) -> Payload:
    if call.flag("test"):
        return {"revoked": False}
    call.installation.workspace.revoke_tokens(call.installation.app)
    return {"revoked": True}
