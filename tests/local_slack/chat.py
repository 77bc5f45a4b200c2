"""chat.*: posting, editing and deleting (https://docs.slack.dev/reference/methods?family=chat)."""

from tests.local_slack.call import Call
from tests.local_slack.channel import Channel
from tests.local_slack.message import Message
from tests.local_slack.methods import method
from tests.local_slack.payload import ApiError, Payload, invalid_arguments
from tests.local_slack.posting import UPDATE_CHARACTERS, check_content, checked_metadata, fill
from tests.local_slack.workspace import known_profile


@method("chat.postMessage", "chat:write", tier=5, required=("channel",))
def post_message(call: Call) -> Payload:
    channel = _writable(call, _target(call))
    _check_thread(call, channel)
    check_content(call.slack, call.args)
    call.slack.limits.post(call.installation.app.id, channel.id)
    message = _message(call, channel)
    channel.messages.append(message)
    call.slack.events.message(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.payload()}


@method("chat.postEphemeral", "chat:write", tier=4, required=("channel", "user"))
def post_ephemeral(call: Call) -> Payload:
    channel = call.channel()
    if channel.archived:
        raise ApiError("is_archived")
    if call.installation.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    if call.text("user") not in channel.members:
        raise ApiError("user_not_in_channel")
    check_content(call.slack, call.args)
    _check_thread(call, channel)
    message = _message(call, channel)
    message.visible_to = call.text("user")
    if known_profile(call.installation.workspace, message.visible_to).active:
        channel.messages.append(message)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write", tier=3, required=("channel", "ts"))
def update(call: Call) -> Payload:
    channel = call.channel()
    message = channel.message(call.text("ts"))
    if message.bot_id != call.installation.bot_id:
        raise ApiError("cant_update_message")
    if channel.archived:
        raise ApiError("is_archived")
    kept = {"text": message.content, "blocks": message.blocks, "attachments": message.attachments}
    given = {key: value for key, value in call.args.items() if value is not None}
    if not set(given) & {"text", "blocks", "attachments", "markdown_text"}:
        raise ApiError("no_text")
    if len(call.text("text")) > UPDATE_CHARACTERS:
        raise ApiError("msg_too_long")
    check_content(call.slack, given if "markdown_text" in given else kept | given)
    call.args["metadata"] = checked_metadata(call.args.get("metadata"))
    edit(message, call.args, call.installation.bot_user_id)
    return {"channel": channel.id, "ts": message.ts, "text": message.content, "message": message.payload()}


@method("chat.delete", "chat:write", tier=3, required=("channel", "ts"))
def delete(call: Call) -> Payload:
    channel = call.channel()
    message = channel.message(call.text("ts"))
    if message.bot_id != call.installation.bot_id:
        raise ApiError("cant_delete_message")
    remove(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", tier=5, takes_json=False, required=("channel", "message_ts"))
def get_permalink(call: Call) -> Payload:
    channel = call.channel()
    message = channel.message(call.text("message_ts"))
    domain = call.installation.workspace.domain
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def edit(message: Message, args: Payload, by: str) -> None:
    """Change a message and tell the apps in its channel."""
    slack = message.channel.slack
    previous = message.payload()
    message.versions.append(message.text())
    fill(message, args)
    message.edited = {"user": by, "ts": slack.ts()}
    slack.events.message_changed(message, previous)
    slack.changed()


def remove(message: Message) -> None:
    """Delete a message; one with replies leaves a tombstone, as in Slack."""
    slack, channel = message.channel.slack, message.channel
    previous = message.payload()
    if len(channel.thread(message.ts)) > 1:
        message.subtype, message.content, message.blocks = "tombstone", "This message was deleted.", []
        message.attachments, message.metadata = [], None
        slack.events.message_changed(message, previous)
    else:
        message.deleted = True
        slack.events.message_deleted(message, previous)
    slack.changed()


def _target(call: Call) -> Channel:
    """The channel; a person's id means the direct messages with the app."""
    bot, user = call.installation, call.text("channel")
    if user in bot.workspace.people:
        return bot.workspace.direct(bot.bot_user_id, user)
    return call.channel()


def _writable(call: Call, channel: Channel) -> Channel:
    bot = call.installation
    if channel.archived:
        raise ApiError("is_archived")
    if channel.kind == "im" and not bot.app.messages_tab:
        raise ApiError("messages_tab_disabled")
    if bot.bot_user_id not in channel.members and "chat:write.public" not in bot.scopes:
        raise ApiError("not_in_channel")
    return channel


def _check_thread(call: Call, channel: Channel) -> None:
    thread = call.args.get("thread_ts")
    if thread is None:
        return
    if not isinstance(thread, str):
        raise invalid_arguments("thread_ts is an id, not a number: send it as a string")
    try:
        parent = channel.message(thread)
    except ApiError:
        raise ApiError("thread_not_found") from None
    if parent.is_reply:
        raise ApiError("cannot_reply_to_message")


def _message(call: Call, channel: Channel) -> Message:
    bot = call.installation
    call.args["metadata"] = checked_metadata(call.args.get("metadata"))
    message = Message(channel, call.slack.ts(), bot.bot_user_id)
    message.bot_id, message.app_id, message.team_id = bot.bot_id, bot.app.id, bot.workspace.id
    message.thread_ts = call.args.get("thread_ts")
    message.broadcast = call.flag("reply_broadcast") and message.is_reply
    message.link_names = call.flag("link_names") or call.text("parse") == "full"
    message.unfurl_links = call.flag("unfurl_links") if "unfurl_links" in call.args else None
    message.unfurl_media = call.flag("unfurl_media") if "unfurl_media" in call.args else None
    fill(message, call.args)
    return message
