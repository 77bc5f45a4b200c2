"""Two threads that compute use about one core with the GIL.

Measured in November 2026 on 2 cores, speed-up of two threads over one after the other, and CPU seconds per second:
3.12.1 x0.99, 0.98; 3.13.0 x1.03, 1.00; 3.14.10 x1.16, 0.97; 3.15.2 x0.99, 1.00; 3.13.5 free-threaded x1.99, 1.89.
Processes on the same machine: x1.77 to x1.96.
"""

import json
import sys
import threading
import time

from tests.content.experiments.stall import gil


def work() -> int:
    return sum(i * i % 7 for i in range(2_000_000))


def main() -> None:
    threads = [threading.Thread(target=work) for _ in range(2)]
    start, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used = (time.process_time() - cpu) / (time.perf_counter() - start)
    json.dump({"gil": gil(), "cores_used": used}, sys.stdout)


if __name__ == "__main__":
    main()
