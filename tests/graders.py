"""The graders that come with the bot, for tests of what holds for both."""

from functools import cache, partial

from bot.grading.evaluate import Judge as JudgeFunction
from bot.grading.judge import Judge
from bot.grading.model_file import SHIPPED
from bot.grading.offline import judge_offline
from bot.grading.trained import judge_trained

NAMES = ("lexical", "trained")


@cache
def shipped() -> Judge:
    """The model beside the code, loaded once."""
    return Judge.load(SHIPPED)


def grader(name: str) -> JudgeFunction:
    """By its name among `NAMES`."""
    return judge_offline if name == "lexical" else partial(judge_trained, shipped())
