"""A team's rounds, answers and scores as CSV and JSON."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.services.records import TeamExport

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_json(export: TeamExport) -> str:
    """One document with `team`, `rounds`, `answers` and `scores`; instants are ISO 8601 in UTC."""
    document = {
        "team": export.team,
        "rounds": list(export.rounds),
        "answers": list(export.answers),
        "scores": list(export.scores),
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain)


def to_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows with a header line (RFC 4180). Text that a spreadsheet would run as a formula is neutralised.

    Source of the rule: https://owasp.org/www-community/attacks/CSV_Injection
    """
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _neutral(value) for name, value in row.items()})
    return out.getvalue()


def _neutral(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA):
        return "'" + value
    return _plain(value) if isinstance(value, date) else value


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
