"""Who somebody is in a workspace, and whether they lead there.

| who | plays | leads |
|---|---|---|
| an owner or admin of the workspace, whoever installed the app | yes | yes |
| a member | yes | if a lead named them |
| a guest (of one or several channels) | yes | never by themselves |
| somebody of another workspace, in a shared channel | yes, under the channel's team | never by themselves |
| a deactivated account, a bot | no | no |

An Enterprise Grid has one id for a person in all of its workspaces; they are of a workspace if the Grid says so.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.chat.event import Person
from bot.platforms.slack.api import Api
from bot.platforms.slack.outcomes import SlackRefused, SlackSilent
from bot.platforms.slack.workspaces import Installation

_FRESH = timedelta(minutes=2)
_KEPT = 20_000
_TRIES = 3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """What `users.info` says. `governs`: an owner or admin; `teams`: the workspaces they are of."""

    id: str
    name: str
    tz: str | None
    plays: bool
    guest: bool
    governs: bool
    teams: frozenset[str]

    def leads(self, installation: Installation) -> bool:
        at_home = installation.team_id in self.teams
        return self.plays and not self.guest and at_home and (self.governs or self.id == installation.installer_id)

    def person(self, installation: Installation) -> Person:
        return Person(self.id, self.name, self.leads(installation), self.tz)


class People:
    """Profiles, remembered for two minutes. `sleep` waits that many seconds."""

    def __init__(self, api: Api, now: Callable[[], datetime], sleep: Callable[[float], Awaitable[object]]) -> None:
        self._api = api
        self._now = now
        self._sleep = sleep
        self._known: OrderedDict[tuple[str, str], tuple[datetime, Profile]] = OrderedDict()

    async def profile(self, team_id: str, user_id: str) -> Profile:
        """Raises `SlackRefused`, `SlackSilent`."""
        if (known := self.known(team_id, user_id)) is not None:
            return known
        answer = await self._api.call(team_id, "users.info", user=user_id)
        return self.learn(team_id, answer["user"])

    async def patiently(self, team_id: str, user_id: str) -> Profile:
        """The same, waiting as Slack asks to where many write at once."""
        for _ in range(_TRIES - 1):
            try:
                return await self.profile(team_id, user_id)
            except SlackRefused as error:
                if error.retry_after is None:
                    raise
                await self._sleep(error.retry_after)
            except SlackSilent:
                await self._sleep(1.0)
        return await self.profile(team_id, user_id)

    def known(self, team_id: str, user_id: str) -> Profile | None:
        """What is remembered, without asking."""
        at, profile = self._known.get((team_id, user_id), (None, None))
        return profile if at is not None and self._now() - at < _FRESH else None

    def learn(self, team_id: str, user: Mapping[str, Any]) -> Profile:
        """From an answer of `users.info`. (The event `user_change` also tells every change of a status: too many.)"""
        profile = _read(user)
        self._known[team_id, profile.id] = (self._now(), profile)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return profile


def _read(user: Mapping[str, Any]) -> Profile:
    shown = user.get("profile") or {}
    grid = user.get("enterprise_user") or {}
    return Profile(
        str(user["id"]),
        shown.get("display_name") or shown.get("real_name") or user.get("real_name") or user.get("name") or user["id"],
        _zone(user.get("tz")),
        plays=not (user.get("deleted") or user.get("is_bot") or user["id"] == "USLACKBOT"),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        governs=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        teams=frozenset([*grid.get("teams", ()), user.get("team_id", "")]),
    )


def _zone(name: object) -> str | None:
    try:
        return ZoneInfo(str(name)).key if name else None
    except (ValueError, OSError):
        return None
