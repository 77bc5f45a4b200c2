"""Every card that people see, with real questions and as long as life makes it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.chat.message import Form, Message
from bot.chat.platform import Finding
from bot.content.schema import Question
from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict
from bot.quiz.calendar import Occurrence
from bot.quiz.limits import Limits
from bot.quiz.period import Period
from bot.quiz.round import Round, RoundStatus
from bot.quiz.schedule import WORKDAYS, Plan, Schedule
from bot.quiz.streaks import Streak
from bot.quiz.submission import Submission
from bot.quiz.team import Channel
from bot.services import facts
from bot.services.admin import Health, Outlook
from bot.services.board import Leaderboard, PointRecord, Record
from bot.services.cards.board import leaderboard_card, record_card
from bot.services.cards.feedback import feedback_card
from bot.services.cards.help import help_card
from bot.services.cards.leads import leads_card
from bot.services.cards.preview import question_preview
from bot.services.cards.privacy import privacy_card, sure_card
from bot.services.cards.problem import problem_card, trouble_card
from bot.services.cards.question import answer_action, answer_form, hint_card, practice_card, question_card
from bot.services.cards.reveal import reveal_card
from bot.services.cards.schedule import health_card, outlook_card
from bot.services.cards.setup import setup_card, setup_form
from bot.services.hint import Hint
from bot.services.leads import Leads
from bot.services.outcome import Outcome
from bot.services.privacy import Kept
from bot.services.records import Board, Played, Standing, StoredGrade
from bot.services.why import Feedback

NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CLOSES = NINE + timedelta(hours=8)
NAMES = (
    "Ana",
    "Bartholomew Featherstonehaugh III",
    "さくら・プログラマー",
    "🧑🏽‍💻 dev_ops 🚀",
    "يوسف بن علي",
    "x" * 32,
    "**bold** `code`",
    "@everyone",
    "Zoë Müller-Lüdenscheidt",
    "陈伟",
)
WELL = (Finding("The bot may post in #quiz"), Finding("It may read the replies in the threads of its posts"))
ILL = (Finding("It may not post in #quiz", "give the role Quiz the permission Send Messages in #quiz"),)


def asked(question: Question) -> Round:
    return Round(7, 1, 1, 1, NINE.date(), NINE.date(), NINE, NINE, CLOSES, RoundStatus.OPEN, question.id)


def grade(question: Question, verdicts: Sequence[Verdict], words: str) -> Grade:
    said = Evidence(0, len(words), words)
    points = tuple(
        PointVerdict(point.id, verdict, 0.9, None if verdict is Verdict.MISS else said)
        for point, verdict in zip(question.key_points, _cycle(verdicts), strict=False)
    )
    wrong = question.misconceptions if Verdict.CONTRADICTED in verdicts else ()
    found = tuple(MisconceptionFound(each.id, said) for each in wrong)
    score = 100 * sum(point.verdict.credit for point in points) / len(points)
    return Grade(points, found, "offline-1", round(score, 1))


def feedback(question: Question, *verdicts: Verdict, words: str) -> Message:
    submission = Submission(1, 1, 1, 7, question.id, words, NINE, True)
    stored = StoredGrade(1, grade(question, verdicts, words), "rubric", NINE)
    return feedback_card(Feedback(submission, question, stored, asked(question), "Europe/Berlin"))


def reveal(question: Question, names: Sequence[str] = NAMES) -> Message:
    scores = tuple((name, 100 - 7 * n) for n, name in enumerate(names))
    return reveal_card(question, Outcome(asked(question), len(names) + 1, scores, standings(names[:5])))


def standings(names: Sequence[str], own: Standing | None = None) -> Board:
    top = tuple(Standing(n, n, name, 12_000 // n, 120 // n) for n, name in enumerate(names, 1))
    return Board(top, own, 148)


def leaderboard(names: Sequence[str] = NAMES) -> Message:
    own = Standing(57, 57, "Dana of the long second name", 230, 4)
    return leaderboard_card(Leaderboard("Platform team", Period.MONTH, standings(names, own), 57, 1))


def record(questions: Sequence[Question], name: str = "Ana") -> Message:
    own = Standing(3, 1, name, 412, 6)
    questions = questions[:6]
    history = tuple(
        (q.title, Played(n, q.id, date(2026, 11, 23 - n), NINE, n % 3 != 1, None if n == 0 else 90 - 9 * n))
        for n, q in enumerate(questions[:5])
    )
    points = [PointRecord(q.key_points[0].claim, q.title, 3, 0.83) for q in questions]
    boards = tuple((span, Board((), own, 12)) for span in Period)
    return record_card(Record(name, Streak(4, 9), boards, history, tuple(points[:3]), tuple(points[3:])))


def plan() -> Plan:
    return Plan(time(9), WORKDAYS, "Europe/Berlin", ("gil",), timedelta(hours=8))


def outlook(titles: Sequence[str] = (), paused: str | None = None) -> Outlook:
    days = [NINE + timedelta(days=n) for n in (0, 1, 2, 3, 6)]
    schedule = Schedule(
        1, 1, plan(), 1, days[0].date(), days[0], skipped=frozenset({date(2026, 12, 24)}), paused=paused
    )
    coming = tuple(Occurrence(day.date(), day) for day in days)
    return Outlook(Channel(1, 1, 1, "discord", "1", "2", "quiz"), schedule, coming, tuple(titles))


def of_question(question: Question) -> Iterator[tuple[str, Message]]:
    """The cards that show a question."""
    said = "Only one thread at a time executes bytecode, since reference counts are not thread-safe"
    yield (
        "question",
        question_card(question, asked(question), tz="Europe/Berlin", answers=12, ping="123456789012345678"),
    )
    yield "practice", practice_card(question)
    yield "hint", hint_card(Hint(question, 1, 3, question.hints[0], 7))
    yield "feedback-good", feedback(question, Verdict.HIT, Verdict.HIT, Verdict.PARTIAL, words=said)
    mixed = (Verdict.HIT, Verdict.PARTIAL, Verdict.CONTRADICTED, Verdict.MISS)
    yield "feedback-bad", feedback(question, *mixed, words=said)
    yield "reveal", reveal(question)
    for number, card in enumerate(question_preview(question)):
        yield f"preview-{number}", card


def of_team(questions: Sequence[Question]) -> Iterator[tuple[str, Message]]:
    """The cards about people and about the schedule."""
    titles = [question.title for question in questions][:5]
    yield "leaderboard", leaderboard()
    yield "record", record(questions)
    yield "help", help_card(leads=False)
    yield "help-leads", help_card(leads=True)
    yield "privacy", privacy_card(Kept("Ana", 12))
    yield "sure", sure_card()
    yield "setup", setup_card(outlook(titles), WELL, "The quiz is set up")
    yield "setup-trouble", setup_card(outlook(), ILL, "The quiz is set up")
    yield "schedule", outlook_card(outlook(paused="lead"), "The schedule is paused")
    yield "doctor", health_card(Health(outlook(), 0, 2, (), WELL))
    yield "doctor-trouble", health_card(Health(outlook(paused="the bot may not post"), 3, 2, (), ILL))
    yield "leads", leads_card(Leads((("123456789012345678", "Ana"), ("bo", "Bo")), "Bo is a lead now"))
    yield (
        "problem",
        problem_card(facts.NoQuizHere(), unsaved="My answer:\n\n- threads take turns\n- `x += 1` is no step"),
    )
    yield "trouble", trouble_card()


def forms(questions: Sequence[Question], limits: Limits) -> Iterator[tuple[str, Form]]:
    for question in questions:
        yield question.id, answer_form(question, answer_action(asked(question)), limits)
    yield "setup", setup_form(plan(), [("gil", "The GIL and what follows from it")], "123456789012345678")


def _cycle(verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    while True:
        yield from verdicts
