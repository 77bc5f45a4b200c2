"""How long one call keeps every other thread from running."""

import sys
import threading
import time
from collections.abc import Callable


def gil() -> bool:
    """Whether this process has a GIL that is on."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def stall_of(call: Callable[[], object], tries: int = 3) -> tuple[float, float]:
    """Seconds that the call took, and the longest gap of a thread that ticks every millisecond.

    The try with the smallest share of it: whatever else the machine does can only make a gap longer.
    """
    return min((_once(call) for _ in range(tries)), key=lambda pair: pair[1] / pair[0])


def _once(call: Callable[[], object]) -> tuple[float, float]:
    ticking, over = threading.Event(), threading.Event()
    gaps = [0.0]

    def tick() -> None:
        last = time.perf_counter()
        while not over.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now
            ticking.set()

    thread = threading.Thread(target=tick)
    thread.start()
    ticking.wait()
    gaps.clear()
    start = time.perf_counter()
    call()
    took = time.perf_counter() - start
    over.set()
    thread.join()
    return took, max(gaps, default=0.0)
