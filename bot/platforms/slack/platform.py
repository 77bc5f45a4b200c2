"""Slack as a chat platform: one workspace or several, by Socket Mode or over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from bot.chat.event import RollCall, Sink, WorkspaceJoined, WorkspaceLeft
from bot.chat.message import Message
from bot.chat.platform import (
    Capabilities,
    Delivered,
    Finding,
    PlatformRefused,
    Rejected,
    SendResult,
    Target,
)
from bot.platforms.slack.api import Api
from bot.platforms.slack.arrivals import Arrivals, Suggest
from bot.platforms.slack.bolt import bolt_app
from bot.platforms.slack.config import SlackConfig
from bot.platforms.slack.errands import Errands
from bot.platforms.slack.findings import examine_channel, examine_workspace, missing_scopes, scopes_of
from bot.platforms.slack.happenings import Happenings
from bot.platforms.slack.install import oauth_flow
from bot.platforms.slack.outcomes import GONE, NotInstalled, SlackRefused, SlackSilent, outcome
from bot.platforms.slack.pace import Pace
from bot.platforms.slack.pages import Pages
from bot.platforms.slack.socket import Socket
from bot.platforms.slack.ticket import Ticket
from bot.platforms.slack.ways import Spot, Ways, content
from bot.platforms.slack.who import People
from bot.platforms.slack.workspaces import NAME, Installation, ManyWorkspaces, OneWorkspace, Renewed
from bot.services.ports import Store

_PING_S = 10.0
_FINISH_S = 5.0
_LOOK_BACK = 200  # messages in which one that may have arrived is looked for
_PAGE = 100
_AT_ONCE = 8
_EVENT_TYPE = "quizbot_message"
_Failed = SlackRefused | SlackSilent | NotInstalled

log = structlog.get_logger(__name__)


class SlackPlatform:
    """`suggest(option, typed, limit)` completes what people type into a form; `sleep` waits that many seconds."""

    name = NAME
    capabilities = Capabilities(edits=True, forms=True, private_messages=True, setup_form=True)

    def __init__(
        self,
        config: SlackConfig,
        store: Store,
        suggest: Suggest,
        now: Callable[[], datetime],
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        ping_s: float = _PING_S,
    ) -> None:
        self._config = config
        self._store = store
        self._now = now
        self._one = OneWorkspace()
        self._many = ManyWorkspaces(store, config.oauth.keys, self._renew, now) if config.oauth else None
        self._workspaces = self._many or self._one
        self._api = Api(config.api_url, self._workspaces)
        self._ways = Ways(self._api, now)
        self._pace = Pace(now, sleep)
        self._errands = Errands()
        people = People(self._api, now, sleep)
        self._arrivals = Arrivals(store, self._workspaces, people, self._ways, self._errands, suggest, now)
        self._happenings = Happenings(
            self._workspaces, people, self._ways, self._errands, store, self._told_removed, now, sleep
        )
        self._oauth = oauth_flow(config, store, self._installed, self._api.client(), now)
        self._pages = Pages(config.signing_secret, self._oauth)
        self._socket = Socket(self._api, config.app_token, ping_s=ping_s) if config.app_token else None
        self._sink: Sink | None = None
        self._removed_from_its_one = False

    @property
    def routes(self) -> list[web.RouteDef]:
        """What is served over HTTP."""
        return self._pages.routes

    async def connect(self, sink: Sink) -> None:
        """Learn where the app is installed, tell the core, and begin to listen. Raises `PlatformRefused`."""
        await self._api.start()
        present = await self._roll_call()
        self._sink = self._arrivals.sink = self._happenings.sink = sink
        await sink(RollCall(self._now(), NAME, present, lambda _: True))
        app = bolt_app(self._api.client(), self._arrivals, self._happenings, self._oauth)
        if self._socket is not None:
            await self._socket.open(app)
        self._pages.app = app

    def trouble(self) -> str | None:
        """None while it works."""
        if self._sink is None:
            return "Slack: not connected."
        if self._removed_from_its_one:
            return "Slack: the app was removed from its workspace; install it again and set SLACK_BOT_TOKEN."
        return self._socket.trouble() if self._socket else None

    async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
        """A post carries its key in its metadata, by which it is found again."""
        team_id, person_id = target.workspace_id, target.person_id
        ticket = Ticket.parse(target.ticket, self._now())
        try:
            if uncertain and person_id is None and (ref := await self._find(target, key)):
                await self.edit(target, ref, message)  # it may have been made a while ago
                return Delivered(ref)
            if ticket is None:
                wait = await self._pace.turn(team_id, person_id or target.channel_id, key)
                if wait is not None:
                    return Rejected("it is not its turn yet", permanent=False, retry_after=wait)
            if person_id is not None:
                return await self._ways.show(Spot(team_id, target.channel_id, person_id), message, ticket)
            return await self._post(target, message, key)
        except (SlackRefused, SlackSilent, NotInstalled) as error:
            result = await self._failed(team_id, error)
        if ticket is None and isinstance(result, Rejected) and result.retry_after is not None:
            self._pace.hold(team_id, result.retry_after)
        return result

    async def edit(self, target: Target, ref: str, message: Message) -> SendResult:
        channel, _, ts = ref.rpartition(":")
        body = {name: value for name, value in content(message).items() if name in ("text", "blocks")}
        try:
            await self._api.call(target.workspace_id, "chat.update", channel=channel, ts=ts, **body)
        except (SlackRefused, SlackSilent, NotInstalled) as error:
            return await self._failed(target.workspace_id, error)
        return Delivered(ref)

    async def examine(self, target: Target) -> Sequence[Finding]:
        """Is the channel there, is the bot in it or may it join, is every permission granted?"""
        return await examine_channel(self._api, target)

    async def diagnose(self, *, channels: bool) -> Sequence[Finding]:
        """Look at mode, tokens, permissions and, with `channels`, every quiz channel, without connecting."""
        await self._api.start()
        findings = [Finding(f"Slack: {'over HTTP' if self._config.over_http else 'Socket Mode'}")]
        try:
            if self._many is None:
                self._one.learn(await self._own_workspace())
            if self._socket is not None:
                await self._socket.address()
            for installation in await self._workspaces.all() if channels or self._many is None else ():
                findings += await examine_workspace(self._api, installation)
            for target in await self._quiz_channels() if channels else ():
                findings += await examine_channel(self._api, target)
        except PlatformRefused as error:
            findings.append(Finding(f"Slack: {error.reason}", error.remedy))
        finally:
            await self._api.stop()
        return findings

    async def close(self) -> None:
        """Take nothing new, finish what is in hand."""
        self._pages.app = None
        if self._socket is not None:
            await self._socket.close()
        await self._errands.finish(within=_FINISH_S)
        self._sink = None
        await self._api.stop()

    async def _quiz_channels(self) -> list[Target]:
        """Those with a schedule, in workspaces that the bot has not left."""
        targets: list[Target] = []
        async with self._store.read() as uow:
            for team_id in sorted(await uow.teams.present(NAME)):
                scheduled = {schedule.channel_id for schedule in await uow.schedules.in_workspace(NAME, team_id)}
                known = await uow.teams.channels_in(NAME, team_id)
                targets += [Target(team_id, channel.external_id) for channel in known if channel.id in scheduled]
        return targets

    # posting

    async def _post(self, target: Target, message: Message, key: str) -> Delivered:
        metadata = {"event_type": _EVENT_TYPE, "event_payload": {"key": key}}
        args = {"channel": target.channel_id, "metadata": metadata} | content(message)
        try:
            sent = await self._api.call(target.workspace_id, "chat.postMessage", **args)
        except SlackRefused as error:
            if error.error != "not_in_channel" or not await self._joined(target):
                raise
            sent = await self._api.call(target.workspace_id, "chat.postMessage", **args)
        return Delivered(f"{sent['channel']}:{sent['ts']}")

    async def _joined(self, target: Target) -> bool:
        """A public channel can be joined; into a private one somebody must invite the bot."""
        try:
            await self._api.call(target.workspace_id, "conversations.join", channel=target.channel_id)
        except SlackRefused as error:
            log.info("slack_channel_not_joined", channel=target.channel_id, reason=error.error)
            return False
        return True

    async def _find(self, target: Target, key: str) -> str | None:
        """The post with this key, if an earlier attempt brought it there."""
        cursor = None
        for _ in range(_LOOK_BACK // _PAGE):
            page = await self._api.call(
                target.workspace_id,
                "conversations.history",
                channel=target.channel_id,
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor,
            )
            for found in page["messages"]:
                metadata = found.get("metadata") or {}
                if (metadata.get("event_payload") or {}).get("key") == key:
                    return f"{target.channel_id}:{found['ts']}"
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None

    async def _failed(self, team_id: str, error: _Failed) -> SendResult:
        result = outcome(error)
        if isinstance(error, SlackRefused) and error.error in GONE:
            await self._removed(team_id, trust=False)
        return result

    # workspaces that come and go

    async def _roll_call(self) -> frozenset[str]:
        """Where the app is installed. Raises `PlatformRefused` where the only token is refused."""
        if self._many is None:
            self._one.learn(await self._own_workspace())
        known = await self._workspaces.all()
        gate = asyncio.Semaphore(_AT_ONCE)

        async def there(installation: Installation) -> bool:
            async with gate:
                return self._many is None or await self._is_there(installation, unless_told=True)

        found = await asyncio.gather(*map(there, known))
        for installation, is_there in zip(known, found, strict=True):
            if not is_there:
                await self._workspaces.forget(installation.team_id)
        return frozenset(i.team_id for i, is_there in zip(known, found, strict=True) if is_there)

    async def _own_workspace(self) -> Installation:
        token = self._config.bot_token
        try:
            who = await self._api.call_as(token, "auth.test")
        except SlackRefused as error:
            remedy = "Copy the Bot User OAuth Token from the app's page under OAuth & Permissions to SLACK_BOT_TOKEN."
            raise PlatformRefused(NAME, f"the bot token is refused ({error.error})", remedy) from error
        except SlackSilent as error:
            raise PlatformRefused(
                NAME, error.reason, "Check the network and SLACK_API_URL, then start again."
            ) from error
        scopes = scopes_of(who.headers)
        for finding in missing_scopes(scopes):
            log.warning("slack_scope_missing", finding=finding.what, remedy=finding.remedy)
        return Installation(
            who["team_id"],
            who["team"],
            who["user_id"],
            who.get("bot_id") or "",
            token or "",
            who.get("enterprise_id"),
            scopes=scopes,
        )

    async def _is_there(self, installation: Installation, *, unless_told: bool) -> bool:
        """Whether its token is still good; `unless_told` where Slack does not say."""
        try:
            await self._api.call(installation.team_id, "auth.test")
        except NotInstalled:
            return False
        except SlackRefused as error:
            return error.error not in GONE
        except SlackSilent:
            return unless_told
        return True

    async def _told_removed(self, team_id: str, _at: datetime) -> None:
        """By an event; it may come late, after the app was installed again."""
        await self._removed(team_id, trust=True)

    async def _removed(self, team_id: str, *, trust: bool) -> None:
        for installation in await self._workspaces.all():
            if installation.team_id == team_id and await self._is_there(installation, unless_told=not trust):
                return
        await self._workspaces.forget(team_id)
        self._removed_from_its_one = self._many is None
        if self._sink is not None:
            await self._sink(WorkspaceLeft(self._now(), NAME, team_id))

    async def _installed(self, installation: Installation) -> None:
        if self._many is not None:
            await self._many.save(installation)
        if self._sink is not None:
            await self._sink(WorkspaceJoined(self._now(), NAME, installation.team_id))

    async def _renew(self, refresh_token: str) -> Renewed:
        oauth = self._config.oauth
        answer = await self._api.call_as(
            None,
            "oauth.v2.access",
            client_id=oauth.client_id if oauth else None,
            client_secret=oauth.client_secret if oauth else None,
            grant_type="refresh_token",
            refresh_token=refresh_token,
        )
        lasts = timedelta(seconds=float(answer["expires_in"]))
        return Renewed(str(answer["access_token"]), str(answer["refresh_token"]), lasts)
