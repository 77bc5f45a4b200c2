"""What people write goes out as they wrote it and comes in as they saw it."""

import re

import pytest
from hypothesis import given, settings

from bot.platforms.slack.escape import escape, is_person, literal, mention, shown, unescape, with_ids
from tests.local_slack import mrkdwn
from tests.platforms.slack.hostile import texts

anything = settings(max_examples=150, deadline=None, derandomize=True)


@anything
@given(texts)
def test_escaping_and_back_gives_what_was_visible(text: str) -> None:
    assert unescape(escape(text)) == shown(text).strip()
    assert unescape(literal(text)) == shown(text, one_line=True).strip()


@anything
@given(texts)
def test_escaped_text_mentions_nobody(text: str) -> None:
    for escaped in (escape(text), literal(text)):
        assert mrkdwn.pings(escaped) == set()
        assert mrkdwn.stray(escaped) is None


@anything
@given(texts)
def test_no_sign_of_formatting_is_left_at_the_edge_of_a_word(text: str) -> None:
    assert re.search(r"(?<!\u2060)[*_~`]|[*_~`](?!\u2060)", literal(text)) is None
    assert "\n" not in literal(text)


def test_ampersands_are_escaped_first() -> None:
    assert escape("&lt; < &") == "&amp;lt; &lt; &amp;"
    assert unescape("&amp;lt; &lt; &amp;") == "&lt; < &"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<@U0ANA|ana> said so", "@ana said so"),
        ("<@U0ANA> said so", "@U0ANA said so"),
        ("see <#C0GIL|gil>", "see #gil"),
        ("see <#C0GIL|>", "see #C0GIL"),
        ("call <http://asyncio.run|asyncio.run> once", "call asyncio.run once"),
        ("<https://peps.python.org/pep-0703/>", "https://peps.python.org/pep-0703/"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("<!here> <!channel|channel> <!subteam^S0FANS|@fans> <!subteam^S0FANS>", "@here @channel @fans @S0FANS"),
        ("at <!date^1^{time}|noon>", "at noon"),
        ("if a &lt; b &amp;&amp; c &gt; d", "if a < b && c > d"),
        ("a < b and c > d", "a < b and c > d"),
        ("&lt;@U0ANA&gt;", "<@U0ANA>"),
    ],
)
def test_an_answer_is_read_as_its_writer_saw_it(written: str, seen: str) -> None:
    assert unescape(written) == seen


def test_the_bots_own_mention_is_no_part_of_an_answer() -> None:
    assert unescape("<@U0BOT> it is a lock", leave_out="U0BOT") == "it is a lock"
    assert unescape("<@U0BOT|quiz> it is <@U0ANA|ana>'s lock", leave_out="U0BOT") == "it is @ana's lock"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lead add <@U0ANA|ana>", "lead add U0ANA"),
        ("setup ping <!subteam^S0FANS|@fans>", "setup ping S0FANS"),
        ("setup ping <!here>", "setup ping here"),
        ("setup <#C0GIL|gil> Europe/Berlin", "setup C0GIL Europe/Berlin"),
        ("practice a &lt; b", "practice a < b"),
    ],
)
def test_a_command_names_people_and_groups_by_their_ids(typed: str, meant: str) -> None:
    assert with_ids(typed) == meant


@pytest.mark.parametrize(
    ("group", "ringing"),
    [
        ("S0FANS", "<!subteam^S0FANS>"),
        ("here", "<!here>"),
        ("@channel", "<!channel>"),
        ("U0ANA", "<@U0ANA>"),
        ("fans", ""),
        ("", ""),
        ("S0> <!channel", ""),
    ],
)
def test_only_what_can_be_a_group_rings(group: str, ringing: str) -> None:
    assert mention(group) == ringing


def test_people_have_ids_of_two_kinds() -> None:
    assert is_person("U0ANA")
    assert is_person("W0ANA")
    assert not is_person("U0ANA>")
    assert not is_person("ana")
