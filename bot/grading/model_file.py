"""The folder of a trained judge: an ONNX file, its tokenizer, and `model.json`, which says what they must be."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import QuizError

SHIPPED = Path(__file__).parent / "model"
NETWORK, TOKENIZER = "judge.onnx", "tokenizer.json"
_FILES = (NETWORK, TOKENIZER)
CARD = "model.json"


@dataclass
class NoModel(QuizError):
    """The trained judge cannot be loaded."""

    folder: Path
    why: str

    def __str__(self) -> str:
        return f"The trained grader in {self.folder} cannot be used: {self.why}."


def check(folder: Path) -> dict[str, Any]:
    """The card of the model in this folder. Raises `NoModel` if it is not whole."""
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        for name in _FILES:
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != card["sha256"][name]:
                raise NoModel(folder, f"{name} is damaged")
        if not isinstance(card["version"], str):
            raise TypeError("version")
        return card
    except FileNotFoundError as error:
        raise NoModel(folder, f"{Path(str(error.filename)).name} is missing") from None
    except OSError as error:
        raise NoModel(folder, f"{Path(str(error.filename)).name} cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NoModel(folder, f"{CARD} cannot be read ({type(error).__name__})") from None
