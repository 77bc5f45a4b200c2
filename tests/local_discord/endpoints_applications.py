"""Requests about the application, its commands, users and guilds."""

from typing import Any

from tests.local_discord import wire
from tests.local_discord.applications import Application
from tests.local_discord.guilds import Guild
from tests.local_discord.refusal import (
    Payload,
    invalid,
    missing_access,
    unknown_application,
    unknown_guild,
    unknown_member,
    unknown_user,
)
from tests.local_discord.routing import DONE, Answer, Call, Routes, snowflake

routes = Routes()


@routes.on("GET", "/gateway", token_in_path=True)
async def gateway(call: Call) -> Payload:
    return {"url": call.home.gateway_url}


@routes.on("GET", "/gateway/bot")
async def gateway_bot(call: Call) -> Payload:
    return {
        "url": call.home.gateway_url,
        "shards": call.app.shards,
        "session_start_limit": {
            "total": 1000,
            "remaining": call.app.identifies_left,
            "reset_after": 86_400_000,
            "max_concurrency": call.app.max_concurrency,
        },
    }


@routes.on("GET", "/users/@me")
async def own_user(call: Call) -> Payload:
    return wire.own_user(call.app)


@routes.on("GET", "/users/{user_id}")
async def user(call: Call) -> Payload:
    found = call.home.users.get(call.id("user_id"))
    if found is None:
        raise unknown_user()
    return wire.user(found)


@routes.on("GET", "/users/@me/guilds")
async def own_guilds(call: Call) -> list[Payload]:
    return [_own_guild(call.app, guild) for guild in call.home.guilds_of(call.app)]


def _own_guild(app: Application, guild: Guild) -> Payload:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(int(guild.permissions_of(app.user))),
        "features": [],
    }


@routes.on("POST", "/users/@me/channels")
async def open_dm(call: Call) -> Payload:
    person = call.home.users.get(snowflake(call.body.get("recipient_id"), "recipient_id"))
    if person is None or person.bot:
        raise invalid(("recipient_id",), "USER_INVALID", "Invalid Recipient(s)")
    return wire.channel(call.home.dm(call.app.user, person), viewer=call.app.user)


@routes.on("GET", "/applications/@me")
@routes.on("GET", "/oauth2/applications/@me")
async def own_application(call: Call) -> Payload:
    return wire.application(call.app, len(call.home.guilds_of(call.app)))


def _guild(call: Call) -> Guild:
    guild = call.home.guilds.get(call.id("guild_id"))
    if guild is None or call.app.id not in guild.installed:
        raise unknown_guild()
    return guild


@routes.on("GET", "/guilds/{guild_id}")
async def guild(call: Call) -> Payload:
    return wire.guild(_guild(call))


@routes.on("DELETE", "/users/@me/guilds/{guild_id}")
async def leave_guild(call: Call) -> Answer:
    _guild(call).remove(call.app)
    return DONE


@routes.on("GET", "/guilds/{guild_id}/channels")
async def guild_channels(call: Call) -> list[Payload]:
    return [wire.channel(each) for each in _guild(call).channels.values() if not each.is_thread]


@routes.on("GET", "/guilds/{guild_id}/threads/active")
async def guild_threads(call: Call) -> Payload:
    threads = [each for each in _guild(call).channels.values() if each.is_thread and not each.archived]
    return {"threads": [wire.channel(each) for each in threads], "members": [], "has_more": False}


@routes.on("GET", "/guilds/{guild_id}/roles")
async def guild_roles(call: Call) -> list[Payload]:
    return [wire.role(each) for each in _guild(call).roles.values()]


@routes.on("GET", "/guilds/{guild_id}/members/{user_id}")
async def guild_member(call: Call) -> Payload:
    member = _guild(call).members.get(call.id("user_id"))
    if member is None:
        raise unknown_member()
    return wire.member(member)


GLOBAL = "/applications/{application_id}/commands"
OF_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _scope(call: Call) -> tuple[Application, Guild | None]:
    if call.id("application_id") != call.app.id:
        raise unknown_application()
    if "guild_id" not in call.params:
        return call.app, None
    guild = call.home.guilds.get(call.id("guild_id"))
    if guild is None or call.app.id not in guild.installed or not guild.installed[call.app.id].commands:
        raise missing_access()
    return call.app, guild


@routes.on("GET", GLOBAL)
@routes.on("GET", OF_GUILD)
async def list_commands(call: Call) -> list[Payload]:
    return call.home.commands.of(*_scope(call))


@routes.on("PUT", GLOBAL)
@routes.on("PUT", OF_GUILD)
async def overwrite_commands(call: Call) -> list[Payload]:
    bodies: Any = call.json
    return call.home.commands.overwrite(*_scope(call), bodies if isinstance(bodies, list) else [])


@routes.on("POST", GLOBAL)
@routes.on("POST", OF_GUILD)
async def upsert_command(call: Call) -> Answer:
    app, guild = _scope(call)
    known = {each["id"] for each in call.home.commands.of(app, guild)}
    made = call.home.commands.upsert(app, guild, call.body)
    return Answer(200 if made["id"] in known else 201, made)


@routes.on("GET", OF_GUILD + "/permissions")
async def command_permissions(call: Call) -> list[Payload]:
    _scope(call)
    return []


@routes.on("GET", GLOBAL + "/{command_id}")
@routes.on("GET", OF_GUILD + "/{command_id}")
async def get_command(call: Call) -> Payload:
    return call.home.commands.get(*_scope(call), call.id("command_id"))


@routes.on("PATCH", GLOBAL + "/{command_id}")
@routes.on("PATCH", OF_GUILD + "/{command_id}")
async def change_command(call: Call) -> Payload:
    return call.home.commands.change(*_scope(call), call.id("command_id"), call.body)


@routes.on("DELETE", GLOBAL + "/{command_id}")
@routes.on("DELETE", OF_GUILD + "/{command_id}")
async def delete_command(call: Call) -> Answer:
    call.home.commands.delete(*_scope(call), call.id("command_id"))
    return DONE
