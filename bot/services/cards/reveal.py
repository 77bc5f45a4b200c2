"""The model answer, shown to all when a round closes."""

from bot.chat.message import (
    Block,
    Code,
    CodeBlock,
    Column,
    Heading,
    Item,
    ItemList,
    Mark,
    Markup,
    Message,
    Table,
    Tone,
    Words,
)
from bot.content.schema import Question
from bot.services.cards.words import count, footnote, line
from bot.services.outcome import Outcome

_SHOWN = 10


def reveal_card(question: Question, outcome: Outcome) -> Message:
    """Model answer, key points, what the interviewer wants, the round's points and the week's first places."""
    blocks: list[Block] = [Heading(f"Closed: {question.title}"), Markup(question.model_answer)]
    blocks.append(line(Words("The key points", bold=True)))
    blocks.append(ItemList(tuple(Item(Mark.NONE, point.claim) for point in question.key_points)))
    if question.code:
        blocks.append(CodeBlock(question.code.rstrip("\n")))
    blocks += [line(Words("What the interviewer wants to hear", bold=True)), Markup(question.looking_for)]
    blocks += [line(Words("Follow-up", bold=True)), Markup(question.follow_up)]
    blocks += _results(outcome)
    return Message(f"The answer: {question.title}", tuple(blocks), Tone.QUESTION)


def _results(outcome: Outcome) -> list[Block]:
    if not outcome.answers:
        return [footnote("Nobody answered this time. Practise it any time: ", Code("/quiz practice"))]
    rows = tuple((name, str(points)) for name, points in outcome.scores[:_SHOWN])
    blocks: list[Block] = [Table((Column("This round"), Column("Points", numeric=True)), rows)] if rows else []
    if outcome.week.top:
        week = tuple((str(s.rank), s.name, str(s.points)) for s in outcome.week.top)
        blocks.append(Table((Column("#", numeric=True), Column("This week"), Column("Points", numeric=True)), week))
    waiting = outcome.answers - len(outcome.scores)
    pending = f" · {waiting} still being graded" if waiting > 0 else ""
    blocks.append(footnote(count(outcome.answers, "answer"), pending, ". Your own feedback: ", Code("/quiz why")))
    return blocks
