"""Train the judge: from a plain encoder, or from the model that is there to a team's own packs."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from safetensors.torch import load_file

from bot.content.schema import Question
from bot.errors import QuizError
from bot.grading.evaluate import Figures, compare
from bot.grading.judge import Judge
from bot.grading.labelled import samples
from bot.grading.model_file import CARD, NETWORK, TOKENIZER, check
from bot.grading.reading import Reader
from bot.grading.trained import judge_trained
from bot.grading.training import onnx_file
from bot.grading.training.calibrate import fitted
from bot.grading.training.data import Data, Part
from bot.grading.training.examples import Example, epoch, from_wordings, short
from bot.grading.training.fit import Plan, Progress, fit
from bot.grading.training.network import Network, start_from
from bot.grading.verdict import Grade

VERSION = "judge-2"
COMPOSED = 0.4  # composed answers for each labelled one
SPLICED = 0.5  # answers put together from several labelled ones, for each of these
TRICKS = 0.25  # texts that make no point, for each of these
OWN_EACH = 24  # composed answers for each question of one's own
ALLOWED_LOSS = 0.005  # of macro-F1 on the general test part: what two trainings with other seeds differ by


@dataclass
class Worse(QuizError):
    """The adapted model is worse on the general test part than the one it was made from."""

    before: Figures
    after: Figures

    def __str__(self) -> str:
        return (
            f"The adapted model is worse in general (macro-F1 {self.before.macro_f1:.3f} before, "
            f"{self.after.macro_f1:.3f} after), so it is not kept. Correct wordings that contradict one another, or "
            "add samples, and train again."
        )


def train(data: Data, encoder: Path, out: Path, plan: Plan, progress: Progress) -> dict[str, Any]:
    """From a plain encoder's folder (`model.safetensors`, `tokenizer.json`) to a model in `out`; its card.

    `encoder` may be the folder of a trained model as well, which then learns on.

    The first third of the epochs is of single spans and wordings, the rest of whole answers. A run that was cut off
    goes on behind its last epoch, from `out`/checkpoint.pt.
    """
    out.mkdir(parents=True, exist_ok=True)
    network = _start(encoder)
    shutil.copyfile(encoder / TOKENIZER, out / TOKENIZER)
    reader = Reader.load(out / TOKENIZER)
    answers, questions = data.of(Part.TRAIN), _by_id(data)
    parts = (Part.TRAIN, Part.TUNE, Part.TEST)
    known, near = data.questions(*parts), data.near(*parts)

    def one_epoch(number: int, random: Random) -> Sequence[Example]:
        if number < max(1, plan.epochs // 3):
            return short(answers, questions, known, reader, random, near)
        composed = round(COMPOSED * len(answers))
        spliced, tricks = round(SPLICED * len(answers)), round(TRICKS * len(answers))
        return epoch(
            answers, questions, known, reader, random, composed=composed, spliced=spliced, tricks=tricks, near=near
        )

    fit(network, one_epoch, plan, checkpoint=out / "checkpoint.pt", progress=progress)
    return finish(network, data, out, VERSION, asdict(plan))


def _start(folder: Path) -> Network:
    """From a trained model of ours, or from a plain encoder."""
    if (folder / NETWORK).exists():
        return onnx_file.read(folder / NETWORK)
    network = Network()
    start_from(network, load_file(folder / "model.safetensors"))
    return network


def adapt(data: Data, base: Path, own: Sequence[Question], out: Path, plan: Plan, progress: Progress) -> dict[str, Any]:
    """From the model in `base` to one that knows the `own` questions, in `out`; its card. Raises `Worse`."""
    out.mkdir(parents=True, exist_ok=True)
    network = onnx_file.read(base / NETWORK)
    shutil.copyfile(base / TOKENIZER, out / TOKENIZER)
    reader = Reader.load(out / TOKENIZER)
    mine = {question.id: question for question in own}
    answers, questions = data.of(Part.TRAIN), _by_id(data)
    labelled = samples(own)

    def one_epoch(_: int, random: Random) -> Sequence[Example]:
        composed = [from_wordings(question, own, reader, random) for question in own for _ in range(OWN_EACH)]
        kept = random.sample(answers, min(len(answers), len(composed) + len(labelled)))
        return [
            *composed,
            *epoch(labelled, mine, own, reader, random, composed=0),
            *epoch(kept, questions, data.questions(Part.TRAIN), reader, random, composed=0),
        ]

    fit(network, one_epoch, plan, checkpoint=None, progress=progress)
    card = finish(network, data, out, f"{check(base)['version'].split('+')[0]}+", asdict(plan))
    before, after = (_figures(Judge.load(folder), data, Part.TEST) for folder in (base, out))
    if after.macro_f1 < before.macro_f1 - ALLOWED_LOSS:
        (out / CARD).unlink()
        raise Worse(before, after)
    return card


def finish(network: Network, data: Data, out: Path, version: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    """Write the file, fit the blend to it as it is (int8), and say in a card what it is."""
    onnx_file.write(network, out / NETWORK)
    _write_card(out, version, {})
    blend = {"blend": fitted(Judge.load(out), _by_id(data), data.of(Part.TUNE)).to_card()}
    _write_card(out, version, blend)
    judge = Judge.load(out)
    figures = {part.value: _short(_figures(judge, data, part)) for part in (Part.TEST, Part.NEW)}
    return _write_card(out, version, {"plan": dict(plan), "figures": figures, **blend})


def _write_card(out: Path, version: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """A version that ends with `+` is made complete by the network's own digest."""
    digests = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in (NETWORK, TOKENIZER)}
    named = version + digests[NETWORK][:8] if version.endswith("+") else version
    card = {"version": named, "sha256": digests, **more}
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def _figures(judge: Judge, data: Data, part: Part) -> Figures:
    def graded(question: Question, answer: str) -> Grade:
        return judge_trained(judge, question, answer)

    return compare(_by_id(data), data.of(part), graded).overall


def _short(figures: Figures) -> dict[str, float | None]:
    return {
        "pairs": figures.pairs,
        "macro_f1": round(figures.macro_f1, 4),
        "weighted_kappa": round(figures.weighted_kappa, 4),
        "score_error": round(figures.score_error, 2),
        "evidence": figures.evidence and round(figures.evidence, 4),
        "calibration_error": figures.calibration_error and round(figures.calibration_error, 4),
        **{f"{verdict}_f1": round(found.f1, 4) for verdict, found in figures.by_verdict.items()},
    }


def _by_id(data: Data) -> dict[str, Question]:
    return {id_: asked.question for id_, asked in data.asked.items()}
