"""The trained judge's file says what the network says that it was made from."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="training needs more than the bot does")
pytest.importorskip("onnx")

import torch

from bot.grading.training import onnx_file
from bot.grading.training.network import VOCABULARY, Network, Rows

CLOSE = 0.01  # int8 differs from float32 by 0.003; a sentence that sees another, in the first case, by 0.04


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(1)
    network = Network()
    for layer in network.layers:
        torch.nn.init.normal_(layer.qkv.weight, std=0.1)  # so that it matters what a token looks at
    network.eval()
    return network


def _reading(sentences: list[int], claims: list[int]) -> dict[str, NDArray[np.int64]]:
    """So many tokens in each sentence and claim, drawn once."""
    random = np.random.default_rng(1)
    lengths = sentences + claims
    groups = [*range(1, len(sentences) + 1), *(-number for number in range(1, len(claims) + 1))]
    return {
        "ids": random.integers(1_000, VOCABULARY, sum(lengths)),
        "positions": np.concatenate([np.arange(length) for length in lengths]),
        "groups": np.repeat(groups, lengths),
        "firsts": np.cumsum([0, *lengths])[len(sentences) : -1],
    }


def _by_network(network: Network, reading: dict[str, NDArray[np.int64]]) -> NDArray[np.float32]:
    rows = Rows(*(torch.from_numpy(reading[name])[None] for name in ("ids", "positions", "groups", "firsts")))
    with torch.inference_mode():
        return np.asarray(torch.softmax(network(rows)[0], -1)[0])


@pytest.fixture(scope="module")
def session(network: Network, tmp_path_factory: pytest.TempPathFactory) -> onnxruntime.InferenceSession:
    path = tmp_path_factory.mktemp("model") / "judge.onnx"
    onnx_file.write(network, path)
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(
    ("sentences", "claims"),
    [([12, 5, 20], [18, 7, 25, 11]), ([1], [3]), ([64] * 16, [48] * 11), ([], [9, 4])],
    ids=["an answer", "one word", "the longest", "no answer"],
)
def test_the_file_judges_as_the_network(
    network: Network, session: onnxruntime.InferenceSession, sentences: list[int], claims: list[int]
) -> None:
    reading = _reading(sentences, claims)
    verdicts, evidence = session.run(None, reading)
    assert evidence.shape == (len(claims), len(reading["ids"]))
    assert np.abs(verdicts - _by_network(network, reading)).max() < CLOSE


def test_a_network_read_back_makes_the_same_file(network: Network, tmp_path: Path) -> None:
    once, again = tmp_path / "once.onnx", tmp_path / "again.onnx"
    onnx_file.write(network, once)
    onnx_file.write(onnx_file.read(once), again)
    assert again.read_bytes() == once.read_bytes()
