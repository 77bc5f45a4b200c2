"""The Web API refuses what the real one refuses."""

import json
from pathlib import Path

import pytest
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.mrkdwn import escape
from tests.platforms.slack_server.scene import Scene, scene
from tests.platforms.slack_server.small_bot import section


async def test_who_calls_is_told_by_the_token() -> None:
    async with scene() as s:
        me = await s.client.auth_test()
        assert (me["team_id"], me["user_id"], me["bot_id"]) == (s.team.id, s.bot.bot_user_id, s.bot.bot_id)
        assert "chat:write" in me.headers["x-oauth-scopes"]
        for token, error in (
            ("", "not_authed"),
            ("xoxb-other", "invalid_auth"),
            (s.app.app_token, "not_allowed_token_type"),
        ):
            with pytest.raises(SlackApiError, match=error):
                await AsyncWebClient(token=token, base_url=s.slack.api_url).auth_test()
        s.slack.forgives("not_authed")


async def test_a_token_in_the_body_of_a_form_is_taken() -> None:
    async with (
        scene() as s,
        s.slack.session.post(f"{s.slack.api_url}auth.test", data={"token": s.bot.token}) as response,
    ):
        assert (await response.json())["ok"]


async def test_the_tokens_of_an_app_die_with_its_installation() -> None:
    async with scene() as s:
        s.team.revoke_tokens(s.app)
        assert await s.error_of("auth.test") == "token_revoked"
        s.team.uninstall(s.app)
        assert await s.error_of("auth.test") == "account_inactive"
        again = s.team.install(s.app, by=s.ana)
        assert again.bot_user_id == s.bot.bot_user_id
        assert (await AsyncWebClient(token=again.token, base_url=s.slack.api_url).auth_test())["ok"]


async def test_a_missing_scope_is_named() -> None:
    async with scene() as s:
        s.bot.scopes.remove("chat:write")
        with pytest.raises(SlackApiError) as refused:
            await s.client.chat_postMessage(channel=s.channel.id, text="Hello")
        answer = refused.value.response
        assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
        assert "commands" in answer["provided"]


async def test_a_broken_rule_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="unknown_method"):
        async with scene() as s:
            await s.error_of("quiz.ask")


@pytest.mark.parametrize("text", ["a < b", "x &copy;", "<b>bold</b>", "1 > 0"])
async def test_text_that_nobody_escaped_is_noted(text: str) -> None:
    async with scene() as s:
        await s.client.chat_postMessage(channel=s.channel.id, text=text)
        s.slack.forgives("not escaped")
        await s.client.chat_postMessage(
            channel=s.channel.id, text=escape(text) + "\n> quoted <https://example.com|a &amp; b>"
        )


async def test_a_method_slack_does_not_have_is_a_violation() -> None:
    async with scene() as s:
        assert await s.error_of("quiz.ask") == "unknown_method"
        s.slack.forgives("quiz.ask: unknown_method")


async def test_a_bot_posts_only_where_it_may() -> None:
    async with scene() as s:
        elsewhere = s.team.add_channel("elsewhere", members=[s.ana])
        hidden = s.team.add_channel("hidden", members=[s.ana], private=True)
        assert await s.error_of("chat.postMessage", channel=elsewhere.id, text="x") == "not_in_channel"
        assert await s.error_of("chat.postMessage", channel=hidden.id, text="x") == "channel_not_found"
        assert await s.error_of("chat.postMessage", channel="C0", text="x") == "channel_not_found"
        s.bot.scopes.append("chat:write.public")
        assert await s.error_of("chat.postMessage", channel=elsewhere.id, text="x") == ""
        assert await s.error_of("conversations.join", channel=elsewhere.id) == ""
        assert await s.error_of("conversations.join", channel=hidden.id) == "channel_not_found"
        s.team.archives(s.channel, by=s.ana)
        assert await s.error_of("chat.postMessage", channel=s.channel.id, text="x") == "is_archived"
        s.team.deletes(s.channel, by=s.ana)
        assert await s.error_of("chat.postMessage", channel=s.channel.id, text="x") == "channel_not_found"


