"""A conversation: who is in it, what was written, who may look."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.local_slack.message import Message
from tests.local_slack.payload import ApiError, Payload

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack
    from tests.local_slack.workspace import Workspace

Kind = Literal["public", "private", "im", "mpim"]
CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
SCOPE_PREFIX = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


@dataclass(eq=False)
class Channel:
    """`workspaces` has more than one where the channel is shared (Slack Connect)."""

    slack: "LocalSlack"
    workspaces: list["Workspace"]
    id: str
    name: str
    kind: Kind = "public"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    deleted: bool = False
    messages: list[Message] = field(default_factory=list)

    @property
    def channel_type(self) -> str:
        """How events name the kind."""
        return CHANNEL_TYPE[self.kind]

    @property
    def is_shared(self) -> bool:
        return len(self.workspaces) > 1

    def message(self, ts: str) -> Message:
        """The message with this timestamp, never an ephemeral one.

        Raises:
            ApiError: message_not_found.
        """
        for message in self.messages:
            if message.ts == ts and not message.deleted and not message.visible_to:
                return message
        raise ApiError("message_not_found")

    def thread(self, ts: str) -> list[Message]:
        """A parent and its replies, oldest first."""
        return [m for m in self.messages if ts in (m.ts, m.thread_ts) and not m.deleted and not m.visible_to]

    def timeline(self) -> list[Message]:
        """What stands in the channel itself, oldest first."""
        return [m for m in self.messages if not m.deleted and not m.visible_to and (not m.is_reply or m.broadcast)]

    def payload(self, viewer: str, *, num_members: bool = False) -> Payload:
        """The conversation object for this viewer (https://docs.slack.dev/reference/objects/conversation-object)."""
        home = self.workspaces[0]
        if self.kind == "im":
            other = next((member for member in sorted(self.members) if member != viewer), viewer)
            return {
                "id": self.id,
                "is_im": True,
                "user": other,
                "is_archived": False,
                "created": 1,
                "is_org_shared": False,
            }
        channel: Payload = {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "public",
            "is_archived": self.archived,
            "is_general": self.name == "general",
            "is_shared": self.is_shared,
            "is_ext_shared": self.is_shared,
            "is_org_shared": False,
            "is_member": viewer in self.members,
            "context_team_id": home.id,
            "shared_team_ids": [workspace.id for workspace in self.workspaces],
            "created": 1,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
        if num_members:
            channel["num_members"] = len(self.members)
        return channel
