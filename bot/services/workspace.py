"""The bot is added to a workspace, removed from it, or loses a channel."""

from datetime import datetime

import structlog

from bot.chat.event import ChannelLost, Happening, RollCall, WorkspaceJoined, WorkspaceLeft
from bot.quiz.calendar import pause, resume
from bot.services.deliver import stand_still
from bot.services.game import Game
from bot.services.ports import UnitOfWork

_REMOVED = "the bot was removed"

log = structlog.get_logger(__name__)


async def happened(game: Game, happening: Happening | RollCall) -> None:
    """Deal with it; the same one again changes nothing."""
    if isinstance(happening, RollCall):
        await _call_the_roll(game, happening)
        return
    async with game.store.write() as uow:
        if isinstance(happening, WorkspaceLeft):
            await _leave(uow, happening.platform, happening.workspace_id, happening.at)
        elif isinstance(happening, WorkspaceJoined):
            await _come_back(uow, happening.platform, happening.workspace_id, happening.at)
        elif isinstance(happening, ChannelLost):
            await _lose(uow, happening)
        await uow.commit()


async def _leave(uow: UnitOfWork, platform: str, workspace_id: str, now: datetime) -> None:
    """Its schedules stand still; its data is kept for a while, see `housekeeping`."""
    if not await uow.teams.leave(platform, workspace_id, now=now):
        return
    running = [s for s in await uow.schedules.in_workspace(platform, workspace_id) if s.paused is None]
    await uow.schedules.save(*(pause(schedule, _REMOVED) for schedule in running))
    log.warning("workspace_left", platform=platform, workspace=workspace_id, schedules=len(running))


async def _come_back(uow: UnitOfWork, platform: str, workspace_id: str, now: datetime) -> None:
    """What stood still for this alone goes on from now."""
    if not await uow.teams.come_back(platform, workspace_id):
        return
    still = [s for s in await uow.schedules.in_workspace(platform, workspace_id) if s.paused == _REMOVED]
    await uow.schedules.save(*(resume(schedule, now) for schedule in still))
    log.info("workspace_back", platform=platform, workspace=workspace_id, schedules=len(still))


async def _lose(uow: UnitOfWork, lost: ChannelLost) -> None:
    for channel in await uow.teams.channels_in(lost.platform, lost.workspace_id):
        if channel.external_id == lost.channel_id:
            key = f"lost:{channel.id}:{lost.at:%Y%m%dT%H%M%S}"
            await stand_still(uow, channel.id, lost.reason, lost.at, key=key)


async def _call_the_roll(game: Game, call: RollCall) -> None:
    """What happened while the bot was not connected."""
    async with game.store.write() as uow:
        known = await uow.teams.present(call.platform)
        for workspace_id in sorted(known - call.present):
            if call.covers(workspace_id):
                await _leave(uow, call.platform, workspace_id, call.at)
        for workspace_id in sorted(call.present - known):
            await _come_back(uow, call.platform, workspace_id, call.at)
        await uow.commit()
