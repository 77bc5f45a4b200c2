"""Resident memory of processes, as Linux counts it."""

import multiprocessing
import os
from pathlib import Path


def resident_kib(pid: int, *, highest: bool = False) -> int:
    """What a process holds now, or the most that it ever held."""
    wanted = "VmHWM" if highest else "VmRSS"
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(wanted):
            return int(line.split()[1])
    return 0


def resident_kib_with_workers() -> int:
    """What this process holds now, together with the processes that it started by multiprocessing."""
    workers = [worker.pid for worker in multiprocessing.active_children() if worker.pid]
    return sum(resident_kib(pid) for pid in (os.getpid(), *workers))
