"""Message components and forms: their kinds, how to walk them, and the rules of the reference.

https://docs.discord.com/developers/components/reference
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from tests.local_discord.refusal import Mistake, Path, Payload

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT = 1, 2, 3, 4, 5
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 18, 19, 21, 22, 23
SELECTS = {3, 5, 6, 7, 8}
LINK, PREMIUM = 5, 6

OF_V1 = {ROW}
OF_V2 = {ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER}
OF_CONTAINER = OF_V2 - {CONTAINER}
OF_FORM = {ROW, TEXT_DISPLAY, LABEL}
OF_LABEL = {TEXT_INPUT, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX} | SELECTS


def walk(tree: Iterable[Payload]) -> Iterator[Payload]:
    """Every component of a tree, in reading order."""
    for _, each in _walk(tree, ("components",)):
        yield each


def _walk(tree: Iterable[Payload], path: Path) -> Iterator[tuple[Path, Payload]]:
    for index, each in enumerate(tree):
        yield from _walk_one(each, (*path, index))


def _walk_one(each: Payload, path: Path) -> Iterator[tuple[Path, Payload]]:
    yield path, each
    yield from _walk(each.get("components") or (), (*path, "components"))
    for key in ("accessory", "component"):
        if inner := each.get(key):
            yield from _walk_one(inner, (*path, key))


def numbered(tree: list[Payload]) -> list[Payload]:
    """Gives every component its `id`, as Discord does for those that have none."""
    numbers = count(1)
    taken = {each["id"] for each in walk(tree) if each.get("id")}
    for each in walk(tree):
        if not each.get("id"):
            each["id"] = next(number for number in numbers if number not in taken)
        _default(each)
    return tree


def _default(each: Payload) -> None:
    if each["type"] in (FILE, THUMBNAIL):
        each.setdefault("spoiler", False)
    if each["type"] == SEPARATOR:
        each.setdefault("spacing", 1)
        each.setdefault("divider", True)
    if each["type"] == CONTAINER:
        each.setdefault("accent_color", None)
        each.setdefault("spoiler", False)
    if each["type"] in SELECTS:
        each.setdefault("min_values", 1)
        each.setdefault("max_values", 1)


def too_long(path: Path, text: object, most: int, *, least: int = 0) -> Iterator[Mistake]:
    """A text must have from `least` to `most` characters; None is no text."""
    if text is None and not least:
        return
    if not isinstance(text, str):
        yield Mistake(path, "BASE_TYPE_REQUIRED", "This field is required")
    elif not least <= len(text) <= most:
        yield Mistake(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


def mistakes(tree: list[Payload], *, v2: bool) -> Iterator[Mistake]:
    """The rules for the components of a message."""
    root: Path = ("components",)
    if not v2 and len(tree) > 5:
        yield Mistake(root, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    every = list(_walk(tree, root))
    if len(every) > 40:
        yield Mistake(root, "BASE_TYPE_MAX_LENGTH", "A message has 40 components at most, nested ones included.")
    if sum(len(each.get("content") or "") for _, each in every if each["type"] == TEXT_DISPLAY) > 4000:
        yield Mistake(root, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Text exceeds maximum size of 4000")
    yield from _kinds(tree, root, OF_V2 if v2 else OF_V1)
    yield from _each(every)


def form_mistakes(form: Payload) -> Iterator[Mistake]:
    """The rules for a form (a modal)."""
    root: Path = ("data",)
    yield from too_long((*root, "title"), form.get("title"), 45, least=1)
    yield from too_long((*root, "custom_id"), form.get("custom_id"), 100, least=1)
    tree = form.get("components") or []
    if not 1 <= len(tree) <= 5:
        yield Mistake((*root, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    yield from _kinds(tree, (*root, "components"), OF_FORM)
    yield from _each(list(_walk(tree, (*root, "components"))))


def _kinds(tree: Iterable[Payload], path: Path, kinds: set[int]) -> Iterator[Mistake]:
    for index, each in enumerate(tree):
        if each.get("type") not in kinds:
            message = f'Value of field "type" must be one of {tuple(sorted(kinds))}.'
            yield Mistake((*path, index, "type"), "UNION_TYPE_CHOICES", message)


def _each(every: list[tuple[Path, Payload]]) -> Iterator[Mistake]:
    seen: set[str] = set()
    numbers: set[int] = set()
    for path, each in every:
        rules = RULES.get(each.get("type", 0))
        if rules:
            yield from rules(path, each)
        custom_id = each.get("custom_id")
        if custom_id in seen:
            yield Mistake(
                (*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        seen.update([custom_id] if custom_id else [])
        if each.get("id") in numbers:
            yield Mistake((*path, "id"), "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        numbers.update([each["id"]] if each.get("id") else [])


def _row(path: Path, row: Payload) -> Iterator[Mistake]:
    kinds = [each["type"] for each in row.get("components") or ()]
    if not 1 <= len(kinds) <= 5:
        yield Mistake((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    in_form = path[0] == "data"
    alone = {TEXT_INPUT} if in_form else SELECTS
    if (not in_form and TEXT_INPUT in kinds) or (in_form and set(kinds) - {TEXT_INPUT}):
        yield Mistake((*path, "components"), "UNION_TYPE_CHOICES", "This component does not belong here.")
    if set(kinds) & alone and len(kinds) > 1:
        yield Mistake(
            (*path, "components"),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )
    if set(kinds) - {BUTTON, TEXT_INPUT} - SELECTS:
        yield Mistake((*path, "components"), "UNION_TYPE_CHOICES", "A row holds buttons or one select.")


def _button(path: Path, button: Payload) -> Iterator[Mistake]:
    style = button.get("style")
    if style == LINK:
        yield from too_long((*path, "url"), button.get("url"), 512, least=1)
        if button.get("custom_id"):
            yield Mistake(
                (*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A link has no id."
            )
    elif style != PREMIUM:
        yield from too_long((*path, "custom_id"), button.get("custom_id"), 100, least=1)
        if button.get("url"):
            yield Mistake((*path, "url"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A button has no url.")
    yield from too_long((*path, "label"), button.get("label"), 80)
    if not button.get("label") and not button.get("emoji") and style != PREMIUM:
        yield Mistake(path, "BUTTON_COMPONENT_EMPTY", "A button must have a label or an emoji.")


def _select(path: Path, select: Payload) -> Iterator[Mistake]:
    yield from too_long((*path, "custom_id"), select.get("custom_id"), 100, least=1)
    yield from too_long((*path, "placeholder"), select.get("placeholder"), 150)
    least, most = (1 if select.get(key) is None else select[key] for key in ("min_values", "max_values"))
    if not (0 <= least <= 25 and 1 <= most <= 25 and least <= most):
        yield Mistake((*path, "min_values"), "NUMBER_TYPE_BOUNDS", "min_values and max_values do not fit.")
    if select["type"] == STRING_SELECT:
        yield from _select_options((*path, "options"), select.get("options") or [], most)


def _select_options(path: Path, options: list[Payload], most: int) -> Iterator[Mistake]:
    if not 1 <= len(options) <= 25:
        yield Mistake(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    if most > len(options):
        yield Mistake(path, "SELECT_COMPONENT_MAX_VALUES", "max_values is more than there are options.")
    yield from _option_texts(path, options)
    if sum(bool(option.get("default")) for option in options) > most:
        yield Mistake(path, "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More options are chosen than max_values allows.")


def _option_texts(path: Path, options: list[Payload]) -> Iterator[Mistake]:
    for index, option in enumerate(options):
        yield from too_long((*path, index, "label"), option.get("label"), 100, least=1)
        yield from too_long((*path, index, "value"), option.get("value"), 100, least=1)
        yield from too_long((*path, index, "description"), option.get("description"), 100)
    if len({option.get("value") for option in options}) < len(options):
        yield Mistake(path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")


def _text_input(path: Path, text: Payload) -> Iterator[Mistake]:
    yield from too_long((*path, "custom_id"), text.get("custom_id"), 100, least=1)
    yield from too_long((*path, "placeholder"), text.get("placeholder"), 100)
    yield from too_long((*path, "value"), text.get("value"), 4000)
    in_label = path[-1] == "component"
    if in_label and text.get("label") is not None:
        yield Mistake((*path, "label"), "TEXT_INPUT_LABEL", "A text input inside a label has no label of its own.")
    if not in_label:
        yield from too_long((*path, "label"), text.get("label"), 45, least=1)
    yield from _text_input_bounds(path, text)


def _text_input_bounds(path: Path, text: Payload) -> Iterator[Mistake]:
    least, most = text.get("min_length") or 0, text.get("max_length")
    if text.get("style") not in (1, 2):
        yield Mistake((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    if not 0 <= least <= 4000 or (most is not None and not max(1, least) <= most <= 4000):
        yield Mistake((*path, "max_length"), "NUMBER_TYPE_BOUNDS", "min_length and max_length do not fit.")
    value = text.get("value")
    if isinstance(value, str) and value and not least <= len(value) <= (most or 4000):
        yield Mistake(
            (*path, "value"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most or 4000} in length."
        )


def _boxes(path: Path, group: Payload) -> Iterator[Mistake]:
    options = group.get("options") or []
    yield from too_long((*path, "custom_id"), group.get("custom_id"), 100, least=1)
    if not (2 if group["type"] == RADIO else 1) <= len(options) <= 10:
        yield Mistake((*path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be 10 or fewer in length.")
    yield from _option_texts((*path, "options"), options)


def _label(path: Path, label: Payload) -> Iterator[Mistake]:
    yield from too_long((*path, "label"), label.get("label"), 45, least=1)
    yield from too_long((*path, "description"), label.get("description"), 100)
    inner = label.get("component")
    if not isinstance(inner, dict) or inner.get("type") not in OF_LABEL:
        yield Mistake((*path, "component"), "UNION_TYPE_CHOICES", "A label holds one input.")
    elif inner.get("disabled"):
        yield Mistake((*path, "component", "disabled"), "MODAL_SELECT_DISABLED", "No select of a form can be disabled.")


def _section(path: Path, section: Payload) -> Iterator[Mistake]:
    texts = section.get("components") or []
    if not 1 <= len(texts) <= 3:
        yield Mistake((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 in length.")
    yield from _kinds(texts, (*path, "components"), {TEXT_DISPLAY})
    accessory = section.get("accessory")
    if not isinstance(accessory, dict) or accessory.get("type") not in (BUTTON, THUMBNAIL):
        yield Mistake((*path, "accessory"), "BASE_TYPE_REQUIRED", "A section has a button or a thumbnail beside it.")


def _container(path: Path, container: Payload) -> Iterator[Mistake]:
    inner = container.get("components") or []
    if not inner:
        yield Mistake((*path, "components"), "BASE_TYPE_REQUIRED", "This field is required")
    yield from _kinds(inner, (*path, "components"), OF_CONTAINER)


def _text_display(path: Path, display: Payload) -> Iterator[Mistake]:
    yield from too_long((*path, "content"), display.get("content"), 4000, least=1)


def _gallery(path: Path, gallery: Payload) -> Iterator[Mistake]:
    if not 1 <= len(gallery.get("items") or ()) <= 10:
        yield Mistake((*path, "items"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")


RULES: dict[int, Any] = {
    ROW: _row,
    BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    TEXT_INPUT: _text_input,
    RADIO: _boxes,
    CHECKBOXES: _boxes,
    LABEL: _label,
    SECTION: _section,
    CONTAINER: _container,
    TEXT_DISPLAY: _text_display,
    GALLERY: _gallery,
}
