"""Cards as Discord gets them: within every limit, with nothing in them that a person's words could do."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from bot.chat.action import Action
from bot.chat.message import (
    Block,
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
from bot.chat.plain import columns
from bot.content.bank import Bank
from bot.content.schema import KeyPoint, Question
from bot.grading.verdict import Verdict
from bot.platforms.discord.render import mentions_of, view_of
from bot.platforms.discord.shorten import clipped, clipped_code, clipped_markup
from bot.platforms.discord.tables import WIDTH
from tests.local_discord import components
from tests.local_discord.openapi import VARIABLE, official
from tests.platforms.discord import cards, hostile
from tests.platforms.discord.reader import constructs, kinds, shown

SHORTENED = "Shortened:"
NEVER = {"channel", "everyone", "command", "emoji", "shortcode", "place", "masked link", "link", "underline"}


def payload(message: Message) -> list[dict[str, Any]]:
    """What is sent, after it was found to break no rule of Discord's."""
    tree = [item.to_component_dict() for item in view_of(message).children]
    json.dumps(tree, ensure_ascii=False).encode()
    assert [str(mistake) for mistake in components.mistakes(tree, v2=True)] == []
    assert sum(len(text.encode("utf-16-le")) // 2 for text in texts(tree)) <= 4000
    return tree


def official_mistake(message: Message) -> str | None:
    """What Discord's own document finds wrong with it."""
    document = official()
    body = {"flags": 1 << 15, "components": payload(message), "allowed_mentions": mentions_of(message).to_dict()}
    return document.wrong_request("POST", "/channels/1/messages", body) if document else None


def texts(tree: list[dict[str, Any]]) -> list[str]:
    return [each["content"] for each in components.walk(tree) if each["type"] == components.TEXT_DISPLAY]


def text(message: Message) -> str:
    return "\n".join(texts(payload(message)))


def ids(tree: list[dict[str, Any]]) -> list[str]:
    return [each["custom_id"] for each in components.walk(tree) if each["type"] == components.BUTTON]


def card(*blocks: Block, tone: Tone = Tone.PLAIN, ping: str | None = None) -> Message:
    return Message("In short", blocks, tone, ping)


@settings(hostile.untimed, max_examples=50)
@given(hostile.messages())
def test_any_message_obeys_every_limit_and_keeps_its_buttons_and_its_end(message: Message) -> None:
    tree = payload(message)
    actions = {str(button.action) for block in message.blocks if isinstance(block, Buttons) for button in block.items}
    assert set(ids(tree)) == actions
    assert any("Ends here: `/quiz why`" in text for text in texts(tree))


@pytest.mark.skipif(official() is None, reason=f"{VARIABLE} names no document")
@settings(hostile.untimed, max_examples=20)
@given(hostile.messages())
def test_any_message_is_one_by_the_official_document(message: Message) -> None:
    assert official_mistake(message) is None


@settings(hostile.untimed, max_examples=50)
@given(hostile.messages())
def test_in_any_message_nothing_is_active_but_what_we_put_there(message: Message) -> None:
    found = Counter[str]()
    for content in texts(payload(message)):
        found += kinds(content)
    assert not NEVER & set(found)
    assert found["user"] <= sum(isinstance(part, Who) and part.external_id.isdecimal() for part in parts(message))
    assert found["instant"] <= sum(isinstance(part, When) for part in parts(message))
    assert found["role"] == (message.ping == "123456789012345678")
    assert found["fence"] <= sum(isinstance(block, CodeBlock | Table) for block in message.blocks)
    assert found["heading"] <= sum(isinstance(block, Heading | Paragraph) for block in message.blocks)
    assert found["quote"] <= sum(item.quote is not None for item in items(message))


def parts(message: Message) -> Iterator[object]:
    for block in message.blocks:
        if isinstance(block, Paragraph | Footnote):
            yield from block.parts


def items(message: Message) -> Iterator[Item]:
    for block in message.blocks:
        if isinstance(block, ItemList):
            yield from block.items


@settings(hostile.untimed, max_examples=50)
@given(hostile.messages())
def test_nobody_is_notified_but_the_role_that_was_asked_for(message: Message) -> None:
    roles = [int(message.ping)] if message.ping == "123456789012345678" else []
    allowed: object = mentions_of(message).to_dict()
    assert allowed == ({"parse": [], "roles": roles} if roles else {"parse": []})


def test_every_card_of_the_questions_we_have_fits_as_it_is(bank: Bank) -> None:
    for question in bank.questions.values():
        for name, message in cards.of_question(question):
            if not name.startswith("preview-1"):  # the author's view, for a terminal
                assert SHORTENED not in text(message), (question.id, name)
            assert official_mistake(message) is None


def test_every_card_of_people_and_schedules_fits_as_it_is(bank: Bank) -> None:
    for name, message in cards.of_team(list(bank.questions.values())):
        assert SHORTENED not in text(message), name
        assert official_mistake(message) is None


def long_question(question: Question) -> Question:
    points = tuple(
        KeyPoint(id=f"p-{n}", claim="A claim of some length. " * 12, missing="Say that. " * 30) for n in range(10)
    )
    prose = "A paragraph with **bold** and `code` in it. " * 60
    code = "\n".join(f"line_{n} = 'a line of some length, number {n}'" for n in range(200))
    return question.model_copy(
        update={
            "title": "A title that does not end " * 10,
            "prompt": prose,
            "key_points": points,
            "model_answer": prose,
            "looking_for": prose,
            "follow_up": prose,
            "code": code,
        }
    )


@pytest.mark.parametrize("said", ["threads take turns " * 200, "שלום ``` @everyone " * 200, "👩‍👩‍👧‍👦" * 360])
def test_the_longest_cards_are_shortened_and_still_end_as_they_should(bank: Bank, said: str) -> None:
    question = long_question(bank.questions["what-is-the-gil"])
    for name, message in cards.of_question(question):
        shortened = text(message)
        if name in ("question", "practice"):
            assert len(ids(payload(message))) == 2
        if name in ("feedback-good", "feedback-bad", "reveal", "preview-1"):
            assert SHORTENED in shortened, name
    feedback = text(cards.feedback(question, *Verdict, words=said))
    assert SHORTENED in feedback
    assert "Ranked. Points count" in feedback
    assert feedback.count(" · ") >= 10, "no key point is left out before the quotes are short"


def test_quotes_go_before_remarks_remarks_before_code_and_code_before_text() -> None:
    def of(length: int) -> Message:
        item = Item(Mark.PARTIAL, "Claim", "quoted " * (length // 7), "remark " * 60)
        code = "\n".join(["x = 1"] * 150)
        return card(Heading("Title"), ItemList((item,)), CodeBlock(code), Markup("Prose. " * 100), hostile.LAST)

    whole, cut = text(of(300)), text(of(3000))
    assert SHORTENED not in whole
    assert cut.count("quoted") < 60
    assert cut.count("remark") == 60
    assert cut.count("x = 1") == 150
    assert cut.count("Prose.") == 100
    lots = text(
        card(ItemList((Item(Mark.HIT, "Claim", None, "remark " * 10),)), CodeBlock("x = 1\n" * 900), hostile.LAST)
    )
    assert lots.count("remark") == 10
    assert 20 < lots.count("x = 1") < 300
    assert kinds(lots)["fence"] == 1


@hostile.untimed
@given(hostile.long_texts, st.integers(2, 200))
@example("\r\n@everyone", 3)
def test_a_cut_text_ends_between_two_signs_that_a_reader_sees_as_one(text: str, most: int) -> None:
    cut = clipped(text, most)
    assert len(cut.encode("utf-16-le", "surrogatepass")) // 2 <= most
    if cut != text:
        boundaries = {0}
        for grapheme in iter_graphemes(text):
            boundaries.add(max(boundaries) + len(grapheme))
        kept = cut[:-1]
        ends = [end for end in boundaries if text[:end].rstrip() == kept]
        assert cut.endswith("…")
        assert ends, "the cut stands on a boundary"


@hostile.untimed
@given(
    st.lists(
        st.sampled_from(("**bold words**", "*italic ones*", "`some code`", "plain", "\n\n", "- item")), max_size=60
    )
)
def test_cut_author_text_leaves_no_emphasis_open(words: list[str]) -> None:
    source = " ".join(words)
    for most in (20, 60, 200):
        shown_text = text(card(Markup(clipped_markup(source, most)), hostile.LAST))
        assert "\\*" not in shown_text
        assert "\\`" not in shown_text


def test_code_is_cut_between_lines() -> None:
    cut = clipped_code("\n".join(f"line {n}" for n in range(100)), 60)
    assert all(re.fullmatch(r"line \d+|…", line) for line in cut.splitlines())
    assert len(cut) <= 60


def test_a_question_card_reads_like_one(bank: Bank) -> None:
    question = bank.questions["what-is-the-gil"]
    ping, container = payload(dict(cards.of_question(question))["question"])
    assert ping["content"] == f"<@&123456789012345678> Question: {question.title}"
    assert container["accent_color"] == 0x5865F2
    title, level, prompt, row, footnote = container["components"]
    assert title["content"] == f"## {question.title}"
    assert level["content"].startswith("-# senior · about 7 min")
    assert shown(prompt["content"]) == " ".join(question.prompt.split())
    answer, hint = row["components"]
    assert (answer["label"], answer["style"], answer["custom_id"]) == ("Answer", 1, "answer:v1:7.what-is-the-gil")
    assert (hint["label"], hint["style"]) == ("Hint", 2)
    assert footnote["content"] == f"-# Closes <t:{int(cards.CLOSES.timestamp())}:f> · 12 answers · answers are private"


def test_every_mark_has_a_sign_and_a_word(bank: Bank) -> None:
    marks = [mark for mark in Mark if mark is not Mark.NONE]
    lines = text(card(ItemList(tuple(Item(mark, "claim") for mark in marks)))).splitlines()
    assert len({line.split()[0] for line in lines}) == len(marks)
    assert len({line.split("**")[1] for line in lines}) == len(marks)
    trouble = text(card(ItemList((Item(Mark.MISS, "Not allowed", remark="Do: this"),)), tone=Tone.PROBLEM))
    assert trouble == "⬜ **To do** · Not allowed\nDo: this"


def test_a_title_above_a_list_says_the_word_for_its_marks() -> None:
    title = Paragraph((Words("Work on these", bold=True),))
    assert text(card(title, ItemList((Item(Mark.MISS, "A claim"),)))) == "### Work on these\n⬜ A claim"


def test_a_persons_words_stand_in_a_quote_and_what_is_right_below() -> None:
    item = Item(Mark.CONTRADICTED, "You said the opposite of this.", "it is *fast*", "It is not.")
    quoted, right = text(card(ItemList((item,)))).splitlines()[1:]
    assert (quoted, right) == ("> *“it is \\*fast\\*”*", "**Right:** It is not.")


def test_a_word_about_the_verdict_stands_behind_its_claim() -> None:
    item = Item(Mark.PARTIAL, "Threads `wait`", "they *wait*", "Say why", note="a lead will look")
    assert text(card(ItemList((item,)))).splitlines() == [
        "🟡 **In part** · Threads `wait` *(a lead will look)*",
        "> *“they \\*wait\\*”*",
        "-# Say why",
    ]


def test_instants_people_and_commands_are_shown_as_discord_shows_them() -> None:
    line = Paragraph(
        (
            When(cards.NINE, "Europe/Berlin", WhenStyle.TIME),
            Words(" "),
            Who("123456789012345678", "Ana"),
            Words(" "),
            Who("U1", "*Bo*"),
            Words(" "),
            Code("/quiz me"),
        )
    )
    assert text(card(line)) == f"<t:{int(cards.NINE.timestamp())}:t> <@123456789012345678> \\*Bo\\* `/quiz me`"


def test_author_text_keeps_its_emphasis_and_nothing_else() -> None:
    source = "# No heading, __init__ and <@1> **bold `x`** *it*\nstill it\n\n- one\n- two\n\nEnd `a_b`"
    assert text(card(Markup(source))) == (
        "\\# No heading, \\_\\_init\\_\\_ and \\<@\u200b1> **bold `x`** *it* still it\n\n- one\n- two\n\nEnd `a_b`"
    )
    assert kinds(text(card(Markup(source)))) == {"bold": 1, "italic": 1, "code": 2, "list": 2}


def test_signs_of_two_neighbours_do_not_run_into_one() -> None:
    line = Paragraph((Words("one", bold=True), Words("two", bold=True), Code("a"), Code("b")))
    assert text(card(line)) == "**one**\u200b**two**`a`\u200b`b`"


def test_a_heading_keeps_the_sharp_it_ends_with() -> None:
    assert text(card(Heading("Why not C#"), Heading("More"))) == "## Why not C#\u200b\n### More"


def table_lines(table: Table) -> list[str]:
    return text(card(table)).removeprefix("```\n").removesuffix("\n```").splitlines()


@hostile.untimed
@given(st.lists(hostile.texts, min_size=1, max_size=10))
def test_a_leaderboard_stays_narrow_and_aligned_whatever_people_are_called(names: list[str]) -> None:
    ranking = (Column("#", numeric=True), Column("Name"), Column("Points", numeric=True))
    rows = tuple((str(n), name, str(100 * n)) for n, name in enumerate(names, 1))
    lines = table_lines(Table(ranking, rows, own_row=len(rows) - 1))
    assert len(lines) == len(rows) + 1
    assert all(columns(line) <= WIDTH for line in lines)
    assert [re.match(r"[> ] ?\d+ +\d+", line) is not None for line in lines[1:]] == [True] * len(rows)
    assert [line[0] for line in lines] == [*" " * len(rows), ">"]


def test_a_table_of_texts_too_wide_for_a_phone_becomes_lines() -> None:
    table = Table(
        (Column("Day"), Column("Question"), Column("Points", numeric=True)),
        (("23 Nov", "What the GIL is and how to work around it", "75"),),
        own_row=0,
    )
    assert text(card(table)) == (
        "-# Day · Question · Points\n- **23 Nov** · What the GIL is and how to work around it · 75 ← you"
    )
    narrow = Table((Column("Next"), Column("At")), (("Tue 24 Nov", "09:00"),))
    assert table_lines(narrow) == ["Next        At", "Tue 24 Nov  09:00"]


def test_two_buttons_that_do_the_same_are_one() -> None:
    twice = Buttons((Button("Answer", Action("answer", "1")), Button("Again", Action("answer", "1"))))
    assert ids(payload(card(twice, twice))) == ["answer:v1:1"]


def test_more_buttons_than_a_row_takes_go_on_in_the_next() -> None:
    many = Buttons(tuple(Button(f"B{n}", Action("hint", str(n))) for n in range(60)))
    tree = payload(card(Heading("Many"), many, hostile.LAST))
    assert len(ids(tree)) == 25
    assert "Ends here" in texts(tree)[-1]


def test_a_message_of_nothing_says_its_summary() -> None:
    assert text(card(Paragraph(()), CodeBlock("\n\n"), Table((Column("A"),), ()))) == "In short"
    assert text(replace(card(), summary="")) == "…"


async def test_the_library_keeps_no_view_of_ours_in_memory() -> None:
    view = view_of(card(Buttons((Button("Answer", Action("answer", "1")),))))
    assert view.is_finished()
    assert view.is_persistent()


def test_the_reader_sees_what_is_active() -> None:
    assert constructs("## <@1> **x** `@everyone` \\*y\\*")[1:] == [
        ("user", "<@1>"),
        ("bold", "**x**"),
        ("code", "`@everyone`"),
    ]
