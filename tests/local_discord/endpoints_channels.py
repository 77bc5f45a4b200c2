"""Requests about channels, threads and messages, with the permissions they need."""

from datetime import timedelta

from tests.local_discord import limits, messages, pings, wire
from tests.local_discord.applications import Application, User
from tests.local_discord.channels import PUBLIC_THREAD, Channel
from tests.local_discord.components import too_long
from tests.local_discord.messages import Message
from tests.local_discord.permissions import Permission
from tests.local_discord.refusal import (
    Payload,
    archived_thread,
    cannot_dm,
    empty_message,
    invalid,
    missing_access,
    missing_permissions,
    no_history_to_reply,
    require,
    someone_elses_message,
    thread_exists,
    unknown_channel,
    unknown_message,
)
from tests.local_discord.routing import DONE, Answer, Call, Routes, snowflake

routes = Routes()

SAME_NONCE_FOR = timedelta(minutes=5)
OLD = timedelta(hours=1)
CHANNEL = "/channels/{channel_id}"
MESSAGES = CHANNEL + "/messages"
MESSAGE = MESSAGES + "/{message_id}"


def _channel(call: Call) -> Channel:
    """The channel of the path, if the bot may see it."""
    channel = call.home.channels.get(call.id("channel_id"))
    if channel is None:
        raise unknown_channel()
    if not channel.permissions_of(call.app.user) & Permission.VIEW_CHANNEL:
        raise missing_access()
    return channel


def _need(call: Call, channel: Channel, permission: Permission) -> None:
    if permission & ~channel.permissions_of(call.app.user):
        raise missing_permissions()


def _message(call: Call, channel: Channel) -> Message:
    message = channel.message(call.id("message_id"))
    if message is None:
        raise unknown_message()
    return message


def shown_to(app: Application, message: Message) -> Payload:
    """The message as this application may read it over HTTP."""
    body = wire.message(message)
    return body if may_read(app, message) else wire.hidden(body, app)


def may_read(app: Application, message: Message) -> bool:
    mine = message.author is app.user or message.channel.is_dm
    return app.reads_content or mine or app.id in message.mentions.users


@routes.on("GET", CHANNEL)
async def get_channel(call: Call) -> Payload:
    return wire.channel(_channel(call), viewer=call.app.user)


