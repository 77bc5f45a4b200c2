"""The local Slack as a whole: its state, its address, and waiting for what happens."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

from aiohttp import ClientSession, web

from tests.local_slack.ack import SAFETY_SECONDS, Ack
from tests.local_slack.app import Installation, SlackApp, Token
from tests.local_slack.call import Call
from tests.local_slack.chat import remove
from tests.local_slack.clock import Clock
from tests.local_slack.events import Events
from tests.local_slack.http_mode import HttpMode
from tests.local_slack.ids import Ids, secret
from tests.local_slack.interactions import Interactions
from tests.local_slack.message import Message
from tests.local_slack.methods import ArgumentLists
from tests.local_slack.modals import Modals
from tests.local_slack.oauth import Authorizations, authorize_page
from tests.local_slack.payload import Payload
from tests.local_slack.ratelimits import CHANNEL_BURST, Faults, RateLimits
from tests.local_slack.response_urls import ResponseUrls
from tests.local_slack.socket_mode import SocketMode
from tests.local_slack.web_api import WebApi
from tests.local_slack.workspace import Workspace, give_token


class LocalSlack:
    """Runs in the test's event loop; see the package's first lines for how to use it."""

    def __init__(
        self,
        *,
        real_seconds_count: bool = True,
        channel_burst: int = CHANNEL_BURST,
        methods: Path | None = None,
    ) -> None:
        self.clock = Clock(real_seconds_count=real_seconds_count)
        self.ids = Ids()
        self.limits = RateLimits(self.clock, channel_burst)
        self.faults = Faults(self.clock)
        self.violations: list[str] = []
        self.workspaces: dict[str, Workspace] = {}
        self.apps: dict[str, SlackApp] = {}
        self.tokens: dict[str, Token] = {}
        self.calls: list[Call] = []
        self.acks: list[Ack] = []
        self.events = Events(self)
        self.interactions = Interactions(self)
        self.modals = Modals(self)
        self.response_urls = ResponseUrls(self)
        self.authorizations = Authorizations(self)
        self.arguments = ArgumentLists(methods)
        self.session: ClientSession
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = asyncio.Event()

    # starting and stopping

    async def start(self) -> None:
        """Listen on a free port of the loopback interface."""
        site_app = web.Application(client_max_size=4 * 1024**2)
        site_app.add_routes(
            [
                web.route("*", "/api/{method:.*}", WebApi(self).serve),
                web.get("/link/{app}", self._socket),
                web.post("/response/{ticket}", self.response_urls.serve),
                web.get("/oauth/v2/authorize", self._authorize),
            ]
        )
        self.session = ClientSession()
        self._runner = web.AppRunner(site_app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop everything; nothing is left running."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for app in self.apps.values():
            await app.transport.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.session.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return f"{self.address}/api/"

    async def _authorize(self, request: web.Request) -> web.Response:
        return await authorize_page(self, request)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        app = self.apps.get(request.match_info["app"])
        if app is None or not isinstance(app.transport, SocketMode):
            return web.Response(status=404)
        return await app.transport.serve(request, app.id)

    # the world

    def add_workspace(self, name: str, *, enterprise_id: str = "") -> Workspace:
        """A workspace; give an `E…` id for one of an Enterprise Grid."""
        workspace = Workspace(self, self.ids.new("T"), name, enterprise_id)
        self.workspaces[workspace.id] = workspace
        return workspace

    def add_app(self, manifest: Payload, *, socket: bool | None = None, url: str = "") -> SlackApp:
        """Create an app from its manifest; `url` is where Slack reaches it in HTTP mode."""
        if socket is None:
            socket = bool(manifest.get("settings", {}).get("socket_mode_enabled"))
        transport = SocketMode(self) if socket else HttpMode(self, url=url)
        number = self.ids.new("")
        app = SlackApp(self, f"A{number}", manifest, transport, client_id=f"1.{len(self.apps) + 1}")
        app.app_token = secret(f"xapp-1-{app.id}-")
        if isinstance(transport, HttpMode):
            transport.app = app
        self.apps[app.id] = app
        return app

    def give_token(self, installation: Installation) -> None:
        """Make this installation's tokens."""
        give_token(self, installation)

    def name_of(self, id_: str) -> str:
        """What a person sees in place of an id."""
        for workspace in self.workspaces.values():
            if id_ in workspace.profiles:
                return workspace.profiles[id_].shown
            if id_ in workspace.channels:
                return workspace.channels[id_].name
        return id_

    def remove(self, message: Message) -> None:
        """Delete a message, by whoever wrote it."""
        remove(message)

    def ts(self) -> str:
        """A new timestamp."""
        return self.ids.ts(self.clock.now())

    # what went wrong, what was asked

    def violation(self, what: str) -> None:
        """Note something the real Slack would not take, or a bot should not do."""
        self.violations.append(what)
        self.changed()

    def check(self) -> None:
        """Fail where the bot broke a rule."""
        if self.violations:
            raise AssertionError("The bot broke rules of Slack:\n" + "\n".join(self.violations))

    def forgives(self, part: str) -> None:
        """Take the violations with this text off the list; it fails where there is none."""
        kept = [violation for violation in self.violations if part not in violation]
        if len(kept) == len(self.violations):
            raise AssertionError(f"No violation says {part!r}; there are {self.violations}")
        self.violations = kept

    def calls_of(self, method: str) -> list[Call]:
        """What was asked of one method, in order."""
        return [call for call in self.calls if call.method == method]

    # waiting

    def changed(self) -> None:
        """Wake everybody who waits for something to appear."""
        self._change.set()
        self._change = asyncio.Event()

    async def appears(self, seen: Callable[[], bool]) -> None:
        """Return when `seen()` is true, however long it takes."""
        while not seen():
            await self._change.wait()

    async def until(self, seen: Callable[[], bool], what: str, so_far: Callable[[], str] | None = None) -> None:
        """Return when `seen()` is true; fail after a generous real time with what was seen so far."""
        try:
            await asyncio.wait_for(self.appears(seen), SAFETY_SECONDS)
        except TimeoutError:
            shown = f" Seen so far:\n{so_far()}" if so_far else ""
            violations = f"\nViolations: {self.violations}" if self.violations else ""
            raise AssertionError(f"Waited for {what} in vain.{shown}{violations}") from None

    async def settles(self) -> None:
        """Return when the bot has acknowledged every event."""
        await self.until(self.events.settled, "every event to be acknowledged", self._open_events)

    def _open_events(self) -> str:
        return "\n".join(f"{e.type}: {e.attempts}" for e in self.events.sent if not e.acknowledged)

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run it beside the test; `close` ends it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.violation(f"the local Slack itself failed: {error!r}")
