"""What people type, and what they are shown as plain text."""

import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.chat.action import Action, UnknownAction
from bot.chat.command import COMMANDS, UnknownCommand, WrongOption, completions, help_lines, nearest_command, parse
from bot.chat.literal import visible
from bot.chat.message import (
    Column,
    Footnote,
    Heading,
    Item,
    ItemList,
    Mark,
    Markup,
    Message,
    Paragraph,
    Table,
    When,
    WhenStyle,
    Words,
)
from bot.chat.plain import columns, plain
from bot.platforms.terminal.render import renderable


@pytest.mark.parametrize(
    ("typed", "path", "options"),
    [
        ("/quiz", ("quiz",), {}),
        ("/quiz leaderboard", ("quiz", "leaderboard"), {}),
        ("/quiz leaderboard week", ("quiz", "leaderboard"), {"period": "week"}),
        ("/quiz week leaderboard", ("quiz", "leaderboard"), {"period": "week"}),
        ("/QUIZ Leaderboard", ("quiz", "leaderboard"), {}),
        ("/quiz answer It's a lock -- really", ("quiz", "answer"), {"text": "It's a lock -- really"}),
        ("/quiz answer", ("quiz", "answer"), {}),
        ("/quiz privacy delete confirm", ("quiz", "privacy", "delete"), {"confirm": "confirm"}),
        ("/quiz-admin", ("quiz-admin", "help"), {}),
        ("/quiz-admin schedule", ("quiz-admin", "schedule", "show"), {}),
        (
            "/quiz-admin setup mon - fri 9:00 Europe/Berlin",
            ("quiz-admin", "setup"),
            {"days": "mon-fri", "time": "9:00", "zone": "Europe/Berlin"},
        ),
        (
            "/quiz-admin schedule set zone=Asia/Tokyo packs=gil open 8h senior=3,mid=1",
            ("quiz-admin", "schedule", "set"),
            {"zone": "Asia/Tokyo", "packs": "gil", "open": "8h", "mix": "senior=3,mid=1"},
        ),
    ],
)
def test_words_are_read_in_any_order(typed: str, path: tuple[str, ...], options: dict[str, str]) -> None:
    parsed = parse(typed)
    assert (parsed.path, dict(parsed.options)) == (path, options)


def test_packs_may_be_announced_by_their_word() -> None:
    assert parse("/quiz-admin setup packs gil 9:00").options == {"packs": "gil", "time": "9:00"}


def test_a_typo_names_the_nearest_command_and_a_wrong_word_the_usage() -> None:
    with pytest.raises(UnknownCommand) as unknown:
        parse("/quiz leaderbord")
    assert unknown.value.nearest == "/quiz leaderboard"
    with pytest.raises(WrongOption) as wrong:
        parse("/quiz leaderboard yesterday")
    assert (wrong.value.word, wrong.value.usage) == ("yesterday", "/quiz leaderboard [week|month|season|all]")
    assert nearest_command("/quiz privcy delete") == "/quiz privacy delete"


@given(st.text(max_size=200))
def test_any_text_is_a_command_or_a_clear_error(text: str) -> None:
    try:
        parsed = parse("/quiz " + text)
    except (UnknownCommand, WrongOption):
        return
    assert parsed.path in {command.path for command in COMMANDS}


@given(st.text(min_size=1, max_size=300).filter(str.strip))
def test_an_answer_is_kept_as_typed(text: str) -> None:
    assert parse("/quiz answer " + text).options.get("text") == text.strip()


def test_every_command_stands_in_one_of_the_helps() -> None:
    shown = {usage for leads in (True, False) for usage, _ in help_lines(leads=leads)}
    assert shown == {command.usage for command in COMMANDS}


def test_completion_offers_the_next_word() -> None:
    assert completions("/qu", {}) == ["/quiz", "/quiz-admin"]
    assert completions("/quiz lead", {}) == ["leaderboard"]
    assert "season" in completions("/quiz leaderboard ", {})
    assert completions("/quiz practice ra", {"topic": ["races", "asyncio"]}) == ["races"]
    assert completions("/quiz-admin schedule s", {}) == ["show", "set", "skip"]


def test_an_action_id_reads_back_and_a_foreign_one_is_refused() -> None:
    assert Action.parse(str(Action("answer", "12"))) == Action("answer", "12")
    longest = Action("rule", f"{10**13}.{'x' * 64}.contradicted")
    assert Action.parse(str(longest)) == longest
    for foreign in ("answer:v2:1", "answer", "answer:v1:", "answer:v1:a b", "practice-hint:v1:" + "x" * 84, ""):
        with pytest.raises(UnknownAction):
            Action.parse(foreign)


@given(st.text(max_size=300))
def test_nothing_a_person_writes_can_move_the_cursor(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(char) == "Cc" and char != "\n" for char in shown)
    assert not any(unicodedata.bidirectional(char) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI"} for char in shown)
    assert "\n" not in visible(text, one_line=True)


@given(st.text(max_size=300), st.integers(min_value=20, max_value=120))
def test_plain_text_keeps_to_its_width(text: str, width: int) -> None:
    message = Message(
        "s",
        (
            Heading("Title"),
            Paragraph((Words(text),)),
            ItemList((Item(Mark.HIT, "Made.", quote=text, remark="Next."),)),
            Footnote((Words(text),)),
        ),
    )
    assert all(columns(line) <= width for line in plain(message, width=width).splitlines())


def test_a_word_about_the_verdict_stands_below_the_quote_on_every_screen() -> None:
    items = ItemList((Item(Mark.PARTIAL, "Made.", quote="words", remark="Next.", note="a lead will look"),))
    assert [line.strip() for line in plain(Message("s", (items,)), width=40).splitlines()] == [
        "[part]  Made.",
        "“words”",
        "(a lead will look)",
        "Next.",
    ]
    shown = io.StringIO()
    screen = Console(file=shown, width=60, force_terminal=True, color_system=None, legacy_windows=False)
    screen.print(renderable(Message("s", (Heading("T"), items))))
    assert "(a lead will look)" in shown.getvalue()


def test_a_table_lines_up_with_wide_characters_and_marks_the_readers_row() -> None:
    table = Table((Column("name"), Column("points", numeric=True)), (("ana", "120"), ("日本", "7")), own_row=1)
    lines = plain(Message("s", (table,)), width=40).splitlines()
    assert len({columns(line) for line in lines}) == 1
    assert lines[-1].startswith("> ")


def test_markup_loses_its_signs_and_an_instant_is_said_in_its_zone() -> None:
    at = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
    message = Message(
        "s",
        (
            Markup("Use **two** locks, `a` and *b*; 2*3*4 stays."),
            Footnote((Words("Closes "), When(at, "Europe/Berlin", WhenStyle.DAY_TIME))),
        ),
    )
    text = plain(message, width=80)
    assert "Use two locks" in text
    assert "2*3*4 stays" in text
    assert "Closes Wed 1 Jul 17:00" in text
