"""`quizbot grade` and `quizbot evaluate`: the grader without a bot around it."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from bot.app import chosen_judge
from bot.cli.agreement import agreement_table
from bot.cli.failure import PROBLEMS, USAGE, stop
from bot.cli.folder import bank
from bot.cli.output import print_message
from bot.content.loader import load_bank, load_question
from bot.content.schema import Question
from bot.grading.evaluate import Judge, compare
from bot.grading.evaluate import evaluate as evaluate_questions
from bot.grading.training.data import Part, load
from bot.grading.verdict import Evidence, Grade
from bot.services.cards.feedback import grade_card


@click.command()
@click.argument("question")
@click.option(
    "--answers",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="JSON Lines of id and text; - is stdin.",
)
@click.option("--text", help="One answer.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def grade(question: str, answers: str | None, text: str | None, form: str) -> None:
    """Grade answers to QUESTION, an id of the bank or a YAML file."""
    if (answers is None) == (text is None):
        stop("Give either --answers FILE or --text ANSWER.", USAGE)
    chosen = load_question(Path(question)) if question.endswith((".yaml", ".yml")) else bank().get(question)
    judge = the_judge()
    replies = [("answer", text)] if text is not None else _answers(answers or "-")
    for name, answer in replies:
        judged = judge(chosen, answer)
        if form == "json":
            click.echo(json.dumps({"id": name} | grade_json(judged), ensure_ascii=False))
        else:
            if answers is not None:
                click.echo(f"{name}:")
            print_message(grade_card(chosen, judged))


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--part",
    type=click.Choice(["test", "new", "tune", "train"]),
    default="test",
    show_default=True,
    help="Of the labelled answers that come with the grader; test: it knows the rubrics, new: it knows nothing.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the JSON to this file.")
def evaluate(path: Path | None, part: str, form: str, out: Path | None) -> None:
    """Compare the grader with labelled answers: those that come with it, or the samples of PATH.

    PATH is a question file, a pack's folder or a folder of packs, such as content. The grader was trained on samples
    of the shipped packs, so how good it is tells only the labelled answers' test part.
    """
    if path is None:
        data = load()
        asked = {id_: asked.question for id_, asked in data.asked.items()}
        evaluation = compare(asked, data.of(Part(part)), the_judge())
    else:
        evaluation = evaluate_questions(_questions(path), the_judge())
    document = json.dumps(evaluation.to_json(), ensure_ascii=False, indent=2)
    if out is not None:
        out.write_text(document + "\n", encoding="utf-8")
    click.echo(document if form == "json" else agreement_table(evaluation))


def the_judge() -> Judge:
    """The judge that the bot would grade with; if that is not the one the settings ask for, it is said."""
    chosen = chosen_judge()
    if chosen.trouble is not None:
        click.echo(chosen.trouble, err=True)
    return chosen.judge


def grade_json(judged: Grade) -> dict[str, object]:
    """A grade as `--format json` prints it; offsets are code points into the answer."""
    return {
        "score": judged.score,
        "points": [
            {
                "id": point.id,
                "verdict": str(point.verdict),
                "confidence": round(point.confidence, 3),
                "evidence": point.evidence and _span(point.evidence),
            }
            for point in judged.points
        ],
        "misconceptions": [{"id": found.id, "evidence": _span(found.evidence)} for found in judged.misconceptions],
        "grader": judged.grader,
    }


def _span(evidence: Evidence) -> dict[str, object]:
    return {"start": evidence.start, "end": evidence.end, "text": evidence.text}


def _answers(name: str) -> Iterator[tuple[str, str]]:
    """Each line `{"id": …, "text": …}`; a bad one ends the program and is named."""
    with click.open_file(name, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.encode(errors="surrogateescape"))
                yield str(row["id"]), _text(row["text"])
            except (ValueError, KeyError, TypeError):
                stop(f'{name}:{number}: write one JSON object a line: {{"id": "r1", "text": "…"}}', PROBLEMS)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _questions(path: Path) -> list[Question]:
    if path.is_file():
        return [load_question(path)]
    if not path.is_dir():
        stop(f"There is no {path}. Name a question file, a pack's folder or a folder of packs.", USAGE)
    root = path.parent if (path / "pack.yaml").is_file() else path
    found = load_bank(root)
    return [q for id_, q in found.questions.items() if root == path or found.pack_of[id_] == path.name]
