"""Forms as Discord gets them, and what people send back."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.action import Action
from bot.chat.message import Field, FieldKind, Form
from bot.content.bank import Bank
from bot.platforms.discord.forms import modal_of, values_of
from bot.quiz.limits import Limits
from tests.local_discord import components
from tests.local_discord.openapi import official
from tests.platforms.discord import cards, hostile

FORM = Action("setup", "form")
_choices = st.lists(st.tuples(st.from_regex(r"[a-z0-9 ]{0,150}", fullmatch=True), hostile.texts), max_size=40).map(
    tuple
)
_fields = st.lists(
    st.builds(
        Field,
        st.from_regex(r"[a-z]{1,20}", fullmatch=True),
        hostile.texts,
        st.sampled_from(FieldKind),
        hostile.long_texts | st.just("123456789012345678"),
        hostile.texts,
        _choices,
        st.integers(1, 5000),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda field: field.name,
).map(tuple)
forms = st.builds(Form, st.just(FORM), hostile.texts, _fields, hostile.long_texts)


def payload(form: Form) -> dict[str, Any]:
    """What is sent, after it was found to break no rule of Discord's."""
    modal: dict[str, Any] = dict(modal_of(form).to_dict())
    json.dumps(modal, ensure_ascii=False).encode()
    assert [str(mistake) for mistake in components.form_mistakes(modal)] == []
    if (document := official()) is not None:
        body = {"type": 9, "data": modal}
        assert document.wrong_request("POST", "/interactions/1/token/callback", body) is None
    return modal


@hostile.untimed
@given(forms)
def test_any_form_obeys_every_limit(form: Form) -> None:
    modal = payload(form)
    names = [each["custom_id"] for each in components.walk(modal["components"]) if "custom_id" in each]
    assert names == [field.name for field in form.fields[:5]]


def test_the_forms_we_have_are_shown_whole(bank: Bank) -> None:
    for name, form in cards.forms(list(bank.questions.values()), Limits()):
        modal = payload(form)
        assert modal["title"] == form.title or (modal["title"].endswith("…") and len(modal["title"]) > 30)
        assert name == "setup" or len(modal["components"]) == 2, "the question stands above the field"


def test_an_answer_form_has_the_question_above_one_large_field(bank: Bank) -> None:
    question = bank.questions["what-is-the-gil"]
    form = dict(cards.forms([question], Limits()))[question.id]
    intro, label = payload(form)["components"]
    assert intro["content"].startswith("What is the GIL in Python?")
    assert (label["label"], label["component"]["style"]) == ("Your answer", 2)
    assert label["description"].startswith("In your own words")
    assert (label["component"]["custom_id"], label["component"]["max_length"]) == ("text", Limits().longest)
    assert payload(form)["custom_id"] == "answer:v1:7.what-is-the-gil"


def test_the_setup_form_shows_its_first_five_fields_with_what_holds_now() -> None:
    form = dict(cards.forms([], Limits()))["setup"]
    parts = {each["component"]["custom_id"]: each["component"] for each in payload(form)["components"]}
    assert list(parts) == ["channel", "time", "zone", "days", "open"]
    assert parts["channel"]["default_values"] == [{"id": 123456789012345678, "type": "channel"}]
    assert parts["time"]["value"] == "09:00"
    days = parts["days"]
    assert [option["value"] for option in days["options"] if option.get("default")] == [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    ]
    assert (days["min_values"], days["max_values"]) == (1, 7)
    assert [option["label"] for option in parts["open"]["options"] if option.get("default")] == ["8 hours"]


def test_a_role_may_be_left_empty() -> None:
    form = Form(FORM, "Notify", (Field("ping", "Notify", FieldKind.GROUP, "42", required=False),), intro="Whom?")
    intro, label = payload(form)["components"]
    role = label["component"]
    assert (intro["content"], role["type"], role["min_values"], role["required"]) == ("Whom?", 6, 0, False)
    assert role["default_values"] == [{"id": 42, "type": "role"}]


def test_what_is_chosen_now_is_among_the_choices_that_fit() -> None:
    many = tuple((f"v{n}", f"Choice {n}") for n in range(60))
    form = Form(FORM, "Many", (Field("many", "Many", FieldKind.CHOICES, "v59,v3", choices=many),))
    select = payload(form)["components"][0]["component"]
    assert len(select["options"]) == 25
    assert [option["value"] for option in select["options"] if option.get("default")] == ["v3", "v59"]


def test_a_choice_without_choices_is_typed() -> None:
    form = Form(FORM, "Packs", (Field("packs", "Packs", FieldKind.CHOICES, "gil"),))
    assert payload(form)["components"][0]["component"]["type"] == components.TEXT_INPUT


def test_what_was_sent_is_read_by_field() -> None:
    sent = {
        "custom_id": "setup:v1:form",
        "components": [
            {"type": 10, "id": 1},
            {"type": 18, "id": 2, "component": {"type": 8, "id": 3, "custom_id": "channel", "values": ["99"]}},
            {"type": 18, "id": 4, "component": {"type": 4, "id": 5, "custom_id": "time", "value": "09:00"}},
            {"type": 18, "id": 6, "component": {"type": 3, "id": 7, "custom_id": "days", "values": ["mon", "tue"]}},
            {"type": 18, "id": 8, "component": {"type": 6, "id": 9, "custom_id": "ping", "values": []}},
            {"type": 1, "id": 10, "components": [{"type": 4, "id": 11, "custom_id": "old", "value": None}]},
        ],
    }
    assert values_of(sent) == {"channel": "99", "time": "09:00", "days": "mon,tue", "ping": "", "old": ""}
    assert values_of({}) == {}


async def test_the_library_keeps_no_form_that_was_closed() -> None:
    assert modal_of(Form(FORM, "Title", (Field("a", "A", FieldKind.LINE),))).is_finished()