async def test_a_bot_of_one_workspace_never_reaches_another() -> None:
    async with scene() as s:
        other = s.slack.add_workspace("Team two")
        eve = other.add_person("eve")
        theirs = other.add_channel("quiz-two", members=[eve])
        assert await s.error_of("chat.postMessage", channel=theirs.id, text="x") == "channel_not_found"
        with pytest.raises(SlackApiError, match="user_not_found"):
            await s.client.users_info(user=eve.id)
        shared = s.team.add_channel("shared", members=[s.ana, eve], shared_with=[other], bots=[s.bot])
        assert (await s.client.users_info(user=eve.id))["user"]["is_stranger"]
        await s.client.chat_postMessage(channel=shared.id, text="For both")
        await eve.sees("For both", shared)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
        ({"text": "x", "blocks": [section("x" * 3000)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "metadata": {"event_type": "post"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"b": "x" * 9000}}}, "metadata_too_large"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
async def test_a_post_that_breaks_a_limit_is_refused(content: dict[str, object], error: str) -> None:
    async with scene() as s:
        assert await s.error_of("chat.postMessage", channel=s.channel.id, **content) == error
        if error != "thread_not_found":
            s.slack.forgives(error)


async def test_an_edit_has_its_own_limits() -> None:
    async with scene() as s:
        ts = (await s.client.chat_postMessage(channel=s.channel.id, text="x"))["ts"]
        reply = await s.ana.writes(s.channel, "mine")
        assert await s.error_of("chat.update", channel=s.channel.id, ts=ts, text="x" * 4001) == "msg_too_long"
        s.slack.forgives("msg_too_long")
        assert await s.error_of("chat.update", channel=s.channel.id, ts=reply.ts, text="x") == "cant_update_message"
        assert await s.error_of("chat.update", channel=s.channel.id, ts="1.0", text="x") == "message_not_found"
        await s.client.chat_update(channel=s.channel.id, ts=ts, text="y")
        assert s.channel.message(ts).versions == ["x"]


async def test_a_private_message_needs_its_reader_in_the_channel() -> None:
    async with scene() as s:
        carl = s.team.add_person("carl")
        call = {"channel": s.channel.id, "text": "Only you"}
        assert await s.error_of("chat.postEphemeral", user=carl.id, **call) == "user_not_in_channel"
        ts = (await s.client.chat_postEphemeral(user=s.ana.id, channel=s.channel.id, text="Only you"))["message_ts"]
        assert await s.error_of("chat.update", channel=s.channel.id, ts=ts, text="x") == "message_not_found"
        assert s.ana.ephemeral[0].text() == "Only you"
        assert s.bob.screen.messages() == []


async def test_a_private_message_in_a_thread_shows_only_where_the_thread_has_replies() -> None:
    async with scene() as s:
        ts = await _post(s)
        call = {"channel": s.channel.id, "user": s.ana.id, "thread_ts": ts, "text": "unseen"}
        assert await s.error_of("chat.postEphemeral", **call) == ""
        assert s.ana.ephemeral == []
        await s.bob.writes(s.channel, "a reply", thread=s.channel.message(ts))
        assert [m.text() for m in s.ana.ephemeral] == ["unseen"]


async def test_a_private_message_never_reaches_who_is_away() -> None:
    async with scene() as s:
        s.ana.profile.active = False
        await s.client.chat_postEphemeral(user=s.ana.id, channel=s.channel.id, text="lost")
        assert s.ana.ephemeral == []


async def test_a_scope_the_manifest_does_not_name_is_the_bots_fault() -> None:
    async with scene() as s:
        s.app.manifest["oauth_config"]["scopes"]["bot"].remove("team:read")
        again = s.team.install(s.app, by=s.ana)
        with pytest.raises(SlackApiError, match="missing_scope"):
            await AsyncWebClient(token=again.token, base_url=s.slack.api_url).team_info()
        s.slack.forgives("the manifest names none of the scopes team:read")


async def test_direct_messages_need_the_messages_tab_and_an_active_reader() -> None:
    async with scene(messages_tab_enabled=False) as s:
        opened = await s.client.conversations_open(users=s.ana.id)
        channel = opened["channel"]["id"]
        assert await s.error_of("chat.postMessage", channel=channel, text="x") == "messages_tab_disabled"
        s.team.deactivate(s.bob)
        assert await s.error_of("conversations.open", users=s.bob.id) == "user_disabled"


async def test_what_a_post_carried_is_found_again_by_its_metadata() -> None:
    async with scene() as s:
        s.slack.faults.dropped("chat.postMessage")
        metadata = {"event_type": "quiz_post", "event_payload": {"key": "k1"}}
        with pytest.raises(ClientError):
            await s.client.chat_postMessage(channel=s.channel.id, text="Question", metadata=metadata)
        found = await s.client.conversations_history(channel=s.channel.id, include_all_metadata=True, limit=5)
        assert [m["metadata"]["event_payload"]["key"] for m in found["messages"]] == ["k1"]
        plain = await s.client.conversations_history(channel=s.channel.id)
        assert "metadata" not in plain["messages"][0]


async def test_history_comes_in_pages_newest_first_without_replies() -> None:
    async with scene() as s:
        written = [await s.ana.writes(s.channel, f"{number}") for number in range(5)]
        await s.bob.writes(s.channel, "a reply", thread=written[0])
        page = await s.client.conversations_history(channel=s.channel.id, limit=3)
        assert [m["text"] for m in page["messages"]] == ["4", "3", "2"]
        rest = await s.client.conversations_history(
            channel=s.channel.id, limit=3, cursor=page["response_metadata"]["next_cursor"]
        )
        assert [m["text"] for m in rest["messages"]] == ["1", "0"]
        assert rest["messages"][-1]["reply_count"] == 1
        thread = await s.client.conversations_replies(channel=s.channel.id, ts=written[0].ts)
        assert [m["text"] for m in thread["messages"]] == ["0", "a reply"]


async def test_a_channel_takes_about_one_message_a_second() -> None:
    async with scene() as s:
        call = {"channel": s.channel.id, "text": "x"}
        assert [await s.error_of("chat.postMessage", **call) for _ in range(4)] == ["", "", "", "ratelimited"]
        other = s.team.add_channel("other", bots=[s.bot])
        assert await s.error_of("chat.postMessage", channel=other.id, text="x") == ""
        s.slack.clock.advance(1)
        assert [await s.error_of("chat.postMessage", **call) for _ in range(2)] == ["", "ratelimited"]


async def test_each_method_has_a_tier_in_each_workspace() -> None:
    async with scene() as s:
        answers = [await s.error_of("reactions.remove", name="eyes") for _ in range(21)]
        assert answers[-1] == "ratelimited"
        assert set(answers[:-1]) == {"no_item_specified"}
        s.slack.clock.advance(3)
        assert await s.error_of("reactions.remove", name="eyes") == "no_item_specified"


async def test_a_client_that_retries_after_429_gets_through() -> None:
    async with scene() as s:
        s.slack.faults.ratelimited("chat.postMessage", retry_after=0)
        client = s.client
        client.retry_handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
        await client.chat_postMessage(channel=s.channel.id, text="x")
        assert [call.status for call in s.slack.calls_of("chat.postMessage")] == [429, 200]
        s.slack.faults.ratelimited("chat.postMessage", retry_after=7)
        with pytest.raises(SlackApiError) as refused:
            await s.client.chat_postMessage(channel=s.channel.id, text="x")
        assert refused.value.response.headers["Retry-After"] == "7"
        assert await s.error_of("chat.postMessage", channel=s.channel.id, text="too early") == "ratelimited"
        s.slack.clock.advance(7)
        assert await s.error_of("chat.postMessage", channel=s.channel.id, text="in time") == ""


async def test_a_server_error_is_no_json_and_does_no_work() -> None:
    async with scene() as s:
        s.slack.faults.server_error("chat.postMessage", status=503)
        with pytest.raises(SlackApiError):
            await s.client.chat_postMessage(channel=s.channel.id, text="x")
        assert s.channel.messages == []


async def test_whom_a_message_would_ping_is_known() -> None:
    async with scene() as s:
        text = f"<@{s.ana.id}> &lt;!channel&gt; <!here> <!subteam^S1|@all> @bob"
        await s.client.chat_postMessage(channel=s.channel.id, text=text, unfurl_links=False, unfurl_media=False)
        message = await s.ana.sees("@here")
        assert message.pings() == {s.ana.id, "here", "S1"}
        assert s.ana.reads(message) == "@ana <!channel> @here @@all @bob"
        assert (message.unfurl_links, message.unfurl_media) == (False, False)
        await s.client.chat_postMessage(channel=s.channel.id, text="hi @bob", link_names=True)
        assert s.channel.messages[-1].pings() == {"@bob"}


async def test_what_a_person_could_not_use_is_noted() -> None:
    async with scene() as s:
        with pytest.warns(UserWarning, match="text"):
            await s.client.chat_postMessage(channel=s.channel.id, blocks=[section("only blocks")])
        s.slack.forgives("screen readers")
        await s.client.chat_postMessage(channel=s.channel.id, text="<!date^soon^{date}|later>")
        s.slack.forgives("a date Slack cannot show")


async def test_arguments_are_checked_against_the_published_lists(tmp_path: Path) -> None:
    async with scene() as s:
        s.slack.arguments.folder = _lists(tmp_path)
        await s.client.api_call("chat.postMessage", json={"channel": s.channel.id, "text": "x", "colour": "red"})
        s.slack.forgives("chat.postMessage: unknown argument colour")


def _lists(folder: Path) -> Path:
    facts = {
        "scope": {"bot": ["chat:write"]},
        "args": {"required": ["channel"], "properties": {"channel": {}, "text": {}}},
    }
    (folder / "chat.postMessage.json").write_text(json.dumps(facts), "utf-8")
    return folder


async def test_people_are_told_apart() -> None:
    async with scene() as s:
        guest = s.team.add_person("gil", guest="ultra_restricted", tz=None)
        seen = (await s.client.users_info(user=guest.id))["user"]
        assert (seen["is_restricted"], seen["is_ultra_restricted"], "tz" in seen) == (True, True, False)
        bob = (await s.client.users_info(user=s.bob.id, include_locale=True))["user"]
        assert (bob["profile"]["display_name"], bob["real_name"], bob["locale"]) == ("", "Bob", "en-US")
        bot = (await s.client.users_info(user=s.bot.bot_user_id))["user"]
        assert bot["is_bot"]


async def test_a_workspace_of_an_enterprise_has_its_own_ids() -> None:
    async with scene() as s:
        grid = s.slack.add_workspace("Grid one", enterprise_id="E0GRID")
        wanda = grid.add_person("wanda", owner=True)
        bot = grid.install(s.app, by=wanda)
        client = AsyncWebClient(token=bot.token, base_url=s.slack.api_url)
        assert wanda.id.startswith("W")
        assert (await client.auth_test())["enterprise_id"] == "E0GRID"
        user = (await client.users_info(user=wanda.id))["user"]
        assert user["enterprise_user"]["enterprise_id"] == "E0GRID"


async def test_deleting_a_post_with_replies_leaves_a_tombstone() -> None:
    async with scene() as s:
        ts = await _post(s)
        await s.ana.writes(s.channel, "a reply", thread=s.channel.message(ts))
        await s.client.chat_delete(channel=s.channel.id, ts=ts)
        assert s.channel.message(ts).text() == "This message was deleted."


async def _post(s: Scene) -> str:
    return str((await s.client.chat_postMessage(channel=s.channel.id, text="x"))["ts"])
