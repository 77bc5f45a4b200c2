"""Forms as modals, the Home tab, and what comes back from a form."""

from datetime import UTC, time, timedelta

import pytest
from hypothesis import given, settings

from bot.chat.action import Action
from bot.chat.message import Button, Buttons, Field, FieldKind, Form, Heading, Message
from bot.content.bank import Bank
from bot.platforms.slack.rich_text import Block
from bot.platforms.slack.views import form_view, home_view, message_view, options_of, values_of
from bot.quiz.limits import Limits
from bot.quiz.schedule import WORKDAYS, Plan
from bot.services.cards.question import answer_form
from bot.services.cards.setup import setup_form
from tests.local_slack.reading import read_blocks
from tests.local_slack.view_limits import view_problems
from tests.platforms.slack.hostile import forms, messages

anything = settings(max_examples=60, deadline=None, derandomize=True)
PLAN = Plan(time(9), WORKDAYS, "Europe/Berlin", ("gil",), timedelta(hours=8))
SETUP = setup_form(PLAN, [("gil", "The GIL")], "C0QUIZ")


def elements(view: Block) -> dict[str, Block]:
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


def one(field: Field) -> Block:
    return elements(form_view(Form(Action("setup", "form"), "Set up", (field,))))[field.name]


@anything
@given(forms)
def test_a_form_is_within_every_limit(form: Form) -> None:
    view = form_view(form, "C0QUIZ")
    assert view_problems(view) == []
    assert list(elements(view)) == [field.name for field in form.fields]


@anything
@given(messages)
def test_a_message_fits_a_modal_and_the_home_tab(message: Message) -> None:
    assert view_problems(message_view(message, message.summary)) == []
    assert view_problems(home_view(message)) == []


def test_the_form_for_an_answer_shows_the_question(bank: Bank) -> None:
    question = bank.get("what-is-the-gil")
    view = form_view(answer_form(question, Action("answer", "7.what-is-the-gil"), Limits()))
    assert view["callback_id"] == "answer:v1:7.what-is-the-gil"
    assert view["title"]["text"] == "What the GIL is and how…"
    shown = read_blocks(view["blocks"], str, UTC)
    assert shown.startswith("What the GIL is and how to work around it\nWhat is the GIL in Python?")
    assert elements(view)["text"] == {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "max_length": 3_000,
    }


def test_a_short_title_is_not_said_twice() -> None:
    view = form_view(Form(Action("setup", "form"), "Set up", (), submit="Go"))
    assert view["blocks"] == []
    assert (view["title"]["text"], view["submit"]["text"], view["close"]["text"]) == ("Set up", "Go", "Cancel")


def test_setting_up_starts_from_what_holds_now() -> None:
    fields = elements(form_view(SETUP))
    assert fields["channel"]["initial_conversation"] == "C0QUIZ"
    assert fields["channel"]["filter"] == {"include": ["public", "private"], "exclude_bot_users": True}
    assert fields["time"]["initial_time"] == "09:00"
    assert fields["zone"]["initial_option"]["value"] == "Europe/Berlin"
    assert fields["zone"]["min_query_length"] == 2
    assert [day["value"] for day in fields["days"]["initial_options"]] == ["mon", "tue", "wed", "thu", "fri"]
    assert fields["open"]["initial_option"]["text"]["text"] == "8 hours"
    assert fields["ping"]["initial_option"]["value"] == "none"


def test_in_a_direct_message_no_channel_is_chosen_yet() -> None:
    assert "initial_conversation" not in one(Field("channel", "Channel", FieldKind.CHANNEL, "D0ANA"))


def test_a_group_that_a_command_chose_is_kept() -> None:
    element = one(Field("ping", "Notify", FieldKind.GROUP, "S0FANS", required=False))
    assert element["initial_option"]["value"] == "S0FANS"
    assert [option["value"] for option in element["options"]] == ["none", "here", "channel", "S0FANS"]


def test_many_choices_are_a_menu_and_few_are_boxes() -> None:
    def choices(count: int) -> Field:
        return Field(
            "packs", "Packs", FieldKind.CHOICES, "p1", choices=tuple((f"p{n}", f"Pack {n}") for n in range(count))
        )

    assert one(choices(10))["type"] == "checkboxes"
    assert one(choices(11))["type"] == "multi_static_select"
    assert len(one(choices(300))["options"]) == 100


def test_what_was_chosen_is_there_even_where_there_are_too_many_choices() -> None:
    many = tuple((f"p{n}", f"Pack {n}") for n in range(300))
    some = one(Field("packs", "Packs", FieldKind.CHOICES, "p299", choices=many))
    assert [option["value"] for option in some["initial_options"]] == ["p299"]
    alone = one(Field("pack", "Pack", FieldKind.CHOICE, "p299", choices=many))
    assert alone["initial_option"]["value"] == "p299"


def test_values_come_back_by_the_names_of_the_fields() -> None:
    def chosen(value: str) -> Block:
        return {"text": {"type": "plain_text", "text": value}, "value": value}

    values: dict[str, dict[str, Block]] = {
        "text": {"text": {"type": "plain_text_input", "value": "a <b> & c"}},
        "empty": {"empty": {"type": "plain_text_input", "value": None}},
        "time": {"time": {"type": "timepicker", "selected_time": "09:30"}},
        "untimed": {"untimed": {"type": "timepicker", "selected_time": None}},
        "channel": {"channel": {"type": "conversations_select", "selected_conversation": "C0QUIZ"}},
        "zone": {"zone": {"type": "external_select", "selected_option": chosen("Asia/Tokyo")}},
        "open": {"open": {"type": "static_select", "selected_option": None}},
        "days": {"days": {"type": "checkboxes", "selected_options": [chosen("mon"), chosen("tue")]}},
        "packs": {"packs": {"type": "multi_static_select", "selected_options": []}},
    }
    assert values_of({"state": {"values": values}}) == {
        "text": "a <b> & c",
        "empty": "",
        "time": "09:30",
        "untimed": "",
        "channel": "C0QUIZ",
        "zone": "Asia/Tokyo",
        "open": "",
        "days": "mon,tue",
        "packs": "",
    }
    assert values_of({}) == {}


def test_a_message_in_a_modal_keeps_its_buttons() -> None:
    message = Message("", (Heading("Set up"), Buttons((Button("Post it now", Action("post", "next")),))))
    view = message_view(message, "The quiz is set up and ready", "C0QUIZ")
    assert view["title"]["text"] == "The quiz is set up and…"
    assert view["private_metadata"] == "C0QUIZ"
    assert "submit" not in view
    assert view["blocks"][1]["elements"][0]["value"] == "post:v1:next"


@pytest.mark.parametrize("count", [0, 3, 150])
def test_suggestions_are_options_of_at_most_a_hundred(count: int) -> None:
    offered = options_of((f"zone/{n}", f"Zone {n}") for n in range(count))["options"]
    assert len(offered) == min(count, 100)
    assert all(option["text"]["type"] == "plain_text" for option in offered)
