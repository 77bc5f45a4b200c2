"""Triggers, response addresses, modals and the Home tab keep Slack's deadlines and limits."""

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.local_slack import gestures
from tests.platforms.slack_server.scene import Scene, scene
from tests.platforms.slack_server.small_bot import form, notice, plain, section


def trigger(s: Scene) -> str:
    return s.slack.interactions.trigger(s.ana.id, s.bot)


async def opens(s: Scene, view: object, **args: object) -> str:
    return await s.error_of("views.open", view=view, **args)


async def test_a_trigger_opens_one_modal_within_three_seconds() -> None:
    async with scene() as s:
        first, second = trigger(s), trigger(s)
        assert await opens(s, form(), trigger_id=first) == ""
        assert await opens(s, form(), trigger_id=first) == "exchanged_trigger_id"
        assert await opens(s, form(), trigger_id="1.2.x") == "invalid_trigger_id"
        s.slack.clock.advance(3.1)
        assert await opens(s, form(), trigger_id=second) == "expired_trigger_id"


async def test_three_modals_lie_on_each_other_and_no_more() -> None:
    async with scene() as s:
        assert await s.error_of("views.push", view=notice("1"), trigger_id=trigger(s)) == "not_found"
        await opens(s, notice("1"), trigger_id=trigger(s))
        for number in ("2", "3"):
            assert await s.error_of("views.push", view=notice(number), trigger_id=trigger(s)) == ""
        assert await s.error_of("views.push", view=notice("4"), trigger_id=trigger(s)) == "push_limit_reached"
        top = await s.ana.sees_view("3")
        await s.ana.closes(top)
        assert "2" in s.ana.reads(await s.ana.sees_view())


async def test_a_modal_is_changed_only_by_who_knows_its_latest_hash() -> None:
    async with scene() as s:
        opened = await s.client.views_open(trigger_id=trigger(s), view=form())
        view_id, old = opened["view"]["id"], opened["view"]["hash"]
        await s.client.views_update(view_id=view_id, view=notice("new"), hash=old)
        assert await s.error_of("views.update", view_id=view_id, view=notice("x"), hash=old) == "hash_conflict"
        await s.ana.closes(await s.ana.sees_view("new"))
        assert await s.error_of("views.update", view_id=view_id, view=notice("x")) == "not_found"


async def test_what_was_typed_stays_when_a_modal_changes() -> None:
    async with scene() as s:
        opened = await s.client.views_open(trigger_id=trigger(s), view=form())
        view = await s.ana.sees_view()
        view.values["answer"]["text"]["value"] = "half a sentence"
        changed = form() | {"title": plain("Still yours")}
        await s.client.views_update(view_id=opened["view"]["id"], view=changed)
        assert view.payload()["state"]["values"]["answer"]["text"]["value"] == "half a sentence"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": plain("x" * 25)}, "invalid_arguments"),
        ({"title": {"type": "mrkdwn", "text": "x"}}, "invalid_arguments"),
        ({"submit": None}, "invalid_arguments"),
        ({"private_metadata": "x" * 3001}, "invalid_arguments"),
        ({"blocks": [section("x")] * 101}, "invalid_arguments"),
        ({"blocks": [section("x" * 3000)] * 90}, "view_too_large"),
        ({"colour": "red"}, "invalid_arguments"),
    ],
)
async def test_a_modal_that_breaks_a_limit_is_refused_and_noted(change: dict[str, object], error: str) -> None:
    async with scene() as s:
        assert await opens(s, form() | change, trigger_id=trigger(s)) == error
        s.slack.forgives(f"views.open: {error}")


async def test_the_home_tab_must_be_enabled() -> None:
    async with scene(home_tab_enabled=False) as s:
        view = {"type": "home", "blocks": [section("x")]}
        assert await s.error_of("views.publish", user_id=s.ana.id, view=view) == "not_enabled"


async def test_a_home_tab_is_published_against_its_hash() -> None:
    async with scene() as s:
        view = {"type": "home", "blocks": [section("x")]}
        first = await s.client.views_publish(user_id=s.ana.id, view=view)
        await s.client.views_publish(user_id=s.ana.id, view=view, hash=first["view"]["hash"])
        stale = first["view"]["hash"]
        assert await s.error_of("views.publish", user_id=s.ana.id, view=view, hash=stale) == "hash_conflict"
        assert s.ana.home is not None


async def answer(url: str, **body: object) -> int:
    return (await AsyncWebhookClient(url).send_dict(body)).status_code


async def test_a_response_url_takes_five_answers() -> None:
    async with scene() as s:
        url = s.slack.response_urls.new(s.ana.id, s.bot, s.channel)
        statuses = [await answer(url, text=f"{n}", response_type="ephemeral") for n in range(6)]
        assert statuses == [200] * 5 + [404]
        s.slack.forgives("used_url")
        assert [m.text() for m in s.ana.ephemeral] == ["0", "1", "2", "3", "4"]


async def test_a_response_url_lives_thirty_minutes() -> None:
    async with scene() as s:
        url = s.slack.response_urls.new(s.ana.id, s.bot, s.channel)
        s.slack.clock.advance(30 * 60 + 1)
        assert await answer(url, text="x", response_type="ephemeral") == 404
        s.slack.forgives("expired_url")


async def test_an_answer_changes_or_removes_the_message_it_belongs_to() -> None:
    async with scene() as s:
        url = s.slack.response_urls.new(s.ana.id, s.bot, s.channel)
        await answer(url, text="for all", response_type="in_channel")
        message = await s.bob.sees("for all")
        await answer(url, text="changed", replace_original=True)
        assert message.text() == "changed"
        await answer(url, delete_original=True)
        assert s.bob.screen.messages() == []


async def test_an_answer_says_who_may_see_it() -> None:
    async with scene() as s:
        url = s.slack.response_urls.new(s.ana.id, s.bot, s.channel)
        await answer(url, text="x")
        s.slack.forgives("response_type")
        assert s.ana.ephemeral[0].text() == "x"


async def test_a_message_only_one_person_sees_is_not_part_of_the_payload() -> None:
    async with scene() as s:
        await s.client.chat_postEphemeral(user=s.ana.id, channel=s.channel.id, text="x")
        payload = gestures.place(s.ana, s.bot, s.ana.ephemeral[0])
        assert payload["container"]["is_ephemeral"]
        assert "message" not in payload


async def test_a_command_is_nothing_for_outsiders() -> None:
    async with scene() as s:
        carl = s.team.add_person("carl")
        with pytest.raises(AssertionError, match="not in #quiz"):
            await carl.types(s.channel, "/quiz")
        with pytest.raises(AssertionError, match="not a command"):
            await s.ana.types(s.channel, "/other")


async def test_nobody_presses_what_they_do_not_see() -> None:
    async with scene() as s:
        await s.client.chat_postEphemeral(user=s.ana.id, channel=s.channel.id, text="x")
        with pytest.raises(AssertionError, match="nothing to press called 'Answer'"):
            await s.ana.presses(s.ana.ephemeral[0], "Answer")
