"""What was typed behind a slash command, with Slack's tokens read.

With `should_escape` (https://docs.slack.dev/interactivity/implementing-slash-commands) people, channels and groups
come as `<@U1|ana>`, `<#C1|quiz>`, `<!subteam^S1|@leads>`.
"""

import re
from dataclasses import dataclass

from bot.platforms.slack.escape import unescape

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|([^>]*))?>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Typed:
    """`line` is what `chat.command.parse` reads; `channel` (id, name) is the channel that a lead named."""

    line: str
    channel: tuple[str, str] | None = None


def read_typed(command: str, text: str) -> Typed:
    """Only leads may mean another channel than the one they type in: its open question is not for everybody."""
    if command != "/quiz-admin":
        return Typed(f"{command} {unescape(text)}".strip())
    named = _CHANNEL.search(text)
    text = _CHANNEL.sub(" ", text) if named else text
    text = _GROUP.sub(r"\1", _PERSON.sub(_person, text))
    return Typed(f"{command} {unescape(text)}".strip(), (named[1], named[2] or named[1]) if named else None)


def _person(match: re.Match[str]) -> str:
    """As the core takes a person; a name of several words stays one."""
    name = (match[2] or "").replace('"', "")
    return f'"{match[1]}|{name}"' if name else match[1]
