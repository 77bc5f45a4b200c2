"""What a person reads on a message."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tests.local_discord import components as kinds
from tests.local_discord.refusal import Payload

if TYPE_CHECKING:
    from tests.local_discord.messages import Message

SUPPRESSED = 1 << 2


def text(message: "Message") -> str:
    if message.loading:
        return "…is thinking"
    lines = [message.content] if message.content else []
    if not message.flags & SUPPRESSED:
        for embed in message.embeds:
            lines += _embed(embed)
    lines += of_components(message.components)
    lines += [f"(file {each['filename']})" for each in message.attachments]
    return "\n".join(lines)


def _embed(embed: Payload) -> Iterator[str]:
    for shown in ((embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")):
        if shown:
            yield shown
    for field in embed.get("fields") or ():
        yield f"{field['name']}\n{field['value']}"
    if footer := (embed.get("footer") or {}).get("text"):
        yield footer


def of_components(tree: Iterable[Payload]) -> list[str]:
    return [line for each in tree for line in _component(each)]


def _component(each: Payload) -> Iterator[str]:
    kind = each["type"]
    if kind == kinds.ROW:
        yield " ".join(of_components(each["components"]))
    elif kind == kinds.BUTTON:
        yield _button(each)
    elif kind in kinds.SELECTS:
        yield f"[{each.get('placeholder') or 'Select'} ▾]"
    elif kind == kinds.TEXT_DISPLAY:
        yield each["content"]
    elif kind == kinds.SEPARATOR:
        yield "—" if each.get("divider", True) else ""
    elif kind == kinds.TEXT_INPUT:
        yield f"[{each.get('value') or each.get('placeholder') or ''}]"
    elif kind == kinds.LABEL:
        yield each["label"]
        yield from [each["description"]] if each.get("description") else []
    for inner in [*_inner(each)]:
        yield from _component(inner)


def _inner(each: Payload) -> Iterator[Payload]:
    if each["type"] != kinds.ROW:
        yield from each.get("components") or ()
    for key in ("accessory", "component"):
        if key in each:
            yield each[key]


def _button(button: Payload) -> str:
    emoji = (button.get("emoji") or {}).get("name") or ""
    label = f"{emoji} {button.get('label') or ''}".strip()
    return f"[{label}, off]" if button.get("disabled") else f"[{label}]"
