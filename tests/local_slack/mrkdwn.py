"""Slack's message text: how a person reads it, and whom it pings.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

ENTITY = re.compile(r"<([^<>]*)>")
KNOWN_ENTITY = re.compile(r"<(?:[@#!][^<>\n]+|(?:https?://|mailto:|tel:)[^<>\n]+)>")
QUOTE = re.compile(r"^\s*>{1,3}", re.MULTILINE)
STRAY = re.compile(r"[<>]|&(?!amp;|lt;|gt;)")
AT_NAME = re.compile(r"(?<![\w<@])@([a-z0-9._-]+)", re.IGNORECASE)
GROUPS = ("channel", "here", "everyone")
DATE_WORDS = re.compile(r"\{(\w+)\}")

Namer = Callable[[str], str]


def escape(text: str) -> str:
    """What people type, as Slack hands it on."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The inverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read(text: str, name_of: Namer, zone: tzinfo = UTC) -> str:
    """The text as a person sees it, in that person's zone."""
    pieces, end = [], 0
    for entity in ENTITY.finditer(text):
        pieces += [unescape(text[end : entity.start()]), _shown(entity.group(1), name_of, zone)]
        end = entity.end()
    return "".join([*pieces, unescape(text[end:])])


def _shown(body: str, name_of: Namer, zone: tzinfo) -> str:
    head, _, label = body.partition("|")
    if head.startswith("!date^"):
        return _date(head, unescape(label), zone)
    if head.startswith("!"):
        return f"@{label or head[1:].removeprefix('subteam^')}"
    if head.startswith("@"):
        return f"@{name_of(head[1:])}"
    if head.startswith("#"):
        return f"#{label or name_of(head[1:])}"
    return unescape(label or head)


def _date(head: str, fallback: str, zone: tzinfo) -> str:
    if bad_date(f"<{head}|{fallback}>"):
        return fallback
    _, stamp, pattern, *_ = head.split("^")
    return unescape(date_in_words(datetime.fromtimestamp(int(stamp), zone), pattern))


def date_in_words(moment: datetime, pattern: str) -> str:
    """A `<!date^…>` pattern filled in (https://docs.slack.dev/messaging/formatting-message-text#date-formatting)."""
    month, day = moment.strftime("%B"), f"{moment.day}{_ordinal(moment.day)}"
    words = {
        "date_num": moment.strftime("%Y-%m-%d"),
        "date": f"{month} {day}, {moment.year}",
        "date_short": f"{moment.strftime('%b')} {moment.day}, {moment.year}",
        "date_long": f"{moment.strftime('%A')}, {month} {day}, {moment.year}",
        "time": moment.strftime("%I:%M %p").lstrip("0"),
        "time_secs": moment.strftime("%I:%M:%S %p").lstrip("0"),
        "ago": "some time ago",
    }
    words |= {f"{name}_pretty": words[name] for name in ("date", "date_short", "date_long")}
    words |= {"day_divider_pretty": words["date_long"]}
    return DATE_WORDS.sub(lambda match: words.get(match.group(1), match.group(0)), pattern)


def _ordinal(day: int) -> str:
    if day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def bad_date(text: str) -> str | None:
    """The first date token that Slack would show as its fallback or raw, or None."""
    for entity in ENTITY.finditer(text):
        head, bar, fallback = entity.group(1).partition("|")
        if not head.startswith("!date^"):
            continue
        parts = head.split("^")
        known = len(parts) in (3, 4) and parts[1].lstrip("-").isdigit() and DATE_WORDS.search(parts[2])
        if not known or not bar or not fallback:
            return entity.group(0)
    return None


def stray(text: str) -> str | None:
    """The first `&`, `<` or `>` that is neither escaped nor part of an entity, with what stands around it; or None."""
    rest = QUOTE.sub("", KNOWN_ENTITY.sub("", text))
    found = STRAY.search(rest)
    return rest[max(0, found.start() - 20) : found.end() + 20] if found else None


def pings(text: str, *, link_names: bool = False) -> set[str]:
    """Whom it rings for: user ids, `channel`, `here`, `everyone`, group ids, and `@name` where names are linked."""
    found = set()
    for entity in ENTITY.finditer(text):
        head = entity.group(1).partition("|")[0]
        if head.startswith("@"):
            found.add(head[1:])
        elif head.startswith("!subteam^"):
            found.add(head.split("^")[1])
        elif head[1:] in GROUPS and head.startswith("!"):
            found.add(head[1:])
    if link_names:
        found |= {match.group(0) for match in AT_NAME.finditer(ENTITY.sub("", text))}
    return found
