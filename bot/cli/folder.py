"""Where the packs are, for commands about content."""

from pathlib import Path

from bot.cli.failure import CANNOT_START, stop
from bot.content.bank import Bank
from bot.content.loader import load_bank
from bot.settings import ContentSettings, read


def content_dir() -> Path:
    """The folder with the packs. Ends the program if there is none."""
    root = read(ContentSettings).content_dir
    if not root.is_dir():
        stop(f"There is no folder {root}. Set CONTENT_DIR to the folder with the packs.", CANNOT_START)
    return root


def bank() -> Bank:
    """The bank, whole. Raises `BrokenBank`."""
    return load_bank(content_dir())
