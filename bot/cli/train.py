"""`quizbot train`: teach the grader a team's own packs, or train it anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.cli.failure import CANNOT_START, PROBLEMS, stop
from bot.cli.folder import bank
from bot.content.rubric import rubric_hash
from bot.content.schema import Question
from bot.grading.training.data import Data, load
from bot.settings import GradingSettings, read

_NO_TORCH = "Training needs more than the bot does: pip install -r requirements-train.txt"


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("grader"), show_default=True)
@click.option(
    "--from",
    "encoder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Train anew on all the data, from an encoder (model.safetensors, tokenizer.json) or a trained model.",
)
@click.option("--epochs", type=click.IntRange(1, 50), help="Rounds through the data. [default: 1, anew 6]")
@click.option("--seed", type=int, default=1, show_default=True)
def train(out: Path, encoder: Path | None, epochs: int | None, seed: int) -> None:
    """Teach the grader the wordings of your own questions, into the folder OUT.

    Minutes on two cores. The questions are those of CONTENT_DIR that it does not know yet. A grader that is worse in
    general than before is not kept. With --from it is trained anew instead, on everything that comes with the bot; a
    run that was cut off goes on behind its last epoch.
    """
    try:
        from bot.grading.training.fit import Plan
        from bot.grading.training.learn import Worse, adapt
        from bot.grading.training.learn import train as train_anew
    except ImportError:
        stop(_NO_TORCH, CANNOT_START)
    data = load()
    if encoder is not None:
        with _bar("training") as progress:
            card = train_anew(data, encoder, out, Plan(epochs=epochs or 6, seed=seed), progress)
    else:
        own = _unknown(data, list(bank().questions.values()))
        if not own:
            stop("The grader knows every question of your packs already; there is nothing to learn.", PROBLEMS)
        plan = Plan(epochs=epochs or 1, rate=3e-5, seed=seed)
        try:
            with _bar(f"learning {len(own)} questions") as progress:
                card = adapt(data, read(GradingSettings).grader_model, own, out, plan, progress)
        except Worse as error:
            stop(str(error), PROBLEMS)
    _say(card, out)


def _unknown(data: Data, questions: list[Question]) -> list[Question]:
    """Those whose wordings were not in the training."""
    known = {rubric_hash(asked.question) for asked in data.asked.values()}
    return [question for question in questions if rubric_hash(question) not in known]


@contextmanager
def _bar(what: str) -> Iterator[Any]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, TextColumn("loss {task.fields[loss]:.3f}"), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None, loss=0.0)
        yield lambda step, steps, loss: bar.update(task, completed=step, total=steps, loss=loss)


def _say(card: dict[str, Any], out: Path) -> None:
    for part, figures in card["figures"].items():
        click.echo(
            f"{part}: hit F1 {figures['hit_f1']:.3f}, macro-F1 {figures['macro_f1']:.3f}, "
            f"score off by {figures['score_error']:.1f} points"
        )
    click.echo(f"{card['version']} is in {out}. Set GRADER_MODEL={out}, restart, and see quizbot regrade.")
