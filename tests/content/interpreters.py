"""Every Python from 3.11 on that this machine has, besides the one that runs the tests."""

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_NAMES = [f"python3.{minor}{kind}" for minor in range(11, 16) for kind in ("", "t")]
_ASK = "import sys, sysconfig; print('%d.%d' % sys.version_info[:2], sysconfig.get_config_var('Py_GIL_DISABLED') or 0)"


@dataclass(frozen=True)
class Interpreter:
    """`name` is such as 3.14 or 3.14t; `path` is None where something of that name is there and does not start."""

    name: str
    path: str | None


@lru_cache(maxsize=1)
def interpreters() -> tuple[Interpreter, ...]:
    """The Python at hand first. One of each version and build."""
    free = sysconfig.get_config_var("Py_GIL_DISABLED")
    found = {"": Interpreter(_named(f"3.{sys.version_info.minor}", free), sys.executable)}
    taken = {found[""].name}
    for name in _NAMES:
        if name.removeprefix("python") in taken:
            continue
        paths = [path for folder in os.get_exec_path() if (path := Path(folder) / name).is_file()]
        for path in paths:
            if (version := _version(path)) is not None:
                if version not in taken:
                    taken.add(version)
                    found[name] = Interpreter(version, str(path))
                break
        else:
            if paths:  # a version manager's link to nothing, as a rule
                found[name] = Interpreter(name.removeprefix("python"), None)
    return tuple(found.values())


def _version(path: Path) -> str | None:
    try:
        done = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = done.stdout.split()
    return _named(said[0], int(said[1])) if done.returncode == 0 and len(said) == 2 else None


def _named(version: str, free_threaded: object) -> str:
    return f"{version}t" if free_threaded else version
