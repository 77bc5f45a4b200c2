"""The life of an interaction on the local Discord: three seconds, one answer, fifteen minutes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.local_discord import NeverHappened, Seen, local_discord
from tests.platforms.discord_server.rawbot import Payload, RawBot, Reply
from tests.platforms.discord_server.room import Room

BUTTON: Payload = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Answer", "custom_id": "answer"}]}
FORM: Payload = {
    "title": "Answer",
    "custom_id": "form",
    "components": [
        {"type": 18, "label": "Text", "component": {"type": 4, "custom_id": "text", "style": 2, "max_length": 10}}
    ],
}


async def register(raw: RawBot) -> None:
    options = [{"type": 3, "name": "zone", "description": "Where.", "autocomplete": True}]
    body = [{"name": "quiz", "description": "The quiz.", "options": options}]
    assert (await raw.ask("PUT", f"/applications/{raw.app.id}/commands", body)).status == 200


async def used(room: Room, raw: RawBot) -> Seen:
    await register(raw)
    return await room.ana.uses(room.channel, "quiz")


async def callback(raw: RawBot, seen: Seen, kind: int, data: Payload | None = None, query: str = "") -> Reply:
    each = seen.interaction
    body = {"type": kind} | ({"data": data} if data is not None else {})
    return await raw.ask("POST", f"/interactions/{each.id}/{each.token}/callback{query}", body)


def hook(seen: Seen, rest: str = "") -> str:
    return f"/webhooks/{seen.interaction.app.id}/{seen.interaction.token}{rest}"


async def test_an_answer_after_three_seconds_is_to_an_unknown_interaction(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    room.discord.clock.move(seconds=3.1)
    late = await callback(raw, seen, 4, {"content": "late"})
    assert (late.status, late.code) == (404, 10062)
    assert seen.text() == "The application did not respond"
    with pytest.raises(NeverHappened, match="did not respond"):
        await seen.until_final()


async def test_a_second_answer_is_refused(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    assert (await callback(raw, seen, 4, {"content": "one"})).status == 204
    second = await callback(raw, seen, 4, {"content": "two"})
    assert (second.status, second.code) == (400, 40060)


async def test_a_follow_up_before_the_answer_has_no_webhook(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    early = await raw.ask("POST", hook(seen), {"content": "early"})
    assert (early.status, early.code) == (404, 10015)


async def test_a_token_ends_after_fifteen_minutes(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    await callback(raw, seen, 5, {"flags": 64})
    room.discord.clock.move(minutes=15.1)
    for method, path in (("PATCH", "/messages/@original"), ("POST", "")):
        late = await raw.ask(method, hook(seen, path), {"content": "late"})
        assert (late.status, late.code) == (401, 50027)


async def test_the_first_follow_up_fills_in_a_deferred_answer_and_stays_private(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    await callback(raw, seen, 5, {"flags": 64})
    assert seen.text() == "…is thinking"
    await raw.ask("POST", hook(seen), {"content": "graded"})
    await raw.ask("POST", hook(seen), {"content": "and more", "flags": 64})
    assert (await seen.until_final()).text() == "graded"
    assert (await seen.followup()).text() == "and more"
    assert [message.ephemeral for message in seen.messages] == [True, True]
    assert room.channel.messages == []


async def test_a_private_answer_is_in_no_channel(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    await socket.identify()
    await socket.event("GUILD_CREATE")
    seen = await used(room, raw)
    await socket.event("INTERACTION_CREATE")
    await callback(raw, seen, 4, {"content": "private", "flags": 64})
    private = await seen.until_final()
    got = await raw.ask("GET", f"/channels/{room.channel.id}/messages/{private.id}")
    assert (got.status, got.code) == (404, 10008)
    assert (await raw.ask("GET", f"/channels/{room.channel.id}/messages")).body == []
    assert (await raw.ask("GET", hook(seen, "/messages/@original"))).body["content"] == "private"
    await room.ana.writes(room.channel, "public")
    assert (await socket.next())["d"]["id"] == str(room.channel.messages[0].id)


@pytest.mark.parametrize("kind", [6, 7, 8, 10])
async def test_a_command_cannot_be_answered_like_something_else(room: Room, raw: RawBot, kind: int) -> None:
    seen = await used(room, raw)
    wrong = await callback(raw, seen, kind, {"content": "no"} if kind == 7 else {"choices": []} if kind == 8 else None)
    assert (wrong.status, wrong.code) == (400, 50035)
    assert not seen.interaction.acknowledged


async def test_a_form_cannot_follow_a_deferred_answer_or_a_form(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    await callback(raw, seen, 5)
    assert (await callback(raw, seen, 9, FORM)).code == 40060
    seen = await used(room, raw)
    assert (await callback(raw, seen, 9, FORM)).status == 204
    sent = await room.ana.fills(await seen.form(), "text")
    assert (await callback(raw, sent, 9, FORM)).code == 50035
    assert (await callback(raw, sent, 4, {"content": "ok"})).status == 204


async def test_a_form_that_a_button_opened_may_change_the_message_of_the_button(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    await callback(raw, seen, 4, {"content": "question", "components": [BUTTON]})
    pressed = await room.ana.presses(await room.channel.next_message(), "Answer")
    await callback(raw, pressed, 9, FORM)
    sent = await room.ana.fills(await pressed.form(), text="the lock")
    reply = await callback(raw, sent, 7, {"content": "1 answer"}, "?with_response=true")
    assert reply.body["resource"]["message"]["content"] == "1 answer"
    assert room.channel.text().startswith("Quiz: 1 answer")


async def test_a_deferred_update_shows_nothing_until_it_is_edited(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    await callback(raw, seen, 4, {"content": "question", "components": [BUTTON]})
    post = await room.channel.next_message()
    pressed = await room.ana.presses(post, "Answer")
    await callback(raw, pressed, 6)
    assert post.text() == "question\n[Answer]"
    await raw.ask("PATCH", hook(pressed, "/messages/@original"), {"content": "1 answer"})
    assert (await pressed.until_final()).text() == "1 answer\n[Answer]"


@pytest.mark.parametrize("kind", [4, 5, 9])
async def test_typing_ahead_is_answered_by_choices_only(room: Room, raw: RawBot, kind: int) -> None:
    await register(raw)
    socket = await raw.connect()
    await socket.identify()
    await socket.event("GUILD_CREATE")
    typing = asyncio.create_task(room.ana.types_ahead(room.channel, "quiz", "zone", "ber"))
    event = (await socket.event("INTERACTION_CREATE"))["d"]
    path = f"/interactions/{event['id']}/{event['token']}/callback"
    data: Payload = {4: {"content": "no"}, 5: {}, 9: FORM}[kind]
    assert (await raw.ask("POST", path, {"type": kind, "data": data})).code == 50035
    many = [{"name": str(number), "value": str(number)} for number in range(26)]
    assert (await raw.ask("POST", path, {"type": 8, "data": {"choices": many}})).code == 50035
    assert (await raw.ask("POST", path, {"type": 8, "data": {"choices": many[:25]}})).status == 204
    assert await typing == many[:25]


async def test_deferring_takes_no_flag_but_private(room: Room, raw: RawBot) -> None:
    seen = await used(room, raw)
    assert (await callback(raw, seen, 5, {"flags": 1 << 15})).code == 50035


async def test_the_event_tells_what_the_bot_and_the_person_may_do(room: Room, raw: RawBot) -> None:
    socket = await raw.connect()
    await socket.identify()
    await socket.event("GUILD_CREATE")
    await used(room, raw)
    event = (await socket.event("INTERACTION_CREATE"))["d"]
    assert event["app_permissions"] == str(int(room.channel.permissions_of(room.app.user)))
    assert event["member"]["permissions"] == str(int(room.channel.permissions_of(room.ana.user)))
    assert event["guild_id"] == str(room.guild.id)
    assert event["context"] == 0


async def test_time_can_follow_another_clock() -> None:
    moment = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    async with local_discord(now=lambda: moment) as home:
        channel = home.add_guild("Team one").add_channel("quiz")
        ana = home.add_person("ana")
        assert channel.guild is not None
        channel.guild.add_member(ana)
        assert (await ana.writes(channel, "early")).created == moment
        moment += timedelta(hours=1)
        assert (await ana.writes(channel, "late")).created == moment
