"""What can be wrong with what a person asks for. `cards.problem` words each of them."""

from dataclasses import dataclass
from datetime import timedelta

from bot.errors import QuizError


class NoQuizHere(QuizError):
    """This channel was never set up."""


class NoOpenRound(QuizError):
    """There is no round open in this channel."""


class NothingGraded(QuizError):
    """The person has no answer to show feedback for."""


class NotALead(QuizError):
    """Only leads may do this."""


@dataclass
class NotNamed(QuizError):
    """That person was not named a lead here."""

    name: str


class NothingToRule(QuizError):
    """No such verdict on a ranked answer of a closed round of this team."""


class NothingToForget(QuizError):
    """Nothing is kept about this person."""


class AlreadyPaused(QuizError):
    """The schedule is paused already."""


class NotPaused(QuizError):
    """The schedule is running."""


@dataclass
class AnswerTooLong(QuizError):
    length: int
    limit: int


@dataclass
class AnswerTooShort(QuizError):
    """Nothing in it that could be graded."""

    shortest: int


@dataclass
class TooSoon(QuizError):
    """The cooldown after the person's last answer still runs."""

    wait: timedelta


@dataclass
class NothingSaid(QuizError):
    """A command that needs text or an option came without."""

    command: str
    example: str


@dataclass
class UnknownPack(QuizError):
    name: str
    known: tuple[str, ...]


@dataclass
class UnknownTopic(QuizError):
    name: str
    nearest: tuple[str, ...]


@dataclass
class UnknownPeriod(QuizError):
    name: str


@dataclass
class OpenQuestion(QuizError):
    """Practice on the question of the open round would give its feedback away before the ranked answer."""

    question_id: str
