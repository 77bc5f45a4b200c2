"""The command line. Exit codes: 0 ok, 1 the work found problems, 2 usage, 69 could not start.

The last line of standard error says why in one sentence.
"""

import click

from bot import __version__
from bot.cli.content import content
from bot.cli.data import db, export, forget
from bot.cli.doctor import doctor
from bot.cli.failure import FailureGroup
from bot.cli.grading import evaluate, grade
from bot.cli.regrade import regrade_
from bot.cli.room import play
from bot.cli.run import run
from bot.cli.slack import slack_manifest
from bot.cli.train import train


@click.group(cls=FailureGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="quizbot")
def main() -> None:
    """A quiz bot for teams that want to be good at senior Python interviews.

    New here? Type: quizbot play
    """


for command in (run, play, grade, evaluate, train, content, db, doctor, export, forget, regrade_, slack_manifest):
    main.add_command(command)
