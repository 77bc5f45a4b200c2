"""The one place that words an error for chat: what is wrong and what to do next, never a traceback."""

from dataclasses import replace
from functools import singledispatch

from bot.chat.action import UnknownAction
from bot.chat.command import UnknownCommand, WrongOption, nearest_command
from bot.chat.message import CodeBlock, Heading, Message, Tone
from bot.content.bank import QuestionNotFound
from bot.errors import QuizError
from bot.quiz.calendar import NotAPostingDay
from bot.quiz.phrases import Unreadable
from bot.quiz.selection import NothingToAsk
from bot.services import facts
from bot.services.cards.words import count, note
from bot.services.ports import StoreUnavailable


def problem_card(error: QuizError, *, unsaved: str | None = None) -> Message:
    """A private message for the person whose action failed. `unsaved`: their answer, given back."""
    return _giving_back(note(sentence(error), tone=Tone.PROBLEM), unsaved)


def trouble_card(*, unsaved: str | None = None) -> Message:
    """Our own fault. Nothing that was acknowledged is lost."""
    text = "Something went wrong on our side. Try again in a minute; an answer that was saved stays saved."
    return _giving_back(note(text, tone=Tone.PROBLEM), unsaved)


def _giving_back(message: Message, unsaved: str | None) -> Message:
    if not unsaved:
        return message
    given = (Heading("Your answer, not saved"), CodeBlock(unsaved, "text"))
    return replace(message, blocks=(*message.blocks, *given))


@singledispatch
def sentence(error: QuizError) -> str:
    """One or two plain sentences for any error raised on purpose."""
    return "That did not work. Try again, or type /quiz help."


@sentence.register
def _(error: UnknownCommand) -> str:
    near = error.nearest or nearest_command(error.typed)
    return f"There is no {error.typed}. " + (f"Did you mean {near}?" if near else "Type /quiz help.")


@sentence.register
def _(error: WrongOption) -> str:
    return f"{error.command} does not take “{error.word}”. Type: {error.usage}"


@sentence.register
def _(error: facts.NoQuizHere) -> str:
    return "There is no quiz in this channel yet. A lead starts one with /quiz-admin setup."


@sentence.register
def _(error: facts.NoOpenRound) -> str:
    return "No question is open here. See when the next one comes with /quiz, or practise: /quiz practice"


@sentence.register
def _(error: facts.NothingGraded) -> str:
    return "You have not answered yet, so there is no feedback to show. Today's question: /quiz"


@sentence.register
def _(error: facts.NotALead) -> str:
    return "Only leads can use /quiz-admin here. Ask a lead of this channel."


@sentence.register
def _(error: facts.NotNamed) -> str:
    return f"{error.name} was not named a lead here. See who was with /quiz-admin lead"


@sentence.register
def _(error: facts.NothingToForget) -> str:
    return "Nothing is kept about you here, so there is nothing to delete."


@sentence.register
def _(error: facts.NothingToRule) -> str:
    return "That verdict is not there to decide any more. See what waits with /quiz-admin unsure"


@sentence.register
def _(error: facts.AlreadyPaused) -> str:
    return "The schedule is paused already. Go on with /quiz-admin schedule resume"


@sentence.register
def _(error: facts.NotPaused) -> str:
    return "The schedule is running. Pause it with /quiz-admin schedule pause"


@sentence.register
def _(error: facts.AnswerTooLong) -> str:
    return f"That is {error.length:,} characters; an answer has at most {error.limit:,}. Shorten it and send it again."


@sentence.register
def _(error: facts.AnswerTooShort) -> str:
    return "That is too short to grade. Answer in a sentence or more."


@sentence.register
def _(error: facts.TooSoon) -> str:
    seconds = max(1, -(-int(error.wait.total_seconds() * 1000) // 1000))
    return f"That was quick. Wait {count(seconds, 'second')} and send your answer again."


@sentence.register
def _(error: facts.NothingSaid) -> str:
    return f"{error.command} needs a bit more. For example: {error.example}"


@sentence.register
def _(error: facts.UnknownPack) -> str:
    return f"There is no pack called “{error.name}”. There are: {', '.join(error.known)}"


@sentence.register
def _(error: facts.UnknownTopic) -> str:
    return f"There is no topic or question called “{error.name}”. Try: {', '.join(error.nearest)}"


@sentence.register
def _(error: facts.UnknownPeriod) -> str:
    return f"There is no leaderboard “{error.name}”. Type week, month, season or all."


@sentence.register
def _(error: facts.OpenQuestion) -> str:
    return "That is the open question. Answer it first with /quiz answer; then you can practise it."


@sentence.register
def _(error: QuestionNotFound) -> str:
    return f"There is no question “{error.id}”. Pick any with /quiz practice"


@sentence.register
def _(error: UnknownAction) -> str:
    return "That button is from an older version. Type /quiz for today's question."


@sentence.register
def _(error: Unreadable) -> str:
    return f"“{error.text}” is not a {error.what}. For example: {error.example}"


@sentence.register
def _(error: NotAPostingDay) -> str:
    return "That is not a coming posting day. See them with /quiz-admin schedule show"


@sentence.register
def _(error: NothingToAsk) -> str:
    return "No question fits the packs and the mix. Choose others with /quiz-admin schedule set"


@sentence.register
def _(error: StoreUnavailable) -> str:
    return "The quiz cannot reach its database just now. Try again in a minute; nothing saved is lost."
