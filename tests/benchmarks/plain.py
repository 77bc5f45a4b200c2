"""Two plain ways to use the judge's encoder, in float32 on torch: what the trained grader must be cheaper than."""

import importlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from bot.content.schema import Question
from bot.grading.claims import claims
from bot.grading.model_file import NETWORK, TOKENIZER
from bot.grading.reading import Reader
from bot.grading.spans import shown, spans
from bot.grading.trained import VERDICTS
from bot.grading.training import onnx_file
from bot.grading.training.network import BLOCKED, Network, Rows, start_from
from bot.grading.verdict import Evidence, Grade, PointVerdict, Verdict, score_of

_START, _END = 101, 102
_NEAR = 0.6  # cosine from which a clause counts as the point

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass
class Plain:
    """A judge on torch. `how` it is run; `threads`: how many grade one answer."""

    how: str
    judge: Callable[[Question, str], Grade]
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)

    def __call__(self, question: Question, answer: str) -> Grade:
        torch.set_num_threads(self.threads)
        with torch.inference_mode():
            return self.judge(question, answer)


def cosine(model: Path, encoder: Path | None) -> Plain:
    """Compares each key point with the best clause.

    `encoder`: a folder of all-MiniLM-L6-v2; without one the model's own encoder stands in, which is as large.
    """
    how, embed = _embed(model, encoder)

    @lru_cache
    def wanted(texts: tuple[str, ...]) -> NDArray[np.float32]:
        return embed(texts)

    def judge(question: Question, answer: str) -> Grade:
        said = [span.text[start:end] for span in spans(answer, shown(question)) for start, end in span.clauses]
        near = wanted(tuple(claim.text for claim in claims(question))) @ embed(said).T
        points = tuple(
            PointVerdict(point.id, Verdict.HIT, float(row.max()), Evidence(0, 0, said[int(row.argmax())]))
            if row.max() >= _NEAR
            else PointVerdict(point.id, Verdict.MISS, 1 - float(row.max()), None)
            for point, row in zip(question.key_points, near, strict=False)
        )
        return Grade(points, (), how, score_of({point.id: point.verdict for point in points}, question))

    return Plain(how, judge)


def cross_encoder(model: Path) -> Plain:
    """Runs the network once for each claim."""
    network, reader = onnx_file.read(model / NETWORK), Reader.load(model / TOKENIZER)

    def judge(question: Question, answer: str) -> Grade:
        own = spans(answer, shown(question))
        verdicts = []
        for claim in claims(question):
            reading = reader.read(own, [claim])
            rows = Rows(*(torch.tensor([each]) for each in (reading.ids, reading.positions, reading.groups, [0])))
            rows.firsts[0, 0] = reading.firsts[0]
            logits, _ = network(rows)
            verdicts.append(VERDICTS[int(logits[0, 0].argmax())])
        points = tuple(
            PointVerdict(point.id, verdict, 1.0, None)
            for point, verdict in zip(question.key_points, verdicts, strict=False)
        )
        return Grade(points, (), "plain torch", score_of({point.id: point.verdict for point in points}, question))

    return Plain("plain torch", judge)


def _embed(model: Path, encoder: Path | None) -> tuple[str, Embed]:
    try:
        library: Any = importlib.import_module("sentence_transformers")
    except ImportError:
        library = None
    if library is not None and encoder is not None:
        sentences = library.SentenceTransformer(str(encoder), device="cpu", local_files_only=True)
        return "sentence-transformers", lambda texts: sentences.encode(list(texts), normalize_embeddings=True)
    network = onnx_file.read(model / NETWORK)
    if encoder is not None:
        start_from(network, load_file(encoder / "model.safetensors"))
    tokenizer = Tokenizer.from_file(str((encoder or model) / TOKENIZER))
    tokenizer.no_padding()
    return "plain torch", lambda texts: _vectors(network, tokenizer, texts).numpy()


def _vectors(network: Network, tokenizer: Tokenizer, texts: Sequence[str]) -> Tensor:
    """The mean of each text's tokens, of length one."""
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    rows = [torch.tensor([_START, *each.ids, _END]) for each in encoded]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    real = torch.arange(ids.shape[1]) < torch.tensor([len(row) for row in rows])[:, None]
    x = network.norm(network.words(ids) + network.places.weight[: ids.shape[1]] + network.kinds.weight[0])
    for layer in network.layers:
        x = layer(x, torch.where(real, 0.0, BLOCKED)[:, None, None])
    mean = (x * real[:, :, None]).sum(1) / real.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean, dim=-1)
