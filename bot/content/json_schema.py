"""The form of a question file as JSON Schema, so that editors complete and check it while it is written.

The first line of a question file names it: `# yaml-language-server: $schema=../question.schema.json`.
"""

from typing import Any

from bot.content.schema import Question

FILE = "question.schema.json"
FIRST_LINE = f"# yaml-language-server: $schema=../{FILE}"


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12, made from the models that load the file."""
    schema = Question.model_json_schema(mode="validation")
    plain: dict[str, Any] = _without_defaults(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | plain


def _without_defaults(part: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A key that may be left out is not better written with its default, and editors would insert it.

    Titles are the keys again, and show up in editors as noise.
    """
    if isinstance(part, list):
        return [_without_defaults(item) for item in part]
    if not isinstance(part, dict):
        return part
    noise = ("default", "title") if "properties" not in part else ("default",)
    return {
        key: {name: _without_defaults(value) for name, value in item.items()}
        if key in ("properties", "$defs")
        else _without_defaults(item)
        for key, item in part.items()
        if key not in noise or key == "properties"
    }
