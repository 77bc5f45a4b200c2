"""Which quiz channel somebody means who acts outside of one: in another channel, or on the bot's own page."""

from bot.chat.event import Event, Place
from bot.quiz.team import Channel, Player
from bot.services.facts import NoQuizHere
from bot.services.ports import UnitOfWork


async def channel_here(uow: UnitOfWork, place: Place) -> Channel:
    """The quiz channel at `place`, else the one of this workspace with the newest open round, else the first.

    All of a workspace's channels share one team. Raises `NoQuizHere`.
    """
    exact = await uow.teams.channel_at(place)
    if exact is not None:
        return exact
    channels = {channel.id: channel for channel in await uow.teams.channels_in(place.platform, place.workspace_id)}
    if not channels:
        raise NoQuizHere
    for asked in reversed(await uow.rounds.open_in(*channels)):
        return channels[asked.channel_id]
    return next(iter(channels.values()))


async def channel_to_lead(uow: UnitOfWork, place: Place) -> Channel:
    """The quiz channel at `place`, else the workspace's only one: a lead must not change one by mistake.

    Raises `NoQuizHere`.
    """
    exact = await uow.teams.channel_at(place)
    if exact is not None:
        return exact
    channels = await uow.teams.channels_in(place.platform, place.workspace_id)
    if len(channels) != 1:
        raise NoQuizHere
    return channels[0]


async def whereabouts(uow: UnitOfWork, event: Event) -> tuple[Channel, Player]:
    """The channel and the player of an event; the player is made as needed. Raises `NoQuizHere`."""
    channel = await channel_here(uow, event.place)
    player = await uow.players.enrol(
        channel.team_id, event.place.platform, event.person.external_id, event.person.name, now=event.at
    )
    return channel, player


async def known_player(uow: UnitOfWork, event: Event) -> Player | None:
    """The player of an event, if they ever played here."""
    try:
        channel = await channel_here(uow, event.place)
    except NoQuizHere:
        return None
    return await uow.players.find(channel.team_id, channel.platform, event.person.external_id)
