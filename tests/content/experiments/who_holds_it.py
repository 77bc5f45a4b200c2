"""Which calls keep the GIL while they work, seen by how long another thread stands still.

Measured in November 2026, call / longest gap of another thread in ms, 3.13.0 (3.15.2 shows the same pattern):
sleep 500/3; sha256 of 120 MB 96/1; zlib 1589/40; backtracking regular expression 766/766; json.loads 200/174;
sorted 315/303; sum(range) 1032/1033; ctypes.CDLL usleep 500/1; ctypes.PyDLL usleep 500/501.
3.13.5 free-threaded: no gap above 12.
"""

import ctypes
import hashlib
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable

from tests.content.experiments.stall import gil, stall_of


def main() -> None:
    data = os.urandom(60_000_000)
    numbers = [random.random() for _ in range(600_000)]
    calls: dict[str, Callable[[], object]] = {
        "sleep": lambda: time.sleep(0.3),
        "sha256": lambda: hashlib.sha256(data).digest(),
        "regular expression": lambda: re.match(r"(a+)+$", "a" * 23 + "b"),
        "sorted": lambda: sorted(numbers),
        "sum": lambda: sum(range(15_000_000)),
    }
    if os.name == "posix":
        released, kept = ctypes.CDLL(None), ctypes.PyDLL(None)
        calls["CDLL"] = lambda: released.usleep(300_000)
        calls["PyDLL"] = lambda: kept.usleep(300_000)
    share = {}
    for name, call in calls.items():
        took, gap = stall_of(call)
        share[name] = gap / took
    json.dump({"gil": gil(), "share": share}, sys.stdout)


if __name__ == "__main__":
    main()
