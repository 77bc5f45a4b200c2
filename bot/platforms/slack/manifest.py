"""The app manifest: all that Slack must know of the bot, to paste into https://api.slack.com/apps.

https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Mapping
from typing import Any

# What each permission is for; https://docs.slack.dev/reference/scopes
SCOPES: Mapping[str, str] = {
    "app_mentions:read": "an answer that mentions the bot in a question's thread",
    "channels:history": "answers in a question's thread, and whether a post whose sending was cut short did arrive",
    "channels:join": "joins the public channel that a lead sets up",
    "channels:read": "a channel's name, and whether it is archived",
    "chat:write": "posts questions and answers, and tells people their feedback privately",
    "commands": "/quiz and /quiz-admin",
    "groups:history": "the same as channels:history in private channels it is invited to",
    "groups:read": "the same as channels:read in private channels it is invited to",
    "users:read": "names, time zones, and who owns or administers the workspace",
}

# What the bot is told of; https://docs.slack.dev/reference/events
EVENTS: Mapping[str, str] = {
    "app_home_opened": "somebody opens the Home tab",
    "app_mention": "an answer that mentions the bot",
    "app_uninstalled": "the workspace took the bot out",
    "channel_archive": "a quiz channel was archived: its schedule pauses",
    "channel_deleted": "a quiz channel was deleted: its schedule pauses",
    "channel_left": "the bot was taken out of a channel: its schedule pauses",
    "group_archive": "as channel_archive, private",
    "group_deleted": "as channel_deleted, private",
    "group_left": "as channel_left, private",
    "message.channels": "an answer in a question's thread",
    "message.groups": "the same in private channels",
    "tokens_revoked": "the workspace took its permission back",
}
EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

_SHORT = "A daily interview question, graded against its key points."
_LONG = (
    "Posts a question as senior Python interviews ask them on the days and at the "
    "time your team chose. People answer in their own words, privately. The bot checks each answer against the "
    "question's key points, shows what was made, missed or contradicted, keeps the team's leaderboard, and shows the "
    "model answer when the round closes."
)


def manifest(
    name: str, *, http_url: str | None = None, several: bool = False, install_url: str | None = None
) -> dict[str, Any]:
    """For Socket Mode, or for HTTP where `http_url` is the bot's public address.

    `several`: other workspaces install it too, at `install_url` (the public address, if Slack reaches it there only
    for that); then tokens are short-lived and rotate.
    """
    public = (install_url or http_url or "").rstrip("/")
    oauth: dict[str, Any] = {"scopes": {"bot": list(SCOPES)}}
    if several and public:
        oauth["redirect_urls"] = [public + REDIRECT_PATH]
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": name[:35],
            "description": _SHORT,
            "long_description": _LONG,
            "background_color": "#1f3a5f",
        },
        "features": {
            # Nobody can write into the messages tab, because an answer there would belong to no round; it is on
            # because leads are told there when something needs them.
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": name[:80], "always_online": True},
            "slash_commands": _commands(http_url),
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": _requests(http_url, "request_url") | {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True} | _requests(http_url, "request_url", "message_menu_options_url"),
            "org_deploy_enabled": False,
            "socket_mode_enabled": http_url is None,
            "token_rotation_enabled": several,
        },
    }


def _commands(http_url: str | None) -> list[dict[str, Any]]:
    """Only leads' commands name people and groups, so only there Slack turns `@ana` into an id."""
    quiz = {
        "command": "/quiz",
        "description": "Today's question, your feedback and the leaderboard",
        "usage_hint": "answer | hint | why | me | leaderboard week | practice | help",
        "should_escape": False,
    }
    admin = {
        "command": "/quiz-admin",
        "description": "Set up the quiz in this channel",
        "usage_hint": "setup | schedule show | post | close | unsure | lead add @ana | doctor | help",
        "should_escape": True,
    }
    return [command | _requests(http_url, "url") for command in (quiz, admin)]


def _requests(http_url: str | None, *keys: str) -> dict[str, str]:
    """Over HTTP everything comes to one address."""
    return {key: http_url.rstrip("/") + EVENTS_PATH for key in keys} if http_url else {}
