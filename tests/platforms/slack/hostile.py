"""What hypothesis makes of people who write anything, and of messages that hold it."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.chat.action import Action
from bot.chat.message import (
    Button,
    Buttons,
    Code,
    CodeBlock,
    Column,
    Field,
    FieldKind,
    Footnote,
    Form,
    Heading,
    Inline,
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

FAMILY = "👩🏽‍👩🏽‍👧🏽‍👦🏽"
FRAGMENTS = (
    "",
    " ",
    "The GIL is a lock. ",
    "word " * 800,
    "x" * 4_000,
    FAMILY * 30,
    "e" + "\u0301" * 60,
    "شكرا جزيلا",
    "\u202eturned\u202c",
    "\u200b\u2060\ufeff",
    "<!channel>",
    "<!here|here>",
    "<@U0ANA>",
    "<!subteam^S0ALL|@all>",
    "@everyone",
    "<https://example.com|click>",
    "<!date^0^{time}|x>",
    "&lt;!channel&gt;",
    "&amp;" * 40,
    "a < b & b > c",
    "```\nfence\n```",
    "`code` *bold* _it_ ~gone~ **strong",
    "\n> quoted\n- item\n- item\n\n1. one",
    ":tada:",
    "\x00\x1b[31m\r\x07\ud800",
    "|" * 10,
)
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=40), max_size=4).map("".join)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware at once
inlines: st.SearchStrategy[Inline] = st.one_of(
    st.builds(Words, texts, st.booleans(), st.booleans()),
    st.builds(Code, texts),
    st.builds(When, instants, st.just("Europe/Berlin"), st.sampled_from(WhenStyle)),
    st.builds(Who, st.sampled_from(["U0ANA", "W0BEN", "ana", "<!channel>"]), texts),
)
parts = st.lists(inlines, max_size=4).map(tuple)
actions = st.builds(
    Action, st.sampled_from(["answer", "practice-hint"]), st.from_regex(r"[a-z0-9.]{1,83}", fullmatch=True)
)
buttons = st.builds(
    Buttons, st.lists(st.builds(Button, texts, actions, st.booleans()), min_size=1, max_size=5).map(tuple)
)
items = st.builds(Item, st.sampled_from(Mark), texts, st.none() | texts, st.none() | texts)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 4))
    columns = tuple(Column(draw(st.sampled_from(["#", "Name", "Points"])), draw(st.booleans())) for _ in range(width))
    rows = draw(st.lists(st.tuples(*[texts] * width), max_size=30).map(tuple))
    own = draw(st.none() | st.integers(0, len(rows) - 1)) if rows else None
    return Table(columns, rows, own)


blocks = st.one_of(
    st.builds(Heading, texts),
    st.builds(Paragraph, parts),
    st.builds(Markup, texts),
    st.builds(CodeBlock, texts),
    st.builds(ItemList, st.lists(items, max_size=30).map(tuple)),
    tables(),
    st.builds(Footnote, parts),
    buttons,
)
groups = st.sampled_from([None, None, "S0FANS", "here", "nobody in particular", "<!channel>"])
messages = st.builds(Message, texts, st.lists(blocks, max_size=10).map(tuple), st.sampled_from(Tone), groups)
fields = st.builds(
    Field,
    st.just("name"),
    texts,
    st.sampled_from(FieldKind),
    st.sampled_from(["", "09:00", "25:99", "Europe/Berlin", "C0QUIZ", "D0ANA", "mon,tue", "S0FANS"]) | texts,
    texts,
    st.lists(st.tuples(st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True), texts), max_size=120).map(tuple),
    st.integers(1, 5_000),
    st.booleans(),
)
forms = st.builds(
    Form,
    actions,
    texts,
    st.lists(fields, min_size=1, max_size=8).map(
        lambda made: tuple(Field(f"f{n}", *_rest(field)) for n, field in enumerate(made))
    ),
    texts,
    texts,
)


def _rest(field: Field) -> tuple[str, FieldKind, str, str, tuple[tuple[str, str], ...], int, bool]:
    return field.label, field.kind, field.value, field.hint, field.choices, field.max_length, field.required
