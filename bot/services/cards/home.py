"""The bot's own page, where a platform has one."""

from bot.chat.action import Action
from bot.chat.message import Block, Button, Buttons, Heading, Message, When, WhenStyle, Words
from bot.services.cards.board import record_blocks
from bot.services.cards.feedback import feedback_card
from bot.services.cards.question import level, no_round_card, question_card
from bot.services.cards.words import footnote, line
from bot.services.home import Home


def home_card(home: Home) -> Message:
    """The open question, the person's record, the last feedback."""
    blocks: list[Block] = [*_open_question(home), Heading("You"), *record_blocks(home.record)]
    if home.last is not None:
        blocks += [Heading("Your last answer"), *feedback_card(home.last).blocks]
    return Message("Your quiz", tuple(blocks))


def no_home_card() -> Message:
    """In a workspace without a quiz."""
    return Message("Your quiz", (Heading("Your quiz"), line(_NO_QUIZ)))


_NO_QUIZ = (
    "There is no quiz in this workspace yet. A lead starts one: go to the channel where the questions shall come "
    "and type /quiz-admin setup"
)


def _open_question(home: Home) -> list[Block]:
    here = home.today
    if here.asked is None or here.question is None:
        coming = no_round_card(When(here.next_at, here.tz, WhenStyle.DAY_TIME) if here.next_at else None)
        return [Heading("Today's question"), *coming.blocks]
    if not here.answered:
        return list(question_card(here.question, here.asked, tz=here.tz, answers=here.answers).blocks)
    again = Buttons((Button("See your feedback", Action("why", "last")),))
    closing = footnote("You answered. The model answer comes ", When(here.asked.closes_at, here.tz, WhenStyle.DAY_TIME))
    return [Heading(here.question.title), line(Words(level(here.question), dim=True)), again, closing]
