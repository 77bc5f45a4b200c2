"""Figures of agreement as text."""

from collections.abc import Iterator, Mapping

from bot.chat.message import Column, Message, Table
from bot.chat.plain import plain
from bot.grading.evaluate import Evaluation, Figures, VerdictFigures
from bot.grading.verdict import Verdict

_WIDTH = 118
_COLUMNS = ("answers", "agree", "hit F1", "macro-F1", "weighted kappa", "score error", "evidence", "cal. error")


def agreement_table(evaluation: Evaluation) -> str:
    """Per verdict, style, subject and question, and overall."""
    overall = evaluation.overall
    verdicts = [_verdict_row(str(verdict), figures) for verdict, figures in overall.by_verdict.items()]
    verdicts.append(_verdict_row("misconceptions", overall.misconceptions))
    return "\n\n".join(
        (
            f"{overall.answers} labelled answers, {overall.pairs} verdicts",
            _table(("verdict", "precision", "recall", "F1", "labelled"), verdicts),
            *(
                _table((name, *_COLUMNS), [*_rows(figures), _row("all", overall)])
                for name, figures in (
                    ("style", evaluation.by_style),
                    ("subject", evaluation.by_subject),
                    ("question", evaluation.by_question),
                )
            ),
            "kappa: Cohen's. weighted kappa: quadratic, over miss/partial/hit. score error: mean, in points of 100. "
            "evidence: share that overlaps the labelled words. calibration error: expected, of the confidences.",
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


def _rows(figures: Mapping[str, Figures]) -> list[tuple[str, ...]]:
    return [_row(name, several) for name, several in sorted(figures.items())]


def _row(name: str, figures: Figures) -> tuple[str, ...]:
    return (
        name,
        str(figures.answers),
        f"{figures.agreement:.0%}",
        f"{figures.by_verdict[Verdict.HIT].f1:.2f}",
        f"{figures.macro_f1:.2f}",
        f"{figures.weighted_kappa:.2f}",
        f"{figures.score_error:.1f}",
        "-" if figures.evidence is None else f"{figures.evidence:.0%}",
        "-" if figures.calibration_error is None else f"{figures.calibration_error:.2f}",
    )


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    columns = tuple(Column(title, numeric=index > 0) for index, title in enumerate(titles))
    return plain(Message("", (Table(columns, tuple(rows)),)), width=_WIDTH)
