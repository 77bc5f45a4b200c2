"""What people write is shown as they wrote it and does nothing."""

import re

import pytest
from hypothesis import given

from bot.platforms.discord.escape import cleaned, fenced, span, words
from tests.platforms.discord import hostile
from tests.platforms.discord.reader import constructs, kinds, shown


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("<@1>", "user"),
        ("<@!1>", "user"),
        ("<@&1>", "role"),
        ("<#1>", "channel"),
        ("@everyone", "everyone"),
        ("@here", "everyone"),
        ("<t:1:R>", "instant"),
        ("</cmd:1>", "command"),
        ("<:e:1>", "emoji"),
        (":smile:", "shortcode"),
        ("<id:home>", "place"),
        ("[x](http://evil.example)", "masked link"),
        ("http://evil.example", "link"),
        ("**x**", "bold"),
        ("*x*", "italic"),
        ("_x_", "italic"),
        ("__x__", "underline"),
        ("~~x~~", "strike"),
        ("||x||", "spoiler"),
        ("`x`", "code"),
        ("```x```", "fence"),
        ("# x", "heading"),
        ("-# x", "small"),
        ("> x", "quote"),
        (">>> x", "quote"),
        ("- x", "list"),
        ("* x", "list"),
        ("1. x", "list"),
    ],
)
def test_what_would_do_something_is_only_shown(written: str, kind: str) -> None:
    assert kind in kinds(written), "the reader knows it"
    assert constructs(words(written)) == []
    assert shown(words(written)) == written


@hostile.untimed
@given(hostile.long_texts)
def test_no_text_does_anything_wherever_it_stands(text: str) -> None:
    for before in ("", "x ", "**x** · "):
        assert constructs(before + words(text)) == constructs(before)
    assert kinds(f"> *“{words(text)}”*") == {"quote": 1, "italic": 1}


@hostile.untimed
@given(hostile.texts, hostile.texts)
def test_two_texts_side_by_side_make_nothing_together(left: str, right: str) -> None:
    assert constructs(words(left) + words(right)) == []


@hostile.untimed
@given(hostile.long_texts)
def test_it_is_shown_as_it_was_written_on_one_line(text: str) -> None:
    assert shown(words(text)) == cleaned(text, one_line=True)
    assert "\n" not in words(text)


@hostile.untimed
@given(hostile.long_texts)
def test_a_code_block_ends_where_it_should(text: str) -> None:
    inside = fenced(text).strip("\n")
    if inside.strip():
        assert [kind for kind, _ in constructs(f"```text\n{inside}\n```")] == ["fence"]


@hostile.untimed
@given(hostile.texts)
def test_a_code_span_ends_where_it_should(text: str) -> None:
    if span(text).strip():
        assert [kind for kind, _ in constructs(f"`{span(text)}`")] == ["code"]


@hostile.untimed
@given(hostile.long_texts)
def test_the_reading_direction_stays(text: str) -> None:
    safe = words(text)
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066\u2067]", safe)
    assert safe.count("\u2068") == safe.count("\u2069") <= 1


def test_right_to_left_text_does_not_reorder_its_neighbours() -> None:
    assert words("שלום") == "\u2068שלום\u2069"
    assert words("plain") == "plain"


def test_accents_do_not_pile_up_over_the_lines_around() -> None:
    assert len(cleaned("a" + "\u0301" * 500)) == 5
    assert cleaned("\u05e9\u05c1\u05b8\u0591") == "\u05e9\u05c1\u05b8\u0591"


def test_emoji_of_several_parts_stay_whole() -> None:
    for emoji in ("👩‍👩‍👧‍👦", "🧑🏽‍💻", "🇩🇪", "✌️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"):
        assert words(emoji) == emoji
