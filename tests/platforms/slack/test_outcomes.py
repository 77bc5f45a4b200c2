"""Every answer of Slack has a decided outcome; tickets and errands keep their word."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.platform import Rejected, Unknown
from bot.platforms.slack.errands import Errands
from bot.platforms.slack.outcomes import NotInstalled, SlackRefused, SlackSilent, outcome
from bot.platforms.slack.ticket import Ticket, Way

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "error",
    """is_archived channel_not_found not_in_channel restricted_action restricted_action_read_only_channel
    team_access_not_granted account_inactive token_revoked invalid_auth invalid_refresh_token msg_too_long
    msg_blocks_too_long invalid_blocks metadata_too_large message_not_found cant_update_message user_not_found
    messages_tab_disabled missing_scope""".split(),
)
def test_what_will_be_refused_again_is_given_up(error: str) -> None:
    result = outcome(SlackRefused(error, needed="chat:write"))
    assert isinstance(result, Rejected)
    assert result.permanent
    assert result.reason[0].islower() or result.reason.startswith("Slack")


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "service_unavailable"])
def test_what_may_have_been_done_is_unknown(error: str) -> None:
    assert isinstance(outcome(SlackRefused(error)), Unknown)
    assert isinstance(outcome(SlackSilent("status 502")), Unknown)


def test_what_was_not_sent_or_is_new_to_us_is_tried_again() -> None:
    for error in (SlackSilent("no line", sent=False), SlackRefused("request_timeout"), SlackRefused("brand_new_error")):
        result = outcome(error)
        assert isinstance(result, Rejected)
        assert not result.permanent


def test_patience_is_as_long_as_slack_says() -> None:
    assert outcome(SlackRefused("ratelimited", retry_after=7)) == Rejected(
        "Slack asks for patience", permanent=False, retry_after=7
    )


def test_a_workspace_without_the_app_is_said_so() -> None:
    result = outcome(NotInstalled("T1"))
    assert isinstance(result, Rejected)
    assert result.permanent


def test_a_ticket_is_text_and_lasts_a_while() -> None:
    ticket = Ticket.lasting(Way.VIEW, "V1", NOW, "A title")
    assert Ticket.parse(str(ticket), NOW + timedelta(minutes=28)) == ticket
    assert Ticket.parse(str(ticket), NOW + timedelta(minutes=30)) is None


@pytest.mark.parametrize("text", [None, "", "V1", "[]", '["view"]', '["fax", "V1", 9999999999, ""]', '{"a": 1}'])
def test_what_is_no_ticket_is_none(text: str | None) -> None:
    assert Ticket.parse(text, NOW) is None


async def test_errands_of_one_lane_run_in_order_and_a_failing_one_stops_nobody() -> None:
    errands, done, may_go = Errands(), list[str](), asyncio.Event()

    async def first() -> None:
        await may_go.wait()
        done.append("first")
        raise RuntimeError("a fault of ours")

    async def then(name: str) -> None:
        done.append(name)

    errands.start(first(), "first", lane="ana")
    errands.start(then("second"), "second", lane="ana")
    errands.start(then("bob"), "bob", lane="bob")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert done == ["bob"]
    may_go.set()
    await errands.finish(within=5)
    assert done == ["bob", "first", "second"]


async def test_errands_that_do_not_end_are_ended() -> None:
    errands = Errands()
    errands.start(asyncio.Event().wait(), "for ever")  # type: ignore[arg-type]  # its result does not matter
    await errands.finish(within=0)
