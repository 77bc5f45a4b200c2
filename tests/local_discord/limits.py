"""The limits of a message that Discord's documentation states in prose.

https://docs.discord.com/developers/resources/message#create-message
"""

from collections.abc import Iterator
from datetime import datetime

from tests.local_discord import components, pings
from tests.local_discord.components import too_long
from tests.local_discord.messages import COMPONENTS_V2, EPHEMERAL, SETTABLE, Message
from tests.local_discord.refusal import Mistake, Path, Payload, empty_message, require

LEGACY_FIELDS = ("content", "embeds", "poll", "sticker_ids")
EMBED_SUM = 6000
FILE_BYTES = 10 * 1024 * 1024


def new_message(body: Payload, *, ephemeral_ok: bool = False) -> Iterator[Mistake]:
    """The rules for a message that is sent."""
    flags = int(body.get("flags") or 0)
    yield from _content(body)
    yield from _flags(flags, SETTABLE | (EPHEMERAL if ephemeral_ok else 0))
    yield from _v2(body, v2=bool(flags & COMPONENTS_V2))
    yield from _nonce(body.get("nonce"))


def edited_message(message: Message, body: Payload) -> Iterator[Mistake]:
    """The rules for an edit: Components V2 can be switched on, never off."""
    flags = int(body.get("flags") or 0)
    v2 = message.is_v2 or bool(flags & COMPONENTS_V2)
    yield from _content(body)
    yield from _flags(flags, SETTABLE)
    if message.is_v2 and body.get("flags") is not None and not flags & COMPONENTS_V2:
        yield Mistake(("flags",), "MESSAGE_FLAGS_CANNOT_REMOVE_V2", "The V2 flag cannot be removed.")
    remaining = {"content": message.content, "embeds": message.embeds} if not message.is_v2 else {}
    yield from _v2({**remaining, "components": message.components, **body}, v2=v2)


def check_edit(message: Message, body: Payload) -> None:
    """Raises what Discord answers to an edit that breaks a rule or leaves nothing to show."""
    require(edited_message(message, body))
    kept = {key: getattr(message, key) for key in ("content", "embeds", "components", "attachments")}
    if not any({**kept, **{key: body[key] for key in kept if key in body}}.values()):
        raise empty_message()


def _content(body: Payload) -> Iterator[Mistake]:
    yield from too_long(("content",), body.get("content"), 2000)
    yield from embeds(body.get("embeds") or [])
    yield from pings.mistakes(body.get("allowed_mentions"))
    if len(body.get("attachments") or ()) > 10:
        yield Mistake(("attachments",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")


def _flags(flags: int, settable: int) -> Iterator[Mistake]:
    if flags & ~settable:
        yield Mistake(("flags",), "MESSAGE_FLAGS_INVALID", f"These flags cannot be set here: {flags & ~settable}")


def _v2(body: Payload, *, v2: bool) -> Iterator[Mistake]:
    for name in LEGACY_FIELDS:
        if v2 and body.get(name):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            yield Mistake((name,), code, f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
    yield from components.mistakes(body.get("components") or [], v2=v2)


def _nonce(nonce: object) -> Iterator[Mistake]:
    if isinstance(nonce, str) and len(nonce) > 25:
        yield Mistake(("nonce",), "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")


def embeds(listed: list[Payload]) -> Iterator[Mistake]:
    root: Path = ("embeds",)
    if len(listed) > 10:
        yield Mistake(root, "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, embed in enumerate(listed):
        yield from _embed((*root, index), embed)
    if sum(map(_size, listed)) > EMBED_SUM:
        yield Mistake(root, "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_SUM}")


def _embed(path: Path, embed: Payload) -> Iterator[Mistake]:
    yield from too_long((*path, "title"), embed.get("title"), 256)
    yield from too_long((*path, "description"), embed.get("description"), 4096)
    yield from too_long((*path, "footer", "text"), (embed.get("footer") or {}).get("text"), 2048)
    yield from too_long((*path, "author", "name"), (embed.get("author") or {}).get("name"), 256)
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield Mistake((*path, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, each in enumerate(fields):
        yield from too_long((*path, "fields", index, "name"), each.get("name"), 256, least=1)
        yield from too_long((*path, "fields", index, "value"), each.get("value"), 1024, least=1)
    yield from _timestamp((*path, "timestamp"), embed.get("timestamp"))


def _timestamp(path: Path, text: str | None) -> Iterator[Mistake]:
    try:
        datetime.fromisoformat(text or "2015-01-01T00:00:00Z")
    except ValueError:
        yield Mistake(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")


def _size(embed: Payload) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [each.get(key) for each in embed.get("fields") or () for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def callback_choices(choices: list[Payload]) -> Iterator[Mistake]:
    """The rules for the suggestions of autocomplete."""
    root: Path = ("data", "choices")
    if len(choices) > 25:
        yield Mistake(root, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, choice in enumerate(choices):
        yield from too_long((*root, index, "name"), choice.get("name"), 100, least=1)
        if isinstance(choice.get("value"), str):
            yield from too_long((*root, index, "value"), choice["value"], 100, least=1)
