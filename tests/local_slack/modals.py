"""Views on people's screens: a modal's stack of at most three, and the Home tab."""

import json
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from tests.local_slack.app import Installation
from tests.local_slack.blocks import mrkdwn_texts
from tests.local_slack.ids import secret
from tests.local_slack.message import interactive
from tests.local_slack.payload import ApiError, Payload
from tests.local_slack.posting import check_mrkdwn, with_ids
from tests.local_slack.reading import read_blocks, text_object

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack

STACK = 3


@dataclass(eq=False)
class View:
    """A view Slack holds: what the bot gave it, and what stands in its fields."""

    slack: "LocalSlack"
    id: str
    user: str
    bot: Installation
    given: Payload
    hash: str = ""
    root: str = ""
    previous: str | None = None
    values: dict[str, dict[str, Payload]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    version: int = 0
    submitting: bool = False  # sent, and the bot has not answered yet

    def show(self, given: Payload) -> None:
        """Put new content in; fields whose block_id and action_id stay keep what was typed."""
        given = json.loads(json.dumps(given))
        given["blocks"] = with_ids(self.slack, given["blocks"])
        check_mrkdwn(self.slack, mrkdwn_texts(given["blocks"]))
        kept = self.values
        self.given, self.hash, self.errors = given, f"{int(self.slack.clock.now())}.{secret()[:8]}", {}
        self.version += 1
        self.values = {}
        for block, element in interactive(given["blocks"]):
            before = kept.get(block["block_id"], {}).get(element["action_id"])
            if element["type"] != "button":
                value = before if before and before["type"] == element["type"] else initial_value(element)
                self.values.setdefault(block["block_id"], {})[element["action_id"]] = value

    def payload(self) -> Payload:
        """The view object (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload)."""
        given = self.given
        empty = {"title": None, "submit": None, "close": None} if given["type"] == "modal" else {}
        defaults = {"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": False}
        return {
            **empty,
            **defaults,
            "notify_on_close": False,
            **given,
            "id": self.id,
            "team_id": self.bot.workspace.id,
            "state": {"values": self.values},
            "hash": self.hash,
            "previous_view_id": self.previous,
            "root_view_id": self.root or self.id,
            "app_id": self.bot.app.id,
            "app_installed_team_id": self.bot.workspace.id,
            "bot_id": self.bot.bot_id,
        }

    @property
    def title(self) -> str:
        return text_object(self.given.get("title"))

    @property
    def submit(self) -> str:
        return text_object(self.given.get("submit"))

    @property
    def blocks(self) -> list[Payload]:
        blocks: list[Payload] = self.given["blocks"]
        return blocks

    def text(self, zone: tzinfo = UTC) -> str:
        """All a person reads: title, blocks, errors under fields, buttons."""
        foot = " ".join(f"[{text_object(self.given[key])}]" for key in ("close", "submit") if self.given.get(key))
        errors = "\n".join(self.errors.values())
        lines = [self.title, read_blocks(self.blocks, self.slack.name_of, zone), errors, foot]
        return "\n".join(line for line in lines if line)

    def buttons(self) -> list[str]:
        """The words on its buttons."""
        return [text_object(e["text"]) for _, e in interactive(self.blocks) if e["type"] == "button"]


INITIAL = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "overflow": ("selected_option", ""),
}


def value_key(kind: str) -> str:
    """Under which key a field's value stands in the state."""
    return INITIAL.get(kind, ("value", ""))[0]


def initial_value(element: Payload) -> Payload:
    """What stands in a field before anybody touched it."""
    key, initial = INITIAL.get(element["type"], ("value", "initial_value"))
    empty: object = [] if key in ("selected_options", "selected_users", "selected_channels") else None
    value: Payload = {"type": element["type"], key: element.get(initial, empty)}
    if element["type"] == "timepicker" and element.get("timezone"):
        value["timezone"] = element["timezone"]
    return value


class Modals:
    """Every open view, and each person's stack and Home tabs."""

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack = slack
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[tuple[str, str], View] = {}

    def stack(self, user: str) -> list[View]:
        """What lies on a person's screen, the top last."""
        return self.stacks.setdefault(user, [])

    def open(self, user: str, bot: Installation, given: Payload) -> View:
        """A modal of its own."""
        self._check_external(bot, given)
        view = self._new(user, bot, given)
        self.stacks[user] = [view]
        self.slack.changed()
        return view

    def push(self, user: str, bot: Installation, given: Payload) -> View:
        """A view on top of the one that is open.

        Raises:
            ApiError: not_found without one, push_limit_reached on the fourth.
        """
        stack = self.stack(user)
        if not stack:
            raise ApiError("not_found")
        if len(stack) >= STACK:
            raise ApiError("push_limit_reached")
        self._check_external(bot, given)
        view = self._new(user, bot, given)
        view.previous, view.root = stack[-1].id, stack[0].id
        stack.append(view)
        self.slack.changed()
        return view

    def find(self, bot: Installation, view_id: str, external_id: str) -> View:
        """An open modal or a Home tab of this app.

        Raises:
            ApiError: not_found.
        """
        views = [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())
        for view in views:
            by_id = view_id and view.id == view_id
            by_name = external_id and view.given.get("external_id") == external_id
            if view.bot.app is bot.app and view.bot.workspace is bot.workspace and (by_id or by_name):
                return view
        raise ApiError("not_found")

    def publish(self, user: str, bot: Installation, given: Payload, hash_: str) -> View:
        """A Home tab."""
        key = (user, bot.app.id)
        view = self.homes.get(key)
        check_hash(view, hash_)
        if view is None:
            view = self.homes[key] = View(self.slack, self.slack.ids.new("V"), user, bot, {})
        view.bot = bot
        view.show(given)
        self.slack.changed()
        return view

    def _new(self, user: str, bot: Installation, given: Payload) -> View:
        view = View(self.slack, self.slack.ids.new("V"), user, bot, {})
        view.show(given)
        return view

    def _check_external(self, bot: Installation, given: Payload) -> None:
        name = given.get("external_id")
        taken = [view for stack in self.stacks.values() for view in stack if view.given.get("external_id") == name]
        if name and any(view.bot is bot for view in taken):
            raise ApiError("duplicate_external_id")


def check_hash(view: View | None, hash_: str) -> None:
    """Refuse a change that was made for an older version of the view."""
    if hash_ and (view is None or view.hash != hash_):
        raise ApiError("hash_conflict")
