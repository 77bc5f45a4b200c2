"""YAML without its traps: no aliases, tags, duplicate keys or guesses, and a line number for everything."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from bot.content.problems import Problem

LARGEST = 256 * 1024  # bytes; the biggest honest question file has about 20,000
_DEEPEST = 12
_LONGEST_NUMBER = 20  # characters
_STRING = "tag:yaml.org,2002:str"
_NUMBER_LIKE = re.compile(r"[-+]?(\d[\d_]*\.?\d*|\.\d+)\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_GUESSED = frozenset({"yes", "no", "on", "off", "true", "false", "null", "~", ""})

# The C parser reads the same events ten times as fast; where PyYAML was built without it, the other does.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Value = str | int | float | bool | date | None | list["Value"] | dict[str, "Value"]
Place = tuple[str | int, ...]


class Unusable(Exception):
    """Stops reading a file at its first fault that hides the rest."""

    def __init__(self, line: int, what: str, instead: str) -> None:
        super().__init__(what)
        self.line, self.what, self.instead = line, what, instead


@dataclass(frozen=True, slots=True)
class Document:
    """A file's mapping, the line of every value by its place, and faults found on the way."""

    value: Mapping[str, Value]
    lines: Mapping[Place, int]
    problems: tuple[Problem, ...]

    def line(self, place: Place) -> int:
        """The line of that value, or of the nearest one around it."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_document(path: Path, shown: Path) -> Document:
    """Read one file; `shown` is its name in problems. Raises `Unusable`, and nothing else."""
    text = _text(path)
    reader = _Reader(shown)
    try:
        value = reader.document(_Loader(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Unusable(line, f"not YAML: {error.problem or error.context}", "check indentation and quotes") from None
    except (yaml.YAMLError, ValueError) as error:
        before = text.encode()[: getattr(error, "position", 0)]
        raise Unusable(
            before.count(b"\n") + 1, f"not YAML: {str(error).splitlines()[0]}", "write plain UTF-8 text"
        ) from None
    return Document(value, reader.lines, tuple(reader.problems))


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise Unusable(1, f"the file has {size:,} bytes", f"write at most {LARGEST:,}")
        raw = path.read_bytes()
    except OSError as error:
        raise Unusable(1, f"cannot be read: {error.strerror}", "check the file and its permissions") from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unusable(line, f"byte {raw[error.start]:#04x} is not UTF-8", "save the file as UTF-8") from None


class _Reader:
    """Builds plain values from parser events, so that nothing is ever expanded or constructed."""

    def __init__(self, shown: Path) -> None:
        self._shown = shown
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def document(self, loader: yaml.SafeLoader) -> Mapping[str, Value]:
        events = self._events(loader)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            raise Unusable(1, "the file is empty", "write a mapping such as `id: what-is-the-gil`")
        value = self._value(next(events), events, ())
        next(events)  # the document's end
        following = next(events)
        if isinstance(following, yaml.DocumentStartEvent):
            raise Unusable(_line(following), "a second document starts here", "use a file of its own")
        if not isinstance(value, dict):
            raise Unusable(1, "the file is not a mapping", "write `key: value` lines")
        return value

    def _events(self, loader: yaml.SafeLoader) -> Iterator[yaml.Event]:
        while loader.check_event():
            event: yaml.Event = loader.get_event()  # type: ignore[no-untyped-call] # its stub has no types
            line = _line(event)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise Unusable(line, "anchors and aliases (& and *) are not allowed", "write the text out, or quote it")
            tag = getattr(event, "tag", None)
            if tag not in (None, "!", _STRING):
                raise Unusable(line, f"the tag {tag} is not allowed", "leave it out, or quote the text")
            yield event

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], place: Place) -> Value:
        if len(place) > _DEEPEST:
            raise Unusable(_line(event), "nested too deeply", "follow the question schema")
        self.lines.setdefault(place, _line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, place)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Value] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self._value(event, events, (*place, len(items))))
            return items
        assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 - the grammar leaves nothing else
        return _scalar(event)

    def _mapping(self, events: Iterator[yaml.Event], place: Place) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
                raise Unusable(line, "a key is not a plain word", "write `key: value`")
            key = event.value
            if key in mapping:
                first = self.lines[(*place, key)]
                self._fault(line, f"the key {key} stands here and in line {first}", "keep one of them")
                self._value(next(events), events, (*place, f"{key} again"))
                continue
            self.lines[(*place, key)] = line
            mapping[key] = self._value(next(events), events, (*place, key))
        return mapping

    def _fault(self, line: int, what: str, instead: str) -> None:
        self.problems.append(Problem(self._shown, line, what, instead))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> Value:
    """Plain words are text unless they are numbers, dates or YAML's words for true, false and nothing."""
    text: str = event.value
    if event.style or not event.implicit[0]:
        return text
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    if _NUMBER_LIKE.match(text):
        digits = text.replace("_", "")
        if len(digits) > _LONGEST_NUMBER:
            return text  # refused where a number is wanted
        return float(digits) if "." in digits else int(digits)
    if text.lower() in _GUESSED:
        return None if text.lower() in ("null", "~", "") else text.lower() in ("yes", "on", "true")
    return text
