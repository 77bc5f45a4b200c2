"""`quizbot content check|list|show`: for people who write questions."""

from datetime import date
from pathlib import Path

import click

from bot.cli.agreement import agreement_lines, disagreement_lines
from bot.cli.failure import CANNOT_START, PROBLEMS, stop
from bot.cli.output import print_message, print_table
from bot.content.bank import Bank
from bot.content.check import check
from bot.content.loader import load_bank, load_lenient
from bot.grading.evaluate import Evaluation, evaluate
from bot.grading.offline import judge_offline
from bot.services.cards.preview import question_preview
from bot.services.cards.words import count
from bot.settings import ContentSettings, read


def content_dir() -> Path:
    """The folder with the packs. Ends the program if there is none."""
    root = read(ContentSettings).content_dir
    if not root.is_dir():
        stop(f"There is no folder {root}. Set CONTENT_DIR to the folder with the packs.", CANNOT_START)
    return root


def bank() -> Bank:
    """The bank, whole. Raises `BrokenBank`."""
    return load_bank(content_dir())


@click.group()
def content() -> None:
    """Check, list and show the questions."""


@content.command("check")
@click.option("--verbose", "-v", is_flag=True, help="Show each verdict the grader and the labels disagree on.")
def check_(verbose: bool) -> None:
    """Check every file, and run every sample through the grader."""
    found, problems = load_lenient(content_dir())
    for problem in problems:
        click.echo(str(problem))
    findings = check(found, date.today())  # noqa: DTZ011 - review dates are the author's local dates
    for finding in findings:
        click.echo(str(finding))
    evaluation = evaluate(list(found.questions.values()), judge_offline)
    _print_agreement(evaluation, verbose=verbose)
    errors = len(problems) + sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) + len(problems) - errors
    click.echo(
        f"{count(len(found.questions), 'question')} in {count(len(found.packs), 'pack')}: "
        f"{count(errors, 'error')}, {count(warnings, 'warning')}"
    )
    if errors:
        stop("The bank has errors; correct the lines above and check again.", PROBLEMS)


@content.command("list")
@click.option("--topic", help="Only this topic.")
@click.option("--pack", help="Only this pack.")
def list_(topic: str | None, pack: str | None) -> None:
    """List the questions."""
    found = bank()
    rows = [
        (q.id, found.pack_of[q.id], q.topic, str(q.difficulty), str(len(q.key_points)), q.title)
        for q in found.questions.values()
        if (topic is None or q.topic == topic) and (pack is None or found.pack_of[q.id] == pack)
    ]
    print_table(
        ("id", "pack", "topic", "difficulty", "points", "title"),
        sorted(rows, key=lambda r: (r[1], r[2], r[0])),
    )


@content.command("show")
@click.argument("question")
def show(question: str) -> None:
    """Show a question and its answer as people see them."""
    for message in question_preview(bank().get(question)):
        print_message(message)


def _print_agreement(evaluation: Evaluation, *, verbose: bool) -> None:
    """Agreement with the labels is reported, never an error: labels are by meaning, not by this grader."""
    for line in agreement_lines(evaluation):
        click.echo(line)
    if verbose:
        for line in disagreement_lines(evaluation):
            click.echo(line)
