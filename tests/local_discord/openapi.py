"""Checks against Discord's own OpenAPI document, where DISCORD_OPENAPI names it.

https://github.com/discord/discord-api-spec
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

Schema = dict[str, Any]
BASE = "urn:discord"
VARIABLE = "DISCORD_OPENAPI"
UNDOCUMENTED = {("embeds", "flags"), ("", "nsfw"), ("", "tts"), ("data", "tts")}
"""What discord.py sends and Discord takes although the document does not name it."""


def official() -> "Document | None":
    """The document that the environment names, read once a process; None without one."""
    path = os.environ.get(VARIABLE)
    return _read(Path(path).resolve()) if path else None


@cache
def _read(path: Path) -> "Document":
    return Document(json.loads(path.read_text(encoding="utf-8")))


class Document:
    """Finds the schema of a request or response, and says what breaks it."""

    def __init__(self, contents: Schema) -> None:
        from jsonschema import Draft202012Validator, FormatChecker
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT202012

        contents["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
        self._contents = contents
        resource = Resource.from_contents(contents, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(BASE, resource)
        self._validator_class = Draft202012Validator
        self._formats = FormatChecker()
        self._validators: dict[str, Validator] = {}
        templates = sorted(contents["paths"], key=lambda each: each.count("{"))
        self._templates = [(re.compile(re.sub(r"{[^}]*}", "[^/]+", each)), each) for each in templates]

    def wrong_request(self, method: str, path: str, body: object) -> str | None:
        """What is wrong with this body, in a line, or None."""
        place = self._place(method, path)
        if place is None:
            return f"there is no {method} {path}"
        content = place[1].get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return None if body is None else f"{method} {path} takes no body"
        pointer = f"{place[0]}/requestBody/content/application~1json/schema"
        return self._wrong(pointer, body) or next(self._unknown(content["schema"], body, ()), None)

    def wrong_response(self, method: str, path: str, status: int, body: object) -> str | None:
        place = self._place(method, path)
        if place is None:
            return f"there is no {method} {path}"
        answer = place[1]["responses"].get(str(status))
        if answer is None:
            return f"{method} {path} never answers {status}"
        if "application/json" not in answer.get("content", {}):
            return None if body is None else "it answers no body"
        return self._wrong(f"{place[0]}/responses/{status}/content/application~1json/schema", body)

    def _place(self, method: str, path: str) -> tuple[str, Schema] | None:
        for pattern, template in self._templates:
            operations = self._contents["paths"][template]
            if pattern.fullmatch(path) and method.lower() in operations:
                escaped = quote(template.replace("~", "~0").replace("/", "~1"), safe="~@")
                return f"#/paths/{escaped}/{method.lower()}", operations[method.lower()]
        return None

    def _wrong(self, pointer: str, body: object) -> str | None:
        if pointer not in self._validators:
            self._validators[pointer] = self._validator_class(
                {"$ref": BASE + pointer}, registry=self._registry, format_checker=self._formats
            )
        error = next(self._validators[pointer].iter_errors(cast("Any", body)), None)
        return None if error is None else _explain(error)

    def _unknown(self, schema: Schema, body: object, path: tuple[str, ...]) -> Iterator[str]:
        """Fields that no branch of the schema names: the document lets typing errors pass."""
        branches = [each for each in self._branches(schema) if _fits(self, each, body)]
        if isinstance(body, list):
            items = {"anyOf": [each["items"] for each in branches if "items" in each]}
            for each in body if items["anyOf"] else ():
                yield from self._unknown(items, each, path)
        elif isinstance(body, dict) and not any("additionalProperties" in each for each in branches):
            yield from self._unknown_fields([each.get("properties", {}) for each in branches], body, path)

    def _unknown_fields(self, known: list[Schema], body: Schema, path: tuple[str, ...]) -> Iterator[str]:
        for name, value in body.items():
            of_name = [each[name] for each in known if name in each]
            if of_name:
                yield from self._unknown({"anyOf": of_name}, value, (*path, name))
            elif any(known) and (path[-1] if path else "", name) not in UNDOCUMENTED:
                yield f"{'.'.join((*path, name))} is a field that Discord does not know"

    def _branches(self, schema: Schema) -> Iterator[Schema]:
        if reference := schema.get("$ref"):
            yield from self._branches(self._contents["components"]["schemas"][reference.rsplit("/", 1)[1]])
            return
        yield schema
        for kind in ("oneOf", "anyOf", "allOf"):
            for each in schema.get(kind, ()):
                yield from self._branches(each)


def _fits(document: Document, branch: Schema, body: object) -> bool:
    """A branch whose `type` is another kind of component or command says nothing about this one."""
    if not isinstance(body, dict) or "type" not in body:
        return True
    kinds = branch.get("properties", {}).get("type", {}).get("enum")
    return kinds is None or body["type"] in kinds


def _explain(error: "ValidationError") -> str:
    """The reason in the branch that was meant: the one whose `type` matched. Never quotes the body."""
    branches: dict[object, list[ValidationError]] = {}
    for each in error.context or ():
        branches.setdefault(each.schema_path[0], []).append(each)
    meant = [group for group in branches.values() if not any("type" in each.path for each in group)]
    if meant:
        return _explain(min(meant, key=len)[0])
    where = ".".join(map(str, error.absolute_path)) or "body"
    said = error.message if error.validator == "required" else f"breaks {error.validator} {error.validator_value!r:.80}"
    return f"{where}: {said:.200}"
