"""A form as a person fills it in: what Discord's client checks before it sends anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.local_discord import components, reading
from tests.local_discord.options import CannotDo, resolve
from tests.local_discord.refusal import Payload

if TYPE_CHECKING:
    from tests.local_discord.interactions import Interaction

Value = object
"""A text; or for a select its option's label or value, a person, a channel, a role, or a list of these."""


@dataclass(frozen=True)
class Form:
    """An open form."""

    interaction: "Interaction"
    payload: Payload

    @property
    def title(self) -> str:
        return str(self.payload["title"])

    @property
    def fields(self) -> dict[str, Payload]:
        """The inputs by their custom_id."""
        return {each["custom_id"]: each for each in components.walk(self.payload["components"]) if "custom_id" in each}

    def value(self, name: str | None = None) -> str:
        """What stands in a text field when the form opens."""
        return self.fields[self._named(name)].get("value") or ""

    def text(self) -> str:
        return "\n".join([self.title, *reading.of_components(self.payload["components"])])

    def submit(self, values: Mapping[str, Value]) -> Payload:
        """The data of the submission; raises `CannotDo` where the client would show a red line."""
        given = {self._named(name): value for name, value in values.items()}
        resolved: Payload = {}
        tree = [self._sent(each, given, resolved) for each in self.payload["components"]]
        body: Payload = {"custom_id": self.payload["custom_id"], "components": tree}
        return body | ({"resolved": resolved} if resolved else {})

    def only(self) -> str:
        """The custom_id of the only input."""
        if len(self.fields) != 1:
            raise CannotDo(f"The form {self.title!r} has {len(self.fields)} inputs: say which.")
        return next(iter(self.fields))

    def _named(self, name: str | None) -> str:
        if name is None:
            return self.only()
        labels = {
            each["label"]: each["component"]["custom_id"] for each in self.payload["components"] if "label" in each
        }
        found = name if name in self.fields else labels.get(name)
        if found is None:
            raise CannotDo(f"The form {self.title!r} has no {name!r}; it has {', '.join(self.fields)}.")
        return str(found)

    def _sent(self, each: Payload, given: Mapping[str, Value], resolved: Payload) -> Payload:
        sent: Payload = {"type": each["type"], "id": each["id"]}
        if "component" in each:
            sent["component"] = self._sent(each["component"], given, resolved)
        if "components" in each:
            sent["components"] = [self._sent(inner, given, resolved) for inner in each["components"]]
        if each["type"] == components.TEXT_INPUT:
            sent |= {"custom_id": each["custom_id"], "value": _text(each, given.get(each["custom_id"]))}
        elif each["type"] == components.CHECKBOX:
            sent |= {"custom_id": each["custom_id"], "value": bool(given.get(each["custom_id"], each.get("default")))}
        elif each["type"] == components.RADIO:
            ticked = picked(each, given.get(each["custom_id"], _defaults(each)))
            sent |= {"custom_id": each["custom_id"], "value": ticked[0] if ticked else None}
        elif each["type"] in components.SELECTS | {components.CHECKBOXES}:
            chosen = given.get(each["custom_id"], _defaults(each))
            sent |= {"custom_id": each["custom_id"], "values": picked(each, chosen)}
            for value in chosen if isinstance(chosen, list) else [chosen]:
                resolve(resolved, value, self.interaction.channel)
        return sent


def _text(field: Payload, value: Value) -> str:
    text = field.get("value") or "" if value is None else str(value)
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if field.get("required", True) and not text.strip():
        raise CannotDo(f"{field['custom_id']!r} must be filled in.")
    if text and not least <= len(text) <= most:
        raise CannotDo(f"{field['custom_id']!r} takes from {least} to {most} characters, not {len(text)}.")
    return text


def _defaults(select: Payload) -> list[object]:
    return [option["value"] for option in select.get("options") or () if option.get("default")]


def picked(select: Payload, chosen: Value) -> list[str]:
    """The values of a select, by the labels or values a person picks."""
    wanted = chosen if isinstance(chosen, list) else [chosen]
    least, most = select.get("min_values"), select.get("max_values") or _most(select)
    least = 0 if select.get("required") is False else 1 if least is None else least
    if not least <= len(wanted) <= most:
        raise CannotDo(f"{select['custom_id']!r} takes from {least} to {most} choices, not {len(wanted)}.")
    if "options" not in select:
        return [str(getattr(each, "id", each)) for each in wanted]
    return [_option(select, each) for each in wanted]


def _most(select: Payload) -> int:
    return len(select["options"]) if select["type"] == components.CHECKBOXES else 1


def _option(select: Payload, wanted: object) -> str:
    for option in select["options"]:
        if wanted in (option["label"], option["value"]):
            return str(option["value"])
    raise CannotDo(
        f"There is no {wanted!r} to select; there is {', '.join(each['label'] for each in select['options'])}."
    )
