"""Errors at the edge of the program: one plain sentence on standard error, and an exit code."""

import sys
from typing import Any, NoReturn

import click

from bot.chat.platform import PlatformRefused
from bot.content.bank import QuestionNotFound
from bot.content.loader import BrokenBank
from bot.errors import QuizError
from bot.services.cards.problem import sentence
from bot.services.ports import StoreUnavailable
from bot.settings import BadSetting

OK, PROBLEMS, USAGE, CANNOT_START = 0, 1, 2, 69


class FailureGroup(click.Group):
    """A group whose commands end with a sentence instead of a traceback for every `QuizError`."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except BrokenBank as error:
            for problem in error.problems:
                click.echo(str(problem), err=True)
            count = len(error.problems)
            stop(
                f"The question bank has {count} problem{'s' * (count != 1)}; correct the lines above.",
                CANNOT_START,
            )
        except (StoreUnavailable, BadSetting, PlatformRefused) as error:
            stop(str(error), CANNOT_START)
        except QuestionNotFound as error:
            stop(f"There is no question “{error.id}”. See them with: quizbot content list", PROBLEMS)
        except QuizError as error:
            stop(sentence(error), PROBLEMS)
        except BrokenPipeError:
            # The reader went away (`quizbot … | head`); there is nobody left to tell.
            sys.stderr.close()
            ctx.exit(OK)
        except OSError as error:
            if error.filename is None:
                raise
            stop(f"{error.filename}: {error.strerror}. Name another file, or check its folder.", PROBLEMS)


def stop(why: str, code: int) -> NoReturn:
    """End the program: `why` is the last line of standard error."""
    click.echo(why, err=True)
    raise click.exceptions.Exit(code)
