"""The ways back to a person: by an interaction, within Discord's three seconds, or by a direct message.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
from collections.abc import Awaitable
from enum import Enum, auto

import discord
import structlog

from bot.chat.message import Form, Message
from bot.chat.platform import Delivered
from bot.platforms.discord.forms import modal_of
from bot.platforms.discord.outcomes import TROUBLE, outcome, too_late
from bot.platforms.discord.render import view_of
from bot.platforms.discord.rest import Rest
from bot.platforms.discord.ticket import Ticket
from bot.services.cards.words import note

DEFER_AFTER_S = 1.5  # of the three seconds that Discord waits for a first response
_PATIENCE_S = 10.0
_NOBODY = discord.AllowedMentions.none()

log = structlog.get_logger(__name__)


class _First(Enum):
    """What the first response was."""

    NONE = auto()
    SHOWN = auto()  # "thinking", or a private message: what comes next replaces it
    FORM = auto()
    REFUSED = auto()


class InteractionReply:
    """Answers one interaction, privately. Defers by itself when nobody answered in time."""

    def __init__(self, interaction: discord.Interaction, *, defer_after_s: float = DEFER_AFTER_S) -> None:
        self._interaction = interaction
        self._first = _First.NONE
        self._turn = asyncio.Lock()
        name = f"defer-{interaction.id}"
        self._watch: asyncio.Task[None] | None = asyncio.create_task(self._defer_after(defer_after_s), name=name)

    async def acknowledge(self) -> None:
        async with self._turn:
            if self._first is _First.NONE:
                await self._respond(self._interaction.response.defer(ephemeral=True, thinking=True), _First.SHOWN)

    async def private(self, message: Message) -> bool:
        view = view_of(message)
        async with self._turn:
            if self._first is _First.NONE:
                sending = self._interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=_NOBODY)
                return await self._respond(sending, _First.SHOWN)
            if self._first is _First.SHOWN:
                return await self._try(self._interaction.edit_original_response(view=view, allowed_mentions=_NOBODY))
            if self._first is _First.FORM:
                return await self._try(
                    self._interaction.followup.send(view=view, ephemeral=True, wait=True, allowed_mentions=_NOBODY)
                )
            return False

    async def open_form(self, form: Form) -> bool:
        modal = modal_of(form)
        async with self._turn:
            if self._first is not _First.NONE:
                return False
            return await self._respond(self._interaction.response.send_modal(modal), _First.FORM)

    @property
    def ticket(self) -> str | None:
        return str(Ticket.of(self._interaction.application_id, self._interaction.token, self._interaction.created_at))

    async def _respond(self, response: Awaitable[object], kind: _First) -> bool:
        """The first response. One that was lost on the way may have been heard, so later ones follow up on it."""
        self._first = kind
        if self._watch is not None and self._watch is not asyncio.current_task():
            self._watch.cancel()
        return await self._try(response)

    async def _try(self, call: Awaitable[object]) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await call
        except (*TROUBLE, RuntimeError) as error:
            # RuntimeError: the gateway's session is closed, its shard went to another process.
            if too_late(error):
                self._first = _First.REFUSED
            log.warning("response_refused", interaction=self._interaction.id, reason=_reason(error))
            return False
        return True

    async def _defer_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.acknowledge()


class MessageReply:
    """Answers a message in a channel: in direct messages, where only its writer reads it.

    `key` is the event's own: Discord takes a second message with the same one for a repetition.
    """

    def __init__(self, rest: Rest, key: str, *, person_id: int, channel_id: int, message_id: int) -> None:
        self._rest = rest
        self._key = f"reply:{key}"
        self._person_id = person_id
        self._channel_id = channel_id
        self._message_id = message_id
        self._shown: tuple[int, int] | None = None
        self._pointed = False

    async def acknowledge(self) -> None:
        """Discord does not wait for an answer to a message."""

    async def private(self, message: Message) -> bool:
        """A second one replaces the first. Who takes no direct messages is pointed to `/quiz why`, once."""
        if self._shown is not None:
            return isinstance(await self._rest.edit(*self._shown, message), Delivered)
        sent = await self._rest.direct(self._person_id, message, self._key)
        if isinstance(sent, Delivered):
            channel_id, _, message_id = sent.ref.partition("/")
            self._shown = (int(channel_id), int(message_id))
            return True
        return await self._point()

    async def open_form(self, form: Form) -> bool:
        return False

    @property
    def ticket(self) -> str | None:
        return None

    async def _point(self) -> bool:
        if not self._pointed:
            text = "I cannot write to you in private, so I answer where only you can read it: type /quiz why"
            pointer = await self._rest.answer(self._channel_id, self._message_id, note(text))
            self._pointed = isinstance(pointer, Delivered)
        return self._pointed


def _reason(error: BaseException) -> str:
    if isinstance(error, RuntimeError):
        return "connection closed"
    if isinstance(error, discord.HTTPException):
        return f"{error.status} {error.code}"
    return getattr(outcome(error), "reason", type(error).__name__)
