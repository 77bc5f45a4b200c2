"""One message: what it carries, how it reads, whom it pings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from tests.local_slack import mrkdwn
from tests.local_slack.blocks import mrkdwn_texts
from tests.local_slack.payload import Payload
from tests.local_slack.reading import read_blocks, text_object
from tests.local_slack.rich_text import rich_text_pings

if TYPE_CHECKING:
    from tests.local_slack.channel import Channel


@dataclass(eq=False)
class Message:
    """`visible_to` names the one person who sees an ephemeral message."""

    channel: "Channel"
    ts: str
    user: str
    content: str = ""
    blocks: list[Payload] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str = ""
    app_id: str = ""
    team_id: str = ""
    subtype: str = ""
    metadata: Payload | None = None
    broadcast: bool = False
    link_names: bool = False
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    visible_to: str = ""
    deleted: bool = False
    edited: Payload | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    versions: list[str] = field(default_factory=list)  # how it read before each edit

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def payload(self, *, metadata: bool = True) -> Payload:
        """The message object of events and of the history."""
        message: Payload = {"type": "message", "ts": self.ts, "text": self.content, "team": self.team_id}
        optional = {
            "user": self.user,
            "subtype": self.subtype or ("thread_broadcast" if self.broadcast else ""),
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "edited": self.edited,
            "metadata": self.metadata if metadata else None,
        }
        message |= {key: value for key, value in optional.items() if value}
        if not self.bot_id:
            message["client_msg_id"] = f"client-{self.ts}"
        message |= self._thread()
        if self.reactions:
            message["reactions"] = [
                {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
            ]
        return message

    def _thread(self) -> Payload:
        replies = [m for m in self.channel.thread(self.ts) if m is not self]
        if not replies:
            return {}
        users = sorted({reply.user for reply in replies})
        return {
            "thread_ts": self.ts,
            "reply_count": len(replies),
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
        }

    def text(self, zone: tzinfo = UTC) -> str:
        """What a person in this zone reads; the fallback text is not shown where there are blocks."""
        shown = [read_blocks(self.blocks, self.name_of, zone)] if self.blocks else []
        if not self.blocks and self.content:
            shown.append(mrkdwn.read(self.content, self.name_of, zone))
        for attachment in self.attachments:
            shown.append(read_blocks(attachment.get("blocks") or [], self.name_of, zone))
            shown.append(
                mrkdwn.read(str(attachment.get("text") or attachment.get("fallback") or ""), self.name_of, zone)
            )
        return "\n".join(text for text in shown if text)

    def notification(self, zone: tzinfo = UTC) -> str:
        """What the phone's lock screen and a screen reader say."""
        return mrkdwn.read(self.content, self.name_of, zone)

    def pings(self) -> set[str]:
        """Whom it rings for: user ids, `channel`, `here`, `everyone`, group ids, `@name` (with link_names)."""
        texts = [self.content, *mrkdwn_texts(self.blocks), *mrkdwn_texts(self.attachments)]
        named = {name for text in texts for name in mrkdwn.pings(text, link_names=self.link_names)}
        return named | set(rich_text_pings([self.blocks, self.attachments]))

    def name_of(self, id_: str) -> str:
        """The name an id is shown as."""
        return self.channel.slack.name_of(id_)

    def elements(self) -> Iterator[tuple[Payload, Payload]]:
        """Each interactive element with its block."""
        yield from interactive(self.blocks)
        for attachment in self.attachments:
            yield from interactive(attachment.get("blocks") or [])

    def buttons(self) -> list[str]:
        """The words on its buttons."""
        return [text_object(element["text"]) for _, element in self.elements() if element["type"] == "button"]


def interactive(blocks: list[Payload]) -> Iterator[tuple[Payload, Payload]]:
    """Each interactive element of these blocks with its block."""
    for block in blocks:
        candidates = [block.get("accessory"), block.get("element")]
        if block["type"] == "actions":
            candidates += block["elements"]
        for element in candidates:
            if element and element["type"] != "image":
                yield block, element
