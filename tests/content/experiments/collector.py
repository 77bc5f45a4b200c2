"""A full collection stops every thread, with the GIL and without.

Measured in November 2026, gc.collect() over three million lists / longest gap of another thread in ms:
3.13.0 540/540; 3.14.10 610/610; 3.15.2 599/602; 3.13.5 free-threaded 314/315.
"""

import gc
import json
import sys

from tests.content.experiments.stall import gil, stall_of


def main() -> None:
    gc.disable()
    heap = [[number] for number in range(1_000_000)]
    took, gap = stall_of(gc.collect)
    json.dump({"gil": gil(), "share": gap / took, "lists": len(heap)}, sys.stdout)


if __name__ == "__main__":
    main()
