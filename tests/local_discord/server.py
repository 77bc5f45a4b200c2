"""The local Discord as a whole: what exists, and the socket it is served on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aiohttp import web

from tests.local_discord import openapi
from tests.local_discord.announce import Announcements
from tests.local_discord.applications import MEMBERS, MESSAGE_CONTENT, PRESENCES, Application, User
from tests.local_discord.channels import DM, Channel
from tests.local_discord.clock import Clock
from tests.local_discord.commands import Commands
from tests.local_discord.faults import Faults
from tests.local_discord.gateway import Gateway
from tests.local_discord.guilds import QUIZ_BOT, Guild
from tests.local_discord.interactions import Interaction
from tests.local_discord.messages import Message
from tests.local_discord.people import Person
from tests.local_discord.permissions import Permission
from tests.local_discord.pulse import Pulse
from tests.local_discord.ratelimits import RateLimits
from tests.local_discord.rest import ROOT, Rest
from tests.local_discord.snowflake import Snowflakes


class LocalDiscord:
    """Everything that exists on one local Discord. Made by `local_discord`."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] | None = None,
        patience: float = 15.0,
        deadline: float = 3.0,
        token_lifetime: float = 900.0,
        heartbeat: float = 41.25,
    ) -> None:
        self.clock = Clock(now)
        self.ids = Snowflakes(self.clock)
        self.pulse = Pulse(patience)
        self.deadline = timedelta(seconds=deadline)
        self.token_lifetime = timedelta(seconds=token_lifetime)
        self.users: dict[int, User] = {}
        self.people: dict[int, Person] = {}
        self.applications: list[Application] = []
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.violations: list[str] = []
        """Every body that broke a rule of Discord's; a test that leaves any has failed."""
        self.document = openapi.official()
        self.announce = Announcements(self)
        self.commands = Commands(self)
        self.faults = Faults()
        self.ratelimits = RateLimits()
        self.gateway = Gateway(self, heartbeat)
        self.rest = Rest(self)
        self.closing = asyncio.Event()
        self.port = 0

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{ROOT}"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    @property
    def environment(self) -> dict[str, str]:
        """The settings that point a bot in another process here."""
        return {"DISCORD_API_URL": self.api_url, "DISCORD_GATEWAY_URL": self.gateway_url}

    def add_person(self, name: str) -> Person:
        person = Person(self, User(self.ids.next(), name))
        self.users[person.id] = person.user
        self.people[person.id] = person
        return person

    def add_application(
        self, name: str = "Quiz", *, message_content: bool = False, members: bool = False, presences: bool = False
    ) -> Application:
        """Creates an application in the portal, with the privileged intents that its owner switches on."""
        switched = {MESSAGE_CONTENT: message_content, MEMBERS: members, PRESENCES: presences}
        privileged = sum(intent for intent, on in switched.items() if on)
        app = Application(self.ids.next(), name, self.add_person("developer").user, privileged)
        self.users[app.id] = app.user
        self.applications.append(app)
        return app

    def add_guild(
        self, name: str, *apps: Application, permissions: Permission = QUIZ_BOT, shard: tuple[int, int] | None = None
    ) -> Guild:
        """Makes a guild and installs these applications. `shard=(1, 2)`: one that falls on shard 1 of 2."""
        guild_id = self.ids.on_shard(*shard) if shard else self.ids.next()
        guild = Guild(self, guild_id, name, self.add_person("owner").user)
        self.guilds[guild.id] = guild
        for app in apps:
            guild.install(app, permissions)
        return guild

    def application_of(self, token: str) -> Application | None:
        return next((app for app in self.applications if app.token == token), None)

    def guilds_of(self, app: Application) -> list[Guild]:
        return [guild for guild in self.guilds.values() if app.id in guild.installed]

    def share_guild(self, app: Application, person: User) -> bool:
        return any(person.id in guild.members for guild in self.guilds_of(app))

    def dm(self, bot: User, person: User) -> Channel:
        """The direct messages of these two, opened if there are none yet."""
        for channel in self.channels.values():
            if set(channel.recipients) == {bot, person}:
                return channel
        channel = Channel(self, self.ids.next(), f"{bot.name} and {person.name}", DM, recipients=(bot, person))
        self.channels[channel.id] = channel
        return channel

    def every_message(self) -> list[Message]:
        return [message for channel in self.channels.values() for message in channel.messages]

    def ack_seconds(self) -> list[float]:
        """Real seconds from each interaction's event to its first response, in the order of the interactions."""
        return [each.ack_seconds for each in self.interactions.values() if each.ack_seconds is not None]

    def pinged(self) -> list[Message]:
        """Every message that notified somebody."""
        return [message for message in self.every_message() if message.pings]

    def watch(self, task: "asyncio.Task[None]") -> None:
        """The task of a bot in this process: its failure fails whoever waits."""
        self.pulse.watch(task)

    def check(self) -> None:
        """Raises if a request or an answer broke a limit or Discord's description of its interface."""
        if self.violations:
            raise AssertionError("Against Discord's interface:\n" + "\n".join(self.violations))


@asynccontextmanager
async def local_discord(
    *,
    port: int = 0,
    now: Callable[[], datetime] | None = None,
    patience: float = 15.0,
    deadline: float = 3.0,
    token_lifetime: float = 900.0,
    heartbeat: float = 41.25,
    check: bool = True,
) -> AsyncIterator[LocalDiscord]:
    """A local Discord on 127.0.0.1, for as long as the block lasts. All durations are seconds.

    `now` is the clock to follow, such as the bot's own or `clock.real_time`; without one time stands still.

    At the end every body that broke a rule of Discord's fails the test, unless `check` is False.
    """
    home = LocalDiscord(
        now=now,
        patience=patience,
        deadline=deadline,
        token_lifetime=token_lifetime,
        heartbeat=heartbeat,
    )
    site = web.Application(client_max_size=26 * 1024 * 1024)
    site.router.add_get("/", home.gateway.handle)
    site.router.add_route("*", ROOT + "/{path:.*}", home.rest.handle)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", port)
    await tcp.start()
    home.port = runner.addresses[0][1]
    if check:
        home.pulse.alarm = home.check
    try:
        yield home
        if check:
            home.check()
    finally:
        home.closing.set()
        await home.gateway.close()
        await runner.cleanup()
