"""The list of ids a pack has used. Grades are stored under them, so an id never changes its name or meaning."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.content.finding import Finding
from bot.content.schema import Question

FILE = "ids.txt"
_HEAD = (
    "# Every id of this pack, one a line. Answers are stored under them: they never change.",
    "# Written by: quizbot content check --accept-ids",
)


def ids_of(question: Question) -> Iterator[str]:
    """`question`, `question point ID` and `question misconception ID`."""
    yield question.id
    yield from (f"{question.id} point {point.id}" for point in question.key_points)
    yield from (f"{question.id} misconception {wrong.id}" for wrong in question.misconceptions)


def read_ids(pack_folder: Path) -> frozenset[str] | None:
    """The committed list; None where the pack has none yet."""
    path = pack_folder / FILE
    if not path.is_file():
        return None
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def write_ids(pack_folder: Path, ids: Iterable[str]) -> None:
    """One line an id, in order, so that two authors' lists merge."""
    (pack_folder / FILE).write_text("\n".join((*_HEAD, *sorted(ids))) + "\n", encoding="utf-8")


def compare(pack: str, listed: frozenset[str] | None, used: frozenset[str]) -> tuple[Finding, ...]:
    """What vanished is an error, what is new a warning."""
    if listed is None:
        return (Finding(pack, "ids", "warning", f"the pack has no {FILE}", _ACCEPT),) if used else ()
    gone = (
        Finding(
            _question(id_),
            "ids",
            "error",
            f"the id {_said(id_)} is gone",
            "write it as it was; answers are stored under it (to give it up: --drop-ids)",
        )
        for id_ in sorted(listed - used)
    )
    new = (
        Finding(_question(id_), "ids", "warning", f"the id {_said(id_)} is not in {FILE} yet", _ACCEPT)
        for id_ in sorted(used - listed)
        if id_.split()[0] in listed or " " not in id_  # a new question's own are new with it
    )
    return (*gone, *new)


_ACCEPT = "record it with: quizbot content check --accept-ids"


def _question(listed: str) -> str:
    return listed.split()[0]


def _said(listed: str) -> str:
    _, *rest = listed.split()
    return " ".join(("of the", *rest)) if rest else "of the question"
