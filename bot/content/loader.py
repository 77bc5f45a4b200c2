"""Load packs and questions from YAML files, strictly: every fault is `file:line: what; instead`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from bot.content.bank import Bank
from bot.content.problems import BrokenBank, Problem
from bot.content.schema import Misplaced, Pack, Question
from bot.content.strict_yaml import Document, Place, Unusable, Value, read_document

__all__ = ["BrokenBank", "Problem", "load_bank", "load_lenient", "load_question"]

M = TypeVar("M", bound=BaseModel)
_PACK_FILE = "pack.yaml"


def load_bank(root: Path) -> Bank:
    """Every pack under `root`. Raises `BrokenBank` if anything is wrong with any file."""
    bank, problems = load_lenient(root)
    if problems:
        raise BrokenBank(problems)
    return bank


def load_lenient(root: Path) -> tuple[Bank, tuple[Problem, ...]]:
    """What could be loaded, and what is wrong with the rest."""
    problems: list[Problem] = []
    packs: dict[str, Pack] = {}
    questions: dict[str, Question] = {}
    pack_of: dict[str, str] = {}
    where: dict[str, Path] = {}
    for folder in _folders(root, problems):
        pack = _load(folder / _PACK_FILE, Pack, root, problems)
        if pack is not None:
            packs[pack.id] = pack
            problems += _opener(pack, folder, root)
        for path in _question_files(folder):
            question = _load(path, Question, root, problems)
            if question is None:
                continue
            if question.id in where:
                other = where[question.id]
                problems.append(
                    Problem(
                        _shown(path, root),
                        1,
                        f"the id {question.id} is that of {other} too",
                        "choose another",
                    )
                )
                continue
            where[question.id] = _shown(path, root)
            if pack is not None:
                questions[question.id], pack_of[question.id] = question, pack.id
    if not packs and not problems:
        problems.append(Problem(root, 1, "no pack is in this folder", f"make a folder with a {_PACK_FILE} in it"))
    return Bank(packs, questions, pack_of), tuple(sorted(problems))


def _opener(pack: Pack, folder: Path, root: Path) -> Iterator[Problem]:
    """A pack opens with a question of its own; a file that is there may be broken, which is said elsewhere."""
    own = [path.stem for path in _question_files(folder)]
    if pack.opener is not None and pack.opener not in own:
        what = f"opener: {pack.opener} is no question of this pack"
        yield Problem(_shown(folder / _PACK_FILE, root), 1, what, f"write one of: {', '.join(own)}, or leave it out")


def load_question(path: Path) -> Question:
    """One question file on its own. Raises `BrokenBank`."""
    problems: list[Problem] = []
    question = _load(path, Question, None, problems)
    if question is None or problems:
        raise BrokenBank(tuple(problems))
    return question


def _folders(root: Path, problems: list[Problem]) -> Iterator[Path]:
    if not root.is_dir():
        problems.append(Problem(root, 1, "there is no such folder", "set CONTENT_DIR to the folder with the packs"))
        return
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            yield folder


def _question_files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".yml") and path.name != _PACK_FILE and not path.name.startswith(".")
    ]


def _load(path: Path, model: type[M], root: Path | None, problems: list[Problem]) -> M | None:
    """The file as a model, or None with its faults added to `problems`."""
    shown = _shown(path, root)
    try:
        if root is not None and not path.resolve().is_relative_to(root.resolve()):
            raise Unusable(1, "the file is a link out of the content folder", "put the file itself here")
        document = read_document(path, shown)
    except Unusable as fault:
        problems.append(Problem(shown, fault.line, fault.what, fault.instead))
        return None
    faults = list(document.problems)
    loaded: M | None = None
    try:
        loaded = model.model_validate(_tuples(dict(document.value)))
    except ValidationError as error:
        faults += [_problem(details, document, shown, model) for details in error.errors(include_url=False)]
    if loaded is not None and root is not None:
        faults += _name_agrees(path, shown, document, getattr(loaded, "id", ""))
    problems += faults
    return None if faults else loaded


def _name_agrees(path: Path, shown: Path, document: Document, id_: str) -> list[Problem]:
    name = path.parent.name if path.name == _PACK_FILE else path.stem
    if name == id_:
        return []
    what = "folder" if path.name == _PACK_FILE else "file"
    return [Problem(shown, document.line(("id",)), f"the id {id_} is not the {what}'s name", f"write id: {name}")]


def _tuples(value: Value) -> Any:  # noqa: ANN401 - pydantic takes it from here
    """Strict models hold tuples, YAML gives lists; whole numbers may stand for weights."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {
            key: float(item) if key == "weight" and type(item) is int else _tuples(item) for key, item in value.items()
        }
    return value


def _problem(details: ErrorDetails, document: Document, shown: Path, model: type[BaseModel]) -> Problem:
    place: Place = tuple(part for part in details["loc"] if part != "[key]")
    error = details.get("ctx", {}).get("error")
    if isinstance(error, Misplaced):
        what, _, instead = str(error).partition("; ")
        return Problem(shown, document.line(error.place), what, instead)
    what, instead = _in_words(details, place, document, model)
    return Problem(shown, document.line(place), what, instead)


def _in_words(details: ErrorDetails, place: Place, document: Document, model: type[BaseModel]) -> tuple[str, str]:
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place) or "the file"
    kind = details["type"]
    if kind == "extra_forbidden":
        known = _known_keys(model, place)
        near = process.extractOne(str(place[-1]), known, score_cutoff=60)
        return (
            f"unknown key {name}",
            f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}",
        )
    if kind == "missing":
        return f"{name} is missing", "add it"
    if kind == "value_error":
        what, _, instead = str(details["ctx"]["error"]).partition("; ")
        return f"{name}: {what}", instead or "correct it"
    if kind in ("too_short", "string_too_short"):
        return f"{name} is empty or too short", "write it, or leave the key out"
    if details["input"] is None:
        return f"{name} has no value", _wanted(details)
    return f"{name}: {_got(details['input'])} is wrong here", _wanted(details)


def _got(value: object) -> str:
    if isinstance(value, bool):
        return "yes/no (YAML reads yes, no, on and off so)"
    if isinstance(value, float):
        return f"the number {value:g}"
    if isinstance(value, tuple | dict):
        return "a list" if isinstance(value, tuple) else "a mapping"
    return f"{str(value)[:40]!r}"


_WANTED = {
    "string_type": "write text, in quotes where it looks like a number",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "tuple_type": "write a list, one `- ` line each",
    "dict_type": "write `key: value` lines",
    "model_type": "write `key: value` lines",
    "date_type": "write a date such as 2027-10-01",
    "too_long": "write fewer",
}
_BOUNDS = {
    "greater_than": "write more than {gt:g}",
    "greater_than_equal": "write {ge:g} or more",
    "less_than_equal": "write {le:g} or less",
}


def _wanted(details: ErrorDetails) -> str:
    if details["type"] == "enum":
        return f"write one of: {details['ctx']['expected']}"
    if details["type"] in _BOUNDS:
        return _BOUNDS[details["type"]].format(**details["ctx"])
    return _WANTED.get(details["type"], details["msg"][0].lower() + details["msg"][1:])


def _known_keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that may stand beside the unknown one."""
    current: type[BaseModel] = model
    for part in place[:-1]:
        field = current.model_fields.get(str(part)) if isinstance(part, str) else None
        if field is not None:
            inner = getattr(field.annotation, "__args__", (None,))[0]
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                current = inner
    return list(current.model_fields)


def _shown(path: Path, root: Path | None) -> Path:
    return path if root is None else root.name / path.relative_to(root)
