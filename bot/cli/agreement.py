"""Figures of agreement as text."""

from collections.abc import Iterator

from bot.chat.message import Column, Message, Table
from bot.chat.plain import plain
from bot.grading.evaluate import Evaluation, Figures, VerdictFigures

_WIDTH = 110


def agreement_table(evaluation: Evaluation) -> str:
    """Per verdict, per question and overall."""
    overall = evaluation.overall
    verdicts = [_verdict_row(str(verdict), figures) for verdict, figures in overall.by_verdict.items()]
    verdicts.append(_verdict_row("misconceptions", overall.misconceptions))
    questions = [_question_row(id_, figures) for id_, figures in sorted(evaluation.by_question.items())]
    questions.append(_question_row("all", overall))
    return "\n\n".join(
        (
            f"{overall.answers} labelled answers, {overall.pairs} verdicts",
            _table(("verdict", "precision", "recall", "F1", "labelled"), verdicts),
            _table(
                ("question", "answers", "agree", "macro-F1", "kappa", "weighted kappa", "score error"),
                questions,
            ),
            "kappa: Cohen's. weighted kappa: quadratic, over miss/partial/hit. score error: mean, in points of 100.",
        )
    )


def agreement_lines(evaluation: Evaluation) -> Iterator[str]:
    """One line a question, for `content check`."""
    for id_, figures in sorted(evaluation.by_question.items()):
        right = round(figures.agreement * figures.pairs)
        yield (
            f"{id_}: the grader agrees with {right} of {figures.pairs} labelled verdicts "
            f"({figures.agreement:.0%}), score off by {figures.score_error:.1f} points on average"
        )


def disagreement_lines(evaluation: Evaluation) -> Iterator[str]:
    """Every verdict on which the labels and the grader differ."""
    for found in evaluation.disagreements:
        yield (
            f"{found.question}: sample {found.sample}, {found.point}: labelled {found.labelled}, judged {found.judged}"
        )


def _verdict_row(name: str, figures: VerdictFigures) -> tuple[str, ...]:
    return (
        name,
        f"{figures.precision:.2f}",
        f"{figures.recall:.2f}",
        f"{figures.f1:.2f}",
        str(figures.support),
    )


def _question_row(name: str, figures: Figures) -> tuple[str, ...]:
    return (
        name,
        str(figures.answers),
        f"{figures.agreement:.0%}",
        f"{figures.macro_f1:.2f}",
        f"{figures.kappa:.2f}",
        f"{figures.weighted_kappa:.2f}",
        f"{figures.score_error:.1f}",
    )


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    columns = tuple(Column(title, numeric=index > 0) for index, title in enumerate(titles))
    return plain(Message("", (Table(columns, tuple(rows)),)), width=_WIDTH)
