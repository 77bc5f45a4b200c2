"""A remark on a question that loads: what is not good about it, and what to do."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. `about` is a question's id, or a pack's; `rule` is a stable word for other programs.

    An error is something objectively broken; everything else is advice to the author.
    """

    about: str
    rule: str
    severity: Severity
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.about}: {self.severity}: {self.what}; {self.instead}"
