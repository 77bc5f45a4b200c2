"""Every limit of Discord's documentation: at the limit is taken, one beyond is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.local_discord import command_rules, components, limits
from tests.platforms.discord_server.rawbot import Payload, RawBot
from tests.platforms.discord_server.room import Room

V2 = 1 << 15
Make = Callable[[int], Payload]


def row(*inner: Payload) -> Payload:
    return {"type": 1, "components": list(inner)}


def button(**more: Any) -> Payload:  # noqa: ANN401 - the fields of a button
    return {"type": 2, "style": 1, "label": "Answer", "custom_id": "answer", **more}


def buttons(number: int) -> list[Payload]:
    return [button(custom_id=f"answer{each}") for each in range(number)]


def select(number: int, **more: Any) -> Payload:  # noqa: ANN401 - the fields of a select
    options = [{"label": f"pack {each}", "value": str(each)} for each in range(number)]
    return {"type": 3, "custom_id": "pack", "options": options, **more}


def embed(**more: Any) -> Payload:  # noqa: ANN401 - the fields of an embed
    return {"embeds": [{"title": "Question", **more}]}


def shown(*tree: Payload, flags: int = 0) -> Payload:
    return {"components": list(tree), "flags": flags}


def text(length: int) -> Payload:
    return {"type": 10, "content": "x" * length}


MESSAGES: dict[str, tuple[int, Make]] = {
    "content": (2000, lambda n: {"content": "x" * n}),
    "nonce": (25, lambda n: {"content": "x", "nonce": "x" * n}),
    "embeds": (10, lambda n: {"embeds": [{"title": "x"}] * n}),
    "embed title": (256, lambda n: embed(title="x" * n)),
    "embed description": (4096, lambda n: embed(description="x" * n)),
    "embed fields": (25, lambda n: embed(fields=[{"name": "x", "value": "y"}] * n)),
    "embed field name": (256, lambda n: embed(fields=[{"name": "x" * n, "value": "y"}])),
    "embed field value": (1024, lambda n: embed(fields=[{"name": "x", "value": "y" * n}])),
    "embed footer": (2048, lambda n: embed(footer={"text": "x" * n})),
    "embed author": (256, lambda n: embed(author={"name": "x" * n})),
    "embeds in sum": (6000, lambda n: {"embeds": [{"description": "x" * 3000}, {"description": "x" * (n - 3000)}]}),
    "rows": (5, lambda n: shown(*(row(each) for each in buttons(n)))),
    "buttons of a row": (5, lambda n: shown(row(*buttons(n)))),
    "button label": (80, lambda n: shown(row(button(label="x" * n)))),
    "custom_id": (100, lambda n: shown(row(button(custom_id="x" * n)))),
    "select options": (25, lambda n: shown(row(select(n)))),
    "select placeholder": (150, lambda n: shown(row(select(1, placeholder="x" * n)))),
    "components": (40, lambda n: shown(*[text(1)] * n, flags=V2)),
    "text of components": (4000, lambda n: shown(text(2000), text(n - 2000), flags=V2)),
}

FORMS: dict[str, tuple[int, Make]] = {
    "title": (45, lambda n: form(title="x" * n)),
    "custom_id": (100, lambda n: form(custom_id="x" * n)),
    "label": (45, lambda n: form(components=[field(label="x" * n)])),
    "description": (100, lambda n: form(components=[field(description="x" * n)])),
    "inputs": (5, lambda n: form(components=[field(custom_id=f"text{each}") for each in range(n)])),
    "placeholder": (100, lambda n: form(components=[field({"placeholder": "x" * n})])),
    "value": (4000, lambda n: form(components=[field({"value": "x" * n})])),
    "max_length": (4000, lambda n: form(components=[field({"max_length": n})])),
    "value and max_length": (9, lambda n: form(components=[field({"max_length": 9, "value": "x" * n})])),
}

COMMANDS: dict[str, tuple[int, Make]] = {
    "name": (32, lambda n: command(name="x" * n)),
    "description": (100, lambda n: command(description="x" * n)),
    "options": (25, lambda n: command(options=[option(name=f"x{each}") for each in range(n)])),
    "choices": (25, lambda n: command(options=[option(choices=choices(n))])),
    "choice name": (100, lambda n: command(options=[option(choices=[{"name": "x" * n, "value": "y"}])])),
    "choice value": (100, lambda n: command(options=[option(choices=[{"name": "x", "value": "y" * n}])])),
}


def form(**more: Any) -> Payload:  # noqa: ANN401 - the fields of a form
    return {"title": "Answer", "custom_id": "form", "components": [field()], **more}


def field(inner: Payload | None = None, *, custom_id: str = "text", **more: Any) -> Payload:  # noqa: ANN401 - of a label
    return {
        "type": 18,
        "label": "Text",
        "component": {"type": 4, "custom_id": custom_id, "style": 2, **(inner or {})},
        **more,
    }


def command(**more: Any) -> Payload:  # noqa: ANN401 - the fields of a command
    return {"name": "quiz", "description": "The quiz.", **more}


def option(**more: Any) -> Payload:  # noqa: ANN401 - the fields of an option
    return {"type": 3, "name": "period", "description": "Of time.", **more}


def choices(number: int) -> list[Payload]:
    return [{"name": str(each), "value": str(each)} for each in range(number)]


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_at_the_limit_is_taken_and_one_beyond_is_not(name: str) -> None:
    limit, make = MESSAGES[name]
    assert not list(limits.new_message(make(limit)))
    assert list(limits.new_message(make(limit + 1)))


@pytest.mark.parametrize("name", FORMS)
def test_a_form_at_the_limit_is_taken_and_one_beyond_is_not(name: str) -> None:
    limit, make = FORMS[name]
    assert not list(components.form_mistakes(make(limit)))
    assert list(components.form_mistakes(make(limit + 1)))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_at_the_limit_is_taken_and_one_beyond_is_not(name: str) -> None:
    limit, make = COMMANDS[name]
    assert not list(command_rules.mistakes(make(limit)))
    assert list(command_rules.mistakes(make(limit + 1)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (shown(row(*buttons(1)), row(*buttons(1))), "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (shown(row(button(), select(1))), "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        (shown(button()), "UNION_TYPE_CHOICES"),
        (shown(text(1)), "UNION_TYPE_CHOICES"),
        ({"content": "x", **shown(text(1), flags=V2)}, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
        ({"content": "x", "flags": 64}, "MESSAGE_FLAGS_INVALID"),
        (shown(row(button(label=""))), "BUTTON_COMPONENT_EMPTY"),
        (shown(row(button(url="https://example.org"))), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
        (shown(row(select(2, max_values=3))), "SELECT_COMPONENT_MAX_VALUES"),
        (shown({"type": 9, "components": [text(1)]}, flags=V2), "BASE_TYPE_REQUIRED"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
    ],
)
def test_a_message_that_breaks_a_rule_is_refused_by_name(body: Payload, code: str) -> None:
    assert code in [each.code for each in limits.new_message(body)]


@pytest.mark.parametrize(
    "body",
    [
        command(name="Quiz"),
        command(name="two words"),
        command(description=""),
        command(options=[option(), option(name="zone", required=True)]),
        command(options=[option(), option()]),
        command(options=[option(), {"type": 1, "name": "sub", "description": "x"}]),
        command(options=[option(autocomplete=True, choices=choices(1))]),
        command(options=[option(name=f"x{n}", description="y" * 100, choices=choices(25)) for n in range(25)])
        | {"description_localizations": {"de": "z" * 5000}},
    ],
)
def test_a_command_that_breaks_a_rule_is_refused(body: Payload) -> None:
    assert list(command_rules.mistakes(body))


def test_a_hundred_commands_are_taken_and_one_more_is_not() -> None:
    many = [command(name=f"quiz{number}") for number in range(101)]
    assert not list(command_rules.set_mistakes(many[:100]))
    assert list(command_rules.set_mistakes(many))


async def test_a_refusal_names_the_path_to_the_mistake(room: Room, raw: RawBot) -> None:
    room.discord.document = None
    refused = await raw.ask("POST", f"/channels/{room.channel.id}/messages", embed(title="x" * 257))
    assert (refused.status, refused.code) == (400, 50035)
    errors = refused.body["errors"]["embeds"]["0"]["title"]["_errors"]
    assert errors == [{"code": "BASE_TYPE_BAD_LENGTH", "message": "Must be between 0 and 256 in length."}]
    assert "embeds.0.title" in room.discord.violations[0]


async def test_an_empty_message_is_refused(room: Room, raw: RawBot) -> None:
    assert (await raw.ask("POST", f"/channels/{room.channel.id}/messages", {"content": " "})).code == 50006


async def test_components_v2_can_be_switched_on_but_never_off(room: Room, raw: RawBot) -> None:
    path = f"/channels/{room.channel.id}/messages"
    sent = await raw.ask("POST", path, {"content": "old"})
    message = f"{path}/{sent.body['id']}"
    assert (await raw.ask("PATCH", message, shown(text(3), flags=V2))).code == 50035
    assert (await raw.ask("PATCH", message, {"content": None, **shown(text(3), flags=V2)})).status == 200
    assert (await raw.ask("PATCH", message, {"content": "old again"})).code == 50035
    assert (await raw.ask("PATCH", message, {"flags": 0})).code == 50035
    assert (await raw.ask("PATCH", message, shown(text(4), flags=V2))).status == 200


async def test_two_hundred_new_commands_a_day_and_known_names_for_free(room: Room, raw: RawBot) -> None:
    path = f"/applications/{raw.app.id}/commands"
    for day in range(2):
        batch = [command(name=f"quiz{day}-{number}") for number in range(100)]
        assert (await raw.ask("PUT", path, batch)).status == 200
    assert (await raw.ask("PUT", path, batch)).status == 200
    refused = await raw.ask("POST", path, command(name="one-more"))
    assert refused.code == 50035, "there are a hundred already"
    assert (await raw.ask("PUT", path, [command(name="one-more")])).code == 30034
    room.discord.clock.move(hours=24)
    assert (await raw.ask("PUT", path, [command(name="one-more")])).status == 200


async def test_a_command_is_changed_and_deleted_by_its_id(room: Room, raw: RawBot) -> None:
    path = f"/applications/{raw.app.id}/guilds/{room.guild.id}/commands"
    made = await raw.ask("POST", path, command())
    again = await raw.ask("POST", path, command(description="Another."))
    assert (made.status, again.status, again.body["id"]) == (201, 200, made.body["id"])
    one = f"{path}/{made.body['id']}"
    assert (await raw.ask("PATCH", one, {"description": "Third."})).body["description"] == "Third."
    assert (await raw.ask("DELETE", one)).status == 204
    assert (await raw.ask("GET", one)).code == 10063
