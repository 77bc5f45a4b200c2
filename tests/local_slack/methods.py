"""The Web API's methods: what each needs, and the argument lists calls are checked against."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.local_slack.payload import Payload

if TYPE_CHECKING:
    from tests.local_slack.call import Call

Handler = Callable[["Call"], Payload]


@dataclass(frozen=True)
class Method:
    """`scopes`: any one of them opens the method. `tier`: 1..4, 5 for the special ones. Forms are always taken."""

    name: str
    run: Handler
    scopes: tuple[str, ...]
    tier: int
    takes_json: bool
    required: tuple[str, ...]
    caller: str  # whose token it takes: "bot", "app", "anybody" without one


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *scopes: str,
    tier: int,
    takes_json: bool = True,
    required: tuple[str, ...] = (),
    caller: Literal["bot", "app", "anybody"] = "bot",
) -> Callable[[Handler], Handler]:
    """Register the function below as a method of the Web API."""

    def register(run: Handler) -> Handler:
        METHODS[name] = Method(name, run, scopes, tier, takes_json, required, caller)
        return run

    return register


@dataclass
class ArgumentLists:
    """Slack's published argument lists, one JSON file a method, in the folder SLACK_METHODS names. None: no check."""

    folder: Path | None = None
    _read: dict[str, Payload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.folder is None and os.environ.get("SLACK_METHODS"):
            self.folder = Path(os.environ["SLACK_METHODS"])

    def problems(self, name: str, args: Payload, scopes: list[str]) -> list[str]:
        """What a call gives wrong by the published list; `scopes` are the manifest's."""
        facts = self._facts(name)
        if facts is None:
            return []
        known, required = facts["args"]["properties"], facts["args"].get("required", [])
        # The client's own `team_id` default parameter is taken everywhere.
        found = [f"{name}: unknown argument {key}" for key in args if key not in known and key != "team_id"]
        found += [f"{name}: missing argument {key}" for key in required if key not in args and key != "token"]
        needed = facts.get("scope", {}).get("bot", [])
        if needed and not set(needed) & set(scopes):
            found.append(f"{name}: the manifest names none of the scopes {', '.join(needed)}")
        return found

    def _facts(self, name: str) -> Payload | None:
        if self.folder is None or not (path := self.folder / f"{name}.json").exists():
            return None
        if name not in self._read:
            self._read[name] = json.loads(path.read_text("utf-8"))
        return self._read[name]


def check_manifest(manifest: dict[str, Any]) -> list[str]:
    """What an app manifest breaks of the JSON schema SLACK_MANIFEST_SCHEMA names; nothing where it is not set."""
    path = os.environ.get("SLACK_MANIFEST_SCHEMA")
    if not path:
        return []
    from jsonschema import Draft7Validator  # only where there is a schema to read

    schema = json.loads(Path(path).read_text("utf-8"))
    return [f"{'/'.join(map(str, e.path))}: {e.message}" for e in Draft7Validator(schema).iter_errors(manifest)]
