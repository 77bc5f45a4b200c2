"""The HTTP interface of the local Discord: permissions, nonces, pings, threads, limits of speed."""

import asyncio
import io

import aiohttp
import discord
import pytest

from tests.local_discord import CannotDo, Permission
from tests.platforms.discord_server.quizzer import Quizzer
from tests.platforms.discord_server.rawbot import Payload, RawBot
from tests.platforms.discord_server.room import Room

SEND = "/channels/{channel_id}/messages"


def messages(room: Room) -> str:
    return f"/channels/{room.channel.id}/messages"


async def test_a_request_needs_a_known_token_and_a_user_agent(raw: RawBot) -> None:
    wrong = await raw.ask("GET", "/users/@me", Authorization="Bot wrong")
    assert (wrong.status, wrong.body) == (401, {"message": "401: Unauthorized", "code": 0})
    assert (await raw.ask("GET", "/users/@me", **{"User-Agent": "python"})).status == 403


async def test_every_question_about_what_there_is_has_an_answer(room: Room, raw: RawBot) -> None:
    guild, channel = f"/guilds/{room.guild.id}", f"/channels/{room.channel.id}"
    paths = ["/users/@me", "/applications/@me", "/oauth2/applications/@me", "/gateway", "/gateway/bot"]
    paths += [guild, guild + "/channels", guild + "/roles", f"{guild}/members/{room.ana.id}", channel]
    paths += ["/users/@me/guilds", f"/users/{room.ana.id}", guild + "/threads/active", channel + "/messages"]
    paths += [f"/applications/{room.app.id}/guilds/{room.guild.id}/commands"]
    answers = [await raw.ask("GET", path) for path in paths]
    assert [answer.status for answer in answers] == [200] * len(paths)
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}


@pytest.mark.parametrize(
    ("permission", "code"),
    [
        (Permission.VIEW_CHANNEL, 50001),
        (Permission.SEND_MESSAGES, 50013),
        (Permission.EMBED_LINKS, 50013),
    ],
)
async def test_a_bot_sends_only_where_it_may(room: Room, raw: RawBot, permission: Permission, code: int) -> None:
    room.channel.forbid(room.app, permission)
    refused = await raw.ask("POST", messages(room), {"embeds": [{"title": "Question"}]})
    assert (refused.status, refused.code) == (403, code)
    room.channel.allow(room.app, permission)
    assert (await raw.ask("POST", messages(room), {"embeds": [{"title": "Question"}]})).status == 200


async def test_a_permission_can_come_from_a_role_and_go_with_it(room: Room, raw: RawBot) -> None:
    room.channel.forbid(room.guild.everyone, Permission.SEND_MESSAGES)
    assert (await raw.ask("POST", messages(room), {"content": "no"})).code == 50013
    with pytest.raises(CannotDo, match="SEND_MESSAGES"):
        await room.ana.writes(room.channel, "no")
    room.channel.allow(room.guild.role_of(room.app), Permission.SEND_MESSAGES)
    assert (await raw.ask("POST", messages(room), {"content": "yes"})).status == 200


async def test_what_is_gone_is_unknown(room: Room, raw: RawBot) -> None:
    sent = await raw.ask("POST", messages(room), {"content": "soon gone"})
    path = f"{messages(room)}/{sent.body['id']}"
    room.channel.messages[0].delete()
    assert (await raw.ask("PATCH", path, {"content": "?"})).code == 10008
    room.channel.delete()
    gone = await raw.ask("POST", messages(room), {"content": "?"})
    assert (gone.status, gone.code) == (404, 10003)
    assert (await raw.ask("GET", "/guilds/1")).code == 10004


async def test_nobody_edits_the_message_of_somebody_else(room: Room, raw: RawBot) -> None:
    message = await room.ana.writes(room.channel, "mine")
    refused = await raw.ask("PATCH", f"{messages(room)}/{message.id}", {"content": "yours"})
    assert (refused.status, refused.code) == (403, 50005)
    await room.ana.edits(message, "still mine")
    assert message.text() == "still mine"


