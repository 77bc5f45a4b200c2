"""Who plays, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Team:
    """The people who share one leaderboard."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a team's rounds are posted, with the platform's own ids."""

    id: int
    team_id: int
    workspace_id: int
    platform: str
    workspace_external_id: str
    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Player:
    """One person in one team."""

    id: int
    team_id: int
    platform: str
    external_id: str
    name: str
