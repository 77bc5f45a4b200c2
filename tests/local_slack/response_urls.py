"""response_url: answering where somebody acted, five times within 30 minutes.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tests.local_slack.app import Installation
from tests.local_slack.channel import Channel
from tests.local_slack.chat import edit, remove
from tests.local_slack.ids import secret
from tests.local_slack.message import Message
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.posting import check_content, fill

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack

USES = 5
SECONDS = 30 * 60


@dataclass
class ResponseUrl:
    """`original` is the message acted on; none after a command."""

    user: str
    bot: Installation
    channel: Channel
    expires_at: float
    original: Message | None = None
    uses: int = 0


class ResponseUrls:
    """All response addresses that were given out."""

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack = slack
        self.given: dict[str, ResponseUrl] = {}

    def new(self, user: str, bot: Installation, channel: Channel, original: Message | None = None) -> str:
        """An address for one interaction."""
        ticket = secret()
        self.given[ticket] = ResponseUrl(user, bot, channel, self.slack.clock.now() + SECONDS, original)
        return f"{self.slack.address}/response/{ticket}"

    async def serve(self, request: web.Request) -> web.Response:
        """Take one answer."""
        try:
            url = self._use(request.match_info["ticket"])
            respond(self.slack, url, json.loads(await request.text()))
        except ApiError as error:
            self.slack.violation(f"response_url: {error.name} {error.extra or ''}".strip())
            return web.json_response({"ok": False, "error": error.name} | error.extra, status=404)
        self.slack.changed()
        return web.Response(text="ok")

    def _use(self, ticket: str) -> ResponseUrl:
        url = self.given.get(ticket)
        if url is None:
            raise ApiError("invalid_url")
        if url.expires_at < self.slack.clock.now():
            raise ApiError("expired_url")
        if url.uses >= USES:
            raise ApiError("used_url")
        url.uses += 1
        return url


def respond(slack: "LocalSlack", url: ResponseUrl, body: Payload) -> None:
    """Show an answer: a new message, private unless it says in_channel, or a change of the original."""
    original = url.original
    if body.get("delete_original"):
        if original is not None and not original.deleted:
            remove(original) if not original.visible_to else _hide(original)
        return
    check_content(slack, body)
    if body.get("replace_original") and original is not None:
        _replace(original, body, url)
        return
    if "response_type" not in body:
        slack.violation("an answer says no response_type: say ephemeral or in_channel")
    message = Message(url.channel, slack.ts(), url.bot.bot_user_id)
    message.bot_id, message.app_id, message.team_id = url.bot.bot_id, url.bot.app.id, url.bot.workspace.id
    message.thread_ts = body.get("thread_ts")
    if body.get("response_type", "ephemeral") != "in_channel":
        message.visible_to = url.user
    fill(message, body)
    url.channel.messages.append(message)
    if url.original is None:
        url.original = message
    if not message.visible_to:
        slack.events.message(message)
    slack.changed()


def _replace(original: Message, body: Payload, url: ResponseUrl) -> None:
    body = {"blocks": [], "attachments": []} | body
    if original.visible_to:
        original.versions.append(original.text())
        fill(original, body)
    else:
        edit(original, body, url.bot.bot_user_id)


def _hide(message: Message) -> None:
    message.deleted = True
