"""What can be wrong with the app in a workspace or a channel, and what to do about it."""

from collections.abc import Iterator

from bot.chat.platform import Finding, Target
from bot.platforms.slack.api import Api
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.outcomes import GONE, NotInstalled, SlackRefused, SlackSilent
from bot.platforms.slack.workspaces import Installation

_AGAIN = "install the app again, and put its new token into SLACK_BOT_TOKEN where there is one"
_ERRORS = {
    "channel_not_found": (
        "the bot cannot see the channel",
        "if it is private, type /invite @ and the bot's name there",
    ),
    "missing_scope": (
        "the app lacks a permission",
        "compare the app's page with quizbot slack-manifest, install again",
    ),
    "ratelimited": ("Slack asks for patience", "wait a minute and look again"),
}


def scopes_of(headers: object) -> frozenset[str]:
    """What the app may do, as every answer of Slack says in its head."""
    given = headers.get("x-oauth-scopes", "") if hasattr(headers, "get") else ""
    return frozenset(scope.strip() for scope in str(given).split(",") if scope.strip())


def missing_scopes(given: frozenset[str]) -> Iterator[Finding]:
    """One finding for each permission that is not granted."""
    for scope, purpose in SCOPES.items():
        if scope not in given:
            remedy = f"add {scope} at the app's page under OAuth & Permissions and install the app again"
            yield Finding(f"Slack: the app lacks {scope} ({purpose})", remedy)


def trouble_of(where: str, error: SlackRefused | SlackSilent | NotInstalled) -> Finding:
    """A call that failed, in words."""
    if isinstance(error, SlackSilent):
        return Finding(f"{where}: {error.reason}", "check the network, and https://slack-status.com")
    if isinstance(error, NotInstalled) or error.error in GONE:
        return Finding(f"{where}: the app is not installed in the workspace any more", _AGAIN)
    what, remedy = _ERRORS.get(error.error, (f"Slack says {error.error}", "look it up at https://docs.slack.dev"))
    return Finding(f"{where}: {what}", remedy)


async def examine_workspace(api: Api, installation: Installation) -> list[Finding]:
    """Its token and permissions."""
    where = f"Slack workspace {installation.team_name}"
    try:
        answer = await api.call(installation.team_id, "auth.test")
    except (SlackRefused, SlackSilent, NotInstalled) as error:
        return [trouble_of(where, error)]
    missing = list(missing_scopes(scopes_of(answer.headers)))
    return missing or [Finding(f"{where}: token and permissions are in order")]


async def examine_channel(api: Api, target: Target) -> list[Finding]:
    """Whether a quiz can be there."""
    try:
        answer = await api.call(target.workspace_id, "conversations.info", channel=target.channel_id)
    except (SlackRefused, SlackSilent, NotInstalled) as error:
        return [trouble_of(f"Slack channel {target.channel_id}", error)]
    channel = answer["channel"]
    where = f"#{channel.get('name') or target.channel_id}"
    found = list(missing_scopes(scopes_of(answer.headers)))
    if channel.get("is_archived"):
        found.append(Finding(f"{where} is archived", "unarchive it, or set the quiz up in another channel"))
    elif channel.get("is_member"):
        found.append(Finding(f"the bot is in {where}"))
    elif channel.get("is_private"):
        found.append(Finding(f"the bot is not in {where}", f"type /invite @ and the bot's name in {where}"))
    else:
        found.append(Finding(f"{where} is public; the bot joins it with its first post"))
    return found
