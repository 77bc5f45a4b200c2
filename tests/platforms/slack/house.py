"""The whole bot on a local Slack: real store, real dispatcher and courier, unmodified slack-bolt over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from cryptography.fernet import Fernet

from bot.chat.event import Sink
from bot.content.bank import Bank
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grader
from bot.platforms.slack.config import OAuthConfig, SlackConfig
from bot.platforms.slack.manifest import manifest
from bot.platforms.slack.platform import SlackPlatform
from bot.runtime.http import HttpServer
from bot.runtime.metrics import Metrics
from bot.runtime.supervisor import Supervisor
from bot.services.dispatch import Dispatcher
from bot.services.game import Game
from bot.services.ports import Store
from bot.services.suggest import suggest
from tests.local_slack import Channel, Installation, LocalSlack, Person, SlackApp, Workspace, local_slack

KEY = Fernet.generate_key().decode()
GOOD = "The GIL lets one thread run Python bytecode at a time, because reference counts are not thread-safe."


@dataclass
class SlackClock:
    """The local Slack's time is the bot's."""

    slack: LocalSlack

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.slack.clock.now(), UTC)


@dataclass
class House:
    """A workspace with ana (its admin), bob and a channel; `start` runs a bot, `stop` ends it."""

    slack: LocalSlack
    team: Workspace
    ana: Person
    bob: Person
    app: SlackApp
    channel: Channel
    store: Store
    bank: Bank
    several: bool = False
    grader: Grader = field(default_factory=OfflineGrader)
    bots: list["Bot"] = field(default_factory=list)

    @property
    def clock(self) -> SlackClock:
        return SlackClock(self.slack)

    @property
    def installation(self) -> Installation:
        return self.app.installation(self.team)

    @property
    def bot(self) -> "Bot":
        return self.bots[-1]

    async def start(self, sink: Sink | None = None) -> "Bot":
        """One more process of the bot; `sink` in place of the core."""
        bot = await Bot.started(self, sink)
        self.bots.append(bot)
        return bot

    async def stop(self) -> None:
        """End the newest process, in good order."""
        await self.bots.pop().stop()

    async def handled(self) -> None:
        """Return when every event was taken and what it began is done."""
        await self.slack.settles()
        for bot in self.bots:
            await bot.platform._errands.finish(within=10)

    async def advance(self, **span: float) -> None:
        """Let time pass, for Slack and the bot alike."""
        self.slack.clock.advance(timedelta(**span).total_seconds())
        for bot in self.bots:
            await bot.supervisor.tick()
            bot.game.work.ring()

    async def set_up(self, words: str = "09:00 daily UTC open 8h") -> None:
        """Ana makes the channel a quiz channel."""
        await self.ana.types(self.channel, f"/quiz-admin setup {words}")
        await self.ana.sees_ephemeral("The quiz is set up")

    async def post(self, question: str = "what-is-the-gil") -> None:
        """Ana has a question posted now."""
        await self.ana.types(self.channel, f"/quiz-admin post {question}")
        await self.ana.sees("answers are private", self.channel)
        while await self._noted("question:1") is None:
            await asyncio.sleep(0.01)

    async def _noted(self, key: str) -> str | None:
        async with self.store.read() as uow:
            return await uow.outbox.ref_of(key)

    async def answer(self, person: Person, text: str = GOOD) -> None:
        """Press Answer under the post, write, and wait for the feedback."""
        await person.presses(await person.sees("answers are private", self.channel), "Answer")
        await person.submits(await person.sees_view("Your answer"), {"Your answer": text})
        await person.sees_view("key points")


@dataclass
class Bot:
    """A running bot."""

    house: House
    game: Game
    platform: SlackPlatform
    supervisor: Supervisor
    server: HttpServer
    port: int

    @classmethod
    async def started(cls, house: House, sink: Sink | None = None) -> "Bot":
        game = Game(house.store, house.bank)
        config = config_of(house)
        clock = house.clock

        async def sleep(seconds: float) -> None:
            house.slack.clock.advance(seconds)

        platform = SlackPlatform(config, house.store, partial(suggest, house.bank), clock.now, sleep=sleep, ping_s=0.2)
        platforms = {"slack": platform}
        supervisor = Supervisor(game, house.grader, platforms, clock, holder=f"bot-{id(game)}", tick_seconds=3600)
        server = HttpServer(house.store, Metrics(), {}, platform.routes)
        port = await server.start("127.0.0.1", 0)
        if config.over_http:
            house.app.http.url = f"http://127.0.0.1:{port}/slack/events"
        if house.several:
            house.app.redirect_urls.append("https://quiz.example/slack/oauth_redirect")
        await platform.connect(sink or Dispatcher(game, platforms))
        await supervisor.start()
        return cls(house, game, platform, supervisor, server, port)

    async def stop(self) -> None:
        await self.supervisor.stop(within=5)
        await self.platform.close()
        await self.server.stop()

    async def installs(self, person: Person, *, org_wide: bool = False) -> str:
        """Somebody installs the app in the browser; what they read at the end."""
        back = await person.browser.approves(await self.install_address(person), org_wide=org_wide)
        return await person.browser.visits(self.local(back))

    async def install_address(self, person: Person) -> str:
        return await person.browser._authorize_url(f"http://127.0.0.1:{self.port}/slack/install")

    def local(self, address: str) -> str:
        """An address of the bot's public site, as the test reaches it."""
        return address.replace("https://quiz.example", f"http://127.0.0.1:{self.port}")


def config_of(house: House) -> SlackConfig:
    """What the settings would say."""
    app, oauth = house.app, None
    if house.several:
        oauth = OAuthConfig(app.client_id, app.client_secret, (KEY,), "https://quiz.example")
    over_http = app.transport.name == "http"
    return SlackConfig(
        house.slack.api_url,
        None if house.several else house.installation.token,
        oauth,
        None if over_http else app.app_token,
        app.signing_secret if over_http else None,
    )


@asynccontextmanager
async def house(
    store: Store, bank: Bank, *, socket: bool = True, several: bool = False, runs: bool = True, strict: bool = True
) -> AsyncIterator[House]:
    """Everything set up and, with `runs`, a bot connected; at the end whatever runs is stopped."""
    async with local_slack(strict=strict, real_seconds_count=False) as slack:
        team = slack.add_workspace("Team one")
        ana = team.add_person("ana", tz="Europe/Berlin", admin=True)
        bob = team.add_person("bob", tz="America/New_York", display_name="", real_name="Bob B")
        url = None if socket else "https://quiz.example"
        app = slack.add_app(manifest("Quiz", http_url=url, several=several, install_url="https://quiz.example"))
        bots = []
        if not several:
            bots = [team.install(app, by=ana)]
        channel = team.add_channel("quiz", members=[ana, bob], bots=bots)
        it = House(slack, team, ana, bob, app, channel, store, bank, several)
        try:
            if runs:
                await it.start()
            yield it
        finally:
            await asyncio.gather(*(bot.stop() for bot in it.bots))
