"""Leaderboards and a person's own record."""

from bot.chat.message import (
    Block,
    Code,
    Column,
    Heading,
    Item,
    ItemList,
    Mark,
    Message,
    Table,
    Words,
)
from bot.quiz.period import Period
from bot.services.board import Leaderboard, PointRecord, Record
from bot.services.cards.words import count, footnote, line, note
from bot.services.records import Standing

_SPAN = {
    Period.WEEK: "this week",
    Period.MONTH: "this month",
    Period.SEASON: "this season",
    Period.ALL: "all time",
}
_COLUMNS = (
    Column("#", numeric=True),
    Column("Name"),
    Column("Points", numeric=True),
    Column("Rounds", numeric=True),
)


def leaderboard_card(shown: Leaderboard) -> Message:
    """One page; the reader's own row stands below when it is not on the page."""
    title = f"{shown.team}, {_SPAN[shown.period]}"
    if not shown.board.top:
        later = " The open round counts when it closes." if shown.open_rounds else ""
        return note(f"No points yet for {_SPAN[shown.period]}.{later} Today's question: ", Code("/quiz"))
    standings = [*shown.board.top, *([shown.board.own] if shown.board.own else [])]
    own = next((n for n, standing in enumerate(standings) if standing.player_id == shown.own_id), None)
    waiting = " · the open round counts when it closes" if shown.open_rounds else ""
    return Message(
        f"Leaderboard: {title}",
        (
            Heading(title),
            Table(_COLUMNS, tuple(_row(standing) for standing in standings), own),
            footnote(count(shown.board.players, "player"), waiting),
        ),
    )


def record_card(record: Record) -> Message:
    """`/quiz me`."""
    news = f"streak {count(record.streak.current, 'round')}" if record.history else "no answers yet"
    return Message(f"{record.name}: {news}", (Heading(record.name), *record_blocks(record)))


def record_blocks(record: Record) -> list[Block]:
    """Streak, places, newest answers, strongest and weakest key points."""
    days = count(record.streak.current, "round")
    blocks: list[Block] = [
        line(Words(f"Streak: {days}", bold=True), f" (best {record.streak.best})"),
        *(line(f"{_SPAN[span].capitalize()}: {_place(board.own, board.players)}") for span, board in record.boards),
    ]
    if not record.history:
        blocks.append(footnote("You have not answered yet. Today's question: ", Code("/quiz")))
        return blocks
    rows = tuple(
        (f"{played.day:%d %b}", title, "practice" if not played.ranked else "ranked", _points(played.points))
        for title, played in record.history
    )
    blocks.append(Table((Column("Day"), Column("Question"), Column("Kind"), Column("Points", numeric=True)), rows))
    blocks += _ends("Strongest key points", Mark.HIT, record.strongest)
    return blocks + _ends("Work on these", Mark.MISS, record.weakest)


def _row(standing: Standing) -> tuple[str, ...]:
    return str(standing.rank), standing.name, f"{standing.points:,}", str(standing.rounds)


def _place(own: Standing | None, players: int) -> str:
    if own is None:
        return "no points yet"
    return f"rank {own.rank} of {players} with {count(own.points, 'point')}"


def _points(points: int | None) -> str:
    return "waits" if points is None else str(points)


def _ends(title: str, mark: Mark, records: tuple[PointRecord, ...]) -> list[Block]:
    if not records:
        return []
    items = tuple(
        Item(mark, r.claim, remark=f"{r.credit:.0%} over {count(r.answers, 'answer')} · {r.question}") for r in records
    )
    return [line(Words(title, bold=True)), ItemList(items)]
