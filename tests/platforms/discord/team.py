"""A team on a local Discord, with the real bot in this process: real store, real grader, real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.chat.event import Event, Happening, RollCall, Sink
from bot.grading.offline import OfflineGrader
from bot.platforms.discord.platform import DiscordPlatform
from bot.platforms.discord.share import Share
from bot.runtime.supervisor import Supervisor
from bot.services.dispatch import Dispatcher
from bot.services.game import Game
from tests.local_discord import Application, Channel, Guild, LocalDiscord, Message, Person, Seen

GOOD = "Only one thread runs Python bytecode at a time, because reference counts are not thread-safe."
POOR = "The GIL makes your own code thread-safe, so locks are never needed."


@dataclass
class DiscordClock:
    """The time of the local Discord, which a test moves."""

    discord: LocalDiscord

    def now(self) -> datetime:
        return self.discord.clock.now()


@dataclass
class Bot:
    """One running process's worth of the bot."""

    platform: DiscordPlatform
    supervisor: Supervisor
    heard: list[Event | Happening | RollCall] = field(default_factory=list)
    working: int = 0
    """How many of them the core still deals with."""

    async def settle(self) -> None:
        """Do what is due, grade and send until nothing is left."""
        await self.supervisor.tick()
        await self.supervisor.settle()


@dataclass
class Team:
    """One server with a quiz channel, a lead and two members."""

    discord: LocalDiscord
    app: Application
    guild: Guild
    channel: Channel
    lead: Person
    ana: Person
    bo: Person

    @classmethod
    def on(cls, discord: LocalDiscord, app: Application, name: str = "Team one") -> "Team":
        guild = discord.add_guild(name, app)
        channel = guild.add_channel("quiz")
        lead = guild.add_member("lead", manage_guild=True)
        return cls(discord, app, guild, channel, lead, guild.add_member("ana"), guild.add_member("bo"))

    async def set_up(self, **options: object) -> None:
        """Daily, and whatever the time of day is, hours away from now: no question comes of its own meanwhile."""
        far = self.discord.clock.now() + timedelta(hours=12)
        chosen: dict[str, Any] = {"time": f"{far.hour:02}:00", "days": "daily", "zone": "UTC", "open": "8h"} | options
        seen = await self.lead.uses(self.channel, "quiz-admin setup", **chosen)
        await seen.shows("The quiz is set up")

    async def post(self, bot: Bot, question: str = "what-is-the-gil") -> Message:
        """A question in the channel, by the lead's wish."""
        seen = await self.lead.uses(self.channel, "quiz-admin post", question=question)
        await seen.shows("on its way")
        await bot.settle()
        return await self.channel.next_message()

    async def answers(self, person: Person, post: Message, text: str) -> Seen:
        """By the button and the form; seen is what the person sees of it, "saved" so far."""
        form = await (await person.presses(post, "Answer")).form()
        seen = await person.fills(form, text)
        await seen.shows("saved")
        return seen


@asynccontextmanager
async def running(
    discord: LocalDiscord,
    app: Application,
    game: Game,
    *,
    connected: bool = True,
    around: Callable[[Sink], Sink] = lambda sink: sink,
    thread_answers: bool = False,
    share: Share | None = None,
    defer_after_s: float = 600.0,
) -> AsyncIterator[Bot]:
    """The bot from its login to its end. `around` may wrap what hears the events; nothing defers by itself."""
    clock = DiscordClock(discord)
    platform = DiscordPlatform(
        app.token,
        game.store,
        game.bank,
        clock.now,
        thread_answers=thread_answers,
        share=share,
        api_url=discord.api_url,
        gateway_url=discord.gateway_url,
        defer_after_s=defer_after_s,
        retry_s=0.01,
        guild_ready_s=0.01,
        identify_every_s=0.0,
    )
    platforms = {platform.name: platform}
    supervisor = Supervisor(game, OfflineGrader(), platforms, clock, holder=f"test-{id(platform)}", tick_seconds=3600)
    bot = Bot(platform, supervisor)
    dispatch = around(Dispatcher(game, platforms))

    async def sink(event: Event | Happening | RollCall) -> None:
        bot.heard.append(event)
        bot.working += 1
        discord.pulse.beat()
        await dispatch(event)
        bot.working -= 1
        discord.pulse.beat()

    await platform.connect(sink)
    try:
        if connected:
            await discord.pulse.until(lambda: platform.trouble() is None, "the connection", platform.trouble)
            await heard(discord, bot, RollCall)
        yield bot
    finally:
        await platform.close()


async def heard(discord: LocalDiscord, bot: Bot, kind: type, times: int = 1) -> None:
    """Waits until the core was told so many things of a kind."""

    def enough() -> bool:
        return sum(isinstance(each, kind) for each in bot.heard) >= times

    await discord.pulse.until(enough, f"{times} × {kind.__name__}", lambda: bot.heard)


async def eventually(holds: Callable[[], bool], what: str, patience_s: float = 15.0) -> None:
    """Waits until something holds inside the bot, of which the local Discord hears nothing."""
    try:
        async with asyncio.timeout(patience_s):
            while not holds():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"Waited for {what}.") from None
