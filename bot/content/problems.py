"""What is wrong with a file, where, and what to write instead."""

from dataclasses import dataclass
from pathlib import Path

from bot.errors import QuizError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault. `line` counts from 1."""

    path: Path
    line: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}; {self.instead}"


class BrokenBank(QuizError):
    """Files that cannot be used; `problems` names each fault."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
