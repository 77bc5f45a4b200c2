"""Texts as people who mean no good would write them, and messages built of them."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

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

# Slow machines may take their time.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

LAST = Footnote((Words("Ends here: "), Code("/quiz why")))
PARTS = (
    *("@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "<t:1:R>", "<t:1>", "</cmd:1>", "<:e:1>", "<a:e:1>"),
    *(
        "<id:home>",
        ":smile:",
        "[x](http://evil.example)",
        "[x](<http://evil.example>)",
        "http://evil.example",
        "<mailto:a@b.c>",
    ),
    *(
        "```",
        "```py\n",
        "`",
        "``",
        "\\",
        "\\\\",
        "**",
        "*",
        "_",
        "__",
        "~~",
        "||",
        "> ",
        ">>> ",
        "# ",
        "## ",
        "-# ",
        "- ",
        "* ",
    ),
    *(
        "1. ",
        "+ ",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "\t",
        "\u2028",
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\u2066",
        "\u200f",
        "\u200b",
        "\ufeff",
    ),
    *(
        "שלום",
        "مرحبا",
        "e\u0301",
        "a" + "\u0301" * 30,
        "👩‍👩‍👧‍👦",
        "🧑🏽‍💻",
        "🇩🇪",
        "✌️",
        "漢字",
        "\ud800",
        "word",
        "x" * 50,
        "¯\\_(ツ)_/¯",
    ),
)
texts = st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=12).map("".join)
long_texts = st.builds(lambda text, times: (text * times)[:4000], texts, st.sampled_from((1, 1, 1, 40, 4000)))

_words = st.builds(Words, long_texts, st.booleans(), st.booleans())
_whens = st.builds(
    When,
    st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.just("Europe/Berlin"),
    st.sampled_from(WhenStyle),
)
_whos = st.builds(Who, st.sampled_from(("123456789012345678", "U1", "<@2>")), texts)
_parts = st.lists(_words | _whens | _whos | st.builds(Code, texts), max_size=4).map(tuple)
_items = st.builds(Item, st.sampled_from(Mark), texts, st.none() | long_texts, st.none() | long_texts)
_actions = st.builds(
    Action, st.sampled_from(("answer", "hint")), st.from_regex(r"[A-Za-z0-9._-]{1,83}", fullmatch=True)
)
buttons = st.lists(st.builds(Button, long_texts, _actions, st.booleans()), min_size=1, max_size=5).map(
    lambda items: Buttons(tuple(items))
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = tuple(draw(st.lists(st.builds(Column, texts, st.booleans()), min_size=1, max_size=5)))
    row = st.tuples(*(texts for _ in columns))
    rows = tuple(draw(st.lists(row, max_size=12)))
    return Table(columns, rows, draw(st.none() | st.integers(0, len(rows) - 1)) if rows else None)


blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, long_texts),
    st.builds(Paragraph, _parts),
    st.builds(Footnote, _parts),
    st.builds(Markup, long_texts),
    st.builds(CodeBlock, long_texts, st.sampled_from(("python", "text", "```x"))),
    st.builds(ItemList, st.lists(_items, max_size=12).map(tuple)),
    tables(),
)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Any blocks, then two rows of buttons and a footnote."""
    some = draw(st.lists(blocks, max_size=14))
    rows = draw(st.lists(buttons, max_size=2))
    ping = draw(st.none() | st.sampled_from(("123456789012345678", "@everyone")))
    return Message(draw(long_texts), (*some, *rows, LAST), draw(st.sampled_from(Tone)), ping)