async def test_a_private_message_reaches_whoever_shares_a_guild_and_does_not_block(room: Room, raw: RawBot) -> None:
    opened = await raw.ask("POST", "/users/@me/channels", {"recipient_id": str(room.ana.id)})
    path = f"/channels/{opened.body['id']}/messages"
    assert (await raw.ask("POST", path, {"content": "hello"})).status == 200
    assert (await room.ana.next_direct_message(room.app)).text() == "hello"
    room.ana.blocks(room.app)
    refused = await raw.ask("POST", path, {"content": "again"})
    assert (refused.status, refused.code) == (403, 50007)
    room.ana.unblocks(room.app)
    room.guild.part(room.ana)
    assert (await raw.ask("POST", path, {"content": "again"})).code == 50007


async def test_the_same_nonce_within_minutes_is_the_same_message(room: Room, raw: RawBot) -> None:
    body = {"content": "once", "nonce": "round-7", "enforce_nonce": True}
    first, second = [await raw.ask("POST", messages(room), body) for _ in range(2)]
    assert first.body["id"] == second.body["id"]
    assert len(room.channel.messages) == 1
    assert (await raw.ask("POST", messages(room), {**body, "enforce_nonce": False})).body["id"] != first.body["id"]
    room.discord.clock.move(minutes=10)
    assert (await raw.ask("POST", messages(room), body)).body["id"] != first.body["id"]


async def test_a_lost_answer_leaves_a_message_that_the_nonce_finds_again(room: Room, raw: RawBot) -> None:
    body = {"content": "once", "nonce": "round-7", "enforce_nonce": True}
    room.discord.faults.lose_answer("POST", SEND)
    with pytest.raises(aiohttp.ClientError):
        await raw.ask("POST", messages(room), body)
    assert (await raw.ask("POST", messages(room), body)).body["id"] == str(room.channel.messages[0].id)
    room.discord.faults.break_connection("POST", SEND)
    with pytest.raises(aiohttp.ClientError):
        await raw.ask("POST", messages(room), {"content": "never"})
    assert len(room.channel.messages) == 1


async def test_an_ordered_refusal_is_given_once(room: Room, raw: RawBot) -> None:
    room.discord.faults.refuse("POST", SEND, 503)
    assert [(await raw.ask("POST", messages(room), {"content": "x"})).status for _ in range(2)] == [503, 200]


async def test_a_hanging_request_has_no_answer(room: Room, raw: RawBot) -> None:
    room.discord.faults.hang("POST", SEND, works=True)
    waiting = asyncio.create_task(raw.ask("POST", messages(room), {"content": "x"}))
    await room.channel.next_message()
    assert not waiting.done()
    waiting.cancel()


async def test_discord_py_waits_and_tries_again_after_a_429(room: Room, bot: Quizzer) -> None:
    room.discord.faults.rate_limit("POST", SEND, times=2)
    channel = bot.get_partial_messageable(room.channel.id)
    await channel.send("patient")
    assert [status for _, path, status in room.discord.rest.requests if path == messages(room)] == [429, 429, 200]


async def test_a_full_bucket_says_how_long_to_wait(room: Room, raw: RawBot) -> None:
    room.discord.ratelimits.set("POST", SEND, limit=1, seconds=60)
    allowed = await raw.ask("POST", messages(room), {"content": "one"})
    assert (allowed.headers["X-RateLimit-Limit"], allowed.headers["X-RateLimit-Remaining"]) == ("1", "0")
    refused = await raw.ask("POST", messages(room), {"content": "two"})
    assert (refused.status, refused.headers["Via"], refused.body["global"]) == (429, "1.1 local", False)
    assert 0 < refused.body["retry_after"] <= 60
    other = room.guild.add_channel("other")
    assert (await raw.ask("POST", f"/channels/{other.id}/messages", {"content": "two"})).status == 200


async def test_all_requests_together_have_a_limit(room: Room, raw: RawBot) -> None:
    room.discord.ratelimits.per_second = 2
    statuses = [(await raw.ask("GET", "/users/@me")) for _ in range(3)]
    assert statuses[-1].body["global"] is True


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [(None, True), ({"parse": []}, False), ({"parse": ["users"]}, True), ({"parse": ["roles"]}, False)],
)
async def test_a_ping_reaches_whom_allowed_mentions_lets_through(
    room: Room, raw: RawBot, allowed: Payload | None, pinged: bool
) -> None:
    body: Payload = {"content": f"{room.ana.mention} @everyone"} | ({"allowed_mentions": allowed} if allowed else {})
    await raw.ask("POST", messages(room), body)
    message = await room.channel.next_message()
    assert bool(message.pings.users == {room.ana.id}) is pinged
    assert not message.pings.everyone, "the bot has no such permission"


