"""What people do in Slack, as neutral events: commands, buttons, forms.

Slack is acknowledged first, always: an acknowledgement waits for nothing, and the work goes on beside it as an errand.
(slack-bolt forgets an acknowledgement when its listener fails within milliseconds after it, so a listener does nothing
that can fail.) What opens a form at once asks nobody before.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.chat.action import Action
from bot.chat.command import parse
from bot.chat.event import ButtonPressed, CommandUsed, Event, FormSubmitted, Person, Place, Sink
from bot.chat.message import Message, Tone
from bot.errors import QuizError
from bot.platforms.slack import answered, views
from bot.platforms.slack.errands import Errands
from bot.platforms.slack.escape import is_person
from bot.platforms.slack.outcomes import NotInstalled, SlackRefused, SlackSilent
from bot.platforms.slack.reply import AfterForm, AtAddress, InView, SlackReply, place_in
from bot.platforms.slack.typed import Typed, read_typed
from bot.platforms.slack.ways import Spot, Ways, ephemeral
from bot.platforms.slack.who import People
from bot.platforms.slack.workspaces import NAME, Installation, Workspaces
from bot.services.cards.problem import problem_card, trouble_card
from bot.services.cards.words import note
from bot.services.facts import NothingSaid
from bot.services.ports import Store

Payload = dict[str, Any]
Suggest = Callable[[str, str, int], list[tuple[str, str]]]

# These open a form, which must be the first thing that happens: nothing else is asked of Slack or the store before.
_OPENERS = frozenset({"answer", "practice"})
_FOR_LEADS = frozenset({"setup", "preview", "post"})
_OPTIONS = 100

log = structlog.get_logger(__name__)


class Arrivals:
    """Turns payloads into events and hands them to `sink`, which is set when the platform is connected."""

    def __init__(
        self,
        store: Store,
        workspaces: Workspaces,
        people: People,
        ways: Ways,
        errands: Errands,
        suggest: Suggest,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._people = people
        self._ways = ways
        self._errands = errands
        self._suggest = suggest
        self._now = now
        self.sink: Sink | None = None

    # slack-bolt's listeners, which name what they take

    async def command(self, ack: AsyncAck, body: Payload, context: AsyncBoltContext) -> None:
        """`/quiz …` and `/quiz-admin …`."""
        await ack()
        self._errands.start(self._command(body, context.team_id or ""), "command")

    async def action(self, ack: AsyncAck, body: Payload, context: AsyncBoltContext) -> None:
        """A button."""
        await ack()
        self._errands.start(self._pressed(body, context.team_id or ""), "button")

    async def options(self, ack: AsyncAck, body: Payload) -> None:
        """What may be meant, while somebody types into a field."""
        found = self._suggest(str(body.get("action_id")), str(body.get("value") or ""), _OPTIONS)
        await ack(**views.options_of(found))

    async def view(self, ack: AsyncAck, body: Payload, context: AsyncBoltContext) -> None:
        """A form that was sent: it turns into a note that its answer takes the place of."""
        view = body["view"]
        setting_up = str(view.get("callback_id", "")).startswith("setup:")
        waiting = note("One moment …" if setting_up else "Grading your answer …")
        title = _title_of(view)
        shown = views.message_view(waiting, title, str(view.get("private_metadata", "")))
        await ack(response_action="update", view=shown)
        self._errands.start(self._sent(body, context.team_id or "", title, answered.current()), "form")

    # the work behind them

    async def _command(self, body: Payload, team_id: str) -> None:
        typed = read_typed(str(body["command"]), str(body.get("text") or ""))
        channel_id, channel_name = typed.channel or _channel_of(body["channel_id"], body.get("channel_name", ""))
        try:
            installation = await self._workspaces.asked_from(team_id)
        except NotInstalled:
            await self._ways.api.respond(str(body["response_url"]), ephemeral(_NOT_INSTALLED))
            return
        spot = Spot(installation.team_id, channel_id, str(body["user_id"]))
        reply = AtAddress(self._ways, spot, channel_name, body["trigger_id"], body["response_url"], replaces=True)
        place = _place(installation, channel_id, channel_name)
        making = self._command_event(body, typed, installation, place, reply)
        await self._answer(reply, making, unsaved=typed.answer)

    async def _command_event(
        self, body: Payload, typed: Typed, installation: Installation, place: Place, reply: SlackReply
    ) -> Event | None:
        parsed = parse(typed.line)
        leading = parsed.path[0] == "quiz-admin"
        person = await self._person(installation, str(body["user_id"]), body.get("user_name", ""), surely=leading)
        if person is None or not await self._first_time(str(body["trigger_id"])):
            return None
        options = dict(parsed.options)
        if parsed.path == ("quiz-admin", "setup"):
            if options and not place.channel_id:
                raise NothingSaid("/quiz-admin setup", "/quiz-admin setup #quiz 09:00 mon-fri")
            place = await self._named(place) if place.channel_id else place
        if named := options.get("person"):
            options["person"] = await self._person_named(installation, named, parsed.path)
        return CommandUsed(str(body["trigger_id"]), self._now(), person, place, reply, parsed.path, options)

    async def _pressed(self, body: Payload, team_id: str) -> None:
        pressed = (body.get("actions") or [{}])[0]
        if pressed.get("type") != "button" or not pressed.get("value"):
            return  # a menu of a form that is not sent yet
        try:
            installation = await self._installation_for(body, team_id)
        except NotInstalled:
            log.warning("slack_not_installed", team=team_id)
            if address := body.get("response_url"):
                await self._ways.api.respond(str(address), ephemeral(_NOT_INSTALLED))
            return
        channel_id, channel_name = _channel_of_button(body)
        reply = self._button_reply(body, Spot(installation.team_id, channel_id, str(body["user"]["id"])), channel_name)
        place = _place(installation, channel_id, channel_name)
        await self._answer(reply, self._button_event(body, str(pressed["value"]), installation, place, reply))

    async def _button_event(
        self, body: Payload, value: str, installation: Installation, place: Place, reply: SlackReply
    ) -> Event | None:
        action = Action.parse(value)
        user = body["user"]
        if action.verb in _OPENERS:
            known = self._people.known(installation.team_id, user["id"])
            person: Person | None = known.person(installation) if known else Person(user["id"], user.get("name", ""))
        else:
            person = await self._person(
                installation, user["id"], user.get("name", ""), surely=action.verb in _FOR_LEADS
            )
            if not await self._first_time(str(body["trigger_id"])):
                return None
        if person is None:
            return None
        return ButtonPressed(str(body["trigger_id"]), self._now(), person, place, reply, action)

    def _button_reply(self, body: Payload, spot: Spot, channel_name: str) -> SlackReply:
        view, opener = body.get("view"), body.get("trigger_id")
        if view:
            home = view.get("type") == "home"
            return InView(self._ways, spot, channel_name, opener, str(view["id"]), home=home)
        return AtAddress(self._ways, spot, channel_name, opener, str(body["response_url"]), replaces=False)

    async def _sent(self, body: Payload, team_id: str, title: str, has_answer: asyncio.Event) -> None:
        await has_answer.wait()  # else the note that the answer shows would take the place of what comes now
        view, user = body["view"], body["user"]
        values = views.values_of(view)
        channel_id, channel_name = place_in(str(view.get("private_metadata", "")))
        try:
            installation = await self._workspaces.asked_from(team_id)
        except NotInstalled:
            log.warning("slack_not_installed", team=team_id)
            return
        if chosen := values.get("channel"):
            channel_id, channel_name = chosen, channel_name if chosen == channel_id else chosen
        spot = Spot(installation.team_id, channel_id, str(user["id"]))
        reply = AfterForm(self._ways, spot, channel_name, str(view["id"]), title)
        place = _place(installation, channel_id, channel_name)
        making = self._form_event(body, values, installation, place, reply)
        await self._answer(reply, making, unsaved=values.get("text"))

    async def _form_event(
        self, body: Payload, values: dict[str, str], installation: Installation, place: Place, reply: SlackReply
    ) -> Event | None:
        action = Action.parse(str(body["view"].get("callback_id", "")))
        user = body["user"]
        setting_up = action.verb == "setup"
        person = await self._person(installation, user["id"], user.get("name", ""), surely=setting_up)
        if person is None:
            return None
        if setting_up:
            if not place.channel_id:
                raise NothingSaid("/quiz-admin setup", "/quiz-admin setup, and choose a channel")
            place = await self._named(place)
        return FormSubmitted(str(body["trigger_id"]), self._now(), person, place, reply, action, values)

    async def _answer(self, reply: SlackReply, making: Awaitable[Event | None], *, unsaved: str | None = None) -> None:
        """Make the event and hand it over; whatever goes wrong, the person is told what to do."""
        try:
            event = await making
        except (SlackRefused, SlackSilent) as error:
            log.warning("slack_event_not_made", reason=getattr(error, "error", type(error).__name__))
            message = _NO_WORD
        except QuizError as error:
            message = problem_card(error, unsaved=unsaved)
        except Exception:
            # The boundary: a payload that this version does not understand must answer its person all the same.
            log.exception("slack_event_not_made")
            message = trouble_card(unsaved=unsaved)
        else:
            if event is not None and self.sink is not None:
                await self.sink(event)
            return
        await reply.private(message)

    async def _installation_for(self, body: Payload, team_id: str) -> Installation:
        """In a shared channel a button may come with the workspace of who pressed it; the post says whose it is."""
        posted_in = (body.get("message") or {}).get("team")
        if posted_in and posted_in != team_id:
            with contextlib.suppress(NotInstalled):
                return await self._workspaces.asked_from(str(posted_in))
        return await self._workspaces.asked_from(team_id)

    async def _person(
        self, installation: Installation, user_id: str, name: str, *, surely: bool = False
    ) -> Person | None:
        """None for somebody who does not play. `surely`: what they may do hangs on it, so a guess will not do."""
        try:
            profile = await self._people.profile(installation.team_id, user_id)
        except (SlackRefused, SlackSilent):
            if surely:
                raise
            return Person(user_id, name or user_id)
        return profile.person(installation) if profile.plays else None

    async def _person_named(self, installation: Installation, text: str, path: tuple[str, ...]) -> str:
        """As the core takes a person: `id|name`. Raises `NothingSaid` for a word that names nobody."""
        profile = None
        if is_person(text):
            with contextlib.suppress(SlackRefused):
                profile = await self._people.profile(installation.team_id, text)
        if profile is None:
            command = "/" + " ".join(path)
            raise NothingSaid(command, f"{command} @ana")
        return f"{profile.id}|{profile.name}"

    async def _named(self, place: Place) -> Place:
        """With the channel's real name: commands call every private channel the same."""
        try:
            answer = await self._ways.api.call(place.workspace_id, "conversations.info", channel=place.channel_id)
        except (SlackRefused, SlackSilent):
            return place
        name = str(answer["channel"].get("name") or place.channel_name)
        return Place(NAME, place.workspace_id, place.workspace_name, place.channel_id, name)

    async def _first_time(self, event_id: str) -> bool:
        async with self._store.write() as uow:
            fresh = await uow.inbox.first_time(NAME, f"did:{event_id}", now=self._now())
            await uow.commit()
        return fresh


_NOT_INSTALLED: Message = note(
    "The quiz is not installed in this workspace any more. Ask an admin to install it again.", tone=Tone.PROBLEM
)
_NO_WORD: Message = note("Slack did not tell the quiz who you are. Try again in a minute.", tone=Tone.PROBLEM)


def _place(installation: Installation, channel_id: str, channel_name: str) -> Place:
    return Place(NAME, installation.team_id, installation.team_name, channel_id, channel_name)


def _channel_of(channel_id: object, name: object) -> tuple[str, str]:
    """Direct messages with the bot are no channel a quiz could be in."""
    return ("", "") if str(channel_id).startswith("D") else (str(channel_id), str(name))


def _channel_of_button(body: Payload) -> tuple[str, str]:
    if view := body.get("view"):
        return place_in(str(view.get("private_metadata", "")))
    channel = body.get("channel") or {}
    return _channel_of(channel.get("id", ""), channel.get("name", ""))


def _title_of(view: Payload) -> str:
    return str((view.get("title") or {}).get("text") or "Quiz")
