"""The way back to a person, for each kind of thing they do. Slack was acknowledged before any of these is made."""

import json

import structlog

from bot.chat.message import Form, Message
from bot.chat.platform import Delivered
from bot.platforms.slack import views
from bot.platforms.slack.api import Payload
from bot.platforms.slack.outcomes import NotInstalled, SlackRefused, SlackSilent
from bot.platforms.slack.ticket import Ticket, Way
from bot.platforms.slack.ways import Spot, Ways, ephemeral

_USES = 5  # of a response_url
_TITLE = "Quiz"

log = structlog.get_logger(__name__)


def metadata_of(spot: Spot, channel_name: str) -> str:
    """Keeps in a modal where it was opened: what comes back from it happens there."""
    return json.dumps([spot.channel_id, channel_name])


def place_in(private_metadata: str) -> tuple[str, str]:
    """Id and name of the channel that `metadata_of` kept; empty where none."""
    try:
        channel_id, name = json.loads(private_metadata)
    except (ValueError, TypeError):
        return "", ""
    return str(channel_id), str(name)


class SlackReply:
    """What all of them have in common; `opener` is the trigger that opens a modal."""

    def __init__(self, ways: Ways, spot: Spot, channel_name: str = "", opener: str | None = None) -> None:
        self._ways = ways
        self._spot = spot
        self._metadata = metadata_of(spot, channel_name)
        self._opener = opener

    async def acknowledge(self) -> None:
        """Done before the event was made."""

    async def open_form(self, form: Form) -> bool:
        opener, self._opener = self._opener, None
        if opener is None:
            return False
        view = views.form_view(form, self._metadata)
        return await self._ways.open_view(self._spot, opener, view, on_top=self._on_top)

    async def private(self, message: Message) -> bool:
        try:
            return await self._show(message)
        except (SlackRefused, SlackSilent, NotInstalled) as error:
            log.warning("slack_reply_not_shown", reason=getattr(error, "error", type(error).__name__))
            return False

    @property
    def ticket(self) -> str | None:
        return None

    @property
    def _on_top(self) -> bool:
        return False

    async def _show(self, message: Message) -> bool:
        return isinstance(await self._ways.nearby(self._spot, message), Delivered)

    def _message_view(self, message: Message, title: str = _TITLE) -> Payload:
        return views.message_view(message, title, self._metadata)


class AtAddress(SlackReply):
    """After a command (`replaces`: the second thing shown takes the place of the first) or a button of a message."""

    def __init__(
        self, ways: Ways, spot: Spot, channel_name: str, opener: str | None, address: str, *, replaces: bool
    ) -> None:
        super().__init__(ways, spot, channel_name, opener)
        self._ticket = Ticket.lasting(Way.ADDRESS, address, ways.now())
        self._replaces = replaces
        self._used = 0

    @property
    def ticket(self) -> str | None:
        # Taking it replaces what the command showed; by a button it would replace the post.
        return str(self._ticket) if self._replaces else None

    async def _show(self, message: Message) -> bool:
        if self._used < _USES and self._ticket.until > self._ways.now().timestamp():
            again = {"replace_original": self._replaces and self._used > 0}
            self._used += 1
            try:
                await self._ways.api.respond(self._ticket.at, ephemeral(message) | again)
            except SlackRefused:
                self._used = _USES
            else:
                return True
        return await super()._show(message)


class InView(SlackReply):
    """After a button in a modal, or on the bot's own page (`home`)."""

    def __init__(
        self, ways: Ways, spot: Spot, channel_name: str, opener: str | None, view_id: str, *, home: bool
    ) -> None:
        super().__init__(ways, spot, channel_name, opener)
        self._view_id = view_id
        self._home = home

    @property
    def _on_top(self) -> bool:
        return not self._home

    async def _show(self, message: Message) -> bool:
        view = self._message_view(message)
        opener, self._opener = self._opener, None
        if opener is not None and await self._ways.open_view(self._spot, opener, view, on_top=self._on_top):
            return True
        if not self._home and await self._ways.update_view(self._spot, self._view_id, view):
            return True
        return await super()._show(message)


class AfterForm(SlackReply):
    """After a form was sent: its modal shows what came of it, until the person closes it."""

    def __init__(self, ways: Ways, spot: Spot, channel_name: str, view_id: str, title: str) -> None:
        super().__init__(ways, spot, channel_name)
        self._ticket = Ticket.lasting(Way.VIEW, view_id, ways.now(), title)

    @property
    def ticket(self) -> str | None:
        return str(self._ticket)

    async def _show(self, message: Message) -> bool:
        view = self._message_view(message, self._ticket.title)
        return await self._ways.update_view(self._spot, self._ticket.at, view) or await super()._show(message)


class InThread(SlackReply):
    """After a reply in a thread: only its writer sees the answer, there."""

    def __init__(self, ways: Ways, spot: Spot, thread_ts: str | None) -> None:
        super().__init__(ways, spot)
        self._thread_ts = thread_ts

    @property
    def ticket(self) -> str | None:
        if self._thread_ts is None:
            return None
        return str(Ticket.lasting(Way.THREAD, self._thread_ts, self._ways.now()))

    async def _show(self, message: Message) -> bool:
        return isinstance(await self._ways.nearby(self._spot, message, self._thread_ts), Delivered)


class OnHome(SlackReply):
    """The bot's own page: what is shown fills it."""

    async def _show(self, message: Message) -> bool:
        view = views.home_view(message)
        await self._ways.api.call(self._spot.team_id, "views.publish", user_id=self._spot.person_id, view=view)
        return True
