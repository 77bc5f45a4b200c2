"""Slack's text: what people wrote goes out so that it is shown as written, and comes in readable.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from bot.chat.literal import visible

# Invisible, and of no use to any script or emoji: only good for hiding something.
_HIDDEN = str.maketrans("", "", "\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff")
# Slack formats a word only where these stand at its edge; the joiner takes them away from the edge.
_JOINER = "\u2060"
_FORMATS = re.compile(r"[*_~`]")
_QUOTES = re.compile(r"^(\s*)&gt;", re.MULTILINE)

_ENTITY = re.compile(r"<([@#!])([^<>|\s]+)(?:\|([^<>]*))?>|<((?:https?|mailto|tel):[^<>|\s]+)(?:\|([^<>]*))?>")
_BROADCASTS = ("here", "channel", "everyone")


def shown(text: str, *, one_line: bool = False) -> str:
    """`text` without what would move, turn or hide something; for text that Slack shows as it stands."""
    return visible(text, one_line=one_line).translate(_HIDDEN)


def escape(text: str, *, one_line: bool = False) -> str:
    """`text` for a place where only `<…>` means something: it can mention nobody and link nowhere."""
    return shown(text, one_line=one_line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """`text` in one line of mrkdwn, where `*`, `_`, `~`, backticks and a leading `>` would format it."""
    apart = _FORMATS.sub(lambda match: f"{_JOINER}{match[0]}{_JOINER}", escape(text, one_line=True))
    return _QUOTES.sub(rf"\1{_JOINER}&gt;", apart)


def unescape(text: str, *, leave_out: str = "") -> str:
    """What somebody wrote, as they saw it. `leave_out`: an id whose mention is left out, such as the bot's own."""

    def worded(match: re.Match[str]) -> str:
        kind, target, label, address, link = match.groups()
        if address:
            return link or address
        if kind == "@" and target == leave_out:
            return ""
        return _name(kind, target, label)

    return _plain(_ENTITY.sub(worded, text).replace(_JOINER, "")).strip()


def with_ids(text: str) -> str:
    """A command as typed, with people, groups and channels by their ids: `lead add <@U1|ana>` is `lead add U1`."""

    def identified(match: re.Match[str]) -> str:
        _, target, _, address, link = match.groups()
        return link or address if address else str(target).removeprefix("subteam^")

    return _plain(_ENTITY.sub(identified, text))


def mention(group: str) -> str:
    """The mark-up that notifies a user group (`S…`), a person (`U…`) or `here`, `channel`, `everyone`; else nothing."""
    if group.lstrip("@!") in _BROADCASTS:
        return f"<!{group.lstrip('@!')}>"
    if re.fullmatch(r"S[A-Z0-9]+", group):
        return f"<!subteam^{group}>"
    return f"<@{group}>" if is_person(group) else ""


def is_person(text: str) -> bool:
    """Whether it can be a person's id."""
    return re.fullmatch(r"[UW][A-Z0-9]+", text) is not None


def _name(kind: str, target: str, label: str | None) -> str:
    if target.startswith("date^"):
        return label or ""
    name = label or target.removeprefix("subteam^")
    return name if name.startswith(("@", "#")) else ("#" if kind == "#" else "@") + name


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
