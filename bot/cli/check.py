"""`quizbot content check`: everything that can be proven of the questions, in one report."""

import json
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import click

from bot.cli.agreement import agreement_lines, disagreement_lines
from bot.cli.failure import PROBLEMS, USAGE, stop
from bot.cli.folder import content_dir
from bot.content.bank import Bank
from bot.content.check import check, reading_seconds
from bot.content.code import fault_of_output, run_code
from bot.content.finding import Finding
from bot.content.ids import compare, ids_of, read_ids, write_ids
from bot.content.loader import load_lenient
from bot.content.problems import Problem
from bot.content.schema import Question
from bot.content.spelling import NoSpellChecker, Spelling, check_spelling, read_words
from bot.grading.evaluate import Evaluation, evaluate
from bot.grading.offline import judge_offline
from bot.grading.overlap import overlap_findings
from bot.grading.proof import Proof, prove
from bot.services.cards.words import count

_WORTH_A_POOL = 12  # questions; below, starting processes takes longer than the work
_UNCHECKED = "The spelling was not checked: pip install pyspellchecker"


@dataclass(frozen=True, slots=True)
class _Report:
    """What was found. `unchecked`: what could not be looked at here."""

    bank: Bank
    problems: Sequence[Problem]
    findings: Sequence[Finding]
    evaluation: Evaluation
    unchecked: Sequence[str]

    @property
    def errors(self) -> int:
        return len(self.problems) + sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        return sum(finding.severity == "warning" for finding in self.findings)


@click.command("check")
@click.argument("questions", nargs=-1)
@click.option("--verbose", "-v", is_flag=True, help="Show each verdict the grader and the labels disagree on.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--run-code", is_flag=True, help="Also run each question's code and compare what it prints.")
@click.option("--accept-ids", is_flag=True, help="Record new ids in the packs' ids.txt.")
@click.option("--drop-ids", is_flag=True, help="Also strike ids that are gone from ids.txt, for ever.")
def check_(
    questions: tuple[str, ...], verbose: bool, form: str, run_code: bool, accept_ids: bool, drop_ids: bool
) -> None:
    """Prove what the question files promise: all of them, or the QUESTIONS named.

    Errors are what is broken; warnings are advice. Agreement with the labels is reported, never an error: labels are
    by meaning, not by this grader.
    """
    root = content_dir()
    whole, problems = load_lenient(root)
    if accept_ids or drop_ids:
        _record_ids(root, whole, problems, drop=drop_ids)
    chosen = _only(whole, questions)
    report = _examine(root, chosen, () if questions else problems, with_code=run_code)
    if form == "json":
        click.echo(json.dumps(_to_json(report), ensure_ascii=False, indent=2))
    else:
        for line in _to_text(report, verbose=verbose):
            click.echo(line)
    if report.errors:
        stop("The bank has errors; correct the lines above and check again.", PROBLEMS)


def _only(bank: Bank, names: Sequence[str]) -> Bank:
    """The questions named; all where none is. Raises `QuestionNotFound`."""
    if not names:
        return bank
    return Bank(bank.packs, {name: bank.get(name) for name in names}, bank.pack_of)


def _examine(root: Path, bank: Bank, problems: Sequence[Problem], *, with_code: bool) -> _Report:
    questions = [question for _, question in sorted(bank.questions.items())]
    proofs = _proofs(questions)
    today = date.today()  # noqa: DTZ011 - review dates are the author's local dates
    found = [finding for question in questions for finding in (*check(question, today), *proofs[question.id].findings)]
    found += _id_findings(root, bank)
    found += overlap_findings(questions)
    found += _code_findings(questions) if with_code else ()
    unchecked = []
    try:
        spelling = Spelling(read_words(root))
        found += [finding for question in questions for finding in check_spelling(question, spelling)]
    except NoSpellChecker:
        unchecked.append(_UNCHECKED)
    found.sort(key=lambda finding: (finding.about, finding.severity))
    return _Report(bank, problems, found, _agreement(questions, proofs), unchecked)


