"""Forms and messages as modals, the Home tab, and what people put into a form."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.chat.clipping import clipped
from bot.chat.message import Block as Part
from bot.chat.message import Field, FieldKind, Form, Heading, Markup, Message
from bot.platforms.slack import limits
from bot.platforms.slack.escape import mention, shown
from bot.platforms.slack.render import blocks_of
from bot.platforms.slack.rich_text import Block

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+\Z")
NOBODY = "none"
# Slack has no field for a user group; commands can name one.
_GROUP_HINT = "For a user group, type /quiz-admin schedule set ping @group"
_RINGS = ((NOBODY, "Nobody"), ("here", "@here: those who are active"), ("channel", "@channel: everybody in it"))


def form_view(form: Form, private_metadata: str = "") -> Block:
    """The modal for a form; comes back as `view_submission` with the action as its callback_id."""
    title = _title(form.title)
    intro: list[Part] = [] if title == shown(form.title, one_line=True).strip() else [Heading(form.title)]
    if form.intro:
        intro.append(Markup(form.intro))
    inputs = [_input(field) for field in form.fields]
    room = limits.Surface(limits.VIEW.blocks - len(inputs), limits.VIEW.size)
    return {
        "type": "modal",
        "callback_id": str(form.action),
        "private_metadata": private_metadata,
        "title": _text(title),
        "submit": _text(clipped(shown(form.submit, one_line=True).strip() or "Send", limits.VIEW_TITLE)),
        "close": _text("Cancel"),
        "blocks": [*blocks_of(Message(form.title, tuple(intro)), private=True, surface=room), *inputs],
    }


def message_view(message: Message, title: str, private_metadata: str = "") -> Block:
    """A modal that only shows a message; it may have buttons."""
    return {
        "type": "modal",
        "private_metadata": private_metadata,
        "title": _text(_title(title)),
        "close": _text("Close"),
        "blocks": blocks_of(message, private=True, surface=limits.VIEW),
    }


def home_view(message: Message, private_metadata: str = "") -> Block:
    """The Home tab."""
    blocks = blocks_of(message, private=True, surface=limits.VIEW)
    return {"type": "home", "private_metadata": private_metadata, "blocks": blocks}


def values_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each field of a submitted form; several choices joined by commas."""
    fields = view.get("state", {}).get("values", {})
    return {name: _value(next(iter(elements.values()), {})) for name, elements in fields.items()}


def options_of(suggestions: Iterable[tuple[str, str]]) -> Block:
    """The answer to `block_suggestion`: values with what to show for each."""
    return {"options": [_option(value, label) for value, label in suggestions][: limits.SELECT_OPTIONS]}


def _value(state: Mapping[str, Any]) -> str:
    for key in ("value", "selected_time", "selected_conversation"):
        if key in state:
            return str(state[key] or "")
    if "selected_options" in state:
        return ",".join(option["value"] for option in state["selected_options"] or ())
    return str((state.get("selected_option") or {}).get("value", ""))


def _input(field: Field) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": _text(clipped(shown(field.label, one_line=True).strip() or field.name, limits.LABEL)),
        "element": {"action_id": field.name, **_element(field)},
        "optional": not field.required,
    }
    said = _GROUP_HINT if field.kind is FieldKind.GROUP else field.hint
    hint = clipped(shown(said, one_line=True).strip(), limits.HINT)
    return block | {"hint": _text(hint)} if hint else block


def _element(field: Field) -> Block:
    if field.kind is FieldKind.TIME:
        return {"type": "timepicker"} | ({"initial_time": field.value} if _TIME.match(field.value) else {})
    if field.kind is FieldKind.CHANNEL:
        return _channel(field)
    if field.kind is FieldKind.ZONE:
        known = {"initial_option": _option(field.value, field.value)} if field.value else {}
        return {"type": "external_select", "min_query_length": 2, "placeholder": _text("Type a city")} | known
    if field.kind is FieldKind.GROUP:
        return _one_of(_rings(field.value), field.value or NOBODY)
    if field.choices and field.kind is FieldKind.CHOICE:
        return _one_of(field.choices, field.value)
    if field.choices and field.kind is FieldKind.CHOICES:
        return _any_of(field.choices, field.value.split(","))
    return _typed(field)


def _channel(field: Field) -> Block:
    element: Block = {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return element | ({"initial_conversation": field.value} if _CHANNEL.match(field.value) else {})


def _rings(now: str) -> tuple[tuple[str, str], ...]:
    """A group that a command named can be kept."""
    kept = ((now, "The group chosen before"),) if mention(now) and now not in dict(_RINGS) else ()
    return (*_RINGS, *kept)


def _one_of(choices: Sequence[tuple[str, str]], chosen: str) -> Block:
    options = _options(choices, [chosen])
    initial = [option for option in options if option["value"] == chosen]
    return {"type": "static_select", "options": options} | ({"initial_option": initial[0]} if initial else {})


def _any_of(choices: Sequence[tuple[str, str]], chosen: Sequence[str]) -> Block:
    options = _options(choices, chosen)
    kind = "checkboxes" if len(options) <= limits.CHECKBOXES else "multi_static_select"
    initial = [option for option in options if option["value"] in chosen]
    return {"type": kind, "options": options} | ({"initial_options": initial} if initial else {})


def _options(choices: Sequence[tuple[str, str]], chosen: Sequence[str]) -> list[Block]:
    """As many as a field takes; those chosen now are among them."""
    first, rest = choices[: limits.SELECT_OPTIONS], choices[limits.SELECT_OPTIONS :]
    kept = [choice for choice in rest if choice[0] in chosen]
    return [_option(*choice) for choice in [*kept, *first][: limits.SELECT_OPTIONS]]


def _typed(field: Field) -> Block:
    most = max(1, min(field.max_length, limits.TYPED))
    element: Block = {
        "type": "plain_text_input",
        "multiline": field.kind is FieldKind.TEXT,
        "max_length": most,
    }
    return element | ({"initial_value": field.value[:most]} if field.value else {})


def _option(value: str, label: str) -> Block:
    text = clipped(shown(label, one_line=True).strip() or value, limits.OPTION_TEXT)
    return {"text": _text(text), "value": value[: limits.OPTION_VALUE]}


def _title(title: str) -> str:
    return clipped(shown(title, one_line=True).strip() or "Quiz", limits.VIEW_TITLE)


def _text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
