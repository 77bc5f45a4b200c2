"""`quizbot content`: for people who write questions."""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from bot.cli.check import check_
from bot.cli.failure import USAGE, stop
from bot.cli.folder import bank, content_dir
from bot.cli.output import print_message, print_table
from bot.cli.stats import stats
from bot.content.json_schema import json_schema
from bot.content.loader import load_lenient, load_question
from bot.content.problems import BrokenBank
from bot.content.schema import Difficulty
from bot.content.skeleton import skeleton
from bot.services.cards.preview import question_preview


@click.group()
def content() -> None:
    """Write, check, list and show the questions."""


content.add_command(check_)
content.add_command(stats)


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


@content.command("schema")
def schema() -> None:
    """Print the JSON Schema of a question file, for editors."""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@content.command("new")
@click.option("--id", "id_", help="Kebab-case, also the file's name; it never changes.")
@click.option("--title", help="One line that names it without giving the answer away.")
@click.option("--topic", help="What practice is chosen by, in kebab-case.")
@click.option("--difficulty", help="Who is expected to answer well: junior, mid, senior or staff.")
@click.option("--pack", help="A folder of content/ with a pack.yaml.")
def new(id_: str | None, title: str | None, topic: str | None, difficulty: str | None, pack: str | None) -> None:
    """Write the skeleton of a new question. On a terminal it asks for what is not given."""
    root = content_dir()
    found, _ = load_lenient(root)
    chosen = _asked("pack", pack, tuple(sorted(found.packs)))
    if chosen not in found.packs:
        stop(f"There is no pack {chosen}; there are: {', '.join(sorted(found.packs)) or 'none'}.", USAGE)
    named = _asked("id", id_)
    level = _asked("difficulty", difficulty, tuple(str(each) for each in Difficulty))
    text = skeleton(named, _asked("title", title), _asked("topic", topic), level)
    _refuse_faults(text)
    path = root / chosen / f"{named}.yaml"
    if path.exists() or named in found.questions:
        stop(f"A question {named} is there already. Choose another id.", USAGE)
    path.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {path}. Fill it in, then: quizbot content check {named}")


def _asked(name: str, given: str | None, choice: Sequence[str] = ()) -> str:
    """What was given as an option, or is typed now."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        stop(f"Give --{name}.", USAGE)
    kind = click.Choice(choice) if choice else None
    return str(click.prompt(name.capitalize(), type=kind, default=choice[0] if len(choice) == 1 else None))


def _refuse_faults(text: str) -> None:
    """End the program where the values make no question; nothing is written then."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.yaml"
        draft.write_text(text, encoding="utf-8")
        try:
            load_question(draft)
        except BrokenBank as error:
            for problem in error.problems:
                click.echo(f"{problem.what}; {problem.instead}", err=True)
            stop("Nothing was written; give other values.", USAGE)
