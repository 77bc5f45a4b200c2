"""Interpreters of one process share the GIL up to 3.11 and can have one each since 3.12 (PEP 684).

Measured in November 2026, two interpreters in two threads against one after the other: 3.11.7 x0.87; 3.12.1 x1.98;
3.13.0 x1.89; InterpreterPoolExecutor on 3.14.10 x1.93, on 3.15.2 x1.80. Here: while another interpreter runs one
long call that keeps its GIL, does this one stand still?
"""

import importlib
import json
import sys

from tests.content.experiments.stall import gil, stall_of

LONG_CALL = "sum(range(15_000_000))"


def run_elsewhere() -> None:
    """In this thread; a new interpreter has a GIL of its own where there is such a thing."""
    name = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    interpreters = importlib.import_module(name)  # private up to 3.13; concurrent.interpreters since 3.14
    made = interpreters.create()
    run = getattr(interpreters, "exec", None) or interpreters.run_string
    run(made, LONG_CALL)
    interpreters.destroy(made)


def main() -> None:
    took, gap = stall_of(run_elsewhere)
    json.dump({"gil": gil(), "share": gap / took}, sys.stdout)


if __name__ == "__main__":
    main()
