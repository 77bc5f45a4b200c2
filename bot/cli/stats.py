"""`quizbot content stats`: how the questions do when people answer them."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from bot.app import open_store
from bot.cli.data import DATABASE
from bot.cli.failure import USAGE, stop
from bot.cli.folder import bank
from bot.cli.output import print_table
from bot.content.bank import Bank
from bot.content.schema import Question
from bot.quiz.items import PointFigures, QuestionFigures, item_figures
from bot.services.export import to_csv

_SHARES = ("hits", "partials", "contradictions")
_NUMERIC = ("answers", "score", *_SHARES, "discrimination")


@click.command("stats")
@click.option("--pack", "packs", multiple=True, help="Only this pack; may be given several times.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@DATABASE
def stats(packs: tuple[str, ...], form: str, database: str | None) -> None:
    """Show for each question and key point how people did, with flags for its author.

    Counts every graded answer, ranked or practice, of all teams. Discrimination is the correlation of a key point's
    credit with the rest of the score.
    """
    whole = bank()
    figures = asyncio.run(_figures(database, _questions(whole, packs)))
    if form == "json":
        click.echo(json.dumps([asdict(question) for question in figures], ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(to_csv(list(_rows(figures))), nl=False)
    elif figures:
        _print(figures)
    else:
        click.echo("No answer to these questions has been graded yet.")


def _questions(whole: Bank, packs: Sequence[str]) -> Sequence[Question]:
    for pack in packs:
        if pack not in whole.packs:
            stop(f"There is no pack {pack}; there are: {', '.join(sorted(whole.packs))}.", USAGE)
    return whole.of_packs(packs or tuple(whole.packs))


async def _figures(database: str | None, questions: Sequence[Question]) -> tuple[QuestionFigures, ...]:
    async with open_store(database) as store, store.read() as uow:
        judged = await uow.views.judged([question.id for question in questions])
    return item_figures(questions, judged)


def _rows(figures: Sequence[QuestionFigures]) -> Iterator[dict[str, object]]:
    """A row for each question, with an empty `point`, and for each of its key points."""
    for question in figures:
        yield {"question": question.id, "point": "", "score": round(question.score, 1)} | _row(question)
        for point in question.points:
            yield {"question": question.id, "point": point.id, "score": None} | _row(point)


def _row(figures: QuestionFigures | PointFigures) -> dict[str, object]:
    discrimination = figures.discrimination
    return {
        "answers": figures.answers,
        **{share: round(getattr(figures, share), 3) for share in _SHARES},
        "discrimination": None if discrimination is None else round(discrimination, 3),
        "flags": "; ".join(figures.flags),
    }


def _print(figures: Sequence[QuestionFigures]) -> None:
    titles = ("item", "answers", "score", *_SHARES, "discrimination", "flags")
    rows = []
    for row in _rows(figures):
        item = f"  {row['point']}" if row["point"] else str(row["question"])
        shares = tuple(f"{row[share]:.0%}" for share in _SHARES)
        rows.append(
            (
                item,
                *(_said(row[key]) for key in ("answers", "score")),
                *shares,
                _said(row["discrimination"]),
                str(row["flags"]),
            )
        )
    print_table(titles, rows, _NUMERIC)


def _said(value: object) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) and abs(value) <= 1 else str(value)
