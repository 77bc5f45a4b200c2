"""Which updates get lost when four threads count.

Measured in November 2026, share of lost updates of `x += 1`, of `y = y + one()` and of `d[k] += 1`:
3.8.18 59, 54, 38 %; 3.11.7 0, 32, 0 %; 3.13.0 0, 54, 0 %; 3.15.2 0, 52, 0 %; 3.13.5 free-threaded 66, 51, 43 %.
Since 3.10 a thread switch is only offered at calls, at the end of a loop's turn and at a function's start, so that
`x += 1` happens to lose nothing with the GIL. No documentation promises it. list.append and a lock lose nothing.
"""

import json
import sys
import threading
from collections.abc import Callable

from tests.content.experiments.stall import gil

THREADS, TIMES = 4, 100_000


class Counters:
    plain = 0
    called = 0
    locked = 0


def one() -> int:
    return 1


def plain() -> None:
    for _ in range(TIMES):
        Counters.plain += 1


def called() -> None:
    for _ in range(TIMES):
        Counters.called = Counters.called + one()


LOCK = threading.Lock()
APPENDED: list[int] = []


def locked() -> None:
    for _ in range(TIMES):
        with LOCK:
            Counters.locked += 1


def appended() -> None:
    for _ in range(TIMES):
        APPENDED.append(1)  # noqa: PERF401 - the call is what is looked at


def in_threads(function: Callable[[], None]) -> None:
    threads = [threading.Thread(target=function) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def forced() -> int:
    """Two threads read before either writes, by order of events: what may happen at any switch."""
    seen, value = threading.Barrier(2), [0]

    def increment() -> None:
        read = value[0]
        seen.wait()
        value[0] = read + 1

    threads = [threading.Thread(target=increment) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return value[0]


def main() -> None:
    sys.setswitchinterval(1e-6)
    for function in (plain, called, locked, appended):
        in_threads(function)
    whole = THREADS * TIMES
    lost = {
        "plain": whole - Counters.plain,
        "called": whole - Counters.called,
        "locked": whole - Counters.locked,
        "appended": whole - len(APPENDED),
    }
    json.dump({"gil": gil(), "lost": lost, "forced": forced()}, sys.stdout)


if __name__ == "__main__":
    main()
