"""Slack's events (https://docs.slack.dev/reference/events) as neutral ones: messages, the Home tab, what becomes of
channels and workspaces. slack-bolt acknowledges them before a listener is called.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.chat.event import (
    ChannelLost,
    CommandUsed,
    Event,
    HomeOpened,
    Person,
    Place,
    ReplyDeleted,
    ReplyEdited,
    Sink,
    ThreadReply,
)
from bot.platforms.slack.errands import Errands
from bot.platforms.slack.messages import Changed, Deleted, Said, read_message
from bot.platforms.slack.outcomes import NotInstalled, SlackRefused, SlackSilent
from bot.platforms.slack.reply import InThread, OnHome
from bot.platforms.slack.ways import Spot, Ways
from bot.platforms.slack.who import People
from bot.platforms.slack.workspaces import NAME, Installation, Workspaces
from bot.services.ports import Store

Payload = dict[str, Any]

_LOST = {
    "channel_archive": "the channel was archived",
    "group_archive": "the channel was archived",
    "channel_deleted": "the channel was deleted",
    "group_deleted": "the channel was deleted",
    "channel_left": "the bot was removed from the channel",
    "group_left": "the bot was removed from the channel",
}

_NOTED_AFTER = (1.0, 4.0)  # seconds

log = structlog.get_logger(__name__)


class Happenings:
    """Listens to every event. `removed` is told of workspaces that the app was taken out of."""

    def __init__(
        self,
        workspaces: Workspaces,
        people: People,
        ways: Ways,
        errands: Errands,
        store: Store,
        removed: Callable[[str, datetime], Awaitable[None]],
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._workspaces = workspaces
        self._people = people
        self._ways = ways
        self._errands = errands
        self._store = store
        self._removed = removed
        self._now = now
        self._sleep = sleep
        self.sink: Sink | None = None

    async def event(self, body: Payload) -> None:
        """slack-bolt's listener for all of them."""
        event = body.get("event") or {}
        kind = str(event.get("type"))
        self._errands.start(self._take(body, kind, event), kind, lane=_writer(body, event))

    async def _take(self, body: Payload, kind: str, event: Payload) -> None:
        team_id = _team_of(body)
        if kind == "app_uninstalled" or (kind == "tokens_revoked" and (event.get("tokens") or {}).get("bot")):
            await self._removed(team_id, datetime.fromtimestamp(float(body.get("event_time") or 0), UTC))
            return
        try:
            installation = await self._workspaces.asked_from(team_id)
            if kind in _LOST:
                await self._lost(installation, kind, event)
            elif kind in ("message", "app_mention"):
                await self._message(body, event, installation)
            elif kind == "app_home_opened" and event.get("tab") == "home":
                await self._home(body, event, installation)
        except (NotInstalled, SlackRefused, SlackSilent) as error:
            log.warning("slack_event_dropped", kind=kind, reason=getattr(error, "error", type(error).__name__))

    async def _message(self, body: Payload, event: Payload, installation: Installation) -> None:
        said = read_message(event, installation)
        if said is None or (said.thread is None and event["type"] != "app_mention"):
            return
        if said.thread is not None and event.get("parent_user_id") not in (None, installation.bot_user_id):
            return  # a thread below somebody else's message
        person = await self._writer_of(installation, said.person_id)
        if said.thread is not None and not isinstance(said, Changed | Deleted):
            await self._until_noted(installation.team_id, said.channel_id, said.thread)
        if person is not None and self.sink is not None:
            await self.sink(self._said(body, said, installation, person))

    async def _writer_of(self, installation: Installation, user_id: str) -> Person | None:
        """None for who does not play. An answer is not lost because Slack does not say who wrote it."""
        try:
            profile = await self._people.patiently(installation.team_id, user_id)
        except (SlackRefused, SlackSilent):
            return Person(user_id, user_id)
        return profile.person(installation) if profile.plays else None

    def _said(self, body: Payload, said: Said, installation: Installation, person: Person) -> Event:
        place = Place(NAME, installation.team_id, installation.team_name, said.channel_id, said.channel_id)
        reply = InThread(self._ways, Spot(installation.team_id, said.channel_id, said.person_id), said.thread)
        event_id = str(body.get("event_id"))
        if isinstance(said, Changed):
            return ReplyEdited(event_id, self._now(), person, place, reply, said.ref, said.text)
        if isinstance(said, Deleted):
            return ReplyDeleted(event_id, self._now(), person, place, reply, said.ref)
        at = min(said.at, self._now())  # the time it was written, however late Slack tells
        if said.thread is None:
            return CommandUsed(said.ref, at, person, place, reply, ("quiz",))
        post = f"{said.channel_id}:{said.thread}"
        return ThreadReply(said.ref, at, person, place, reply, post, said.text, said.ref)

    async def _until_noted(self, team_id: str, channel_id: str, thread: str) -> None:
        """Somebody may answer a post before the bot could note that it arrived: wait for that a little."""
        for wait in (*_NOTED_AFTER, None):
            async with self._store.read() as uow:
                channel = await uow.teams.channel_at(Place(NAME, team_id, "", channel_id, ""))
                if channel is None or await uow.rounds.by_post(channel.id, f"{channel_id}:{thread}") is not None:
                    return
            if wait is not None:
                await self._sleep(wait)

    async def _home(self, body: Payload, event: Payload, installation: Installation) -> None:
        person = await self._writer_of(installation, str(event["user"]))
        if person is None or self.sink is None:
            return
        place = Place(NAME, installation.team_id, installation.team_name, "", "")
        reply = OnHome(self._ways, Spot(installation.team_id, "", person.external_id))
        await self.sink(HomeOpened(str(body.get("event_id")), self._now(), person, place, reply))

    async def _lost(self, installation: Installation, kind: str, event: Payload) -> None:
        channel = event.get("channel")
        channel_id = str(channel.get("id")) if isinstance(channel, Mapping) else str(channel)
        if self.sink is not None:
            await self.sink(ChannelLost(self._now(), NAME, installation.team_id, channel_id, _LOST[kind]))


def _team_of(body: Payload) -> str:
    """In a shared channel `team_id` may be the other workspace; the authorization names the installation."""
    for authorization in body.get("authorizations") or ():
        if authorization.get("team_id"):
            return str(authorization["team_id"])
    return str(body.get("team_id", ""))


def _writer(body: Payload, event: Payload) -> str | None:
    """What one person writes, changes and deletes is handled in that order."""
    message = event.get("message") or event.get("previous_message") or event
    return f"{body.get('team_id')}/{message['user']}" if isinstance(message.get("user"), str) else None
