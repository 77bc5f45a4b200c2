"""What may be meant by an option while a person is still typing it."""

from collections.abc import Iterable

from rapidfuzz import process, utils

from bot.content.bank import Bank
from bot.quiz.phrases import zones_matching

_ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
)
_TIMES = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30))
_DAYS = ("mon-fri", "daily", "mon,wed,fri", "tue,thu", "weekend")
_SPANS = ("8h", "1h", "2h", "4h", "12h", "1d", "2d", "3d", "7d")


def suggest(bank: Bank, option: str, typed: str, limit: int) -> list[tuple[str, str]]:
    """Values of a command's option with what to show for each, best first; none for an option of free text.

    They are suggestions: whoever types may send anything, so what comes is read and checked all the same.
    """
    if option == "zone":
        return [(zone, zone) for zone in (zones_matching(typed, limit) if typed.strip() else _ZONES)]
    known = dict(_known(bank, option))
    if not typed.strip():
        return list(known.items())[:limit]
    wanted = utils.default_process(typed)
    texts = {value: utils.default_process(f"{value} {label}") for value, label in known.items()}
    found = [value for value, text in texts.items() if text.startswith(wanted)]
    found += [value for value, text in texts.items() if all(word in text for word in wanted.split())]
    found += [value for *_, value in process.extract(wanted, texts, limit=limit, score_cutoff=60)]
    return [(value, known[value]) for value in dict.fromkeys(found)][:limit]


def _known(bank: Bank, option: str) -> Iterable[tuple[str, str]]:
    questions = sorted(bank.questions.values(), key=lambda question: question.id)
    if option == "question":
        return ((question.id, question.title) for question in questions)
    if option == "topic":
        topics = sorted({question.topic for question in questions})
        return [*((topic, topic) for topic in topics), *((question.id, question.title) for question in questions)]
    if option == "packs":
        return [(name, pack.title) for name, pack in sorted(bank.packs.items())]
    return ((value, value) for value in {"time": _TIMES, "days": _DAYS, "open": _SPANS}.get(option, ()))
