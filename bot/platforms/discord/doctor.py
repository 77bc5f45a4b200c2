"""What `quizbot doctor` says of Discord: token, settings in the portal, commands, servers, and every quiz channel."""

from collections.abc import AsyncIterator

import discord
from discord import app_commands

from bot.chat.platform import Finding
from bot.platforms.discord import commands, events, permissions
from bot.platforms.discord.outcomes import TROUBLE
from bot.platforms.discord.rest import Rest
from bot.services.ports import Store

PORTAL = "https://discord.com/developers/applications"
_TOKEN = Finding(
    "Discord: the token is refused",
    f"copy the current one from {PORTAL} (your application, Bot, Reset Token) into DISCORD_TOKEN",
)


async def diagnose(
    rest: Rest, token: str, tree: app_commands.CommandTree, store: Store, *, thread_answers: bool, channels: bool
) -> list[Finding]:
    """All there is to say. `channels`: whether the store may be asked for them."""
    try:
        await rest.client.login(token)
        findings = [each async for each in _of_application(rest.client, thread_answers=thread_answers)]
        findings.append(await _of_commands(rest.client, tree, store if channels else None))
        if channels:
            findings += [each async for each in _of_channels(rest, store)]
    except discord.LoginFailure:
        return [_TOKEN]
    except TROUBLE as error:
        return [Finding(f"Discord: no answer ({type(error).__name__})", "check the network and DISCORD_API_URL")]
    return findings


async def _of_application(client: discord.Client, *, thread_answers: bool) -> AsyncIterator[Finding]:
    application = client.application
    if application is None:
        return
    yield Finding(f"Discord: the token is {application.name}'s (application {application.id})")
    elsewhere = application.interactions_endpoint_url is not None
    yield Finding(
        "Discord: commands and buttons reach the bot",
        f"clear Interactions Endpoint URL at {PORTAL} (General Information)" if elsewhere else None,
    )
    yield _intent(application.flags, needed=thread_answers)
    link = permissions.invite_link(application.id)
    guilds = [guild async for guild in client.fetch_guilds(limit=None)]
    yield Finding(f"Discord: in {len(guilds)} servers", None if guilds else "add the bot to one with the invite link")
    yield Finding(f"Discord: invite link {link}")


def _intent(flags: discord.ApplicationFlags, *, needed: bool) -> Finding:
    is_on = flags.gateway_message_content or flags.gateway_message_content_limited
    if not needed:
        return Finding("Discord: Message Content intent not needed (DISCORD_THREAD_ANSWERS is false)")
    remedy = f"switch it on at {PORTAL} (Bot), or set DISCORD_THREAD_ANSWERS=false"
    return Finding(f"Discord: Message Content intent {'on' if is_on else 'off'}", None if is_on else remedy)


async def _of_commands(client: discord.Client, tree: app_commands.CommandTree, store: Store | None) -> Finding:
    """Where something else is installed, the store forgets what was, so that the next start installs it."""
    application_id = client.application_id or 0
    installed = await client.http.get_global_commands(application_id)
    wanted = commands.shape([command.to_dict(tree) for command in tree.get_commands()])
    if commands.shape([dict(each) for each in installed]) == wanted:
        return Finding(f"Discord: {len(wanted)} commands and options installed")
    if store is not None:
        async with store.write() as uow:
            await uow.memory.take(commands.memory_name(application_id))
            await uow.commit()
    return Finding("Discord: the installed commands are not this version's", "restart quizbot run, which installs them")


async def _of_channels(rest: Rest, store: Store) -> AsyncIterator[Finding]:
    for workspace_id, channel_id, name, ping in await _quiz_channels(store):
        found = await rest.examine(int(workspace_id), int(channel_id), ping)
        wrong = [each for each in found if each.remedy is not None]
        for each in wrong:
            yield Finding(f"Discord: #{name}: {each.what}", each.remedy)
        if not wrong:
            yield Finding(f"Discord: #{name}: everything needed is allowed")


async def _quiz_channels(store: Store) -> list[tuple[str, str, str, str | None]]:
    """Workspace, channel, name and role to notify of every channel that has a schedule."""
    found = []
    async with store.read() as uow:
        for workspace_id in sorted(await uow.teams.present(events.PLATFORM)):
            for channel in await uow.teams.channels_in(events.PLATFORM, workspace_id):
                schedule = await uow.schedules.of_channel(channel.id)
                if schedule is not None:
                    found.append((workspace_id, channel.external_id, channel.name, schedule.plan.ping))
    return found
