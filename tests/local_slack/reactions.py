"""reactions.*: an emoji under a message."""

from tests.local_slack.call import Call
from tests.local_slack.message import Message
from tests.local_slack.methods import method
from tests.local_slack.payload import ApiError, Payload


@method("reactions.add", "reactions:write", tier=3, required=("channel", "name", "timestamp"))
def add(call: Call) -> Payload:
    message, user, name = _message(call), call.installation.bot_user_id, call.text("name").strip(":")
    users = message.reactions.setdefault(name, [])
    if user in users:
        raise ApiError("already_reacted")
    users.append(user)
    call.slack.events.reaction("reaction_added", message, user, name)
    return {}


@method("reactions.remove", "reactions:write", tier=2, required=("name",))
def remove(call: Call) -> Payload:
    message, user, name = _message(call), call.installation.bot_user_id, call.text("name").strip(":")
    if user not in message.reactions.get(name, []):
        raise ApiError("no_reaction")
    message.reactions[name].remove(user)
    if not message.reactions[name]:
        del message.reactions[name]
    call.slack.events.reaction("reaction_removed", message, user, name)
    return {}


def _message(call: Call) -> Message:
    if not call.text("channel") or not call.text("timestamp"):
        raise ApiError("no_item_specified")
    channel = call.channel()
    if channel.archived:
        raise ApiError("is_archived")
    return channel.message(call.text("timestamp"))
