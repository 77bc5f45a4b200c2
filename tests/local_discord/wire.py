"""The world in Discord's own words: payloads of users, guilds, channels and messages."""

from datetime import datetime
from typing import TYPE_CHECKING

from tests.local_discord.applications import Application, User
from tests.local_discord.channels import Channel
from tests.local_discord.guilds import Guild, Member, Role
from tests.local_discord.refusal import Payload

if TYPE_CHECKING:
    from tests.local_discord.interactions import Interaction
    from tests.local_discord.messages import Message

HIDDEN: Payload = {"content": "", "embeds": [], "attachments": [], "components": []}


def when(moment: datetime) -> str:
    return moment.isoformat()


def user(who: User) -> Payload:
    return {
        "id": str(who.id),
        "username": who.name,
        "global_name": None if who.bot else who.name.capitalize(),
        "discriminator": "0",
        "avatar": None,
        "bot": who.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def own_user(app: Application) -> Payload:
    return user(app.user) | {
        "mfa_enabled": True,
        "locale": "en-US",
        "verified": True,
        "email": None,
        "banner": None,
        "accent_color": None,
    }


def application(app: Application, guilds: int) -> Payload:
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(app.user),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": app.flags,
        "flags_new": str(app.flags),
        "redirect_uris": [],
        "interactions_endpoint_url": app.endpoint,
        "role_connections_verification_url": None,
        "owner": user(app.owner),
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
        "rpc_origins": [],
    }


def role(each: Role) -> Payload:
    return {
        "id": str(each.id),
        "name": each.name,
        "permissions": str(int(each.permissions)),
        "position": each.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": each.managed,
        "mentionable": each.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member(each: Member, *, with_user: bool = True) -> Payload:
    body: Payload = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": when(each.joined),
        "nick": each.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in each.role_ids],
        "mute": False,
        "deaf": False,
    }
    return body | {"user": user(each.user)} if with_user else body


def channel(each: Channel, *, viewer: User | None = None) -> Payload:
    body: Payload = {"id": str(each.id), "type": each.type, "flags": 0, "last_message_id": _last(each)}
    if each.guild is None:
        return body | {"recipients": [user(who) for who in each.recipients if who is not viewer]}
    body |= {"guild_id": str(each.guild.id), "name": each.name, "rate_limit_per_user": 0}
    if each.parent is not None:
        return body | _thread(each, each.parent)
    return body | {
        "parent_id": None,
        "topic": None,
        "position": list(each.guild.channels).index(each.id) if each.id in each.guild.channels else 0,
        "nsfw": False,
        "permission_overwrites": [
            {
                "id": str(key),
                "type": 0 if key in each.guild.roles else 1,
                "allow": str(int(o.allow)),
                "deny": str(int(o.deny)),
            }
            for key, o in each.overwrites.items()
        ],
    }


def _last(each: Channel) -> str | None:
    return str(each.messages[-1].id) if each.messages else None


def _thread(each: Channel, parent: Channel) -> Payload:
    written = len(each.messages)
    return {
        "parent_id": str(parent.id),
        "owner_id": str(each.owner.id) if each.owner else "0",
        "thread_metadata": {
            "archived": each.archived,
            "locked": each.locked,
            "auto_archive_duration": each.auto_archive,
            "archive_timestamp": when(each.home.clock.now()),
            "create_timestamp": when(each.home.clock.now()),
        },
        "message_count": written,
        "total_message_sent": written,
        "member_count": 1,
    }


def guild(each: Guild) -> Payload:
    return {
        "id": str(each.id),
        "name": each.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(each.owner.id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role(one) for one in each.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": each.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_created(each: Guild, app: Application, *, all_members: bool) -> Payload:
    """The body of GUILD_CREATE. Without the members intent it names the bot itself only."""
    members = list(each.members.values()) if all_members else [each.members[app.id]]
    threads = [one for one in each.channels.values() if one.is_thread and not one.archived]
    return guild(each) | {
        "joined_at": when(each.members[app.id].joined),
        "large": False,
        "member_count": len(each.members),
        "voice_states": [],
        "members": [member(one) for one in members],
        "channels": [channel(one) for one in each.channels.values() if not one.is_thread],
        "threads": [channel(one) for one in threads if _sees(one, app)],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _sees(each: Channel, app: Application) -> bool:
    return bool(each.permissions_of(app.user))


def message(each: "Message", *, nested: bool = False) -> Payload:
    """The body of a message. `nested`: as `referenced_message`, which nests no further."""
    guild_of = each.channel.guild
    body: Payload = {
        "id": str(each.id),
        "type": each.type,
        "channel_id": str(each.channel.id),
        "author": user(each.author),
        "content": each.content,
        "mentions": [user(each.home.users[one]) for one in sorted(each.mentions.users)],
        "mention_roles": [str(one) for one in sorted(each.mentions.roles)],
        "mention_everyone": each.mentions.everyone,
        "attachments": each.attachments,
        "embeds": each.embeds,
        "components": each.components,
        "timestamp": when(each.created),
        "edited_timestamp": when(each.edited) if each.edited else None,
        "flags": each.flags,
        "pinned": False,
        "tts": False,
    }
    if each.nonce is not None:
        body["nonce"] = each.nonce
    if each.application is not None:
        body["application_id"] = str(each.application.id)
        body["webhook_id"] = str(each.application.id)
    if each.interaction is not None:
        body["interaction_metadata"] = interaction_metadata(each.interaction)
    if each.reply_to is not None:
        reference = {"type": 0, "channel_id": str(each.reply_to.channel.id), "message_id": str(each.reply_to.id)}
        body["message_reference"] = reference | ({"guild_id": str(guild_of.id)} if guild_of else {})
        if not nested:
            gone = each.reply_to.deleted
            body["referenced_message"] = None if gone else message(each.reply_to, nested=True)
    if each.thread is not None and not each.thread.deleted:
        body["thread"] = channel(each.thread)
    return body


def hidden(body: Payload, app: Application) -> Payload:
    """The same message for an application without the message content intent: it reads only its own."""
    hiding = body | HIDDEN
    referenced = body.get("referenced_message")
    if isinstance(referenced, dict) and referenced["author"]["id"] != str(app.id):
        hiding["referenced_message"] = referenced | HIDDEN
    return hiding


def interaction_metadata(each: "Interaction") -> Payload:
    body: Payload = {
        "id": str(each.id),
        "type": each.type,
        "user": user(each.person),
        "authorizing_integration_owners": {"0": str(each.channel.guild.id) if each.channel.guild else "0"},
    }
    if each.type == 3 and each.source is not None:
        body["interacted_message_id"] = str(each.source.id)
    if each.type == 5 and each.parent is not None:
        body["triggering_interaction_metadata"] = interaction_metadata(each.parent)
    return body
