"""What each answer of Slack means for a message on its way.

| Slack says | outcome |
|---|---|
| `ok` | delivered |
| `is_archived`, `channel_not_found`, `restricted_action…` | refused for good; the schedule waits |
| `not_in_channel` | the bot joins a public channel and sends once more; else refused for good |
| `missing_scope` | refused for good; says which scope |
| `account_inactive`, `token_revoked`, `invalid_auth` | refused for good; the workspace is left |
| `token_expired` | a new token is fetched and the call made once more |
| `ratelimited` (429) | refused for `Retry-After` seconds |
| `msg_too_long`, `msg_blocks_too_long`, `invalid_blocks`, `metadata_too_large` | refused for good: a fault of ours |
| `message_not_found`, `cant_update_message` (an edit) | refused for good: the post is gone |
| `internal_error`, `fatal_error`, `service_unavailable`, status 5xx | unknown: looked up by its metadata |
| no answer, a broken line | unknown: looked up by its metadata |
| no connection could be made | refused for now: nothing was sent |
| anything else | refused for now; given up after a dozen attempts |

Errors of one method: https://docs.slack.dev/reference/methods/chat.postMessage
"""

from dataclasses import dataclass

from bot.chat.platform import Rejected, Unknown
from bot.errors import QuizError

GONE = frozenset({"account_inactive", "token_revoked", "invalid_auth", "not_authed", "invalid_refresh_token"})
NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"})
_LIMITED = frozenset({"ratelimited", "rate_limited"})
_MAYBE_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable"})
_NOT_ALLOWED = "the workspace's settings do not let the bot post there"
_FAULT_OF_OURS = "Slack does not take this message ({error})"
_FOR_GOOD = {
    "is_archived": "the channel is archived",
    "channel_not_found": "the channel was deleted, or it is private and the bot is not in it",
    "not_in_channel": "the bot is not in the channel and may not join it; invite it",
    "restricted_action": _NOT_ALLOWED,
    "restricted_action_read_only_channel": _NOT_ALLOWED,
    "restricted_action_thread_only_channel": _NOT_ALLOWED,
    "restricted_action_non_threadable_channel": _NOT_ALLOWED,
    "restricted_action_thread_locked": _NOT_ALLOWED,
    "team_access_not_granted": "the app may not use this workspace; an admin of the organisation grants it",
    "msg_too_long": _FAULT_OF_OURS,
    "msg_blocks_too_long": _FAULT_OF_OURS,
    "invalid_blocks": _FAULT_OF_OURS,
    "metadata_too_large": _FAULT_OF_OURS,
    "no_text": _FAULT_OF_OURS,
    "message_not_found": "the post was deleted",
    "cant_update_message": "the post is not the bot's own",
    "user_not_found": "the person is not in the workspace any more",
    "user_disabled": "the person's account is deactivated",
    "cannot_dm_bot": "the person is a bot",
    "messages_tab_disabled": "the app's Messages tab is off; turn it on at the app's page under App Home",
}


@dataclass
class SlackRefused(QuizError):
    """Slack answered a call with an error. `needed`: the scope it misses; `retry_after` in seconds."""

    error: str
    needed: str = ""
    retry_after: float | None = None


@dataclass
class SlackSilent(QuizError):
    """No answer that says what became of a call. `sent`: it may have been done."""

    reason: str
    sent: bool = True


@dataclass
class NotInstalled(QuizError):
    """The app is not installed in this workspace, as far as the bot knows."""

    team_id: str


def outcome(error: SlackRefused | SlackSilent | NotInstalled) -> Rejected | Unknown:
    """What a failed call means for the message it carried."""
    if isinstance(error, NotInstalled):
        return Rejected("the app is not installed in the workspace; install it again", permanent=True)
    if isinstance(error, SlackSilent):
        return Unknown(error.reason) if error.sent else Rejected(error.reason, permanent=False)
    if error.error in _MAYBE_DONE:
        return Unknown(error.error)
    if error.error in _LIMITED:
        return Rejected("Slack asks for patience", permanent=False, retry_after=error.retry_after or 30.0)
    if error.error in GONE:
        return Rejected("the app was removed from the workspace; install it again", permanent=True)
    if error.error == "missing_scope":
        reason = f"the app lacks the scope {error.needed or 'it needs'}; add it at the app's page and install it again"
        return Rejected(reason, permanent=True)
    words = _FOR_GOOD.get(error.error)
    if words is None:
        return Rejected(f"Slack says {error.error}", permanent=False)
    return Rejected(words.format(error=error.error), permanent=True)
