"""The payloads of what people do (https://docs.slack.dev/reference/interaction-payloads)."""

import re
from typing import TYPE_CHECKING

from tests.local_slack import mrkdwn
from tests.local_slack.app import Installation
from tests.local_slack.channel import Channel
from tests.local_slack.message import Message
from tests.local_slack.modals import View
from tests.local_slack.payload import Payload
from tests.local_slack.reading import text_object

if TYPE_CHECKING:
    from tests.local_slack.people import Person

MENTION = re.compile(r"(?<![\w@])@([a-z0-9._-]+)", re.IGNORECASE)
CHANNEL = re.compile(r"(?<![\w#&])#([a-z0-9_-]+)")


def command(person: "Person", bot: Installation, channel: Channel, name: str, text: str) -> Payload:
    """A slash command's form fields."""
    slack, workspace = person.slack, person.workspace
    names = {"im": "directmessage", "private": "privategroup"}
    fields = {
        "token": bot.app.verification_token,
        "team_id": workspace.id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": names.get(channel.kind, channel.name),
        "user_id": person.id,
        "user_name": person.profile.name,
        "command": name,
        "text": text,
        "api_app_id": bot.app.id,
        "is_enterprise_install": str(bot.org_wide).lower(),
        "response_url": slack.response_urls.new(person.id, bot, channel),
        "trigger_id": slack.interactions.trigger(person.id, bot),
    }
    if workspace.enterprise_id:
        fields |= {"enterprise_id": workspace.enterprise_id, "enterprise_name": "Grid"}
    return fields


def interaction(person: "Person", bot: Installation, kind: str) -> Payload:
    """What every interaction carries."""
    workspace = bot.workspace
    enterprise = {"id": workspace.enterprise_id, "name": "Grid"} if workspace.enterprise_id else None
    name = person.profile.name
    user = {"id": person.id, "username": name, "name": name, "team_id": person.workspace.id}
    return {
        "type": kind,
        "team": {"id": workspace.id, "domain": workspace.domain},
        "user": user,
        "api_app_id": bot.app.id,
        "token": bot.app.verification_token,
        "enterprise": enterprise,
        "is_enterprise_install": bot.org_wide,
    }


def place(person: "Person", bot: Installation, target: Message | View) -> Payload:
    """Where an action happened: on a message, which brings a response_url, or in a view."""
    if isinstance(target, View):
        return {"container": {"type": "view", "view_id": target.id}, "view": target.payload()}
    channel = target.channel
    container = {
        "type": "message",
        "message_ts": target.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(target.visible_to),
    }
    if target.is_reply:
        container["thread_ts"] = target.thread_ts
    where: Payload = {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "response_url": person.slack.response_urls.new(person.id, bot, channel, target),
        "state": {"values": {}},
    }
    return where if target.visible_to else where | {"message": target.payload()}


def action(block: Payload, element: Payload, state: Payload, ts: str) -> Payload:
    """One pressed button or chosen option."""
    done: Payload = {"action_id": element["action_id"], "block_id": block["block_id"], "action_ts": ts}
    if element["type"] != "button":
        return done | state
    done |= {"type": "button", "text": element["text"]}
    return done | {key: element[key] for key in ("value", "style") if key in element}


def typed(person: "Person", text: str) -> str:
    """What Slack makes of typed text: escaped, with `@name` and `#channel` as ids."""
    text = mrkdwn.escape(text)
    ids = {profile.name: profile.id for profile in person.known_profiles()}
    channels = {channel.name: channel.id for channel in person.workspace.channels.values()}

    def mention(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in mrkdwn.GROUPS:
            return f"<!{name}>"
        return f"<@{ids[name]}>" if name in ids else match.group(0)

    def channel(match: re.Match[str]) -> str:
        name = match.group(1)
        return f"<#{channels[name]}|{name}>" if name in channels else match.group(0)

    return CHANNEL.sub(channel, MENTION.sub(mention, text))


def named(elements: list[tuple[Payload, Payload]], name: str) -> tuple[Payload, Payload]:
    """The element with these words or this action_id, with its block."""
    for block, element in elements:
        if name == element["action_id"] or (element["type"] == "button" and name == text_object(element["text"])):
            return block, element
    known = [text_object(e.get("text")) or e["action_id"] for _, e in elements]
    raise AssertionError(f"There is nothing to press called {name!r}; there are {known}")
