"""The labelled answers beside this file: JSON Lines, compressed. `DATA_CARD.md` says what they are and how made."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.content.schema import Difficulty, KeyPoint, Misconception, Question
from bot.grading.labelled import Label, LabelledAnswer
from bot.grading.verdict import Verdict

HERE = Path(__file__).parent
_UNASKED = "-"  # what a question of the data has no use for


class Part(StrEnum):
    """What a question is for. No part shares a question with another.

    `TEST`: the model knows the rubric and none of the answers. `NEW`: it knows neither.
    """

    TRAIN = "train"
    TUNE = "tune"
    TEST = "test"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the data, and what it is for.

    `near`: by key point, sentences that come close to it and are no word for it or against it.
    """

    question: Question
    subject: str
    part: Part
    near: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Data:
    """Questions by id, and the answers to them."""

    asked: Mapping[str, Asked]
    answers: tuple[LabelledAnswer, ...]

    def of(self, *parts: Part) -> tuple[LabelledAnswer, ...]:
        """The answers to the questions of these parts."""
        return tuple(answer for answer in self.answers if self.asked[answer.question].part in parts)

    def near(self, *parts: Part) -> dict[str, Mapping[str, tuple[str, ...]]]:
        """By question of these parts, what comes close to its key points."""
        return {id_: asked.near for id_, asked in self.asked.items() if asked.part in parts}

    def questions(self, *parts: Part) -> tuple[Question, ...]:
        """The questions of these parts."""
        return tuple(asked.question for asked in self.asked.values() if asked.part in parts)


def load(folder: Path = HERE) -> Data:
    """Everything beside this file."""
    asked = {row["id"]: _asked(row) for row in _rows(folder / "questions.jsonl.gz")}
    answers = tuple(_answer(row, asked[row["question"]].question) for row in _rows(folder / "answers.jsonl.gz"))
    return Data(asked, answers)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _asked(row: Mapping[str, Any]) -> Asked:
    points = tuple(
        KeyPoint(
            id=point["id"],
            claim=point["claim"],
            weight=point.get("weight", 1.0),
            accept=tuple(point["accept"]),
            partial=tuple(point["partial"]),
            reject=tuple(point["reject"]),
            missing=point["claim"],
        )
        for point in row["points"]
    )
    wrong = tuple(
        Misconception(id=myth["id"], claim=myth["claim"], accept=tuple(myth["accept"]), correction=_UNASKED)
        for myth in row["misconceptions"]
    )
    question = Question.model_construct(
        id=row["id"],
        title=row["title"],
        prompt=row["prompt"].strip(),
        topic=row["subject"],
        difficulty=Difficulty.SENIOR,
        minutes=5,
        key_points=points,
        misconceptions=wrong,
        hints=tuple(hint.strip() for hint in row["hints"]),
        model_answer=_UNASKED,
        looking_for=_UNASKED,
        follow_up=_UNASKED,
        sources=(),
        samples=(),
    )
    near = {point["id"]: tuple(point["near"]) for point in row["points"] if point.get("near")}
    return Asked(question, row["subject"], Part(row["part"]), near)


def _answer(row: Mapping[str, Any], question: Question) -> LabelledAnswer:
    points = {point.id: Label(Verdict.MISS, marked=row["marked"]) for point in question.key_points}
    points |= {id_: _label(Verdict(verdict), spans, row) for id_, (verdict, spans) in row["points"].items()}
    wrong = {id_: _label(Verdict.HIT, spans, row) for id_, spans in row["misconceptions"].items()}
    second = {id_: Verdict(verdict) for id_, verdict in row.get("second", {}).items()}
    return LabelledAnswer(row["question"], row["style"], row["text"], points, wrong, second)


def _label(verdict: Verdict, spans: Sequence[Sequence[int]], row: Mapping[str, Any]) -> Label:
    return Label(verdict, tuple((start, end) for start, end in spans), marked=row["marked"])
