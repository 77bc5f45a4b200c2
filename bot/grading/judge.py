"""The trained judge: an ONNX file that says for every claim what an answer makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from bot.grading.blend import Blend
from bot.grading.claims import Claim
from bot.grading.model_file import NETWORK, SHIPPED, TOKENIZER, NoModel, check
from bot.grading.reading import Reader, Reading
from bot.grading.spans import Span


@dataclass(frozen=True, slots=True)
class Judged:
    """`verdicts`: claims × (miss, partial, hit, contradicted). `evidence`: claims × tokens. All 0.0 to 1.0."""

    reading: Reading
    verdicts: NDArray[np.float32]
    evidence: NDArray[np.float32]


class Judge:
    """Safe to call from several threads: the work is done outside the GIL. One answer a run, so that its numbers
    never depend on what else is judged.
    """

    def __init__(self, session: onnxruntime.InferenceSession, reader: Reader, version: str, blend: Blend) -> None:
        self._session = session
        self._reader = reader
        self.version = version
        self.blend = blend

    @classmethod
    def load(cls, folder: Path = SHIPPED, *, threads: int = 1) -> "Judge":
        """`threads`: that one run works with. Raises `NoModel` if a file is missing, damaged or of another version."""
        card = check(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # hardly two answers are equally long: it would keep a pattern for each
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(str(folder / NETWORK), options, providers=["CPUExecutionProvider"])
            return cls(session, Reader.load(folder / TOKENIZER), str(card["version"]), Blend.of_card(card.get("blend")))
        except Exception as error:
            raise NoModel(folder, f"it does not load ({type(error).__name__})") from error

    def judge(self, spans: Sequence[Span], claims: Sequence[Claim]) -> Judged:
        """At least one span and one claim."""
        reading = self._reader.read(spans, claims)
        feeds = {
            "ids": np.array(reading.ids, np.int64),
            "positions": np.array(reading.positions, np.int64),
            "groups": np.array(reading.groups, np.int64),
            "firsts": np.array(reading.firsts, np.int64),
        }
        verdicts, evidence = self._session.run(None, feeds)
        return Judged(reading, verdicts, evidence[:, : len(reading.offsets)])
