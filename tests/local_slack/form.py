"""Filling in a modal as Slack's client lets a person do it."""

from tests.local_slack.message import interactive
from tests.local_slack.modals import View, value_key
from tests.local_slack.payload import Payload
from tests.local_slack.reading import text_object
from tests.local_slack.texts import options_of


class FormRefused(AssertionError):
    """The client shows errors and sends nothing; `errors` by block_id."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(f"The form is not sent: {errors}")
        self.errors = errors


def fill_in(view: View, answers: dict[str, object]) -> None:
    """Type into the fields named by label, block_id or action_id.

    Raises:
        FormRefused: a required field is empty, a text too long or too short.
    """
    for name, answer in answers.items():
        block, element = field_named(view, name)
        view.values[block["block_id"]][element["action_id"]] = state_of(element, answer)
    if errors := _problems(view):
        view.errors = errors
        raise FormRefused(errors)


def field_named(view: View, name: str) -> tuple[Payload, Payload]:
    """The field with this label, block_id or action_id."""
    fields = [(block, element) for block, element in interactive(view.blocks) if element["type"] != "button"]
    for block, element in fields:
        if name in (block["block_id"], element["action_id"], text_object(block.get("label"))):
            return block, element
    names = [text_object(block.get("label")) or block["block_id"] for block, _ in fields]
    raise AssertionError(f"The view has no field {name!r}; it has {names}")


def state_of(element: Payload, answer: object) -> Payload:
    """What a field's state is after this answer; a choice is named by its text or its value."""
    key = value_key(element["type"])
    state: Payload = {"type": element["type"], key: answer}
    if answer is None:
        state[key] = [] if key.endswith("s") else None
    elif key == "selected_option":
        state[key] = _option(element, answer)
    elif key == "selected_options":
        state[key] = (
            [_option(element, one) for one in answer] if isinstance(answer, list) else [_option(element, answer)]
        )
    elif key in ("selected_users", "selected_channels", "selected_conversations"):
        state[key] = [_id(one) for one in answer] if isinstance(answer, list) else [_id(answer)]
    elif key in ("selected_user", "selected_channel", "selected_conversation"):
        state[key] = _id(answer)
    if element["type"] == "timepicker" and element.get("timezone"):
        state["timezone"] = element["timezone"]
    return state


def _id(thing: object) -> str:
    return thing if isinstance(thing, str) else str(getattr(thing, "id", thing))


def _option(element: Payload, answer: object) -> Payload:
    if isinstance(answer, dict):
        return answer  # an option that types_ahead brought
    for option in options_of(element):
        if answer in (text_object(option["text"]), option["value"]):
            return option
    known = [text_object(option["text"]) for option in options_of(element)]
    raise AssertionError(f"There is no choice {answer!r}; there are {known}")


def _problems(view: View) -> dict[str, str]:
    errors = {}
    for block, element in interactive(view.blocks):
        if block["type"] != "input":
            continue
        value = view.values[block["block_id"]][element["action_id"]][value_key(element["type"])]
        if problem := _problem(block, element, value):
            errors[block["block_id"]] = problem
    return errors


def _problem(block: Payload, element: Payload, value: object) -> str:
    if value in (None, "", []):
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"] == "plain_text_input" and isinstance(value, str):
        if len(value) > element.get("max_length", 3000):
            return f"Your text must be {element.get('max_length', 3000)} characters or less."
        if len(value) < element.get("min_length", 0):
            return f"Your text must be at least {element['min_length']} characters."
    return ""