def _proofs(questions: Sequence[Question]) -> Mapping[str, Proof]:
    """By question id. Judging is CPU-bound, so a bank of any size is shared out over processes."""
    if len(questions) < _WORTH_A_POOL:
        return {question.id: _prove(question) for question in questions}
    workers = min(os.cpu_count() or 1, len(questions))
    # Spawned, not forked: it is the same everywhere.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        proofs = pool.map(_prove, questions, chunksize=4)
        return {question.id: proof for question, proof in zip(questions, proofs, strict=True)}


def _prove(question: Question) -> Proof:
    return prove(question, judge_offline)


def _agreement(questions: Sequence[Question], proofs: Mapping[str, Proof]) -> Evaluation:
    """From the grades that the proofs made already."""
    graded = {
        (question.id, sample.text): grade
        for question in questions
        for sample, grade in zip(question.samples, proofs[question.id].samples, strict=True)
    }
    return evaluate(questions, lambda question, answer: graded[question.id, answer])


def _id_findings(root: Path, bank: Bank) -> list[Finding]:
    found: list[Finding] = []
    for pack in sorted(bank.packs):
        of_pack = [question for question in bank.questions.values() if bank.pack_of[question.id] == pack]
        listed, used = read_ids(root / pack), _used(of_pack)
        if listed is not None and len(bank.questions) < len(bank.pack_of):
            listed &= frozenset(id_ for id_ in listed if id_.split()[0] in bank.questions)
        found += compare(pack, listed, used)
    return found


def _used(questions: Sequence[Question]) -> frozenset[str]:
    return frozenset(id_ for question in questions for id_ in ids_of(question))


def _record_ids(root: Path, bank: Bank, problems: Sequence[Problem], *, drop: bool) -> None:
    """Add new ids; strike those that are gone only where that is asked for, and name each."""
    if problems and drop:
        stop("Some files do not load, so their ids seem to be gone. Correct them first, then drop ids.", USAGE)
    for pack in sorted(bank.packs):
        listed = read_ids(root / pack) or frozenset()
        used = _used(bank.of_packs([pack]))
        gone = listed - used
        write_ids(root / pack, used if drop else used | listed)
        click.echo(f"{pack}: {len(used - listed)} ids recorded", err=True)
        for id_ in sorted(gone) if drop else ():
            click.echo(f"{pack}: dropped {id_}", err=True)


def _code_findings(questions: Sequence[Question]) -> Iterator[Finding]:
    for question in questions:
        if question.code and (fault := fault_of_output(question.code, run_code(question.code))):
            yield Finding(question.id, "code", "error", fault, "correct the code or its `# prints:` comments")


def _to_text(report: _Report, *, verbose: bool) -> Iterator[str]:
    yield from map(str, report.problems)
    yield from map(str, report.findings)
    yield from agreement_lines(report.evaluation)
    if verbose:
        yield from disagreement_lines(report.evaluation)
    yield from report.unchecked
    yield (
        f"{count(len(report.bank.questions), 'question')} in {count(len(report.bank.packs), 'pack')}: "
        f"{count(report.errors, 'error')}, {count(report.warnings, 'warning')}"
    )


def _to_json(report: _Report) -> dict[str, object]:
    evaluation = report.evaluation.to_json()
    return {
        "errors": report.errors,
        "warnings": report.warnings,
        "problems": [
            {"path": str(p.path), "line": p.line, "what": p.what, "instead": p.instead} for p in report.problems
        ],
        "findings": [asdict(finding) for finding in report.findings],
        "unchecked": list(report.unchecked),
        "agreement": evaluation["overall"],
        "questions": [
            {
                "id": question.id,
                "pack": report.bank.pack_of[question.id],
                "topic": question.topic,
                "difficulty": str(question.difficulty),
                "reading_seconds": {
                    "prompt": round(reading_seconds(question.prompt)),
                    "model_answer": round(reading_seconds(question.model_answer)),
                },
                "agreement": evaluation["questions"].get(question.id),
            }
            for _, question in sorted(report.bank.questions.items())
        ],
        "disagreements": evaluation["disagreements"],
    }
