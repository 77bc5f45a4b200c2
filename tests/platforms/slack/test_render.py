"""Messages as Block Kit: within every limit, ringing for nobody, losing no button, whatever people wrote."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.chat.action import Action
from bot.chat.clipping import clipped
from bot.chat.event import HomeOpened, Person
from bot.chat.literal import visible
from bot.chat.message import (
    Button,
    Buttons,
    Code,
    CodeBlock,
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
    Tone,
    When,
    WhenStyle,
    Who,
    Words,
)
from bot.content.bank import Bank
from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict
from bot.platforms.slack import limits
from bot.platforms.slack.render import blocks_of, fallback_of
from bot.platforms.slack.rich_text import Block
from bot.platforms.slack.views import home_view
from bot.quiz.round import Round, RoundStatus
from bot.services.cards.feedback import grade_card
from bot.services.cards.help import help_card
from bot.services.cards.preview import question_preview
from bot.services.cards.reveal import reveal_card
from bot.services.game import Game
from bot.services.outcome import Outcome
from bot.services.records import Board, Standing
from tests.doubles import RecordingReply
from tests.doubles import Table as Seats
from tests.local_slack import mrkdwn
from tests.local_slack.blocks import block_problems, characters, mrkdwn_texts, strings
from tests.local_slack.reading import read_blocks
from tests.local_slack.rich_text import rich_text_pings
from tests.memory import MemoryStore
from tests.platforms.slack.hostile import FAMILY, messages

anything = settings(max_examples=60, deadline=None, derandomize=True)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CUT = "Shortened to fit"


def read(blocks: Sequence[Block], zone: str = "UTC") -> str:
    return read_blocks(list(blocks), lambda id_: id_, ZoneInfo(zone))


def rung(blocks: Sequence[Block], text: str = "") -> set[str]:
    texts = [text, *mrkdwn_texts(list(blocks))]
    return {name for one in texts for name in mrkdwn.pings(one, link_names=False)} | set(rich_text_pings(list(blocks)))


def values(blocks: Sequence[Block]) -> list[str]:
    return list(strings(list(blocks), "value"))


def buttons_of(message: Message) -> Iterator[Button]:
    for block in message.blocks:
        if isinstance(block, Buttons):
            yield from block.items


@anything
@given(messages)
def test_a_message_is_within_every_limit(message: Message) -> None:
    blocks = blocks_of(message)
    assert block_problems(blocks) == []
    assert characters(blocks) < 13_000
    assert len(json.dumps(blocks, ensure_ascii=False)) < 13_000
    assert all(mrkdwn.stray(text) is None and mrkdwn.bad_date(text) is None for text in mrkdwn_texts(blocks))


@anything
@given(messages)
def test_a_post_rings_for_nobody_but_the_group_it_is_for(message: Message) -> None:
    meant = {message.ping} if message.ping in ("S0FANS", "here") else set()
    assert rung(blocks_of(message), fallback_of(message)) == meant


@anything
@given(messages)
def test_buttons_and_what_is_said_at_the_end_are_never_lost(message: Message) -> None:
    blocks = blocks_of(message)
    assert values(blocks) == [str(button.action) for button in buttons_of(message)]
    ids = list(strings(blocks, "action_id"))
    assert len(ids) == len(set(ids))
    said = read(blocks)
    codes = [part for block in message.blocks if isinstance(block, Footnote) for part in block.parts[:1]]
    for part in codes:
        if isinstance(part, Words) and part.text.isascii() and part.text.isalnum():
            assert part.text[:500] in said


@anything
@given(messages)
def test_the_text_beside_the_blocks_says_something_and_mentions_nobody(message: Message) -> None:
    text = fallback_of(message)
    assert 0 < len(text) <= limits.FALLBACK
    assert text.strip()
    assert mrkdwn.stray(text) is None
    assert "<" not in text


@anything
@given(messages)
def test_nothing_is_shown_that_moves_or_turns_the_text_around(message: Message) -> None:
    shown = "".join(strings(blocks_of(message), "text"))
    assert not set(shown) & set("\x00\x1b\r\u202e\u200b\ufeff\ud800")


def test_a_question_stands_as_a_header_text_buttons_and_a_small_line() -> None:
    message = Message(
        "Question: Locks",
        (
            Heading("Locks"),
            Paragraph((Words("senior · about 7 min", dim=True),)),
            Markup("What is a **lock**?\n\n- one\n- `two`"),
            Buttons((Button("Answer", Action("answer", "7.locks"), primary=True), Button("Hint", Action("hint", "7")))),
            Footnote((Words("Closes "), When(datetime(2026, 11, 24, 16, tzinfo=UTC), "UTC", WhenStyle.TIME))),
        ),
    )
    blocks = blocks_of(message)
    assert [block["type"] for block in blocks] == ["header", "context", "rich_text", "actions", "context"]
    assert read(blocks, "Asia/Tokyo").splitlines() == [
        "Locks",
        "senior · about 7 min",
        "What is a lock?",
        "• one",
        "• two",
        "[Answer] [Hint]",
        "Closes 1:00 AM",
    ]
    answer, hint = blocks[3]["elements"]
    assert (answer["style"], answer["value"], answer["accessibility_label"]) == (
        "primary",
        "answer:v1:7.locks",
        "Answer",
    )
    assert "style" not in hint


def test_bold_may_end_inside_a_word_and_hold_code() -> None:
    [block] = blocks_of(Message("", (Markup("the **G**IL and **`x += 1` races**"),)))
    assert [(element["text"], element.get("style", {})) for element in block["elements"][0]["elements"]] == [
        ("the ", {}),
        ("G", {"bold": True}),
        ("IL and ", {}),
        ("x += 1", {"bold": True, "code": True}),
        (" races", {"bold": True}),
    ]


@pytest.mark.parametrize(
    ("mark", "tone", "start"),
    [
        (Mark.HIT, Tone.PLAIN, "✅ Good: Threads wait"),
        (Mark.PARTIAL, Tone.PLAIN, "🟡 In part: Threads wait"),
        (Mark.MISS, Tone.PLAIN, "⚪ Missing: Threads wait"),
        (Mark.MISS, Tone.PROBLEM, "⚠ To do: Threads wait"),
        (Mark.CONTRADICTED, Tone.PLAIN, "❌ Wrong: Threads wait"),
        (Mark.MISCONCEPTION, Tone.PLAIN, "❌ Mistake: Threads wait"),
    ],
)
def test_every_mark_is_a_sign_and_a_word(mark: Mark, tone: Tone, start: str) -> None:
    item = Item(mark, "Threads wait", "they *wait* <!here>", "Say why")
    shown = read(blocks_of(Message("", (ItemList((item,)),), tone)))
    assert shown.splitlines() == [start, "> “they *wait* <!here>”", "Say why"]


def test_a_word_about_the_verdict_stands_behind_its_claim() -> None:
    item = Item(Mark.HIT, "Threads wait", "they *wait*", note="decided by a lead")
    shown = read(blocks_of(Message("", (ItemList((item,)),))))
    assert shown.splitlines() == ["✅ Good: Threads wait (decided by a lead)", "> “they *wait*”"]


def test_what_a_person_wrote_is_shown_character_by_character() -> None:
    wrote = "*a* _b_ ~c~ `d` ```e``` <!channel> <@U1> & &lt; :tada:\n> f\n- g"
    assert read(blocks_of(Message("", (CodeBlock(wrote, "text"),)))) == wrote


def test_people_are_mentioned_where_only_one_person_reads_and_named_in_posts() -> None:
    message = Message("", (Paragraph((Who("U0ANA", "Ana <!here>"), Words(" leads"))),))
    assert rung(blocks_of(message, private=True)) == {"U0ANA"}
    assert rung(blocks_of(message)) == set()
    assert read(blocks_of(message)) == "Ana <!here> leads"


def test_a_ping_stands_on_top() -> None:
    blocks = blocks_of(Message("", (Heading("Locks"),), ping="S0FANS"))
    assert blocks[0]["text"]["text"] == "<!subteam^S0FANS>"
    assert blocks[1]["type"] == "header"


def test_words_in_a_small_line_are_not_formatted() -> None:
    said = "a *b* _c_ `d` > e & <!here>"
    [context] = blocks_of(Message("", (Footnote((Words("> " + said), Code("x`y"))),)))
    text = context["elements"][0]["text"]
    assert mrkdwn.pings(text) == set()
    assert text.replace("\u2060", "") == "&gt; a *b* _c_ `d` &gt; e &amp; &lt;!here&gt;`x'y`"
    assert " *b" not in text
    assert not text.startswith("&gt;")


def test_a_narrow_table_is_aligned_and_shows_whose_row_is_the_readers() -> None:
    table = Table(
        (Column("#", numeric=True), Column("Name"), Column("Points", numeric=True)),
        (("1", "Ana", "1,240"), ("2", "Ben", "88")),
        own_row=1,
    )
    assert read(blocks_of(Message("", (table,)))).splitlines() == [
        "  # Name Points",
        "  1 Ana   1,240",
        "› 2 Ben      88",
    ]


def test_names_that_no_fixed_width_face_holds_stand_last() -> None:
    table = Table((Column("Name"), Column("Points", numeric=True)), (("李小龙", "7"), (f"Zoë {FAMILY}", "12")))
    lines = read(blocks_of(Message("", (table,)))).splitlines()
    assert lines == ["  Points Name", "       7 李小龙", f"      12 Zoë {FAMILY}"]


def test_a_wide_table_is_a_list_that_may_wrap() -> None:
    table = Table(
        (Column("Day"), Column("Question"), Column("Points", numeric=True)),
        (
            ("23 Nov", "What the GIL is and how to work around it", "57"),
            ("24 Nov", "Why forked memory splits", "waits"),
        ),
    )
    assert read(blocks_of(Message("", (table,)))).splitlines() == [
        "• 23 Nov · What the GIL is and how to work around it · points: 57",
        "• 24 Nov · Why forked memory splits · points: waits",
    ]


def test_numbers_stay_beside_a_name_written_from_right_to_left() -> None:
    table = Table((Column("Name"), Column("Points", numeric=True)), (("عبد الرحمن", "6"),))
    assert read(blocks_of(Message("", (table,)))).splitlines()[1] == "       6 \u2068عبد الرحمن\u2069"


def test_what_is_too_long_is_shortened_evenly_and_says_where_the_rest_is() -> None:
    items = tuple(Item(Mark.HIT, "A claim", "my words " * 400, "A remark. " * 400) for _ in range(10))
    message = Message("", (Heading("10 of 10"), ItemList(items), Footnote((Words("Ranked."),))))
    shown = read(blocks_of(message))
    assert shown.count("✅ Good: A claim") == 10
    assert "Ranked." in shown
    assert shown.splitlines()[-1] == (
        "Shortened to fit. Your feedback also stands in this app's Home tab; or type `/quiz why`"
    )


def test_too_many_blocks_keep_the_first_and_the_last_of_them() -> None:
    lines = tuple(Markup(f"Line {n}") for n in range(80))
    message = Message("", (Heading("Top"), *lines, Buttons((Button("Go", Action("why", "last")),))))
    blocks = blocks_of(message)
    assert len(blocks) == limits.MESSAGE.blocks
    shown = read(blocks).splitlines()
    assert shown[:2] == ["Top", "Line 0"]
    assert shown[-2] == "[Go]"
    assert CUT in shown[-1]


def test_nothing_is_cut_inside_an_emoji_or_between_a_letter_and_its_accents() -> None:
    assert clipped(FAMILY * 5, len(FAMILY) * 2 + 3) == FAMILY * 2 + "…"
    assert clipped("e\u0301" * 5, 6) == "e\u0301" * 2 + "…"
    assert clipped("one two three four", 15) == "one two three…"


def test_an_answer_given_back_is_whole() -> None:
    answer = "I think the GIL & its <lock> " * 100
    shown = read(blocks_of(Message("", (Heading("Your answer, not saved"), CodeBlock(answer, "text")))))
    assert visible(answer) in shown
    assert CUT not in shown


def test_a_short_note_is_its_own_fallback() -> None:
    note = Message("Your answer is saved.", (Paragraph((Words("Your answer is saved."),)),))
    assert fallback_of(note) == "Your answer is saved."


def test_a_fallback_tells_what_the_message_says() -> None:
    message = Message("Question: a < b", (Heading("a < b"), Markup("Why **not**?"), Buttons(())))
    assert fallback_of(message) == "Question: a &lt; b\nWhy not?"


def test_every_real_question_fits_whole(bank: Bank) -> None:
    names = [f"Somebody with the name {number}" for number in range(10)]
    week = Board(tuple(Standing(n, n, name, 100, 3) for n, name in enumerate(names[:5], 1)), None, 10)
    asked = Round(1, 1, 1, None, None, NOW.date(), NOW, NOW, NOW, RoundStatus.CLOSED, "q")
    outcome = Outcome(asked, 10, tuple((name, 88) for name in names), week)
    for question in bank.questions.values():
        for message in (*question_preview(question), reveal_card(question, outcome)):
            blocks = blocks_of(message)
            assert block_problems(blocks) == []
            assert CUT not in read(blocks), question.id


def test_the_feedback_on_any_question_fits_whole_with_a_long_quote_for_every_point(bank: Bank) -> None:
    said = Evidence(0, 200, "and so the lock is let go " * 8)
    for question in bank.questions.values():
        verdicts = tuple(PointVerdict(p.id, Verdict.PARTIAL, 1.0, said) for p in question.key_points)
        wrong = tuple(MisconceptionFound(one.id, said) for one in question.misconceptions)
        blocks = blocks_of(grade_card(question, Grade(verdicts, wrong, "test-1", 50.0)), private=True)
        assert block_problems(blocks) == []
        assert CUT not in read(blocks), question.id


async def test_every_card_of_a_whole_game_fits_whole(bank: Bank) -> None:
    """Question, hints, feedback, record, Home tab, leaderboard, plan: for a player who answered everything."""
    table = Seats(Game(MemoryStore(), bank))
    home = RecordingReply()
    await table.set_up()
    told: list[Message] = []
    longest = sorted(bank.questions.values(), key=lambda question: len(str(question.key_points)))[-3:]
    for question in longest:
        await table.leads(f"/quiz-admin post {question.id}")
        await table.settle()
        told += (await table.answers("ana", question.samples[0].text)).told
        for command in (
            "",
            "hint",
            "hint",
            "hint",
            "why",
            "me",
            "leaderboard",
            "privacy",
            "privacy delete",
            "practice",
        ):
            told += (await table.says("ana", f"/quiz {command}")).told
        opened = HomeOpened(question.id, table.now, Person("ana", "ana"), table.place, home)
        await table.dispatch(opened)
        await table.leads("/quiz-admin close")
        await table.settle()
        table.now += timedelta(minutes=1)
    for command in ("setup", "doctor", "schedule preview", "lead add U0ANA"):
        told += (await table.leads(f"/quiz-admin {command}")).told
    assert len(told) > 10 * len(longest)
    for card in [*told, *home.told, *(message for _, message, _ in table.platform.sent)]:
        for blocks in (blocks_of(card, private=True), home_view(card)["blocks"]):
            assert block_problems(blocks, "message" if len(blocks) <= limits.MESSAGE.blocks else "home") == []
            assert CUT not in read(blocks), card.summary


@pytest.mark.parametrize("leads", [True, False])
def test_help_fits_whole(leads: bool) -> None:
    blocks = blocks_of(help_card(leads=leads), private=True)
    assert block_problems(blocks) == []
    assert CUT not in read(blocks)


def test_a_date_is_in_the_readers_own_zone_and_has_words_for_clients_without_dates() -> None:
    at = datetime(2026, 11, 24, 16, tzinfo=UTC) + timedelta(seconds=0.5)
    [block] = blocks_of(Message("", (Paragraph((When(at, "Europe/Berlin", WhenStyle.DAY_TIME),)),)))
    [date] = block["elements"][0]["elements"]
    assert date["timestamp"] == int(at.timestamp())
    assert date["fallback"] == "Tue 24 Nov 17:00 Europe/Berlin"
    assert read([block], "America/New_York") == "Nov 24, 2026 at 11:00 AM"
