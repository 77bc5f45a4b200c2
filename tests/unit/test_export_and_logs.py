"""What leaves the program: spreadsheets and logs."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runtime.telemetry import redact, wordless
from bot.services.export import to_csv, to_json
from bot.services.records import TeamExport


@given(st.text(max_size=80))
def test_no_cell_can_start_a_formula_and_every_text_reads_back(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([{"text": text}]), newline=""))
    assert row["text"].lstrip()[:1] not in ("=", "+", "-", "@") or not row["text"].lstrip()
    assert row["text"].removeprefix("'") in (text, text.removeprefix("'"))


def test_numbers_stay_numbers_and_dates_are_iso() -> None:
    assert to_csv([{"points": -3, "text": "=1"}]).splitlines() == ["points,text", "-3,'=1"]
    assert json.loads(to_json(TeamExport("t", [], [], [])))["team"] == "t"
    assert to_csv([]) == ""


def test_a_traceback_tells_where_and_what_kind_and_repeats_no_words() -> None:
    def fail(secret: str, words: str) -> None:
        try:
            raise LookupError(secret)
        except LookupError as error:
            raise ValueError(words) from error

    with pytest.raises(ValueError, match="what somebody wrote") as caught:
        fail("hunter2", "what somebody wrote")
    told = wordless((caught.type, caught.value, caught.tb))
    assert "in fail" in told
    assert told.index("LookupError") < told.index("ValueError")
    assert "hunter2" not in told.replace('fail("hunter2", "what somebody wrote")', "")
    assert "somebody" not in told.replace('fail("hunter2", "what somebody wrote")', "")


@pytest.mark.parametrize("name", ["answer", "text", "evidence", "token", "password", "database_url"])
def test_private_fields_never_reach_a_log(name: str) -> None:
    assert redact(None, "info", {"event": "x", name: "hunter2"})[name] == "[redacted]"
