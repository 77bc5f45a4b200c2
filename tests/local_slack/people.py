"""A person at the client: what they do, and what they then see."""

from typing import TYPE_CHECKING

from tests.local_slack import gestures
from tests.local_slack.ack import Ack
from tests.local_slack.app import Installation, SlackApp
from tests.local_slack.browser import Browser
from tests.local_slack.channel import Channel
from tests.local_slack.form import field_named, fill_in, state_of
from tests.local_slack.message import Message, interactive
from tests.local_slack.modals import View
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.posting import check_content, fill
from tests.local_slack.profile import Profile
from tests.local_slack.screen import Screen, Seen
from tests.local_slack.submissions import apply_response

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack
    from tests.local_slack.workspace import Workspace


class Person:
    """Somebody in a workspace. Each gesture returns when the bot has acknowledged it."""

    def __init__(self, slack: "LocalSlack", workspace: "Workspace", profile: Profile) -> None:
        self.slack = slack
        self.workspace = workspace
        self.profile = profile
        self.screen = Screen(slack, workspace, profile)
        self.browser = Browser(slack, profile.id)

    @property
    def id(self) -> str:
        return self.profile.id

    def __repr__(self) -> str:
        return f"<{self.profile.name} {self.id}>"

    # what they see

    @property
    def view(self) -> View | None:
        """The modal on top of the screen."""
        return self.screen.view()

    @property
    def views(self) -> list[View]:
        """The whole stack of modals, the top last."""
        return self.slack.modals.stack(self.id)

    @property
    def home(self) -> View | None:
        """The Home tab last published for them."""
        homes = self.screen.homes()
        return homes[-1] if homes else None

    @property
    def ephemeral(self) -> list[Message]:
        """Messages only they see, oldest first; gone after `reloads`."""
        return self.screen.ephemeral()

    @property
    def direct_messages(self) -> list[Message]:
        """What stands in their direct messages, oldest first."""
        return self.screen.direct()

    @property
    def errors(self) -> list[str]:
        """What Slack told them went wrong."""
        return self.screen.errors

    def reads(self, seen: Seen) -> str:
        """A message or view as they read it, in their zone."""
        return self.screen.read(seen)

    def reloads(self) -> None:
        """Load the client anew: ephemeral messages and open modals are gone."""
        self.screen.gone |= {message.ts for message in self.ephemeral}
        self.slack.modals.stack(self.id).clear()

    async def sees(self, text: str, channel: Channel | None = None) -> Message:
        """The newest message with this text, public or only for them, as soon as there is one."""
        screen = self.screen
        seen = await screen.wait(lambda: screen.containing(text, screen.messages(channel)), f"a message with {text!r}")
        return _message(seen)

    async def sees_ephemeral(self, text: str = "") -> Message:
        """The newest message only they see, with this text."""
        screen = self.screen
        seen = await screen.wait(lambda: screen.containing(text, self.ephemeral), f"an ephemeral with {text!r}")
        return _message(seen)

    async def sees_direct(self, text: str = "") -> Message:
        """The newest direct message of an app with this text."""
        screen = self.screen

        def picked() -> list[Seen]:
            return screen.containing(text, [m for m in self.direct_messages if m.bot_id])

        return _message(await screen.wait(picked, f"a direct message with {text!r}"))

    async def sees_view(self, text: str = "") -> View:
        """The modal on top, as soon as it has this text."""
        screen = self.screen
        seen = await screen.wait(lambda: screen.containing(text, _some(self.view)), f"a modal with {text!r}")
        return _view(seen)

    async def sees_no_view(self) -> None:
        """Return when no modal is open."""
        await self.slack.until(lambda: self.view is None, "no modal to be open", self.screen.everything)

    async def sees_home(self, text: str = "") -> View:
        """Their Home tab, as soon as it has this text."""
        screen = self.screen
        return _view(await screen.wait(lambda: screen.containing(text, screen.homes()), f"a Home tab with {text!r}"))

    # commands, buttons, forms

    async def types(self, channel: Channel, text: str) -> Ack:
        """A slash command in a channel; there is none in threads."""
        name, _, rest = text.partition(" ")
        bot = self._bot_with_command(name)
        self._must_be_in(channel)
        if channel.archived:
            raise AssertionError("Nobody can type in an archived channel.")
        escapes = (bot.app.command(name) or {}).get("should_escape", False)
        said = gestures.typed(self, rest) if escapes else rest
        fields = gestures.command(self, bot, channel, name, said.strip())
        ack = await self.slack.interactions.send(bot, "command", fields)
        self._failed(ack, f'{name} failed with the error "{ack.error}"')
        if ack.body:
            self._show_answer(bot, channel, ack.body)
        return ack

    def _show_answer(self, bot: Installation, channel: Channel, body: Payload) -> None:
        try:
            check_content(self.slack, body)
        except ApiError as error:
            self.slack.violation(f"the answer to a command is refused: {error.name}")
            self.errors.append(error.name)
            return
        message = Message(channel, self.slack.ts(), bot.bot_user_id, bot_id=bot.bot_id, app_id=bot.app.id)
        message.team_id = self.workspace.id
        message.visible_to = "" if body.get("response_type") == "in_channel" else self.id
        fill(message, body)
        channel.messages.append(message)
        if not message.visible_to:
            self.slack.events.message(message)
        self.slack.changed()

    async def presses(self, target: Message | View, name: str) -> Ack:
        """A button, by its words or its action_id."""
        elements = [(b, e) for b, e in _elements(target) if e["type"] == "button"]
        block, element = gestures.named(elements, name)
        return await self._acts(target, block, element, {})

    async def chooses(self, target: Message | View, name: str, choice: object) -> Ack | None:
        """An option of a menu, of radio buttons, of checkboxes; None where the bot is not told at once."""
        if isinstance(target, View):
            block, element = field_named(target, name)
        else:
            block, element = gestures.named([(b, e) for b, e in _elements(target) if e["type"] != "button"], name)
        state = state_of(element, choice)
        if isinstance(target, View):
            target.values[block["block_id"]][element["action_id"]] = state
        if block["type"] == "input" and not block.get("dispatch_action"):
            return None
        return await self._acts(target, block, element, state)

    async def _acts(self, target: Message | View, block: Payload, element: Payload, state: Payload) -> Ack:
        bot = self._bot_of(target)
        payload = gestures.interaction(self, bot, "block_actions") | gestures.place(self, bot, target)
        payload["trigger_id"] = self.slack.interactions.trigger(self.id, bot)
        payload["actions"] = [gestures.action(block, element, state, self.slack.ts())]
        ack = await self._interacts(bot, "block_actions", payload)
        self._failed(ack, f"This app did not respond ({ack.error})")
        return ack

    async def submits(self, view: View, answers: dict[str, object] | None = None) -> Ack:
        """Fill the fields in, by label, block_id or action_id, and send the form.

        Raises:
            FormRefused: Slack's client would not send it.
        """
        self._must_see(view)
        if not view.given.get("submit"):
            raise AssertionError(f"The view {view.title!r} has no submit button.")
        fill_in(view, answers or {})
        payload = gestures.interaction(self, view.bot, "view_submission") | {
            "view": view.payload(),
            "response_urls": [],
        }
        payload["trigger_id"] = self.slack.interactions.trigger(self.id, view.bot)
        view.submitting = True
        try:
            ack = await self._interacts(view.bot, "view_submission", payload)
        finally:
            view.submitting = False
        if self._failed(ack, f"We had some trouble connecting. Try again? ({ack.error})"):
            return ack
        apply_response(self.slack, view, ack.body or {})
        return ack

    async def closes(self, view: View, *, all_of_them: bool = False) -> Ack | None:
        """Close the modal on top, or all of them."""
        self._must_see(view)
        stack = self.slack.modals.stack(self.id)
        if all_of_them or view.given.get("clear_on_close"):
            stack.clear()
        else:
            stack.remove(view)
        self.slack.changed()
        if not view.given.get("notify_on_close"):
            return None
        payload = gestures.interaction(self, view.bot, "view_closed")
        return await self._interacts(
            view.bot, "view_closed", payload | {"view": view.payload(), "is_cleared": all_of_them}
        )

    async def types_ahead(self, target: Message | View, name: str, text: str) -> list[Payload]:
        """The options the bot offers for what was typed into an external select."""
        bot = self._bot_of(target)
        fields = [(b, e) for b, e in _elements(target) if "external_select" in e["type"]]
        block, element = gestures.named(fields, name)
        payload = gestures.interaction(self, bot, "block_suggestion") | gestures.place(self, bot, target)
        payload |= {"action_id": element["action_id"], "block_id": block["block_id"], "value": text}
        ack = await self._interacts(bot, "block_suggestion", payload)
        if self._failed(ack, "Couldn't load options"):
            return []
        body = ack.body or {}
        groups = body.get("option_groups") or [{"options": body.get("options", [])}]
        options: list[Payload] = [option for group in groups for option in group["options"]]
        if len(options) > 100:
            self.slack.violation("more than 100 options offered")
        return options

    async def _interacts(self, bot: Installation, kind: str, payload: Payload) -> Ack:
        if not bot.app.interactive:
            raise AssertionError("The manifest does not enable interactivity.")
        return await self.slack.interactions.send(bot, kind, payload)

    def _failed(self, ack: Ack, words: str) -> bool:
        if not ack.ok:
            self.errors.append(words)
            self.slack.changed()
        return not ack.ok

    # messages

    async def writes(
        self, channel: Channel, text: str, thread: Message | None = None, *, broadcast: bool = False
    ) -> Message:
        """A message, or a reply in a thread; `@name` and `#channel` become mentions."""
        self._must_be_in(channel)
        if channel.archived:
            raise AssertionError("Nobody can write in an archived channel.")
        root = (thread.thread_ts or thread.ts) if thread else None
        message = Message(channel, self.slack.ts(), self.id, gestures.typed(self, text), team_id=self.workspace.id)
        message.thread_ts, message.broadcast = root, broadcast and root is not None
        channel.messages.append(message)
        self.slack.events.message(message)
        self.slack.changed()
        return message

    async def edits(self, message: Message, text: str) -> None:
        """Change a message of theirs."""
        self._must_own(message)
        previous = message.payload()
        message.versions.append(message.text())
        message.content = gestures.typed(self, text)
        message.edited = {"user": self.id, "ts": self.slack.ts()}
        self.slack.events.message_changed(message, previous)
        self.slack.changed()

    async def deletes(self, message: Message) -> None:
        """Delete a message of theirs."""
        self._must_own(message)
        self.slack.remove(message)

    async def reacts(self, message: Message, name: str) -> None:
        """Put an emoji under a message."""
        message.reactions.setdefault(name, []).append(self.id)
        self.slack.events.reaction("reaction_added", message, self.id, name)
        self.slack.changed()

    def direct(self, app: SlackApp) -> Channel:
        """Their direct messages with an app; writing there needs the Messages tab."""
        return self.workspace.direct(app.installation(self.workspace).bot_user_id, self.id)

    # the Home tab

    async def opens_home(self, app: SlackApp, *, tab: str = "home") -> View:
        """Open the app's Home tab and return it as soon as the bot has published it."""
        if tab == "home" and not app.home_tab:
            raise AssertionError("The manifest does not enable the Home tab.")
        before = self._home_version(app)
        self.opens_tab(app, tab)
        await self.slack.until(
            lambda: self._home_version(app) > before, f"{self.profile.name}'s Home tab", self.screen.everything
        )
        return self.slack.modals.homes[self.id, app.id]

    def opens_tab(self, app: SlackApp, tab: str) -> None:
        """Open `home` or `messages` without waiting for anything."""
        installation = app.installation(self.workspace)
        event: Payload = {"type": "app_home_opened", "user": self.id, "channel": self.direct(app).id, "tab": tab}
        if tab == "home" and (view := self.slack.modals.homes.get((self.id, app.id))):
            event["view"] = view.payload()
        self.slack.events.to(installation, event)

    def _home_version(self, app: SlackApp) -> int:
        view = self.slack.modals.homes.get((self.id, app.id))
        return view.version if view else 0

    # who and where

    def known_profiles(self) -> list[Profile]:
        """Whom they can mention."""
        shared = {w.id: w for channel in self.screen.channels() for w in channel.workspaces}
        workspaces = {self.workspace.id: self.workspace} | shared
        return [profile for workspace in workspaces.values() for profile in workspace.profiles.values()]

    def _bot_with_command(self, name: str) -> Installation:
        for installation in self.workspace.installations.values():
            if installation.app.command(name) and "commands" in installation.scopes:
                return installation
        raise AssertionError(f"{name} is not a command of an app installed in {self.workspace.name}.")

    def _bot_of(self, target: Message | View) -> Installation:
        if isinstance(target, View):
            if target not in self.screen.homes():
                self._must_see(target)
            return target.bot
        if target not in self.screen.messages():
            raise AssertionError(f"{self.profile.name} does not see this message: {target.text()}")
        workspaces = [self.workspace, *target.channel.workspaces]
        bots = [bot for w in workspaces for bot in w.installations.values() if bot.bot_id == target.bot_id]
        if not bots:
            raise AssertionError("The app that wrote this message is not installed any more.")
        return bots[0]

    def _must_be_in(self, channel: Channel) -> None:
        if self.id not in channel.members:
            raise AssertionError(f"{self.profile.name} is not in #{channel.name}.")
        for bot in self.workspace.installations.values():
            closed = not bot.app.messages_tab or bot.app.messages_read_only
            if channel.kind == "im" and bot.bot_user_id in channel.members and closed:
                raise AssertionError("The app's Messages tab does not let people write.")

    def _must_own(self, message: Message) -> None:
        if message.user != self.id or message.deleted:
            raise AssertionError(f"{self.profile.name} can change only own messages.")

    def _must_see(self, view: View) -> None:
        if view is not self.view:
            shown = self.view.title if self.view else "nothing"
            raise AssertionError(f"{self.profile.name} does not have {view.title!r} on top of the screen, but {shown}.")


def _elements(target: Message | View) -> list[tuple[Payload, Payload]]:
    return list(interactive(target.blocks) if isinstance(target, View) else target.elements())


def _some(view: View | None) -> list[View]:
    return [view] if view else []


def _message(seen: Seen) -> Message:
    assert isinstance(seen, Message)
    return seen


def _view(seen: Seen) -> View:
    assert isinstance(seen, View)
    return seen
