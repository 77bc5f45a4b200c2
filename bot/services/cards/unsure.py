"""A verdict that waits for a lead, and what came of it."""

from bot.chat.action import Action
from bot.chat.clipping import clipped
from bot.chat.message import Block, Button, Buttons, Code, Heading, Markup, Message, Words
from bot.grading.verdict import Verdict
from bot.services.cards.words import count, footnote, line, note
from bot.services.unsure import Doubt, Doubts

_LONGEST = 600  # characters of somebody's words
_SAID = {Verdict.HIT: "hit", Verdict.PARTIAL: "partly", Verdict.MISS: "missed", Verdict.CONTRADICTED: "wrong"}


def unsure_card(doubts: Doubts, *, ruled: Verdict | None = None) -> Message:
    """The next verdict to decide. `ruled`: what was decided just now."""
    news = f"Decided: {_SAID[ruled]}. " if ruled else ""
    if doubts.next is None and doubts.answers:
        waiting = f"{count(doubts.answers, 'answer')} further up still {'waits' if doubts.answers == 1 else 'wait'}: "
        return note(f"{news}That was the last one. {waiting}", Code("/quiz-admin unsure"))
    if doubts.next is None:
        return note(f"{news}No verdict waits for you: the grader is sure of all that are left.")
    return _card(doubts.next, doubts.answers, news)


def _card(doubt: Doubt, answers: int, news: str) -> Message:
    title = f"{news}Not sure: {doubt.question.title}"
    said = f"{_SAID[doubt.said.verdict]}, {doubt.said.confidence:.0%} sure. It counts so until you decide."
    blocks: list[Block] = [
        Heading(title),
        line(Words("The key point", bold=True)),
        Markup(doubt.point.claim),
        line(Words("What somebody wrote", bold=True)),
        line(f"“{clipped(doubt.words.strip(), _LONGEST)}”"),
        line(Words("The grader said: ", bold=True), said),
        Buttons((*(_button(doubt, verdict) for verdict in _SAID), Button("Later", _later(doubt)))),
        footnote(f"{count(answers, 'answer')} with such verdicts. Whoever wrote it is told if their points change."),
    ]
    return Message(title, tuple(blocks))


def _button(doubt: Doubt, verdict: Verdict) -> Button:
    action = Action("rule", f"{doubt.submission_id}.{doubt.point.id}.{verdict}")
    return Button(_SAID[verdict].capitalize(), action)


def _later(doubt: Doubt) -> Action:
    return Action("unsure", f"{doubt.submission_id}.{doubt.point.id}")
