"""Permissions are computed as Discord documents it: everyone, then the roles together, then the member."""

from tests.local_discord import Permission
from tests.local_discord.permissions import EVERYTHING
from tests.platforms.discord_server.room import Room

SEND = Permission.SEND_MESSAGES


def may_send(room: Room) -> bool:
    return bool(room.channel.permissions_of(room.ana.user) & SEND)


def test_among_roles_one_that_allows_outweighs_one_that_denies(room: Room) -> None:
    quiet, loud = room.guild.add_role("quiet"), room.guild.add_role("loud")
    room.guild.give(room.ana, quiet)
    room.channel.forbid(quiet, SEND)
    assert not may_send(room)
    room.guild.give(room.ana, loud)
    room.channel.allow(loud, SEND)
    assert may_send(room)


def test_what_is_said_of_the_member_outweighs_her_roles(room: Room) -> None:
    loud = room.guild.add_role("loud")
    room.guild.give(room.ana, loud)
    room.channel.allow(loud, SEND)
    room.channel.forbid(room.ana, SEND)
    assert not may_send(room)


def test_who_cannot_see_the_channel_can_do_nothing_in_it(room: Room) -> None:
    room.channel.forbid(room.guild.everyone, Permission.VIEW_CHANNEL)
    assert room.channel.permissions_of(room.ana.user) == Permission.NONE
    assert room.channel.permissions_of(room.guild.owner) == EVERYTHING


def test_who_cannot_send_cannot_embed(room: Room) -> None:
    room.channel.forbid(room.app, SEND)
    assert not room.channel.permissions_of(room.app.user) & Permission.EMBED_LINKS


def test_an_administrator_is_bound_by_no_channel(room: Room) -> None:
    boss = room.guild.add_role("boss", Permission.ADMINISTRATOR)
    room.guild.give(room.ana, boss)
    room.channel.forbid(room.guild.everyone, SEND)
    assert may_send(room)


def test_a_permission_given_and_taken_with_a_role_comes_and_goes(room: Room) -> None:
    lead = room.guild.add_role("lead", Permission.MANAGE_GUILD)
    room.guild.give(room.ana, lead)
    assert room.guild.permissions_of(room.ana.user) & Permission.MANAGE_GUILD
    room.guild.take(room.ana, lead)
    assert not room.guild.permissions_of(room.ana.user) & Permission.MANAGE_GUILD
