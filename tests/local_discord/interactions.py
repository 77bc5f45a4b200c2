"""The life of an interaction: shown to the bot, answered in time or not, followed up, expired.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.local_discord import components, limits, messages, pings, wire
from tests.local_discord.applications import Application, User
from tests.local_discord.channels import Channel
from tests.local_discord.messages import EPHEMERAL, LOADING, Message
from tests.local_discord.refusal import (
    Payload,
    already_acknowledged,
    empty_message,
    invalid,
    require,
    token_expired,
    unknown_interaction,
    unknown_message,
    unknown_webhook,
)

if TYPE_CHECKING:
    from tests.local_discord.server import LocalDiscord

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
REPLY, DEFERRED_REPLY, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

POSSIBLE = {
    COMMAND: {REPLY, DEFERRED_REPLY, MODAL},
    COMPONENT: {REPLY, DEFERRED_REPLY, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    FORM: {REPLY, DEFERRED_REPLY},
}


@dataclass(eq=False)
class Interaction:
    """One thing a person did with the bot, and all that came of it."""

    home: "LocalDiscord"
    id: int
    type: int
    app: Application
    person: User
    channel: Channel
    data: Payload
    created: datetime
    source: Message | None = None
    """The message whose component was used (also for a form that a component opened)."""
    parent: "Interaction | None" = None
    """What opened the form."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    callback: int | None = None
    """The kind of the first response; None as long as there is none."""
    response: Message | None = None
    """The original response: a message of its own, or the updated source."""
    followups: list[Message] = field(default_factory=list)
    form: Payload | None = None
    choices: list[Payload] | None = None
    sent: float = field(default_factory=time.monotonic)
    """Real seconds of the monotonic clock, for measuring."""
    ack_seconds: float | None = None
    """Real seconds from the event to the first response."""

    @property
    def acknowledged(self) -> bool:
        return self.callback is not None

    @property
    def failed(self) -> bool:
        """The person reads "The application did not respond"."""
        return not self.acknowledged and self._older_than(self.home.deadline)

    @property
    def expired(self) -> bool:
        return self._older_than(self.home.token_lifetime)

    @property
    def messages(self) -> list[Message]:
        """Every message the interaction led to that still exists, the response first."""
        made = [self.response, *self.followups] if self.response else self.followups
        return [each for each in made if not each.deleted]

    def _older_than(self, age: timedelta) -> bool:
        return self.home.clock.now() - self.created > age

    def respond(self, kind: int, data: Payload) -> None:
        """The first response."""
        if self.failed:
            raise unknown_interaction()
        if self.acknowledged:
            raise already_acknowledged()
        self._check_kind(kind)
        getattr(self, RESPONSES[kind])(data)
        self.callback = kind
        self.ack_seconds = time.monotonic() - self.sent
        self.home.pulse.beat()

    def _check_kind(self, kind: int) -> None:
        possible = set(POSSIBLE[self.type])
        if self.type == FORM and self.source is not None:
            possible |= {DEFERRED_UPDATE, UPDATE}
        if kind not in possible:
            values = ", ".join(map(str, sorted(possible)))
            raise invalid(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {{{values}}}.")

    def _reply(self, data: Payload) -> None:
        self.response = self._new_message(data)

    def _defer_reply(self, data: Payload) -> None:
        flags = int(data.get("flags") or 0)
        if flags & ~EPHEMERAL:
            raise invalid(("data", "flags"), "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL can be set when deferring.")
        self.response = self._draft({}, flags | LOADING)
        self._show(self.response)

    def _defer_update(self, _data: Payload) -> None:
        self.response = self.source

    def _update(self, data: Payload) -> None:
        self.response = self._source()
        self._edit(self.response, data)

    def _suggest(self, data: Payload) -> None:
        choices = data.get("choices") or []
        require(limits.callback_choices(choices))
        self.choices = choices

    def _open_form(self, data: Payload) -> None:
        require(components.form_mistakes(data))
        self.form = {**data, "components": components.numbered(data["components"])}

    def _source(self) -> Message:
        if self.source is None or self.source.deleted:
            raise unknown_message()
        return self.source

    def follow_up(self, body: Payload) -> Message:
        """A further message; the first one after a deferred reply fills in what was "thinking"."""
        self.check_token()
        if self.response is not None and self.response.loading and not self.response.deleted:
            self._edit(self.response, {key: value for key, value in body.items() if key != "flags"} | _v2_flag(body))
            return self.response
        message = self._new_message(body)
        self.followups.append(message)
        self.home.pulse.beat()
        return message

    def find(self, which: str) -> Message:
        """A message of this interaction, by its id or as @original."""
        self.check_token()
        if which == "@original":
            found = self.response
        else:
            mine = [*self.messages, *([self.source] if self.source else [])]
            found = next((each for each in mine if str(each.id) == which), None)
        if found is None or found.deleted:
            raise unknown_message()
        return found

    def edit(self, which: str, body: Payload) -> Message:
        message = self.find(which)
        self._edit(message, body)
        return message

    def check_token(self) -> None:
        """An unanswered interaction has no webhook yet; an old one has none any more."""
        if not self.acknowledged or self.callback == CHOICES:
            raise unknown_webhook()
        if self.expired:
            raise token_expired()

    def _new_message(self, body: Payload) -> Message:
        require(limits.new_message(body, ephemeral_ok=True))
        message = self._draft(body, int(body.get("flags") or 0) & EPHEMERAL)
        if message.empty:
            raise empty_message()
        self._show(message)
        return message

    def _draft(self, body: Payload, flags: int) -> Message:
        allowed = pings.allowed(body.get("allowed_mentions"), pings.INTERACTION_DEFAULT)
        return messages.write(
            self.home,
            self.channel,
            self.app.user,
            body,
            allowed,
            flags=flags,
            type=messages.COMMAND if self.type == COMMAND and self.response is None else messages.NORMAL,
            application=self.app,
            interaction=self,
        )

    def _show(self, message: Message) -> None:
        if not message.ephemeral:
            messages.publish(message)

    def _edit(self, message: Message, body: Payload) -> None:
        limits.check_edit(message, body)
        messages.edit(message, body, pings.allowed(body.get("allowed_mentions"), pings.INTERACTION_DEFAULT))

    def callback_payload(self) -> Payload:
        """What `with_response` returns."""
        about: Payload = {"id": str(self.id), "type": self.type}
        shown = self.response if self.callback in (REPLY, DEFERRED_REPLY, UPDATE) else None
        if shown is not None:
            about["response_message_id"] = str(shown.id)
            about["response_message_loading"] = shown.loading
            about["response_message_ephemeral"] = shown.ephemeral
        body: Payload = {"interaction": about}
        if shown is not None and self.callback in (REPLY, UPDATE):
            body["resource"] = {"type": self.callback, "message": wire.message(shown)}
        return body


def _v2_flag(body: Payload) -> Payload:
    flags = int(body.get("flags") or 0) & messages.SETTABLE
    return {"flags": flags} if flags else {}


RESPONSES = {
    REPLY: "_reply",
    DEFERRED_REPLY: "_defer_reply",
    DEFERRED_UPDATE: "_defer_update",
    UPDATE: "_update",
    CHOICES: "_suggest",
    MODAL: "_open_form",
}
