"""Show the feedback of an answer, now or again."""

from dataclasses import dataclass, field

from bot.chat.event import Event
from bot.content.schema import Question
from bot.quiz.round import Round
from bot.quiz.ruling import UNSURE_BELOW, Rulings
from bot.quiz.submission import Submission
from bot.services.facts import NothingGraded
from bot.services.game import Game
from bot.services.ports import UnitOfWork
from bot.services.records import StoredGrade
from bot.services.where import known_player


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer and what came of it. `stored` is None while it is pending; `question` None if it left the bank.

    `rulings`: by key point, what a lead decided. `unsure_below`: see `quiz.ruling`.
    """

    submission: Submission
    question: Question | None
    stored: StoredGrade | None
    asked: Round | None
    tz: str
    rulings: Rulings = field(default_factory=dict)
    unsure_below: float = UNSURE_BELOW


async def last_feedback(game: Game, event: Event) -> Feedback:
    """`/quiz why`: the person's newest answer. Raises `NothingGraded`."""
    async with game.store.read() as uow:
        player = await known_player(uow, event)
        submission = await uow.submissions.latest_of(player.id) if player else None
        if submission is None:
            raise NothingGraded
        return await feedback_of(game, uow, submission)


async def feedback_of(game: Game, uow: UnitOfWork, submission: Submission) -> Feedback:
    """Everything a feedback card shows of this submission."""
    schedule = await uow.schedules.of_channel(submission.channel_id)
    return Feedback(
        submission,
        game.bank.questions.get(submission.question_id),
        await uow.grades.current(submission.id),
        await uow.rounds.get(submission.round_id) if submission.round_id is not None else None,
        schedule.plan.tz if schedule else "UTC",
        await uow.rulings.on(submission.id),
        game.unsure_below,
    )
