"""Who somebody is, as `users.info` tells it (https://docs.slack.dev/reference/objects/user-object)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.local_slack.payload import Payload


@dataclass
class Profile:
    """A person or a bot user of one workspace."""

    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str
    tz: str | None = "UTC"
    admin: bool = False
    owner: bool = False
    guest: str = ""  # "", "restricted" or "ultra_restricted"
    bot_id: str = ""
    app_id: str = ""
    deleted: bool = False
    locale: str = "en-US"
    enterprise_id: str = ""
    active: bool = True  # ephemeral messages reach only people who are there

    @property
    def is_bot(self) -> bool:
        return bool(self.bot_id)

    @property
    def shown(self) -> str:
        """The name others see."""
        return self.display_name or self.real_name

    def zone(self) -> ZoneInfo:
        """Their zone; UTC where Slack knows none."""
        return ZoneInfo(self.tz or "UTC")

    def payload(self, *, locale: bool = False, stranger: bool = False) -> Payload:
        """The user object; to another workspace in a shared channel they are a `stranger`."""
        user: Payload = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "profile": self._profile(),
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1,
        }
        if self.deleted:
            return user
        user |= self._zone() | self._rank()
        if locale:
            user["locale"] = self.locale
        if stranger:
            user["is_stranger"] = True
        if self.enterprise_id:
            user["enterprise_user"] = {
                "id": self.id,
                "enterprise_id": self.enterprise_id,
                "enterprise_name": "Grid",
                "is_admin": False,
                "is_owner": False,
                "teams": [self.team_id],
            }
        return user

    def _profile(self) -> Payload:
        profile: Payload = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.display_name,
            "display_name_normalized": self.display_name,
            "team": self.team_id,
        }
        if self.is_bot:
            profile |= {"api_app_id": self.app_id, "bot_id": self.bot_id, "always_active": True}
        return profile

    def _zone(self) -> Payload:
        if self.tz is None:
            return {}
        offset = datetime.now(self.zone()).utcoffset()
        return {"tz": self.tz, "tz_label": self.tz, "tz_offset": int(offset.total_seconds()) if offset else 0}

    def _rank(self) -> Payload:
        return {
            "is_admin": self.admin or self.owner,
            "is_owner": self.owner,
            "is_primary_owner": False,
            "is_restricted": bool(self.guest),
            "is_ultra_restricted": self.guest == "ultra_restricted",
        }
