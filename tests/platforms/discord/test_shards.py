"""Shards shared between processes: exactly one serves each, and another takes over when it is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.chat.message import Heading, Message
from bot.chat.platform import Delivered, Target
from bot.platforms.discord.share import Share, WrongShare
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.store.store import SqlStore
from tests.local_discord import LocalDiscord, local_discord
from tests.local_discord.clock import real_time
from tests.platforms.discord.process import connected, service
from tests.platforms.discord.team import Team, eventually, running


def _online(discord: LocalDiscord, team: Team) -> int:
    return sum(each.connection is not None for each in discord.gateway.sessions_of(team.app))


@pytest.mark.parametrize(
    ("text", "shards", "count"), [("0/1", (0,), 1), ("0,1/4", (0, 1), 4), ("8-10,3/16", (3, 8, 9, 10), 16)]
)
def test_a_share_is_written_as_numbers_and_spans(text: str, shards: tuple[int, ...], count: int) -> None:
    assert Share.parse(text) == Share(shards, count)


@pytest.mark.parametrize("text", ["4/4", "0-4/4", "3-1/4", "0/0"])
def test_a_share_of_shards_that_do_not_exist_is_refused(text: str) -> None:
    with pytest.raises(WrongShare, match="such as 0,1/4"):
        Share.parse(text)


async def test_a_second_bot_stands_in_line_sends_all_the_same_and_takes_over(
    discord: LocalDiscord, team: Team, game: Game
) -> None:
    async with running(discord, team.app, Game(game.store, game.bank), connected=False) as first:
        await discord.gateway.ready(team.app)
        async with running(discord, team.app, game, connected=False) as second:
            await eventually(lambda: second.platform.trouble() is None, "standing in line")
            target = Target(str(team.guild.id), str(team.channel.id))
            assert isinstance(await second.platform.send(target, Message("m", (Heading("Hi"),)), "k"), Delivered)
            assert _online(discord, team) == 1
            assert second.heard == []
            await first.platform.close()
            await connected(discord, team.app, 2)
            await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")
            assert _online(discord, team) == 1


async def test_two_bots_share_two_shards(discord: LocalDiscord, team: Team, game: Game) -> None:
    team.app.shards = 2
    zero, one = (Team.on(discord, team.app, f"On {n}") for n in (0, 1))
    for n, each in enumerate((zero, one)):
        each.guild = discord.add_guild(f"Shard {n}", team.app, shard=(n, 2))
        each.channel, each.ana = each.guild.add_channel("quiz"), each.guild.add_member("ana")
    async with (
        running(discord, team.app, game, share=Share((0,), 2)) as first,
        running(discord, team.app, Game(game.store, game.bank), share=Share((1,), 2)) as second,
    ):
        for each, bot in ((zero, first), (one, second)):
            before = len(bot.heard)
            await (await each.ana.uses(each.channel, "quiz help")).shows("/quiz leaderboard")
            assert len(bot.heard) == before + 1
        assert _online(discord, team) == 2


async def test_one_bot_serves_all_shards_that_discord_asks_for(discord: LocalDiscord, team: Team, game: Game) -> None:
    team.app.shards = 3
    async with running(discord, team.app, game):
        await discord.gateway.ready(team.app, 3)
        assert {each.shard for each in discord.gateway.sessions_of(team.app)} == {0, 1, 2}


async def test_a_bot_in_line_whose_token_was_changed_says_so(discord: LocalDiscord, team: Team, game: Game) -> None:
    discord.faults.refuse("GET", "/gateway/bot", 401)
    async with running(discord, team.app, game, connected=False) as bot:
        await eventually(lambda: "Copy the current one" in (bot.platform.trouble() or ""), "the trouble")


@dataclass
class _Grant:
    lost: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class LockedStore:
    """A real store with locks that a test takes away."""

    store: SqlStore
    grants: list[_Grant] = field(default_factory=list)

    @asynccontextmanager
    async def lock(self, _name: str) -> AsyncIterator[_Grant]:
        self.grants.append(_Grant())
        yield self.grants[-1]

    def read(self) -> UnitOfWork:
        return self.store.read()

    def write(self) -> UnitOfWork:
        return self.store.write()


async def test_a_bot_whose_lock_is_lost_hangs_up_and_asks_for_it_again(
    discord: LocalDiscord, team: Team, game: Game, store: SqlStore
) -> None:
    locked = LockedStore(store)
    async with running(discord, team.app, Game(locked, game.bank)):
        locked.grants[0].lost.set()
        await connected(discord, team.app, 2)
        assert len(locked.grants) == 2
        assert _online(discord, team) == 1
        await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")


async def test_when_a_process_is_killed_another_takes_its_shard_over(database: str, tmp_path: Path) -> None:
    async with local_discord(now=real_time, patience=60) as discord:
        team = Team.on(discord, discord.add_application())
        async with service(discord, team.app, database, tmp_path / "first.log") as first:
            await connected(discord, team.app, 1)
            async with service(discord, team.app, database, tmp_path / "second.log"):
                asked = ("GET", "/gateway/bot", 200)
                await discord.pulse.until(lambda: discord.rest.requests.count(asked) == 2, "the second in line")
                await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")
                assert discord.gateway.identifies == 1
                first.kill()
                await connected(discord, team.app, 2)
                await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz leaderboard")
