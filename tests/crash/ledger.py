"""What a chat service would have shown: a file that outlives the bot, and the platform that writes it."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.chat.event import Sink
from bot.chat.message import Form, Message
from bot.chat.platform import Capabilities, Delivered, Finding, SendResult, Target
from tests.crash.killing import Killer


class Ledger:
    """Lines appended whole, by any number of processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, kind: str, key: str) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, json.dumps({"kind": kind, "key": key}).encode() + b"\n")
        os.close(handle)

    def count(self, kind: str) -> Counter[str]:
        """How often each key was shown."""
        if not self._path.exists():
            return Counter()
        lines = (json.loads(line) for line in self._path.read_text().splitlines())
        return Counter(line["key"] for line in lines if line["kind"] == kind)


class LedgerPlatform:
    """Sends into the ledger. Like Discord and Slack it can tell, when asked about one key, what it has."""

    name = "fake"
    capabilities = Capabilities(edits=False, forms=True, private_messages=True)

    def __init__(self, ledger: Ledger, killer: Killer) -> None:
        self._ledger = ledger
        self._killer = killer

    async def connect(self, sink: Sink) -> None:
        """Events are brought by hand."""

    def trouble(self) -> str | None:
        return None

    async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
        task = key.partition(":")[0]
        if uncertain and self._ledger.count("sent")[key]:
            return Delivered(f"ref-{key}")
        self._killer.at(f"before send {task}")
        self._ledger.write("sent", key)
        self._killer.at(f"after send {task}")
        return Delivered(f"ref-{key}")

    async def edit(self, target: Target, ref: str, message: Message) -> SendResult:
        return Delivered(ref)

    async def examine(self, target: Target) -> Sequence[Finding]:
        return ()

    async def close(self) -> None:
        """Nothing to close."""


class LedgerReply:
    """The way back to one person. `lasts`: how many messages it can still show."""

    def __init__(self, ledger: Ledger, event_id: str, *, lasts: int) -> None:
        self._ledger = ledger
        self._event_id = event_id
        self._left = lasts

    async def acknowledge(self) -> None:
        """In time."""

    async def private(self, message: Message) -> bool:
        if not self._left:
            return False
        self._left -= 1
        self._ledger.write("told", self._event_id)
        return True

    async def open_form(self, form: Form) -> bool:
        return True

    @property
    def ticket(self) -> str | None:
        return None
