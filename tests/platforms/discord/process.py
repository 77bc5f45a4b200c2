"""`quizbot run` in a process of its own, against a local Discord."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.local_discord import Application, LocalDiscord

HOUSE = Path(__file__).resolve().parents[3]
QUIZBOT = (sys.executable, "-m", "bot")


@asynccontextmanager
async def service(
    discord: LocalDiscord, app: Application, database: str, log: Path, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running bot; killed at the end if it still runs. What it says goes to the file `log`."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    environment = clean | discord.environment | {"PYTHONPATH": str(HOUSE), "PYTHONUTF8": "1", "TICK_SECONDS": "0.1"}
    environment |= {"DATABASE_URL": database, "DISCORD_TOKEN": app.token} | settings
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@dataclass(frozen=True)
class Ended:
    """A command that ran to its end."""

    code: int
    out: str
    last_line: str


async def quizbot(discord: LocalDiscord, app: Application, database: str, *words: str, **settings: str) -> Ended:
    """Runs a command to its end."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *QUIZBOT, *words, env=_environment(discord, app, database, settings), stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    lines = err.decode().strip().splitlines()
    return Ended(process.returncode or 0, out.decode(), lines[-1] if lines else "")


def _environment(discord: LocalDiscord, app: Application, database: str, settings: dict[str, str]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    ours = {"PYTHONPATH": str(HOUSE), "PYTHONUTF8": "1", "TICK_SECONDS": "0.1"}
    return clean | ours | discord.environment | {"DATABASE_URL": database, "DISCORD_TOKEN": app.token} | settings


async def connected(discord: LocalDiscord, app: Application, times: int) -> None:
    """Waits until the bot identified so often and is connected now."""

    def there() -> bool:
        sessions = [each for each in discord.gateway.sessions if each.app is app]
        return len(sessions) >= times and sessions[-1].connection is not None

    await discord.pulse.until(there, f"connection {times}")
