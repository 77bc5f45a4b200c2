"""Block Kit's limits, one by one."""

from datetime import UTC, datetime

import pytest

from tests.local_slack.blocks import block_problems
from tests.local_slack.mrkdwn import date_in_words, pings, read
from tests.local_slack.payload import Payload
from tests.platforms.slack_server.small_bot import form, plain, post_blocks, section


def button(**changes: object) -> Payload:
    return {"type": "button", "action_id": "a", "text": plain("Press")} | changes


def actions(*elements: Payload) -> Payload:
    return {"type": "actions", "elements": list(elements)}


def field(**changes: object) -> Payload:
    element = {"type": "plain_text_input", "action_id": "a"} | changes
    return {"type": "input", "label": plain("Label"), "element": element}


def select(count: int, **changes: object) -> Payload:
    options = [{"text": plain(f"{n}"), "value": f"{n}"} for n in range(count)]
    return {"type": "static_select", "action_id": "s", "options": options} | changes


def test_ordinary_blocks_pass() -> None:
    assert block_problems(post_blocks()) == []
    assert block_problems(form()["blocks"], "modal") == []
    fields = {"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 10, "accessory": button()}
    assert block_problems([fields, actions(select(100)), field(max_length=3000)]) == []


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (section("x" * 3001), "less than 3001"),
        (section(""), "more than 0"),
        ({"type": "section"}, "text object"),
        ({"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}, "1 to 10 items"),
        ({"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}, "less than 2001"),
        ({"type": "header", "text": plain("x" * 151)}, "less than 151"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "plain_text"),
        ({"type": "context", "elements": [plain("x")] * 11}, "1 to 10 items"),
        (actions(), "1 to 25 items"),
        (actions(*(button(action_id=f"{n}") for n in range(26))), "1 to 25 items"),
        (actions(button(), button()), "already exists"),
        (actions(button(text=plain("x" * 76))), "less than 76"),
        (actions(button(text={"type": "mrkdwn", "text": "x"})), "plain_text"),
        (actions(button(value="x" * 2001)), "value must have"),
        (actions(button(url="x" * 3001)), "url must have"),
        (actions(button(style="green")), "style"),
        (actions(button(accessibility_label="x" * 76)), "accessibility_label"),
        (actions(button(action_id="x" * 256)), "action_id"),
        (actions(button(colour="red")), "additional property: colour"),
        (actions(select(0)), "1 to 100 items"),
        (actions(select(101)), "1 to 100 items"),
        (actions(select(1, placeholder=plain("x" * 151))), "less than 151"),
        (actions(select(1, initial_option={"text": plain("9"), "value": "9"})), "one of the options"),
        (actions(select(11, type="radio_buttons")), "1 to 10 items"),
        (actions({"type": "plain_text_input", "action_id": "a"}), "unsupported element"),
        (field(max_length=3001), "within 0 and 3000"),
        (field(initial_value="x" * 3001), "less than 3001"),
        ({"type": "input", "label": plain("x" * 2001), "element": {"type": "plain_text_input"}}, "less than 2001"),
        ({"type": "image", "image_url": "https://example.com/x.png"}, "alt_text"),
        ({"type": "table"}, "unsupported type"),
        (section("x") | {"block_id": "x" * 256}, "block_id"),
        (section("x") | {"colour": "red"}, "additional property: colour"),
    ],
)
def test_a_block_beyond_a_limit_is_named(block: Payload, part: str) -> None:
    assert any(part in problem for problem in block_problems([block])), block_problems([block])


def test_a_message_has_fifty_blocks_a_view_a_hundred() -> None:
    assert block_problems([section("x")] * 50) == []
    assert block_problems([section("x")] * 51) != []
    assert block_problems([section("x")] * 100, "modal") == []


def test_a_block_id_stands_once() -> None:
    twice = section("x") | {"block_id": "b"}
    assert "duplicate block_id" in block_problems([twice, twice])[0]


def test_text_reads_as_people_read_it() -> None:
    text = "<@U1> <#C1|quiz> <https://example.com|a &amp; b> <!date^0^{date_short}|x> &lt;!here&gt;"
    assert read(text, lambda id_: {"U1": "ana"}[id_]) == "@ana #quiz a & b Jan 1, 1970 <!here>"
    assert read("<!date^soon^{date}|later>", str) == "later"


def test_dates_have_ordinals() -> None:

    moment = datetime(2026, 3, 22, 0, 5, tzinfo=UTC)
    assert date_in_words(moment, "{date_long} at {time}") == "Sunday, March 22nd, 2026 at 12:05 AM"


def test_only_real_mentions_ping() -> None:
    assert pings("&lt;@U1&gt; &lt;!channel&gt; @channel @ana") == set()
    assert pings("<@U1|ana> <!channel|all> <!here>") == {"U1", "channel", "here"}
    assert pings("mail ana@example.com @bob", link_names=True) == {"@bob"}
