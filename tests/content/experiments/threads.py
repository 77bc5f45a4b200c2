"""Small facts about threads that hold on every version, seen in November 2026 on 3.8 to 3.15 and 3.13 free-threaded.

Sleeping threads overlap. A signal's handler can be set, and runs, in the main thread only. A generator that two
threads share raises ValueError when both are in it. A dict that grows while it is iterated raises RuntimeError.
"""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator


def overlap_s() -> float:
    threads = [threading.Thread(target=time.sleep, args=(0.2,)) for _ in range(10)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def handler_elsewhere() -> str:
    said: list[str] = []

    def handle() -> None:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        except ValueError as error:
            said.append(type(error).__name__)

    thread = threading.Thread(target=handle)
    thread.start()
    thread.join()
    return said[0] if said else "allowed"


def handled_in() -> str:
    where: list[str] = []
    signal.signal(signal.SIGINT, lambda *_: where.append(threading.current_thread().name))
    thread = threading.Thread(target=signal.raise_signal, args=(signal.SIGINT,))
    thread.start()
    thread.join()
    deadline = time.monotonic() + 30
    while not where and time.monotonic() < deadline:
        time.sleep(0.001)
    return where[0]


def shared_generator() -> str:
    inside, leave = threading.Event(), threading.Event()

    def numbers() -> Iterator[int]:
        inside.set()
        leave.wait()
        yield 1

    shared = numbers()
    thread = threading.Thread(target=lambda: next(shared))
    thread.start()
    inside.wait()
    try:
        next(shared)
    except ValueError as error:
        return str(error)
    finally:
        leave.set()
        thread.join()
    return "allowed"


def growing_dict() -> str:
    growing = {1: 1}
    try:
        for _ in growing:
            growing[2] = 2
    except RuntimeError as error:
        return str(error)
    return "allowed"


def main() -> None:
    figures = {
        "overlap_s": overlap_s(),
        "handler_elsewhere": handler_elsewhere(),
        "handled_in": handled_in(),
        "shared_generator": shared_generator(),
        "growing_dict": growing_dict(),
    }
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
