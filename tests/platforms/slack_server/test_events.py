"""Which events an app hears, and how they look."""

from tests.local_slack.payload import Payload
from tests.platforms.slack_server.scene import Scene, scene


def heard(s: Scene, kind: str) -> list[Payload]:
    return [delivery.body["event"] for delivery in s.slack.events.sent if delivery.type == kind]


async def test_a_mention_is_told_twice_with_one_timestamp() -> None:
    async with scene() as s:
        name = s.team.profiles[s.bot.bot_user_id].name
        await s.ana.writes(s.channel, f"@{name} x < 3 & y")
        (message,), (mention,) = heard(s, "message"), heard(s, "app_mention")
        assert message["text"] == f"<@{s.bot.bot_user_id}> x &lt; 3 &amp; y"
        assert message["ts"] == mention["ts"]
        ids = {delivery.event_id for delivery in s.slack.events.sent}
        assert len(ids) == 2


async def test_edits_deletes_and_broadcasts_have_their_subtypes() -> None:
    async with scene() as s:
        parent = await s.ana.writes(s.channel, "parent")
        reply = await s.ana.writes(s.channel, "reply", thread=parent, broadcast=True)
        await s.ana.edits(reply, "better")
        await s.ana.deletes(reply)
        first, broadcast, changed, deleted = heard(s, "message")
        assert "subtype" not in first
        assert (broadcast["subtype"], broadcast["thread_ts"]) == ("thread_broadcast", parent.ts)
        assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("better", "reply")
        assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", reply.ts)


async def test_the_bots_own_posts_and_other_bots_come_back() -> None:
    async with scene() as s:
        await s.client.chat_postMessage(channel=s.channel.id, text="mine")
        s.team.another_bot_posts(s.channel, "theirs")
        mine, theirs = heard(s, "message")
        assert (mine["bot_id"], mine["user"]) == (s.bot.bot_id, s.bot.bot_user_id)
        assert theirs["subtype"] == "bot_message"


async def test_only_members_hear_and_only_with_the_scope() -> None:
    async with scene() as s:
        elsewhere = s.team.add_channel("elsewhere", members=[s.ana])
        await s.ana.writes(elsewhere, "unheard")
        s.bot.scopes.remove("channels:history")
        await s.ana.writes(s.channel, "unheard too")
        assert heard(s, "message") == []
        hidden = s.team.add_channel("hidden", members=[s.ana], private=True, bots=[s.bot])
        await s.ana.writes(hidden, "heard")
        assert [event["channel_type"] for event in heard(s, "message")] == ["group"]


async def test_a_message_to_the_app_comes_from_its_direct_messages() -> None:
    async with scene() as s:
        await s.ana.writes(s.ana.direct(s.app), "hello")
        assert [event["channel_type"] for event in heard(s, "message")] == ["im"]


async def test_the_life_of_channels_and_people_is_told() -> None:
    async with scene() as s:
        s.team.removes(s.bob.id, s.channel)
        s.team.archives(s.channel, by=s.ana)
        s.team.removes(s.bot.bot_user_id, s.channel)
        s.team.deactivate(s.bob)
        assert [delivery.type for delivery in s.slack.events.sent] == [
            "member_left_channel", "channel_archive", "channel_left", "user_change",
        ]  # fmt: skip
        assert heard(s, "user_change")[0]["user"]["deleted"]


async def test_an_uninstall_is_told_by_two_events_in_either_order() -> None:
    for tokens_first in (False, True):
        async with scene() as s:
            s.team.uninstall(s.app, tokens_first=tokens_first)
            kinds = [delivery.type for delivery in s.slack.events.sent]
            assert kinds == sorted(["app_uninstalled", "tokens_revoked"], reverse=tokens_first)
            assert heard(s, "tokens_revoked")[0]["tokens"] == {"oauth": [], "bot": [s.bot.bot_user_id]}


async def test_people_of_another_workspace_are_heard_in_a_shared_channel() -> None:
    async with scene() as s:
        other = s.slack.add_workspace("Team two")
        eve = other.add_person("eve")
        shared = s.team.add_channel("shared", members=[s.ana, eve], shared_with=[other], bots=[s.bot])
        await eve.writes(shared, "from outside")
        (delivery,) = s.slack.events.sent
        assert delivery.body["is_ext_shared_channel"]
        assert (delivery.body["team_id"], delivery.body["event"]["team"]) == (s.team.id, other.id)
