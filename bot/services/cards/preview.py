"""A question as its author checks it: the post, the hints and the answer."""

from datetime import UTC, datetime, timedelta

from bot.chat.message import Block, CodeBlock, Heading, Item, ItemList, Mark, Markup, Message, Tone, Words
from bot.content.schema import Question
from bot.quiz.round import Round, RoundStatus
from bot.services.cards.question import level, question_card
from bot.services.cards.words import line


def post_preview(question: Question) -> Message:
    """For a lead: the post to come, without its buttons."""
    return Message(
        f"To come: {question.title}",
        (Heading(question.title), line(Words(level(question), dim=True)), Markup(question.prompt)),
        Tone.QUESTION,
    )


def question_preview(question: Question) -> tuple[Message, ...]:
    """What a channel sees of it, one message after the other, and what only authors see; nothing is stored."""
    hints = ItemList(tuple(Item(Mark.NONE, hint) for hint in question.hints))
    points = ItemList(tuple(Item(Mark.NONE, p.claim, remark=f"If missed: {p.missing}") for p in question.key_points))
    wrong = ItemList(tuple(Item(Mark.MISCONCEPTION, w.claim, remark=w.correction) for w in question.misconceptions))
    code = (CodeBlock(question.code.rstrip("\n")),) if question.code else ()
    answer = Message(
        f"The answer: {question.title}",
        (
            Heading("The answer"),
            Markup(question.model_answer),
            *code,
            *(_titled("Key points", points)),
            *(_titled("Misconceptions", wrong) if question.misconceptions else ()),
            *(_titled("Hints", hints)),
            *(_titled("What the interviewer wants to hear", Markup(question.looking_for))),
            *(_titled("Follow-up", Markup(question.follow_up))),
            *(_titled("Sources", ItemList(tuple(Item(Mark.NONE, source) for source in question.sources)))),
        ),
    )
    return question_card(question, _asked_today(question), tz="UTC", answers=0), answer


def _asked_today(question: Question) -> Round:
    """A round that is nobody's, for the look of its post."""
    noon = datetime(2000, 1, 3, 12, tzinfo=UTC)
    closing = noon + timedelta(hours=5)
    return Round(0, 0, 0, None, None, noon.date(), noon, noon, closing, RoundStatus.OPEN, question.id)


def _titled(title: str, block: ItemList | Markup) -> tuple[Block, ...]:
    return line(Words(title, bold=True)), block
