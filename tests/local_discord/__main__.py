"""Serves one guild with one channel for a bot that runs elsewhere: `python -m tests.local_discord --port 8800`."""

import argparse
import asyncio
import sys

from tests.local_discord.clock import real_time
from tests.local_discord.server import local_discord


async def serve(port: int) -> None:
    async with local_discord(port=port, now=real_time, check=False) as discord:
        app = discord.add_application(message_content=True, members=True)
        guild = discord.add_guild("Team one", app)
        channel = guild.add_channel("quiz")
        settings = discord.environment | {"DISCORD_TOKEN": app.token}
        lines = [f"{name}={value}" for name, value in settings.items()]
        lines.append(f"# application {app.id}, guild {guild.id}, channel {channel.id}; Ctrl+C ends it")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.local_discord", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    try:
        asyncio.run(serve(parser.parse_args().port))
    except KeyboardInterrupt:
        sys.stdout.write("Closed.\n")


if __name__ == "__main__":
    main()
