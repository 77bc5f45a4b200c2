"""One small HTTP server: `/livez`, `/readyz`, `/metrics`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from aiohttp import web

from bot.runtime.clock import Clock
from bot.runtime.metrics import Metrics
from bot.services.ports import Store, StoreUnavailable

Check = Callable[[], Awaitable[str | None]]  # None: well; else one sentence


class HttpServer:
    """Answers while the process lives. `checks` decide whether it is ready; `routes` are other people's pages."""

    def __init__(
        self, store: Store, metrics: Metrics, checks: Mapping[str, Check], routes: Sequence[web.RouteDef] = ()
    ) -> None:
        self._routes = routes
        self._store = store
        self._metrics = metrics
        self._checks = checks
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port (a free one if `port` is 0). Raises OSError if it is taken."""
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._page)
        app.router.add_routes(self._routes)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _livez(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _readyz(self, _: web.Request) -> web.Response:
        found = {name: await check() or "ok" for name, check in self._checks.items()}
        ready = all(state == "ok" for state in found.values())
        return web.json_response(found, status=200 if ready else 503)

    async def _page(self, _: web.Request) -> web.Response:
        try:
            page = await self._metrics.page(self._store)
        except StoreUnavailable:
            return web.Response(status=503, text="The database cannot be reached.")
        return web.Response(body=page, content_type="text/plain", charset="utf-8")


def tick_check(clock: Clock, ticked_at: Callable[[], datetime | None], *, every_s: float) -> Check:
    """Whether the last tick is recent."""

    async def check() -> str | None:
        last = ticked_at()
        if last is None:
            return "no tick yet"
        late = clock.now() - last
        return None if late <= timedelta(seconds=3 * every_s + 30) else f"last tick {int(late.total_seconds())} s ago"

    return check
