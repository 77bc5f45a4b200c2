"""A thread that answers requests waits for the GIL after each of them once another thread computes.

Measured in November 2026, median of the reply's latency in ms: alone; beside one computing thread; the same with a
switch interval of 1 ms. 3.8.18 0.05, 5.15, 1.11; 3.13.0 0.06, 5.18, 1.13; 3.15.2 0.04, 5.08, 1.08;
3.13.5 free-threaded 0.04, 0.04, 0.04.
"""

import json
import socket
import statistics
import subprocess
import sys
import threading

from tests.content.experiments.stall import gil

REQUESTS = 60
# The client is a process of its own: it must not wait for this one's GIL.
CLIENT = """
import socket, sys, time
line, taken = socket.socket(fileno=int(sys.argv[1])), []
for _ in range(int(sys.argv[2])):
    time.sleep(0.01)
    start = time.perf_counter()
    line.sendall(b"x")
    line.recv(1)
    taken.append(time.perf_counter() - start)
print(*taken)
"""


def serve(line: socket.socket) -> None:
    while data := line.recv(1):
        line.sendall(data)


def latency_ms(computing: int, interval: float) -> float:
    """The median of the client's waits."""
    sys.setswitchinterval(interval)
    here, there = socket.socketpair()
    over = threading.Event()

    def compute() -> None:
        while not over.is_set():
            sum(range(50))

    threads = [threading.Thread(target=compute) for _ in range(computing)]
    server = threading.Thread(target=serve, args=(here,))
    for thread in (server, *threads):
        thread.start()
    client = subprocess.run(
        [sys.executable, "-c", CLIENT, str(there.fileno()), str(REQUESTS)],
        pass_fds=[there.fileno()],
        capture_output=True,
        check=True,
    )
    over.set()
    there.close()
    for thread in (server, *threads):
        thread.join()
    here.close()
    return 1000 * statistics.median(float(taken) for taken in client.stdout.split())


def main() -> None:
    figures = {
        "gil": gil(),
        "alone": latency_ms(0, 0.005),
        "beside": latency_ms(1, 0.005),
        "beside_1ms": latency_ms(1, 0.001),
    }
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
