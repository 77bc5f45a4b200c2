"""The whole story of a quiz through unmodified slack-bolt, by socket and by HTTP."""

import asyncio

import pytest

from tests.local_slack import FormRefused, View, check_manifest
from tests.platforms.slack_server.scene import Scene, scene
from tests.platforms.slack_server.small_bot import manifest, notice

BOTH = pytest.mark.parametrize("socket", [True, False], ids=["socket", "http"])


@BOTH
async def test_a_question_is_answered_in_a_modal_that_turns_into_feedback(socket: bool) -> None:
    async with scene(socket=socket, bot_runs=True) as s:
        ack = await s.ana.types(s.channel, "/quiz post")
        assert ack.ok
        post = await s.bob.sees("What is the GIL?", s.channel)
        assert post.buttons() == ["Answer"]
        assert post.text() == "What is the GIL?\nAnswer until Jan 1, 2026 12:00 AM, <in your words>\n[Answer]"
        assert "Dec 31, 2025 7:00 PM" in s.bob.reads(post)
        assert post.pings() == set()

        await s.bob.presses(post, "Answer")
        view = await s.bob.sees_view("In your words")
        options = await s.bob.types_ahead(view, "topic", "ber")
        await s.bob.submits(view, {"In your words": "One thread at a time.", "Topic": options[0]})
        feedback = await s.bob.sees_view("5 of 8 key points")
        assert feedback is view
        await s.bob.closes(view)
        await s.bob.sees_no_view()
        assert s.ana.view is None


@BOTH
async def test_a_reply_in_the_thread_is_answered_to_its_writer_alone(socket: bool) -> None:
    async with scene(socket=socket, bot_runs=True) as s:
        await s.ana.types(s.channel, "/quiz post")
        post = await s.ana.sees("What is the GIL?")
        await s.ana.writes(s.channel, "a < b & @bob", thread=post)
        seen = await s.ana.sees_ephemeral("Got:")
        assert s.ana.reads(seen) == "Got: a < b & @Bob"
        assert s.bob.ephemeral == []
        s.ana.reloads()
        assert s.ana.ephemeral == []
        await s.slack.settles()


@BOTH
async def test_the_home_tab_is_published_when_it_is_opened(socket: bool) -> None:
    async with scene(socket=socket, bot_runs=True) as s:
        home = await s.ana.opens_home(s.app)
        assert home.text() == "*Your score*: 62"


@BOTH
async def test_the_answer_to_a_command_is_private_unless_it_says_otherwise(socket: bool) -> None:
    async with scene(socket=socket, bot_runs=True) as s:
        await s.ana.types(s.channel, "/quiz echo")
        assert [m.text() for m in s.ana.ephemeral] == ["You typed echo"]
        await s.ana.types(s.channel, "/quiz help")
        await s.ana.sees_ephemeral("Type /quiz post")
        assert s.bob.screen.messages() == []


@BOTH
async def test_errors_under_a_field_leave_the_form_open(socket: bool) -> None:
    async with scene(socket=socket, bot_runs=True) as s:
        view = await _form(s)
        await s.ana.submits(view, {"answer": "?"})
        assert s.ana.view is view
        assert "Write a sentence." in view.text()


async def test_the_client_sends_no_form_that_it_can_see_is_wrong() -> None:
    async with scene(bot_runs=True) as s:
        view = await _form(s)
        with pytest.raises(FormRefused) as empty:
            await s.ana.submits(view, {})
        assert empty.value.errors == {"answer": "Please complete this required field."}
        with pytest.raises(FormRefused):
            await s.ana.submits(view, {"answer": "x" * 3001})
        assert s.slack.acks[-1].kind == "block_actions"


async def test_a_modal_changed_before_its_submission_is_answered_is_noted() -> None:
    async with scene(bot_runs=True) as s:
        view = await _form(s)
        view.submitting = True
        await s.client.views_update(view_id=view.id, view=notice("too early"))
        s.slack.forgives("before the submission is answered")


async def test_somebody_of_another_workspace_answers_in_a_shared_channel() -> None:
    async with scene(bot_runs=True) as s:
        other = s.slack.add_workspace("Team two")
        eve = other.add_person("eve")
        shared = s.team.add_channel("shared", members=[s.ana, eve], shared_with=[other], bots=[s.bot])
        await s.ana.types(shared, "/quiz post")
        await eve.presses(await eve.sees("What is the GIL?"), "Answer")
        await eve.submits(await eve.sees_view("In your words"), {"answer": "It locks."})
        await eve.sees_view("5 of 8 key points")


@BOTH
async def test_a_command_without_an_answer_tells_the_person_after_three_seconds(socket: bool) -> None:

    async with scene(socket=socket, bot_runs=True) as s:
        typing = asyncio.create_task(s.ana.types(s.channel, "/quiz silent"))
        await s.slack.interactions.waiting("command")
        s.slack.clock.advance(3)
        ack = await typing
        assert not ack.ok
        assert s.ana.errors == [f'/quiz failed with the error "{ack.error}"']
        assert ack.error == "operation_timeout"


@pytest.mark.parametrize("socket", [True, False])
def test_the_small_bots_manifest_keeps_to_the_schema(socket: bool) -> None:
    assert check_manifest(manifest(socket=socket)) == []


async def _form(s: Scene) -> View:
    await s.ana.types(s.channel, "/quiz post")
    await s.ana.presses(await s.ana.sees("What is the GIL?"), "answer")
    return await s.ana.sees_view("In your words")
