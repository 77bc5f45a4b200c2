"""Permissions, computed as Discord computes them.

https://docs.discord.com/developers/topics/permissions#permission-overwrites
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag


class Permission(IntFlag):
    """The permissions that matter to a quiz bot; other bits are kept as they are."""

    NONE = 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


EVERYTHING = Permission((1 << 53) - 1)

EVERYONE = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What @everyone may do in a new guild."""

NEEDS_SENDING = (
    Permission.MENTION_EVERYONE | Permission.SEND_TTS_MESSAGES | Permission.ATTACH_FILES | Permission.EMBED_LINKS
)

DIRECT_MESSAGE = (
    EVERYONE & ~(Permission.CREATE_PUBLIC_THREADS | Permission.SEND_MESSAGES_IN_THREADS)
) | Permission.MENTION_EVERYONE
"""What anyone may do in a direct message."""


@dataclass
class Overwrite:
    """What a channel allows or denies one role or one member."""

    allow: Permission = Permission.NONE
    deny: Permission = Permission.NONE

    def permit(self, permission: Permission) -> None:
        self.allow |= permission
        self.deny &= ~permission

    def forbid(self, permission: Permission) -> None:
        self.deny |= permission
        self.allow &= ~permission


def in_guild(everyone: Permission, roles: Iterable[Permission], *, owner: bool) -> Permission:
    """What a member may do before any channel has its say."""
    total = everyone
    for role in roles:
        total |= role
    return EVERYTHING if owner or total & Permission.ADMINISTRATOR else total


def in_channel(
    base: Permission, overwrites: Mapping[int, Overwrite], *, everyone_id: int, role_ids: Iterable[int], user_id: int
) -> Permission:
    """What a member may do in a channel: overwrites of everyone, then of roles together, then her own."""
    if base & Permission.ADMINISTRATOR:
        return EVERYTHING
    allow = deny = Permission.NONE
    for role_id in role_ids:
        if overwrite := overwrites.get(role_id):
            allow |= overwrite.allow
            deny |= overwrite.deny
    nothing = Overwrite()
    total = base
    for step in (overwrites.get(everyone_id, nothing), Overwrite(allow, deny), overwrites.get(user_id, nothing)):
        total = (total & ~step.deny) | step.allow
    return implied(total)


def implied(total: Permission) -> Permission:
    """Who cannot see a channel can do nothing in it; who cannot send cannot embed, attach or ping."""
    if not total & Permission.VIEW_CHANNEL:
        return Permission.NONE
    if not total & Permission.SEND_MESSAGES:
        total &= ~NEEDS_SENDING
    return total
