"""Private feedback: which key points were made, in the person's own words, which were missed, which contradicted."""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.message import (
    Block,
    Code,
    Footnote,
    Heading,
    Item,
    ItemList,
    Mark,
    Message,
    Tone,
    When,
    WhenStyle,
)
from bot.content.schema import Question
from bot.grading.verdict import Grade, PointVerdict, Verdict
from bot.quiz.round import RoundStatus
from bot.quiz.ruling import ruled, unsure
from bot.quiz.scoring import points
from bot.services.amend import Amended
from bot.services.answer import Accepted
from bot.services.cards.words import count, footnote, line, note
from bot.services.why import Feedback

_GOOD = 60  # points from which a card looks pleased


def received_card(accepted: Accepted) -> Message:
    """Said at once, before any grading."""
    if accepted.again:
        return note("You sent this answer already; it counts once. See ", Code("/quiz why"), " for the feedback.")
    if accepted.late:
        return note("Your answer is saved. The round had closed, so it is graded as practice …")
    if accepted.submission.ranked:
        return note("Your answer is saved. Grading …")
    return note("Your answer is saved as practice. Grading …")


def amended_card(amended: Amended) -> Message | None:
    """After an answer's message was changed or deleted; nothing where it was none."""
    if amended is Amended.REWORDED:
        return note("Your changed answer is saved in place of the first. Grading …")
    if amended is Amended.WITHDRAWN:
        return note(
            "You deleted your answer, so it is withdrawn: it is erased and earns no points. "
            "Another answer to this question is practice: ",
            Code("/quiz answer"),
        )
    return None


def practised_again_card() -> Message:
    """After a graded answer was changed."""
    return note("Your first version ranks, because you had seen its feedback. The changed one is graded as practice …")


def feedback_card(feedback: Feedback) -> Message:
    """What came of one answer."""
    if feedback.stored is None or feedback.question is None:
        return note(
            "Your answer is saved and waits to be graded. You get the feedback here; nothing is lost. To look again: ",
            Code("/quiz why"),
        )
    grade = ruled(feedback.stored.grade, feedback.rulings, feedback.question)
    return grade_card(feedback.question, grade, _status(feedback), notes=_notes(feedback, grade))


def ruled_card(feedback: Feedback, before: int) -> Message | None:
    """Told when a lead's decisions changed the points; nothing where they are as `before`."""
    if feedback.stored is None or feedback.question is None:
        return None
    grade = ruled(feedback.stored.grade, feedback.rulings, feedback.question)
    if points(grade) == before:
        return None
    title = f"A lead decided on your answer: {before} → {count(points(grade), 'point')}"
    decided = replace(grade, points=tuple(point for point in grade.points if point.id in feedback.rulings))
    items = _items(feedback.question, decided, dict.fromkeys(feedback.rulings, "decided by a lead"))
    return Message(title, (Heading(title), line(feedback.question.title), ItemList(tuple(items)), _status(feedback)))


def grade_card(question: Question, grade: Grade, *more: Block, notes: Mapping[str, str] | None = None) -> Message:
    """A grade in words, with whatever stands below it. `notes`: a few words about verdicts, by key point."""
    score = points(grade)
    title = f"{_headline(grade)} · {count(score, 'point')}"
    items = (*_items(question, grade, notes or {}), *_misconceptions(question, grade))
    return Message(title, (Heading(title), ItemList(items), *more), Tone.GOOD if score >= _GOOD else Tone.PLAIN)


def _headline(grade: Grade) -> str:
    hits = sum(point.verdict is Verdict.HIT for point in grade.points)
    partly = sum(point.verdict is Verdict.PARTIAL for point in grade.points)
    return f"{hits} of {len(grade.points)} key points" + (f", {partly} in part" if partly else "")


def _notes(feedback: Feedback, grade: Grade) -> dict[str, str]:
    """What a lead decided, and what a lead will look at: of ranked answers only."""
    if not feedback.submission.ranked:
        return {}
    waiting = {point.id: "a lead will look" for point in unsure(grade, feedback.unsure_below)}
    return waiting | dict.fromkeys(feedback.rulings, "decided by a lead")


def _items(question: Question, grade: Grade, notes: Mapping[str, str]) -> list[Item]:
    """Made points first, then contradictions, then what is missing; the question's order within each."""
    order = (Verdict.HIT, Verdict.PARTIAL, Verdict.CONTRADICTED, Verdict.MISS)
    return [
        replace(_item(question, point), note=notes.get(point.id))
        for verdict in order
        for point in grade.points
        if point.verdict is verdict
    ]


def _item(question: Question, point: PointVerdict) -> Item:
    known = next((key_point for key_point in question.key_points if key_point.id == point.id), None)
    claim, missing = (known.claim, known.missing) if known else (point.id, "")
    quote = point.evidence.text if point.evidence else None
    if point.verdict is Verdict.HIT:
        return Item(Mark.HIT, claim, quote)
    if point.verdict is Verdict.PARTIAL:
        return Item(Mark.PARTIAL, claim, quote, f"For full credit: {missing}")
    if point.verdict is Verdict.CONTRADICTED:
        return Item(Mark.CONTRADICTED, "You said the opposite of this.", quote, claim)
    return Item(Mark.MISS, missing)


def _misconceptions(question: Question, grade: Grade) -> list[Item]:
    corrections = {wrong.id: wrong.correction for wrong in question.misconceptions}
    return [
        Item(Mark.MISCONCEPTION, "A common mistake.", found.evidence.text, corrections.get(found.id))
        for found in grade.misconceptions
    ]


def _status(feedback: Feedback) -> Footnote:
    asked = feedback.asked
    if asked is None or not feedback.submission.ranked:
        return footnote("Practice, not ranked. Another one: ", Code("/quiz practice"))
    if asked.status is RoundStatus.OPEN:
        closing = When(asked.closes_at, feedback.tz, WhenStyle.DAY_TIME)
        return footnote("Ranked. Points count, and the model answer comes, when the round closes: ", closing)
    return footnote("Ranked. This round is closed; see ", Code("/quiz leaderboard"))
