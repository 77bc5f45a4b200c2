"""What each refusal of Discord's means, decided in one place.

| Discord says | a send or an edit is | and then |
|---|---|---|
| 429, slow mode (20016, 20028) | rejected for now | sent again after the time that Discord names |
| 30046 too many edits of an old message | rejected for now | the post is brought up to date later |
| 5xx, no answer, a connection that broke | unknown | looked for in the channel, then sent again with its nonce |
| no connection at all | rejected for now | sent again |
| 401 the token was changed | rejected for now | `trouble` says what to do |
| 50001, 50013, other 403 | rejected for good | the schedule waits, its lead is told which permission is missing |
| 10003, 10004 the channel or server is gone | rejected for good | the schedule waits, its lead is told |
| 10008 the post was deleted | rejected for good | nothing: nobody has to act on it |
| 50007 takes no direct messages | rejected for good | the feedback stays behind `/quiz why` |
| other 400 | rejected for good | a bug of ours: it stands in `quizbot doctor` with its code |

| Discord says to a reply | and then |
|---|---|
| 10062 too late, 40060 answered elsewhere, 10015 or 50027 expired, 10008 dismissed | not shown: a direct message |
"""

import aiohttp
import discord

from bot.chat.platform import Rejected, Unknown

MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
_TOO_MANY_OLD_EDITS = 30046
_SLOW_MODE = (20016, 20028)
_UNTIL_OLD_EDITS_S = 600.0
_UNTIL_NEW_TOKEN_S = 300.0
_FOR_GOOD = {
    10003: "the channel was deleted",
    10004: "the bot is no longer in that server",
    10008: "the message was deleted",
    10013: "that person has no account any more",
    10015: "the reply has expired",
    50001: "the bot may not see the channel; give it the permission View Channel",
    50007: "that person takes no direct messages from the bot; they see their feedback with /quiz why",
    50027: "the reply has expired",
    50013: "the bot lacks a permission in the channel; give it View Channel and Send Messages",
    50083: "the thread is archived",
}
TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError)
"""All that a call to Discord may raise; a time-out is an OSError."""
_TOO_LATE = frozenset({10062, 40060, 10015, 50027, 10008})


def outcome(error: BaseException) -> Rejected | Unknown:
    """What a failed send or edit came to; see the table above. Raises `error` again if it is none of Discord's."""
    if isinstance(error, discord.RateLimited):
        return Rejected("Discord asks to wait", permanent=False, retry_after=error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _refused(error)
    if isinstance(error, discord.DiscordException):
        return Rejected(f"Discord refused: {type(error).__name__}", permanent=False)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Rejected("Discord cannot be reached", permanent=False)
    if isinstance(error, aiohttp.ClientError | OSError):
        return Unknown(f"no answer from Discord ({type(error).__name__})")
    raise error


def too_late(error: BaseException) -> bool:
    """Whether an interaction takes no response of ours any more, ever."""
    return isinstance(error, discord.HTTPException) and error.code in _TOO_LATE


def _refused(error: discord.HTTPException) -> Rejected | Unknown:
    if error.status >= 500:
        return Unknown(f"Discord answered {error.status}")
    if error.status == 429 or error.code in _SLOW_MODE:
        return Rejected("Discord asks to wait", permanent=False)
    if error.code == _TOO_MANY_OLD_EDITS:
        return Rejected("the post was edited too often", permanent=False, retry_after=_UNTIL_OLD_EDITS_S)
    if error.code in _FOR_GOOD:
        return Rejected(_FOR_GOOD[error.code], permanent=True)
    if error.status == 401:
        return Rejected("Discord refuses the bot's token", permanent=False, retry_after=_UNTIL_NEW_TOKEN_S)
    # Its text may repeat what a person wrote; the code is enough to look it up.
    return Rejected(f"Discord refused ({error.status}, code {error.code})", permanent=True)
