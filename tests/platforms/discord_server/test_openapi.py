"""Checks against Discord's own document, where DISCORD_OPENAPI names it."""

import os
from typing import Any

import discord
import pytest

from tests.local_discord import openapi
from tests.platforms.discord_server.quizzer import Quizzer
from tests.platforms.discord_server.room import Room

pytestmark = pytest.mark.skipif(openapi.VARIABLE not in os.environ, reason="DISCORD_OPENAPI names no document")

MESSAGES = "/channels/1/messages"


@pytest.fixture
def document() -> openapi.Document:
    found = openapi.official()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"contents": "typing error"}, "contents is a field that Discord does not know"),
        ({"embeds": [{"titel": "x"}]}, "embeds.titel is a field"),
        ({"components": [{"type": 1, "components": [{"type": 2, "style": 1, "lable": "x"}]}]}, "lable is a field"),
        ({"components": [{"type": 1, "components": [{"type": 2, "label": "x"}]}]}, "'style' is a required property"),
        ({"content": 5}, "content: breaks type"),
    ],
)
def test_a_wrong_message_is_found_and_named(document: openapi.Document, body: dict[str, Any], said: str) -> None:
    assert said in (document.wrong_request("POST", MESSAGES, body) or "")


def test_ids_may_be_numbers_as_discord_py_sends_them(document: openapi.Document) -> None:
    body = {
        "content": "x",
        "message_reference": {"message_id": 1, "channel_id": 2},
        "nonce": "1",
        "enforce_nonce": True,
    }
    assert document.wrong_request("POST", MESSAGES, body) is None


def test_an_answer_without_a_field_that_discord_promises_is_found(document: openapi.Document) -> None:
    assert "is a required property" in (document.wrong_response("GET", "/users/@me", 200, {"id": "1"}) or "")
    assert "never answers 204" in (document.wrong_response("GET", "/users/@me", 204, None) or "")


def test_what_is_said_never_holds_what_a_person_wrote(document: openapi.Document) -> None:
    said = document.wrong_request("POST", MESSAGES, {"content": ["my secret answer"]})
    assert said is not None
    assert "secret" not in said


async def test_a_bot_that_breaks_the_interface_fails_its_test(room: Room, bot: Quizzer) -> None:
    with pytest.raises(discord.HTTPException, match="50035"):
        await bot.get_partial_messageable(room.channel.id).send("x" * 5000)
    with pytest.raises(AssertionError, match=r"messages: .*maxLength"):
        room.discord.check()
    room.discord.violations.clear()


async def test_the_whole_of_discord_py_keeps_to_the_document(room: Room, bot: Quizzer) -> None:
    await room.ana.uses(room.channel, "quiz ask")
    post = await room.channel.next_message()
    channel = bot.get_channel(room.channel.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.fetch_message(post.id)
    thread = await message.create_thread(name="Answers")
    await thread.send("In the thread")
    await message.reply("Below")
    await (await bot.fetch_user(room.ana.id)).send("In private")
    assert [each.content async for each in thread.history(limit=5)] == ["In the thread"]
    await (await thread.send("soon gone")).delete()
    await thread.edit(archived=True)
    assert [each.text() for each in room.ana.direct_messages] == ["In private"]
    assert room.discord.violations == []
