"""A form as Discord's modal, and what comes back of it.

A modal has one to five parts: https://docs.discord.com/developers/components/using-modal-components
The intro counts as one of them, so it stands only where a form leaves room for it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import discord
from discord import SelectDefaultValue, SelectDefaultValueType, SelectOption, TextStyle
from discord.ui import ChannelSelect, Item, Label, Modal, RoleSelect, Select, TextDisplay, TextInput

from bot.chat.message import Field, FieldKind, Form
from bot.platforms.discord import limits
from bot.platforms.discord.escape import cleaned
from bot.platforms.discord.markdown import is_id, markup
from bot.platforms.discord.shorten import clipped, clipped_markup

_POSTABLE = [discord.ChannelType.text, discord.ChannelType.news]


def modal_of(form: Form) -> Modal:
    """The form as a modal whose inputs have the fields' names as ids. Fields beyond the fifth are left out.

    It is stopped: the adapter reads the submission itself (`values_of`), so the library keeps nothing of a form
    that a person closes without sending.
    """
    modal = Modal(title=_line(form.title, limits.MODAL_TITLE) or "Quiz", custom_id=str(form.action), timeout=None)
    intro = markup(clipped_markup(form.intro, limits.DISPLAY_TEXT // 2))
    if intro and len(form.fields) < limits.MODAL_PARTS:
        modal.add_item(TextDisplay(intro))
    for field in form.fields[: limits.MODAL_PARTS]:
        modal.add_item(_labelled(field))
    modal.stop()
    return modal


def values_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What a MODAL_SUBMIT interaction's `data` says, by field; several choices are joined by commas."""
    return dict(_values(data.get("components") or ()))


def _values(parts: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - raw JSON
    for part in parts:
        if "component" in part:
            yield from _values([part["component"]])
        elif "components" in part:
            yield from _values(part["components"])
        elif "values" in part:
            yield part["custom_id"], ",".join(map(str, part["values"]))
        elif "custom_id" in part:
            yield part["custom_id"], str(part.get("value") or "")


def _labelled(field: Field) -> Label[Modal]:
    title = _line(field.label, limits.LABEL) or _line(field.name, limits.LABEL) or "…"
    return Label(text=title, description=_line(field.hint, limits.DESCRIPTION) or None, component=_input(field))


def _input(field: Field) -> Item[Modal]:
    if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        return _choice(field) or _text(field)
    return _INPUTS.get(field.kind, _text)(field)


def _text(field: Field) -> TextInput[Modal]:
    longest = max(1, min(field.max_length, limits.TEXT_INPUT))
    several = field.kind is FieldKind.TEXT
    return TextInput(
        custom_id=field.name,
        style=TextStyle.paragraph if several else TextStyle.short,
        default=clipped(cleaned(field.value, one_line=not several), longest) or None,
        max_length=longest,
        required=field.required,
    )


def _choice(field: Field) -> Select[Modal] | None:
    """None where there is nothing to choose from."""
    several = field.kind is FieldKind.CHOICES
    chosen = set(field.value.split(",")) if several else {field.value}
    options = [
        SelectOption(label=_line(label, limits.OPTION) or value, value=value, default=value in chosen)
        for value, label in _offered(field, chosen)
    ]
    if not options:
        return None
    most = len(options) if several else 1
    return Select(
        custom_id=field.name, options=options, min_values=_least(field), max_values=most, required=field.required
    )


def _offered(field: Field, chosen: set[str]) -> list[tuple[str, str]]:
    """As many choices as a select takes, each once; those that are chosen now are among them."""
    known = {value: label for value, label in field.choices if 0 < limits.units(value) <= limits.OPTION}
    kept = sorted(known, key=lambda value: value not in chosen)[: limits.OPTIONS]
    return [(value, label) for value, label in known.items() if value in kept]


def _channel(field: Field) -> ChannelSelect[Modal]:
    return ChannelSelect(
        custom_id=field.name,
        channel_types=_POSTABLE,
        min_values=_least(field),
        required=field.required,
        default_values=_default(field, SelectDefaultValueType.channel),
    )


def _group(field: Field) -> RoleSelect[Modal]:
    return RoleSelect(
        custom_id=field.name,
        min_values=_least(field),
        required=field.required,
        default_values=_default(field, SelectDefaultValueType.role),
    )


def _default(field: Field, kind: SelectDefaultValueType) -> list[SelectDefaultValue]:
    return [SelectDefaultValue(id=int(field.value), type=kind)] if is_id(field.value) else []


def _least(field: Field) -> int:
    return 1 if field.required else 0


def _line(text: str, most: int) -> str:
    return clipped(cleaned(text, one_line=True).strip(), most)


_INPUTS: Mapping[FieldKind, Callable[[Field], Item[Modal]]] = {
    FieldKind.CHANNEL: _channel,
    FieldKind.GROUP: _group,
}
