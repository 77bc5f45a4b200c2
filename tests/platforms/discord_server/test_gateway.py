"""The gateway of the local Discord: who may come in, what is heard, and how a bot comes back."""

import asyncio

import discord
import pytest

from tests.local_discord import local_discord
from tests.local_discord.applications import MEMBERS, MESSAGE_CONTENT
from tests.platforms.discord_server.quizzer import Quizzer
from tests.platforms.discord_server.rawbot import DEFAULT_INTENTS, RawBot, raw_bot
from tests.platforms.discord_server.room import Room, running


async def test_a_wrong_token_is_refused(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    room.app.reset_token("new")
    await socket.send(2, {"token": "wrong", "intents": 0, "properties": {}})
    assert await socket.closed() == 4004


@pytest.mark.parametrize(("intents", "code"), [(MESSAGE_CONTENT, 4014), (MEMBERS, 4014), (1 << 30, 4013)])
async def test_intents_that_are_not_switched_on_or_do_not_exist_are_refused(
    raw: RawBot, intents: int, code: int
) -> None:
    socket = await raw.connect()
    await socket.identify(intents=intents)
    assert await socket.closed() == code


@pytest.mark.parametrize(("shard", "code"), [([2, 2], 4010), ([0, 1], 4011)])
async def test_a_shard_that_cannot_be_is_refused(room: Room, raw: RawBot, shard: list[int], code: int) -> None:
    room.app.sharding_required = 2
    socket = await raw.connect()
    await socket.identify(shard=shard)
    assert await socket.closed() == code


@pytest.mark.parametrize(
    ("op", "body", "code"), [(3, {}, 4003), (99, {}, 4003), (1, "x" * 5000, 4002)], ids=["early", "unknown", "large"]
)
async def test_a_payload_that_does_not_belong_closes_the_connection(
    raw: RawBot, op: int, body: object, code: int
) -> None:
    socket = await raw.connect()
    await socket.send(op, body)
    assert await socket.closed() == code


async def test_more_than_120_payloads_a_minute_close_the_connection(raw: RawBot) -> None:
    socket = await raw.connect()
    for _ in range(121):
        await socket.send(1, None)
    assert await socket.closed() == 4008


async def test_a_client_that_does_not_beat_is_closed() -> None:
    async with local_discord(heartbeat=0.02) as home:
        app = home.add_application()
        async with raw_bot(home, app) as raw:
            socket = await raw.connect()
            assert await socket.closed() == 4009


async def test_what_the_intents_leave_out_is_not_heard(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    await socket.identify(intents=1)
    await socket.event("GUILD_CREATE")
    await room.ana.writes(room.channel, "nobody hears this")
    room.guild.add_channel("next")
    assert (await socket.next())["t"] == "CHANNEL_CREATE"


async def test_content_is_hidden_without_the_intent_and_shown_with_it(room: Room, raw: RawBot) -> None:
    room.app.privileged = MESSAGE_CONTENT
    poor, rich = await raw.connect(), await raw.connect(compressed=True)
    await poor.identify()
    await rich.identify(intents=DEFAULT_INTENTS | MESSAGE_CONTENT)
    await poor.event("GUILD_CREATE")
    await rich.event("GUILD_CREATE")
    await room.ana.writes(room.channel, "the lock")
    assert (await poor.event("MESSAGE_CREATE"))["d"]["content"] == ""
    assert (await rich.event("MESSAGE_CREATE"))["d"]["content"] == "the lock"


async def test_a_resumed_session_hears_what_it_missed_and_then_resumed(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    await socket.identify()
    session = (await socket.event("READY"))["d"]["session_id"]
    seen = (await socket.event("GUILD_CREATE"))["s"]
    room.discord.gateway.disconnect(room.app)
    assert await socket.closed() == 4000
    await room.ana.writes(room.channel, "while it was away")
    again = await raw.connect()
    await again.send(6, {"token": room.app.token, "session_id": session, "seq": seen})
    assert (await again.next())["op"] == 10
    assert [(await again.next())["t"], (await again.next())["t"]] == ["MESSAGE_CREATE", "RESUMED"]


async def test_a_session_that_has_ended_cannot_be_resumed(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    await socket.identify()
    session = (await socket.event("READY"))["d"]["session_id"]
    await socket.ws.close(code=1000)
    await room.discord.pulse.until(lambda: not room.discord.gateway.sessions_of(room.app) or None, "the end")
    again = await raw.connect()
    await again.next()
    await again.send(6, {"token": room.app.token, "session_id": session, "seq": 1})
    assert await again.next() == {"op": 9, "d": False, "t": None, "s": None}


async def test_removing_the_bot_and_inviting_it_again_is_heard(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    await socket.identify()
    await socket.event("GUILD_CREATE")
    room.guild.remove(room.app)
    assert "unavailable" not in (await socket.event("GUILD_DELETE"))["d"]
    assert (await raw.ask("GET", f"/guilds/{room.guild.id}")).code == 10004
    room.guild.install(room.app)
    assert (await socket.event("GUILD_CREATE"))["d"]["id"] == str(room.guild.id)


@pytest.mark.parametrize("trouble", ["close", "cut", "opcode 7", "opcode 9"])
async def test_discord_py_resumes_and_an_event_said_twice_is_heard_twice(
    room: Room, bot: Quizzer, trouble: str
) -> None:
    gateway = room.discord.gateway
    await room.ana.writes(room.channel, "hello", mention_bot=True)
    first = await bot.heard.get()
    if trouble == "close":
        gateway.disconnect(room.app)
    elif trouble == "cut":
        gateway.cut(room.app)
    elif trouble == "opcode 7":
        gateway.ask_to_reconnect(room.app)
    else:
        gateway.invalidate(room.app, resumable=True)
    session = gateway.sessions_of(room.app)[0]
    await room.discord.pulse.until(lambda: session.resumed or None, "a RESUME", session.names)
    gateway.replay(room.app, "MESSAGE_CREATE")
    assert (await bot.heard.get()).id == first.id
    assert gateway.identifies == 1


async def test_discord_py_identifies_anew_when_its_session_is_gone(room: Room, bot: Quizzer) -> None:
    room.discord.gateway.invalidate(room.app, resumable=False)
    await room.discord.pulse.until(lambda: room.discord.gateway.identifies == 2 or None, "a second IDENTIFY")
    await room.discord.gateway.ready(room.app)
    await (await room.ana.uses(room.channel, "quiz leaderboard")).shows("Leaders of the week")


async def test_discord_py_names_a_missing_privileged_intent(room: Room) -> None:
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(room.discord, room.app, Quizzer(content=True)):
            await room.discord.gateway.ready(room.app)


async def test_two_shards_serve_their_own_guilds_and_direct_messages_come_to_shard_0() -> None:
    async with local_discord() as home:
        app = home.add_application(message_content=True)
        app.shards = app.sharding_required = 2
        guilds = [home.add_guild(f"Team {number}", app, shard=(number, 2)) for number in (0, 1)]
        channels = [guild.add_channel("quiz") for guild in guilds]
        ana = guilds[0].add_member("ana")
        guilds[1].add_member(ana)
        async with running(home, app, Quizzer(content=True)) as bot:
            await home.gateway.ready(app, sessions=2)
            assert {guild.id: guild.shard_id for guild in bot.guilds} == {guilds[0].id: 0, guilds[1].id: 1}
            for channel in channels:
                await (await ana.uses(channel, "quiz leaderboard")).shows("Leaders")
            await ana.writes(ana.dm(app), "hello")
            assert (await bot.heard.get()).content == "hello"
            shards = {session.shard: session.names() for session in home.gateway.sessions_of(app)}
            assert ["MESSAGE_CREATE" in shards[number] for number in (0, 1)] == [True, False]


async def test_two_sessions_of_one_token_hear_the_same(room: Room, raw: RawBot) -> None:
    sockets = [await raw.connect(), await raw.connect()]
    for socket in sockets:
        await socket.identify()
        await socket.event("GUILD_CREATE")
    await room.ana.writes(room.channel, "once")
    heard = await asyncio.gather(*(socket.event("MESSAGE_CREATE") for socket in sockets))
    assert heard[0]["d"]["id"] == heard[1]["d"]["id"]


async def test_discord_py_tells_an_outage_from_a_removal(room: Room, bot: Quizzer) -> None:
    room.guild.goes_down()
    room.guild.comes_back()
    room.guild.remove(room.app)
    room.guild.install(room.app)
    news = [await bot.guild_news.get() for _ in range(5)]
    assert news == ["sees Team one", "lost sight of Team one", "sees Team one", "left Team one", "joined Team one"]


async def test_discord_py_reads_a_compressed_stream(room: Room, bot: Quizzer) -> None:
    [session] = room.discord.gateway.sessions_of(room.app)
    assert session.connection is not None
    assert session.connection.compressed
    await (await room.ana.uses(room.channel, "quiz leaderboard")).shows("Leaders")


async def test_a_bot_that_falls_over_fails_whoever_waits_at_once(room: Room, bot: Quizzer) -> None:
    room.discord.gateway.sessions_of(room.app)[0].send("INTERACTION_CREATE", {"malformed": True})
    with pytest.raises(KeyError):
        await room.channel.next_message()


async def test_members_are_asked_for_by_name_and_by_id(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    await socket.identify()
    for asked in ({"query": "an", "limit": 5}, {"user_ids": [str(room.ana.id)]}):
        await socket.send(8, {"guild_id": str(room.guild.id), "nonce": "1", **asked})
        chunk = (await socket.event("GUILD_MEMBERS_CHUNK"))["d"]
        assert [each["user"]["username"] for each in chunk["members"]] == ["ana"]
    await socket.send(8, {"guild_id": str(room.guild.id), "query": "", "limit": 0})
    assert await socket.closed() == 4014
