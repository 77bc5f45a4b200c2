"""Teams, workspaces, channels, players and leads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.chat.event import Place
from bot.quiz.team import Channel, Player, Team
from bot.services.ports import NotStored
from bot.store.dialect import insert
from bot.store.tables import (
    ChannelRow,
    InstallationRow,
    LeadRow,
    OutboxTable,
    PlayerRow,
    RulingRow,
    ScheduleRow,
    SubmissionRow,
    TeamRow,
    WorkspaceRow,
)

_CHANNELS = select(
    col(ChannelRow.id),
    col(WorkspaceRow.team_id),
    col(WorkspaceRow.id),
    col(WorkspaceRow.platform),
    col(WorkspaceRow.external_id),
    col(ChannelRow.external_id),
    col(ChannelRow.name),
).join(WorkspaceRow, col(WorkspaceRow.id) == col(ChannelRow.workspace_id))


class SqlTeams:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def channel_at(self, place: Place) -> Channel | None:
        query = _CHANNELS.where(
            col(WorkspaceRow.platform) == place.platform,
            col(WorkspaceRow.external_id) == place.workspace_id,
            col(ChannelRow.external_id) == place.channel_id,
        )
        return _channel((await self._session.execute(query)).one_or_none())

    async def channels_in(self, platform: str, workspace_id: str) -> Sequence[Channel]:
        query = _CHANNELS.where(
            col(WorkspaceRow.platform) == platform, col(WorkspaceRow.external_id) == workspace_id
        ).order_by(col(ChannelRow.id))
        return [channel for channel in map(_channel, await self._session.execute(query)) if channel is not None]

    async def leave(self, platform: str, workspace_id: str, *, now: datetime) -> bool:
        return await self._left(platform, workspace_id, now)

    async def come_back(self, platform: str, workspace_id: str) -> bool:
        return await self._left(platform, workspace_id, None)

    async def _left(self, platform: str, workspace_id: str, at: datetime | None) -> bool:
        left = col(WorkspaceRow.left_at)
        statement = (
            update(WorkspaceRow)
            .where(
                col(WorkspaceRow.platform) == platform,
                col(WorkspaceRow.external_id) == workspace_id,
                left.is_not(None) if at is None else left.is_(None),
            )
            .values(left_at=at)
            .returning(col(WorkspaceRow.id))
        )
        return (await self._session.execute(statement)).scalar_one_or_none() is not None

    async def has_left(self, workspace_id: int) -> bool:
        query = select(col(WorkspaceRow.left_at)).where(col(WorkspaceRow.id) == workspace_id)
        return (await self._session.execute(query)).scalar_one_or_none() is not None

    async def present(self, platform: str) -> frozenset[str]:
        query = select(col(WorkspaceRow.external_id)).where(
            col(WorkspaceRow.platform) == platform, col(WorkspaceRow.left_at).is_(None)
        )
        return frozenset((await self._session.execute(query)).scalars())

    async def delete_left(self, *, before: datetime) -> int:
        gone = delete(WorkspaceRow).where(col(WorkspaceRow.left_at) < before).returning(col(WorkspaceRow.team_id))
        team_ids = list((await self._session.execute(gone)).scalars())
        settled = select(col(WorkspaceRow.team_id))
        await self._session.execute(
            delete(TeamRow).where(col(TeamRow.id).in_(team_ids), col(TeamRow.id).not_in(settled))
        )
        return len(team_ids)

    async def register(self, place: Place, *, now: datetime) -> Channel:
        workspace_id = await self.workspace(place, now=now)
        statement = insert(self._session, ChannelRow).values(
            workspace_id=workspace_id, external_id=place.channel_id, name=place.channel_name
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["workspace_id", "external_id"], set_={"name": place.channel_name}
            )
        )
        channel = await self.channel_at(place)
        if channel is None:
            raise NotStored("channel", place.channel_id)
        return channel

    async def workspace(self, place: Place, *, now: datetime) -> int:
        known = select(col(WorkspaceRow.id)).where(
            col(WorkspaceRow.platform) == place.platform, col(WorkspaceRow.external_id) == place.workspace_id
        )
        found = (await self._session.execute(known)).scalar_one_or_none()
        if found is not None:
            named = update(WorkspaceRow).where(col(WorkspaceRow.id) == found).values(name=place.workspace_name)
            await self._session.execute(named)
            return int(found)
        team = TeamRow(name=place.workspace_name, created_at=now)
        self._session.add(team)
        await self._session.flush()
        statement = insert(self._session, WorkspaceRow).values(
            team_id=team.id,
            platform=place.platform,
            external_id=place.workspace_id,
            name=place.workspace_name,
            created_at=now,
        )
        await self._session.execute(statement.on_conflict_do_nothing(index_elements=["platform", "external_id"]))
        workspace = (await self._session.execute(known.add_columns(col(WorkspaceRow.team_id)))).one()
        if workspace[1] != team.id:  # another process was first; its team is the one
            await self._session.execute(delete(TeamRow).where(col(TeamRow.id) == team.id))
        return int(workspace[0])

    async def channels(self, channel_ids: Sequence[int]) -> Mapping[int, Channel]:
        rows = await self._session.execute(_CHANNELS.where(col(ChannelRow.id).in_(channel_ids)))
        return {channel.id: channel for channel in map(_channel, rows) if channel is not None}

    async def channel(self, channel_id: int) -> Channel:
        row = (await self._session.execute(_CHANNELS.where(col(ChannelRow.id) == channel_id))).one_or_none()
        channel = _channel(row)
        if channel is None:
            raise NotStored("channel", channel_id)
        return channel

    async def team(self, team_id: int) -> Team:
        row = await self._session.get(TeamRow, team_id)
        if row is None:
            raise NotStored("team", team_id)
        return Team(team_id, row.name)

    async def platforms(self) -> frozenset[str]:
        query = select(col(WorkspaceRow.platform)).distinct()
        return frozenset((await self._session.execute(query)).scalars())


class SqlPlayers:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def enrol(self, team_id: int, platform: str, external_id: str, name: str, *, now: datetime) -> Player:
        known = await self.find(team_id, platform, external_id)
        if known is not None and known.name == name:
            return known
        statement = insert(self._session, PlayerRow).values(
            team_id=team_id, platform=platform, external_id=external_id, name=name, created_at=now
        )
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["team_id", "platform", "external_id"], set_={"name": name})
        )
        player = await self.find(team_id, platform, external_id)
        if player is None:
            raise NotStored("player", external_id)
        return player

    async def find(self, team_id: int, platform: str, external_id: str) -> Player | None:
        query = _PLAYERS.where(
            col(PlayerRow.team_id) == team_id,
            col(PlayerRow.platform) == platform,
            col(PlayerRow.external_id) == external_id,
        )
        row = (await self._session.execute(query)).one_or_none()
        return _player(row) if row else None

    async def get(self, player_id: int) -> Player:
        row = (await self._session.execute(_PLAYERS.where(col(PlayerRow.id) == player_id))).one_or_none()
        if row is None:
            raise NotStored("player", player_id)
        return _player(row)

    async def named(self, team_id: int, name: str) -> Sequence[Player]:
        query = _PLAYERS.where(
            col(PlayerRow.team_id) == team_id,
            (col(PlayerRow.name) == name) | (col(PlayerRow.external_id) == name),
        ).order_by(col(PlayerRow.id))
        return [_player(row) for row in await self._session.execute(query)]

    async def forget(self, player_id: int) -> None:
        player = await self.get(player_id)
        # Feedback on its way names the person; the rest hangs off the player by foreign keys.
        channels = select(col(ChannelRow.id)).join(WorkspaceRow, col(WorkspaceRow.id) == col(ChannelRow.workspace_id))
        mine = channels.where(
            col(WorkspaceRow.team_id) == player.team_id, col(WorkspaceRow.platform) == player.platform
        )
        await self._session.execute(
            delete(OutboxTable).where(
                col(OutboxTable.person_id) == player.external_id, col(OutboxTable.channel_id).in_(mine)
            )
        )
        here = select(col(WorkspaceRow.id)).where(
            col(WorkspaceRow.team_id) == player.team_id, col(WorkspaceRow.platform) == player.platform
        )
        await self._session.execute(
            delete(LeadRow).where(col(LeadRow.external_id) == player.external_id, col(LeadRow.workspace_id).in_(here))
        )
        await self._session.execute(
            update(ScheduleRow)
            .where(col(ScheduleRow.lead_id) == player.external_id, col(ScheduleRow.channel_id).in_(mine))
            .values(lead_id=None)
        )
        given = select(col(SubmissionRow.id)).where(col(SubmissionRow.channel_id).in_(mine))
        await self._session.execute(
            update(RulingRow)
            .where(col(RulingRow.ruled_by) == player.external_id, col(RulingRow.submission_id).in_(given))
            .values(ruled_by=None)
        )
        await self._session.execute(delete(PlayerRow).where(col(PlayerRow.id) == player_id))


_PLAYERS = select(
    col(PlayerRow.id),
    col(PlayerRow.team_id),
    col(PlayerRow.platform),
    col(PlayerRow.external_id),
    col(PlayerRow.name),
)


def _player(row: Any) -> Player:  # noqa: ANN401 - a row, whose type says less than the select
    return Player(*row)


def _channel(row: Any) -> Channel | None:  # noqa: ANN401
    if row is None:
        return None
    return Channel(*row)


class SqlLeads:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, workspace_id: int, external_id: str, name: str) -> None:
        statement = insert(self._session, LeadRow).values(workspace_id=workspace_id, external_id=external_id, name=name)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["workspace_id", "external_id"], set_={"name": name})
        )

    async def remove(self, workspace_id: int, external_id: str) -> bool:
        statement = (
            delete(LeadRow)
            .where(col(LeadRow.workspace_id) == workspace_id, col(LeadRow.external_id) == external_id)
            .returning(col(LeadRow.external_id))
        )
        return (await self._session.execute(statement)).scalar_one_or_none() is not None

    async def named(self, place: Place, external_id: str) -> bool:
        return any(lead == external_id for lead, _ in await self.all(place))

    async def all(self, place: Place) -> Sequence[tuple[str, str]]:
        query = (
            select(col(LeadRow.external_id), col(LeadRow.name))
            .join(WorkspaceRow, col(WorkspaceRow.id) == col(LeadRow.workspace_id))
            .where(col(WorkspaceRow.platform) == place.platform, col(WorkspaceRow.external_id) == place.workspace_id)
            .order_by(col(LeadRow.name), col(LeadRow.external_id))
        )
        return [(external_id, name) for external_id, name in await self._session.execute(query)]


class SqlInstallations:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, platform: str, key: str) -> str | None:
        query = select(col(InstallationRow.sealed)).where(*_installation(platform, key))
        return (await self._session.execute(query)).scalar_one_or_none()

    async def put(self, platform: str, key: str, sealed: str, *, now: datetime) -> None:
        statement = insert(self._session, InstallationRow).values(
            platform=platform, key=key, sealed=sealed, updated_at=now
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "key"], set_={"sealed": sealed, "updated_at": now}
            )
        )

    async def delete(self, platform: str, key: str) -> None:
        await self._session.execute(delete(InstallationRow).where(*_installation(platform, key)))

    async def keys(self, platform: str) -> Sequence[str]:
        query = select(col(InstallationRow.key)).where(col(InstallationRow.platform) == platform)
        return sorted((await self._session.execute(query)).scalars())


def _installation(platform: str, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(InstallationRow.platform) == platform, col(InstallationRow.key) == key
