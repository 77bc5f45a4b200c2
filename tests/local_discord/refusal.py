"""How Discord says no: an HTTP status, a code and, for a wrong body, the path to each mistake.

https://docs.discord.com/developers/topics/opcodes-and-status-codes
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Payload = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a request body."""

    path: Path
    code: str
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'body'}: {self.message} ({self.code})"


class Refusal(Exception):
    """Discord does not do what was asked."""

    def __init__(self, status: int, code: int, message: str, errors: Payload | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def payload(self) -> Payload:
        body: Payload = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class InvalidForm(Refusal):
    """The body breaks a rule of its form."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__(400, 50035, "Invalid Form Body", _tree(self.mistakes))

    def __str__(self) -> str:
        return "; ".join(map(str, self.mistakes))


def _tree(mistakes: Iterable[Mistake]) -> Payload:
    tree: Payload = {}
    for mistake in mistakes:
        place = tree
        for step in mistake.path:
            place = place.setdefault(str(step), {})
        place.setdefault("_errors", []).append({"code": mistake.code, "message": mistake.message})
    return tree


def require(mistakes: Iterable[Mistake]) -> None:
    """Raises `InvalidForm` if there is any mistake."""
    found = list(mistakes)
    if found:
        raise InvalidForm(found)


def invalid(path: Path, code: str, message: str) -> InvalidForm:
    return InvalidForm([Mistake(path, code, message)])


def unknown_application() -> Refusal:
    return Refusal(404, 10002, "Unknown Application")


def unknown_channel() -> Refusal:
    return Refusal(404, 10003, "Unknown Channel")


def unknown_guild() -> Refusal:
    return Refusal(404, 10004, "Unknown Guild")


def unknown_member() -> Refusal:
    return Refusal(404, 10007, "Unknown Member")


def unknown_message() -> Refusal:
    return Refusal(404, 10008, "Unknown Message")


def unknown_user() -> Refusal:
    return Refusal(404, 10013, "Unknown User")


def unknown_webhook() -> Refusal:
    return Refusal(404, 10015, "Unknown Webhook")


def unknown_interaction() -> Refusal:
    return Refusal(404, 10062, "Unknown interaction")


def unknown_command() -> Refusal:
    return Refusal(404, 10063, "Unknown application command")


def too_many_creates(limit: int) -> Refusal:
    return Refusal(400, 30034, f"Max number of daily application command creates has been reached ({limit})")


def already_acknowledged() -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def someone_elses_message() -> Refusal:
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> Refusal:
    return Refusal(400, 50006, "Cannot send an empty message")


def cannot_dm() -> Refusal:
    return Refusal(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def token_expired() -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token")


def archived_thread() -> Refusal:
    return Refusal(400, 50083, "Thread is archived")


def no_history_to_reply() -> Refusal:
    return Refusal(400, 160002, "Cannot reply without permission to read message history")


def thread_exists() -> Refusal:
    return Refusal(400, 160004, "A thread has already been created for this message")


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")
