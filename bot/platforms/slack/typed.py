"""What was typed behind a slash command, with Slack's tokens read.

In leads' commands people, channels and groups come as `<@U1|ana>`, `<#C1|quiz>`, `<!subteam^S1|@leads>`
(`should_escape`, https://docs.slack.dev/interactivity/implementing-slash-commands).
"""

import re
from dataclasses import dataclass

from bot.platforms.slack.escape import unescape, with_ids

_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|([^>]*))?>")


@dataclass(frozen=True, slots=True)
class Typed:
    """`line` is what `chat.command.parse` reads; `channel` (id, name) is the channel that a lead named."""

    line: str
    channel: tuple[str, str] | None = None

    @property
    def answer(self) -> str | None:
        """The answer behind `/quiz answer`, to be given back where it cannot be stored."""
        words = self.line.split(maxsplit=2)
        return words[2] if len(words) == 3 and words[:2] == ["/quiz", "answer"] else None


def read_typed(command: str, text: str) -> Typed:
    """Only leads may mean another channel than the one they type in: its open question is not for everybody."""
    if command != "/quiz-admin":
        return Typed(f"{command} {unescape(text)}".strip())
    named = _CHANNEL.search(text)
    line = f"{command} {with_ids(_CHANNEL.sub(' ', text))}".strip()
    return Typed(line, (named[1], named[2] or named[1]) if named else None)
