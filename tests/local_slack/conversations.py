"""conversations.*: channels, their members and their messages."""

from typing import TypeVar

from tests.local_slack.call import Call
from tests.local_slack.channel import SCOPE_PREFIX, Channel
from tests.local_slack.message import Message
from tests.local_slack.methods import method
from tests.local_slack.payload import ApiError, Payload

READ = tuple(f"{prefix}:read" for prefix in SCOPE_PREFIX.values())
HISTORY = tuple(f"{prefix}:history" for prefix in SCOPE_PREFIX.values())
TYPE_NAMES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
Item = TypeVar("Item")


@method("conversations.info", *READ, tier=3, takes_json=False, required=("channel",))
def info(call: Call) -> Payload:
    channel = _read_with(call, "read")
    num_members = call.flag("include_num_members")
    return {"channel": channel.payload(call.installation.bot_user_id, num_members=num_members)}


@method("conversations.history", *HISTORY, tier=3, required=("channel",))
def history(call: Call) -> Payload:
    channel = _member_of(call, _read_with(call, "history"))
    messages = [message for message in reversed(channel.timeline()) if _within(call, message)]
    return _messages(call, messages)


@method("conversations.replies", *HISTORY, tier=3, takes_json=False, required=("channel", "ts"))
def replies(call: Call) -> Payload:
    channel = _member_of(call, _read_with(call, "history"))
    thread = channel.thread(call.text("ts"))
    if not thread:
        raise ApiError("thread_not_found")
    return _messages(call, [m for m in thread if m.ts == call.text("ts") or _within(call, m)])


@method("conversations.open", "im:write", "mpim:write", "channels:manage", "groups:write", tier=3)
def open_conversation(call: Call) -> Payload:
    bot = call.installation
    if call.text("channel"):
        return {"channel": {"id": call.channel().id}}
    users = [user for user in call.text("users").split(",") if user]
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("not_enough_users")  # group messages: a quiz bot opens none
    profile = bot.workspace.profiles.get(users[0])
    if profile is None:
        raise ApiError("user_not_found")
    if profile.deleted:
        raise ApiError("user_disabled")
    call.needs("im:write")
    channel = bot.workspace.direct(bot.bot_user_id, profile.id)
    return {"channel": channel.payload(bot.bot_user_id) if call.flag("return_im") else {"id": channel.id}}


@method("conversations.join", "channels:join", tier=3, required=("channel",))
def join(call: Call) -> Payload:
    channel, user = call.channel(), call.installation.bot_user_id
    if channel.archived:
        raise ApiError("is_archived")
    if channel.kind != "public":
        raise ApiError("method_not_supported_for_channel_type")
    already = user in channel.members
    if not already:
        call.installation.workspace.joins(user, channel)
    answer = {"channel": channel.payload(user)}
    return answer | ({"warning": "already_in_channel"} if already else {})


@method("conversations.members", *READ, tier=4, takes_json=False, required=("channel",))
def members(call: Call) -> Payload:
    channel = _read_with(call, "read")
    page, cursor = paged(call, sorted(channel.members))
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list", *READ, tier=2, takes_json=False)
def list_conversations(call: Call) -> Payload:
    return _channels(call, call.installation.bot_user_id, only_member=False)


@method("users.conversations", *READ, tier=3, takes_json=False)
def of_user(call: Call) -> Payload:
    return _channels(call, call.text("user") or call.installation.bot_user_id, only_member=True)


def paged(call: Call, items: list[Item], default: int = 100) -> tuple[list[Item], str]:
    """One page of items and the cursor of the next, empty at the end."""
    limit = int(call.args.get("limit") or default)
    if not 1 <= limit <= 1000:
        raise ApiError("invalid_limit")
    cursor = call.text("cursor")
    if cursor and not cursor.startswith("page:"):
        raise ApiError("invalid_cursor")
    start = int(cursor.removeprefix("page:") or 0)
    end = start + limit
    return items[start:end], f"page:{end}" if end < len(items) else ""


def _channels(call: Call, user: str, *, only_member: bool) -> Payload:
    bot = call.installation
    types = [name.strip() for name in (call.text("types") or "public_channel").split(",")]
    if unknown := set(types) - set(TYPE_NAMES):
        raise ApiError("invalid_types", unknown=sorted(unknown))
    for name in types:
        call.needs(f"{SCOPE_PREFIX[TYPE_NAMES[name]]}:read")
    kinds = {TYPE_NAMES[name] for name in types}
    found = [c for c in bot.workspace.channels.values() if c.kind in kinds and _listed(call, c, user, only_member)]
    page, cursor = paged(call, found)
    shown = [channel.payload(bot.bot_user_id, num_members=not only_member) for channel in page]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def _listed(call: Call, channel: Channel, user: str, only_member: bool) -> bool:
    if channel.deleted or (channel.archived and call.flag("exclude_archived")):
        return False
    known = channel.kind == "public" or call.installation.bot_user_id in channel.members
    return known and (user in channel.members or not only_member)


def _read_with(call: Call, right: str) -> Channel:
    channel = call.channel()
    call.needs(f"{SCOPE_PREFIX[channel.kind]}:{right}")
    return channel


def _member_of(call: Call, channel: Channel) -> Channel:
    if call.installation.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _within(call: Call, message: Message) -> bool:
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9999999999"
    if call.flag("inclusive") and message.ts in (oldest, latest):
        return True
    return _number(oldest) < _number(message.ts) < _number(latest)


def _number(ts: str) -> tuple[int, int]:
    seconds, _, fraction = ts.partition(".")
    return int(seconds), int(f"{fraction:0<6}")


def _messages(call: Call, messages: list[Message]) -> Payload:
    page, cursor = paged(call, messages)
    metadata = call.flag("include_all_metadata")
    answer: Payload = {"messages": [message.payload(metadata=metadata) for message in page], "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})
