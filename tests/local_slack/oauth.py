"""Installing by OAuth: the page a person approves, and codes and refresh tokens for tokens.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from tests.local_slack.app import Installation, SlackApp
from tests.local_slack.call import Call
from tests.local_slack.ids import secret
from tests.local_slack.methods import method
from tests.local_slack.payload import ApiError, Payload

if TYPE_CHECKING:
    from tests.local_slack.people import Person
    from tests.local_slack.server import LocalSlack

CODE_SECONDS = 600


@dataclass
class Code:
    """An approval that waits to be exchanged."""

    app: SlackApp
    person: "Person"
    scopes: list[str]
    redirect_uri: str
    expires_at: float
    org_wide: bool


class Authorizations:
    """Codes that were given out and not used yet."""

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack = slack
        self._codes: dict[str, Code] = {}

    def approve(
        self, app: SlackApp, person: "Person", scopes: list[str], redirect_uri: str, *, org_wide: bool = False
    ) -> str:
        """Somebody clicked Allow, for the workspace or for the whole Enterprise Grid."""
        code = secret()
        expires_at = self.slack.clock.now() + CODE_SECONDS
        self._codes[code] = Code(app, person, scopes, redirect_uri, expires_at, org_wide)
        return code

    def exchange(self, text: str, app: SlackApp, redirect_uri: str) -> Installation:
        """A code for an installation, once.

        Raises:
            ApiError: invalid_code, bad_redirect_uri.
        """
        code = self._codes.pop(text, None)
        if code is None or code.app is not app or code.expires_at < self.slack.clock.now():
            raise ApiError("invalid_code")
        if code.redirect_uri != redirect_uri:
            raise ApiError("bad_redirect_uri")
        return code.person.workspace.install(app, code.person, code.scopes, org_wide=code.org_wide)


async def authorize_page(slack: "LocalSlack", request: web.Request) -> web.Response:
    """The page in a browser. The cookie `person` says who sits there, `answer` what they click: allow, refuse, org."""
    query = request.query
    app = next((app for app in slack.apps.values() if app.client_id == query.get("client_id")), None)
    person = _person(slack, request.cookies.get("person", ""))
    if app is None or person is None:
        return web.Response(status=400, text="invalid_client_id" if app is None else "Sign in first.")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri and not app.redirects_to(redirect_uri):
        return web.Response(status=400, text="bad_redirect_uri")
    scopes = [scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope]
    if unknown := set(scopes) - set(app.scopes):
        slack.violation(f"asks for scopes that are not in the manifest: {sorted(unknown)}")
        return web.Response(status=400, text="invalid_scope")
    target = redirect_uri or (app.redirect_urls or [""])[0]
    answer = {"state": query["state"]} if "state" in query else {}
    clicked = request.cookies.get("answer")
    if clicked == "refuse":
        answer |= {"error": "access_denied"}
    else:
        code = slack.authorizations.approve(app, person, scopes, redirect_uri, org_wide=clicked == "org")
        answer |= {"code": code}
    return web.Response(status=302, headers={"Location": f"{target}?{urlencode(answer)}"})


def _person(slack: "LocalSlack", user: str) -> "Person | None":
    return next((w.people[user] for w in slack.workspaces.values() if user in w.people), None)


@method("oauth.v2.access", tier=5, takes_json=False, caller="anybody")
def access(call: Call) -> Payload:
    app = _client(call)
    if call.text("grant_type") == "refresh_token":
        return _tokens(_refresh(call, app))
    if call.text("grant_type") not in ("", "authorization_code"):
        raise ApiError("invalid_grant_type")
    return _tokens(call.slack.authorizations.exchange(call.text("code"), app, call.text("redirect_uri")))


def _client(call: Call) -> SlackApp:
    client_id, client_secret = call.client or (call.text("client_id"), call.text("client_secret"))
    app = next((app for app in call.slack.apps.values() if app.client_id == client_id), None)
    if app is None:
        raise ApiError("invalid_client_id")
    if app.client_secret != client_secret:
        raise ApiError("bad_client_secret")
    return app


def _refresh(call: Call, app: SlackApp) -> Installation:
    token = call.slack.tokens.get(call.text("refresh_token"))
    usable = token is not None and token.refresh and not token.revoked and not token.installation.uninstalled
    if token is None or not usable or token.installation.app is not app:
        raise ApiError("invalid_refresh_token")
    token.revoked = True
    call.slack.give_token(token.installation)
    return token.installation


def _tokens(bot: Installation) -> Payload:
    workspace = bot.workspace
    enterprise = {"id": workspace.enterprise_id, "name": "Grid"} if workspace.enterprise_id else None
    answer: Payload = {
        "app_id": bot.app.id,
        "authed_user": {"id": bot.installer.id},
        "scope": ",".join(bot.scopes),
        "token_type": "bot",
        "access_token": bot.token,
        "bot_user_id": bot.bot_user_id,
        "team": None if bot.org_wide else {"id": workspace.id, "name": workspace.name},
        "enterprise": enterprise,
        "is_enterprise_install": bot.org_wide,
    }
    if bot.app.rotates_tokens:
        answer |= {"refresh_token": bot.refresh_token, "expires_in": 12 * 3600}
    return answer
