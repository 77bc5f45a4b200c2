"""What becomes of a message when Slack refuses, is silent, or asks for patience."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.chat.message import Heading, Message
from bot.chat.platform import Delivered, Rejected, SendResult, Target, Unknown
from bot.content.bank import Bank
from bot.platforms.slack.pace import Pace
from bot.store.store import SqlStore
from tests.platforms.slack.house import House, house

HELLO = Message("hello", (Heading("Hello"),))


async def _send(h: House, key: str = "k", *, uncertain: bool = False) -> SendResult:
    return await h.bot.platform.send(Target(h.team.id, h.channel.id), HELLO, key, uncertain=uncertain)


async def test_an_archived_channel_is_refused_for_good(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        h.channel.archived = True
        assert await _send(h) == Rejected("the channel is archived", permanent=True)


async def test_a_channel_that_is_gone_is_refused_for_good(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        h.channel.deleted = True
        result = await _send(h)
        assert isinstance(result, Rejected)
        assert result.permanent
        assert "was deleted" in result.reason


async def test_a_public_channel_is_joined_before_the_post(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        h.channel.members.discard(h.installation.bot_user_id)
        assert isinstance(await _send(h), Delivered)
        assert h.installation.bot_user_id in h.channel.members


async def test_a_channel_that_may_not_be_joined_is_refused_for_good(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        h.channel.members.discard(h.installation.bot_user_id)
        h.slack.faults.refused("conversations.join", "method_not_supported_for_channel_type")
        result = await _send(h)
        assert isinstance(result, Rejected)
        assert result.permanent
        assert "invite it" in result.reason


async def test_a_missing_scope_is_named(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, strict=False) as h:
        h.installation.scopes.remove("chat:write")
        result = await _send(h)
        assert isinstance(result, Rejected)
        assert result.permanent
        assert "chat:write" in result.reason


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_workspace_that_took_the_app_out_is_left(store: SqlStore, bank: Bank, error: str) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        h.slack.faults.refused("chat.postMessage", error)
        h.slack.faults.refused("auth.test", error)
        result = await _send(h)
        assert isinstance(result, Rejected)
        assert result.permanent
        assert "install it again" in result.reason
        async with store.read() as uow:
            assert await uow.teams.present("slack") == frozenset()
            (schedule,) = await uow.schedules.in_workspace("slack", h.team.id)
            assert schedule.paused == "the bot was removed"
        assert "removed" in (h.bot.platform.trouble() or "")


async def test_one_refused_call_alone_leaves_no_workspace(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        h.slack.faults.refused("chat.postMessage", "invalid_auth")
        assert isinstance(await _send(h), Rejected)
        async with store.read() as uow:
            assert await uow.teams.present("slack") == {h.team.id}


async def test_slack_asks_for_patience_and_gets_it(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        h.slack.faults.ratelimited("chat.postMessage", retry_after=20)
        assert await _send(h) == Rejected("Slack asks for patience", permanent=False, retry_after=20)
        calls = len(h.slack.calls_of("chat.postMessage"))
        waiting = await _send(h)
        assert isinstance(waiting, Rejected)
        assert waiting.retry_after == pytest.approx(20)
        assert len(h.slack.calls_of("chat.postMessage")) == calls, "nothing is sent meanwhile"
        h.slack.clock.advance(20)
        assert isinstance(await _send(h), Delivered)


@pytest.mark.parametrize("arrived", [True, False])
async def test_an_unknown_send_is_looked_up_before_it_is_sent_again(store: SqlStore, bank: Bank, arrived: bool) -> None:
    async with house(store, bank) as h:
        if arrived:
            h.slack.faults.dropped("chat.postMessage")
        else:
            h.slack.faults.server_error("chat.postMessage", times=1)
        first = await _send(h, "k7")
        assert isinstance(first, Unknown)
        found = await _send(h, "k7", uncertain=True)
        assert isinstance(found, Delivered)
        posts = [message for message in h.channel.messages if message.bot_id]
        assert [f"{h.channel.id}:{message.ts}" for message in posts] == [found.ref]


async def test_a_question_whose_answer_was_lost_is_posted_once(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        h.slack.faults.dropped("chat.postMessage")
        await h.ana.types(h.channel, "/quiz-admin post what-is-the-gil")
        await h.ana.sees("answers are private", h.channel)
        await h.advance(minutes=2)
        await h.answer(h.bob)
        post = await h.bob.sees("answers are private", h.channel)
        await h.advance(minutes=1)
        await h.slack.until(lambda: "1 answer " in post.text(), "the count in the post")
        assert len([message for message in h.channel.messages if message.bot_id and not message.visible_to]) == 1


async def test_without_a_line_nothing_was_sent(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        h.bot.platform._api._base_url = "http://127.0.0.1:9/api/"
        result = await _send(h)
        assert isinstance(result, Rejected)
        assert not result.permanent


async def test_many_channels_due_in_one_minute_all_get_their_post(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        channels = [h.team.add_channel(f"c{n}", members=[h.ana], bots=[h.installation]) for n in range(60)]
        for number, channel in enumerate(channels, 1):
            await h.ana.types(channel, "/quiz-admin setup 09:00 daily UTC open 8h")
            await h.slack.until(partial(_has_private_messages, h, number), f"{number} quiz channels")
            h.slack.clock.advance(1)
        before = {channel.id: len(channel.messages) for channel in channels}

        def posted() -> int:
            return sum(len(channel.messages) > before[channel.id] for channel in channels)

        await h.advance(seconds=(_next_nine(h.clock.now()) - h.clock.now()).total_seconds())
        for _ in range(40):
            if posted() == 60:
                break
            await h.bot.supervisor.settle()
            await h.advance(seconds=1)
        assert posted() == 60
        refusals = [call for call in h.slack.calls_of("chat.postMessage") if call.status == 429]
        assert refusals == []


def _has_private_messages(h: House, number: int) -> bool:
    return len(h.ana.ephemeral) == number


def _next_nine(now: datetime) -> datetime:
    nine = now.replace(hour=9, minute=0, second=0, microsecond=0)
    return nine if nine > now else nine + timedelta(days=1)


class HandClock:
    """Moves when somebody sleeps."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


async def test_turns_of_one_channel_are_a_second_apart_and_of_a_workspace_a_fifth() -> None:
    clock = HandClock()
    pace = Pace(clock.now, clock.sleep)
    began = clock.now()
    assert await pace.turn("T1", "C1", "a") is None
    assert await pace.turn("T1", "C1", "b") is None
    assert clock.now() - began == timedelta(seconds=1)
    assert await pace.turn("T1", "C2", "c") is None
    assert clock.now() - began == timedelta(seconds=1.2)
    assert await pace.turn("T2", "C3", "d") is None
    assert clock.now() - began == timedelta(seconds=1.2)


async def test_a_turn_that_is_long_in_coming_is_kept() -> None:
    clock = HandClock()
    pace = Pace(clock.now, clock.sleep)
    pace.hold("T1", 60)
    waits = [await pace.turn("T1", f"C{n}", f"k{n}") for n in range(3)]
    assert waits == pytest.approx([60, 60.2, 60.4])
    clock.at += timedelta(seconds=60.4)
    began = clock.now()
    assert [await pace.turn("T1", f"C{n}", f"k{n}") for n in range(3)] == [None, None, None]
    assert clock.now() == began