async def test_a_role_is_pinged_if_it_may_be_or_the_bot_may_ping_all(room: Room, raw: RawBot) -> None:
    open_role, closed = room.guild.add_role("fans", mentionable=True), room.guild.add_role("staff")
    body = {"content": f"{open_role.mention} {closed.mention} @here"}
    await raw.ask("POST", messages(room), body)
    assert (await room.channel.next_message()).pings.roles == {open_role.id}
    room.channel.allow(room.app, Permission.MENTION_EVERYONE)
    await raw.ask("POST", messages(room), body)
    message = await room.channel.next_message()
    assert message.pings.everyone
    assert message.pings.roles == {open_role.id, closed.id}


async def test_a_message_has_one_thread_and_people_answer_in_it(room: Room, raw: RawBot) -> None:
    sent = await raw.ask("POST", messages(room), {"content": "question"})
    path = f"{messages(room)}/{sent.body['id']}/threads"
    opened = await raw.ask("POST", path, {"name": "Answers"})
    assert (opened.status, opened.body["id"]) == (201, sent.body["id"])
    assert (await raw.ask("POST", path, {"name": "Again"})).code == 160004
    thread = room.discord.channels[int(opened.body["id"])]
    answer = await room.ana.writes(thread, "the lock")
    reply = {"content": "noted", "message_reference": {"message_id": str(answer.id)}}
    assert (await raw.ask("POST", f"/channels/{thread.id}/messages", reply)).status == 200
    thread.archive(locked=True)
    assert (await raw.ask("POST", f"/channels/{thread.id}/messages", {"content": "late"})).code == 50013
    bots = next(each for each in thread.messages if each.author.bot)
    assert (await raw.ask("PATCH", f"/channels/{thread.id}/messages/{bots.id}", {"content": "x"})).code == 50083


async def test_a_thread_and_a_reply_need_their_own_permissions(room: Room, raw: RawBot) -> None:
    message = await room.ana.writes(room.channel, "question")
    thread = await room.ana.opens_thread(message, "Answers")
    room.channel.forbid(room.app, Permission.SEND_MESSAGES_IN_THREADS | Permission.READ_MESSAGE_HISTORY)
    assert (await raw.ask("POST", f"/channels/{thread.id}/messages", {"content": "x"})).code == 50013
    reply = {"content": "x", "message_reference": {"message_id": str(message.id)}}
    assert (await raw.ask("POST", messages(room), reply)).code == 160002
    assert (await raw.ask("GET", messages(room))).body == []


async def test_content_read_over_http_needs_the_intent_too(room: Room, raw: RawBot) -> None:
    await room.ana.writes(room.channel, "secret")
    await raw.ask("POST", messages(room), {"content": "own"})
    assert [each["content"] for each in (await raw.ask("GET", messages(room))).body] == ["own", ""]


async def test_a_file_is_sent_and_named(room: Room, bot: Quizzer) -> None:
    room.channel.allow(room.app, Permission.ATTACH_FILES)
    file = discord.File(io.BytesIO(b"id,points\n"), filename="board.csv")
    await bot.get_partial_messageable(room.channel.id).send("Export", file=file)
    assert (await room.channel.next_message()).text() == "Export\n(file board.csv)"


async def test_edits_of_old_messages_run_out(room: Room, raw: RawBot) -> None:
    sent = await raw.ask("POST", messages(room), {"content": "0 answers"})
    path = f"{messages(room)}/{sent.body['id']}"
    room.discord.ratelimits.old_edits = 1
    assert (await raw.ask("PATCH", path, {"content": "1 answer"})).status == 200
    room.discord.clock.move(hours=2)
    answers = [await raw.ask("PATCH", path, {"content": f"{number} answers"}) for number in (2, 3)]
    assert [answer.status for answer in answers] == [200, 429]
    assert answers[1].code == 30046
    assert room.discord.rest.invalid == 1


async def test_a_body_of_the_wrong_shape_is_refused_also_without_the_document(room: Room, raw: RawBot) -> None:
    room.discord.document = None
    for body in ({"embeds": "x"}, {"components": [1]}, {"content": 5}, ["x"]):
        refused = await raw.ask("POST", messages(room), body)
        assert (refused.status, refused.code) == (400, 50035)
    assert len(room.discord.violations) == 4