@routes.on("PATCH", CHANNEL)
async def change_thread(call: Call) -> Payload:
    channel = _channel(call)
    if channel.owner is not call.app.user:
        _need(call, channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
    require(too_long(("name",), call.body.get("name"), 100, least=1 if "name" in call.body else 0))
    channel.name = call.body.get("name") or channel.name
    channel.archived = bool(call.body.get("archived", channel.archived))
    channel.locked = bool(call.body.get("locked", channel.locked))
    call.home.announce.channel("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel)
    return wire.channel(channel)


@routes.on("DELETE", CHANNEL)
async def delete_channel(call: Call) -> Payload:
    channel = _channel(call)
    _need(call, channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
    channel.delete()
    return wire.channel(channel)


@routes.on("POST", CHANNEL + "/typing")
async def typing(call: Call) -> Answer:
    _need(call, _channel(call), Permission.SEND_MESSAGES)
    return DONE


@routes.on("PUT", CHANNEL + "/thread-members/@me")
async def join_thread(call: Call) -> Answer:
    if _channel(call).archived:
        raise archived_thread()
    return DONE


@routes.on("GET", MESSAGES)
async def list_messages(call: Call) -> list[Payload]:
    channel = _channel(call)
    if not channel.permissions_of(call.app.user) & Permission.READ_MESSAGE_HISTORY:
        return []
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise invalid(("limit",), "NUMBER_TYPE_RANGE", "int value should be between 1 and 100.")
    found = channel.messages
    if "after" in call.query:
        after = snowflake(call.query["after"], "after")
        found = [each for each in found if each.id > after][:limit]
    if "before" in call.query:
        before = snowflake(call.query["before"], "before")
        found = [each for each in found if each.id < before]
    return [shown_to(call.app, each) for each in reversed(found[-limit:])]


@routes.on("GET", MESSAGE)
async def get_message(call: Call) -> Payload:
    channel = _channel(call)
    _need(call, channel, Permission.READ_MESSAGE_HISTORY)
    return shown_to(call.app, _message(call, channel))


@routes.on("POST", MESSAGES)
async def send_message(call: Call) -> Payload:
    channel, body = _channel(call), call.body
    _may_send(call, channel, body)
    require(limits.new_message(body))
    if (sent := _sent_before(call, channel, body)) is not None:
        return wire.message(sent)
    reply_to = _reply_to(call, channel, body.get("message_reference"))
    message = messages.write(
        call.home,
        channel,
        call.app.user,
        body,
        pings.allowed(body.get("allowed_mentions"), pings.MESSAGE_DEFAULT),
        nonce=body.get("nonce"),
        type=messages.REPLY if reply_to else messages.NORMAL,
        reply_to=reply_to,
    )
    if message.empty:
        raise empty_message()
    messages.publish(message)
    return wire.message(message)


def _may_send(call: Call, channel: Channel, body: Payload) -> None:
    if channel.is_dm:
        person = next(each for each in channel.recipients if each is not call.app.user)
        if call.app.id in person.blocks or not call.home.share_guild(call.app, person):
            raise cannot_dm()
    _need(call, channel, channel.sending)
    if channel.locked:
        _need(call, channel, Permission.MANAGE_THREADS)
    if body.get("embeds"):
        _need(call, channel, Permission.EMBED_LINKS)
    if body.get("attachments"):
        _need(call, channel, Permission.ATTACH_FILES)


def _sent_before(call: Call, channel: Channel, body: Payload) -> Message | None:
    """With `enforce_nonce`, the message that the same author sent with this nonce a short while ago."""
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    since = call.home.clock.now() - SAME_NONCE_FOR
    mine = [each for each in channel.messages if each.author is call.app.user and each.created >= since]
    return next((each for each in mine if each.nonce == body["nonce"]), None)


def _reply_to(call: Call, channel: Channel, reference: Payload | None) -> Message | None:
    if not reference:
        return None
    if not channel.permissions_of(call.app.user) & Permission.READ_MESSAGE_HISTORY:
        raise no_history_to_reply()
    found = channel.message(snowflake(reference.get("message_id"), "message_id"))
    if found is None and reference.get("fail_if_not_exists", True):
        raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return found


@routes.on("PATCH", MESSAGE)
async def edit_message(call: Call) -> Payload:
    channel = _channel(call)
    message = _message(call, channel)
    if message.author is not call.app.user:
        raise someone_elses_message()
    if channel.archived:
        raise archived_thread()
    if call.body.get("embeds"):
        _need(call, channel, Permission.EMBED_LINKS)
    if call.home.clock.now() - message.created > OLD:
        call.home.ratelimits.edit_old()
    limits.check_edit(message, call.body)
    messages.edit(message, call.body, pings.allowed(call.body.get("allowed_mentions"), pings.MESSAGE_DEFAULT))
    return wire.message(message)


@routes.on("DELETE", MESSAGE)
async def delete_message(call: Call) -> Answer:
    channel = _channel(call)
    message = _message(call, channel)
    if message.author is not call.app.user:
        _need(call, channel, Permission.MANAGE_MESSAGES)
    message.delete()
    return DONE


@routes.on("POST", MESSAGE + "/threads")
async def open_thread(call: Call) -> Answer:
    channel = _channel(call)
    _need(call, channel, Permission.CREATE_PUBLIC_THREADS)
    message = _message(call, channel)
    require(too_long(("name",), call.body.get("name"), 100, least=1))
    if call.home.channels.get(message.id) is not None or message.thread is not None:
        raise thread_exists()
    thread = start_thread(message, call.body["name"], call.app.user, call.body.get("auto_archive_duration") or 1440)
    return Answer(201, wire.channel(thread))


def start_thread(message: Message, name: str, owner: User, auto_archive: int = 1440) -> Channel:
    """Opens the thread of a message: it has the message's id, and the message links to it."""
    home, channel = message.home, message.channel
    thread = Channel(
        home,
        message.id,
        name,
        PUBLIC_THREAD,
        guild=channel.guild,
        parent=channel,
        owner=owner,
        auto_archive=auto_archive,
    )
    home.channels[thread.id] = thread
    if channel.guild is not None:
        channel.guild.channels[thread.id] = thread
    message.thread = thread
    message.flags |= messages.HAS_THREAD
    home.announce.channel("THREAD_CREATE", thread, newly_created=True)
    home.announce.message("MESSAGE_UPDATE", message)
    home.pulse.beat()
    return thread


@routes.on("PUT", MESSAGE + "/reactions/{emoji}/@me")
async def react(call: Call) -> Answer:
    channel = _channel(call)
    _need(call, channel, Permission.ADD_REACTIONS | Permission.READ_MESSAGE_HISTORY)
    _message(call, channel)
    return DONE
