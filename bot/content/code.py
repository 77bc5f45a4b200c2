"""A question's program and what it says of its own output."""

import io
import os
import subprocess
import sys
import tempfile
import tokenize
from dataclasses import dataclass
from pathlib import Path

_MARK = "# prints:"


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a program: its lines of output, and what it complained of. `why` is None where it ended well."""

    lines: tuple[str, ...]
    why: str | None


def expected_output(code: str) -> tuple[str, ...]:
    """The lines that the program says it prints: its `# prints: TEXT` comments, in order.

    Code that cannot be cut into tokens says nothing; running it tells why.
    """
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return ()
    return tuple(
        token.string.removeprefix(_MARK).strip()
        for token in tokens
        if token.type == tokenize.COMMENT and token.string.startswith(_MARK)
    )


def run_code(code: str, *, interpreter: str = sys.executable, limit_s: float = 60) -> Ran:
    """Run it as a person would, from a file, so that worker processes can import it."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "question.py"
        program.write_text(code, encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - running the author's program is what this is for
                [interpreter, str(program)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=limit_s,
                check=False,
                cwd=folder,
                env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
                | {"PYTHONUTF8": "1"},
            )
        except subprocess.TimeoutExpired:
            return Ran((), f"it did not end within {limit_s:g} seconds")
    lines = tuple(line.strip() for line in done.stdout.splitlines())
    complaint = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return Ran(lines, complaint if done.returncode else None)


def fault_of_output(code: str, ran: Ran) -> str | None:
    """How the output differs from what the program says it prints; None where it does not."""
    if ran.why is not None:
        return f"the code fails: {ran.why}"
    expected = expected_output(code)
    for number, (said, printed) in enumerate(zip(expected, ran.lines, strict=False), 1):
        if said != printed:
            return f"line {number} of the output is “{printed}” and not “{said}”"
    if len(expected) != len(ran.lines):
        return f"the code prints {len(ran.lines)} lines and names {len(expected)}"
    return None
