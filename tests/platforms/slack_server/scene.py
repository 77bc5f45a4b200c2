"""One workspace with two people, a channel and the small bot's app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack import Channel, Installation, LocalSlack, Person, SlackApp, Workspace, local_slack
from tests.platforms.slack_server.small_bot import manifest, running


@dataclass(frozen=True)
class Scene:
    slack: LocalSlack
    team: Workspace
    ana: Person
    bob: Person
    app: SlackApp
    bot: Installation
    channel: Channel

    @property
    def client(self) -> AsyncWebClient:
        """The bot's own client, without any retry handler."""
        return AsyncWebClient(token=self.bot.token, base_url=self.slack.api_url, retry_handlers=[])

    async def error_of(self, method: str, **args: object) -> str:
        """Which error a call answers; empty where it works."""
        try:
            await self.client.api_call(method, json=args)
        except SlackApiError as error:
            return str(error.response["error"])
        return ""


@asynccontextmanager
async def scene(
    *, socket: bool = True, rotation: bool = False, bot_runs: bool = False, strict: bool = True, **pages: object
) -> AsyncIterator[Scene]:
    """Everything set up; with `bot_runs` the bot is connected too."""
    async with local_slack(strict=strict, real_seconds_count=False) as slack:
        team = slack.add_workspace("Team one")
        ana = team.add_person("ana", tz="Europe/Berlin", admin=True)
        bob = team.add_person("bob", tz="America/New_York", display_name="")
        app = slack.add_app(manifest(socket=socket, rotation=rotation, **pages))
        bot = team.install(app, by=ana)
        channel = team.add_channel("quiz", members=[ana, bob], bots=[bot])
        it = Scene(slack, team, ana, bob, app, bot, channel)
        if not bot_runs:
            yield it
            return
        async with running(slack, bot):
            yield it
