"""Stopping when asked to: SIGTERM from a host, Ctrl-C from a person."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def until_stopped(work: Coroutine[Any, Any, int]) -> int:
    """Run `work` to its end or until SIGTERM or SIGINT, which cancel it; its exit code, 0 when stopped."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    task = asyncio.create_task(work, name="work")
    waiting = asyncio.create_task(asked.wait(), name="stop-signal")
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return 0
    finally:
        waiting.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
