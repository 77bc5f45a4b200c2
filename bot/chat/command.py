"""The one tree of chat commands: Discord registers it, Slack and the terminal read it, help shows it."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.errors import QuizError


@dataclass
class UnknownCommand(QuizError):
    """No such command. `nearest` is one there is, or None."""

    typed: str
    nearest: str | None


@dataclass
class WrongOption(QuizError):
    """A word that the command does not take. `usage` says what it takes."""

    command: str
    word: str
    usage: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a command takes. `shape` tells from a word alone whether it is meant for this option."""

    name: str
    help: str
    shape: Callable[[str], bool]
    usage: str
    choices: tuple[str, ...] = ()
    free_text: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A leaf of the tree."""

    path: tuple[str, ...]
    help: str
    options: tuple[Option, ...] = ()

    @property
    def words(self) -> str:
        """`/quiz leaderboard`."""
        return "/" + " ".join(self.path)

    @property
    def usage(self) -> str:
        """`/quiz leaderboard [week|month|season|all]`."""
        return " ".join([self.words, *(f"[{option.usage}]" for option in self.options)])


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command as typed: its path and its options' texts."""

    path: tuple[str, ...]
    options: Mapping[str, str]


_DAY = r"(mon|tues?|wed(nes)?|thur?s?|fri|satur|sat|sun)(day)?s?"
_DAYS = re.compile(rf"({_DAY}([-,+]{_DAY})*,?|weekdays?|workdays?|daily|everyday|weekends?)\Z")
_TIME = re.compile(r"\d{1,2}([:.]\d{2})?(am|pm)?\Z")
_SPAN = re.compile(r"(\d+(d|h|m|min))+\Z")
_DATE = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}}|today|tomorrow|{_DAY})\Z")
_MIX = re.compile(r"((junior|mid|senior|staff)[=:]\d+,?)+\Z")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda word: pattern.match(word) is not None


def _is_zone(word: str) -> bool:
    return "/" in word or word == "utc"


def _is_pack(word: str) -> bool:
    # The word itself announces packs, as in `packs gil`.
    return word != "packs" and all(_SLUG.match(part) for part in word.strip(",").split(","))


def _never(_word: str) -> bool:
    return False


def _one_of(*choices: str) -> Callable[[str], bool]:
    return lambda word: word in choices


_PERIODS = ("week", "month", "season", "all")
_PLAN = (
    Option("time", "When the question comes", _matches(_TIME), "09:00"),
    Option("days", "On which weekdays", _matches(_DAYS), "mon-fri"),
    Option("zone", "In which time zone", _is_zone, "Europe/Berlin"),
    Option("open", "How long a round stays open", _matches(_SPAN), "open 8h"),
    Option("late", "How late a post may still be made", _never, "late 2h"),
    Option("mix", "Weights of difficulties", _matches(_MIX), "senior=3,mid=1"),
    Option("ping", "Whom to notify: a role or group, or none", _never, "ping none"),
    Option("packs", "Which packs", _is_pack, "all"),
)
_TEXT = Option("text", "Your answer in your own words", _never, "text", free_text=True)
_PERSON = Option("person", "A person", lambda _word: True, "@person")

COMMANDS: tuple[Command, ...] = (
    Command(("quiz",), "Today's question and what you can do"),
    Command(("quiz", "answer"), "Answer the open question", (_TEXT,)),
    Command(
        ("quiz", "practice"),
        "Practise any question; not ranked",
        (Option("topic", "A topic or a question", _matches(_SLUG), "topic"),),
    ),
    Command(
        ("quiz", "leaderboard"),
        "Who leads",
        (Option("period", "Since when", _one_of(*_PERIODS), "|".join(_PERIODS), _PERIODS),),
    ),
    Command(("quiz", "me"), "Your points, streak, strong and weak key points"),
    Command(("quiz", "why"), "The feedback on your last answer again"),
    Command(("quiz", "hint"), "A hint for the open question, in three steps"),
    Command(("quiz", "help"), "This list"),
    Command(("quiz", "privacy"), "What is kept about you"),
    Command(
        ("quiz", "privacy", "delete"),
        "Delete all that is kept about you",
        (Option("confirm", "Yes, delete it", _one_of("confirm"), "confirm", ("confirm",)),),
    ),
    Command(("quiz-admin", "setup"), "Make this channel a quiz channel", _PLAN),
    Command(("quiz-admin", "schedule", "show"), "The plan and the next dates"),
    Command(("quiz-admin", "schedule", "set"), "Change the plan", _PLAN),
    Command(("quiz-admin", "schedule", "pause"), "Stop posting"),
    Command(("quiz-admin", "schedule", "resume"), "Post again"),
    Command(
        ("quiz-admin", "schedule", "skip"),
        "Leave out one day",
        (Option("date", "The next one if you name none", _matches(_DATE), "2026-12-24"),),
    ),
    Command(("quiz-admin", "schedule", "preview"), "The next dates with their questions"),
    Command(
        ("quiz-admin", "post"),
        "Post a question now",
        (Option("question", "A question's id", _matches(_SLUG), "question"),),
    ),
    Command(("quiz-admin", "close"), "Close the open round now"),
    Command(("quiz-admin", "unsure"), "Decide verdicts of which the grader is not sure"),
    Command(("quiz-admin", "lead"), "Who may use these commands"),
    Command(("quiz-admin", "lead", "add"), "Let somebody use these commands", (_PERSON,)),
    Command(("quiz-admin", "lead", "remove"), "Take that back", (_PERSON,)),
    Command(("quiz-admin", "doctor"), "What works here and what needs you"),
    Command(("quiz-admin", "help"), "This list"),
)
_BY_PATH = {command.path: command for command in COMMANDS}
_ALSO = {
    ("quiz-admin",): ("quiz-admin", "help"),
    ("quiz-admin", "schedule"): ("quiz-admin", "schedule", "show"),
}


def parse(text: str) -> Parsed:
    """Read `/quiz leaderboard week`, with the words behind `/quiz` in any order.

    Raises `UnknownCommand`, `WrongOption`.
    """
    head, _, rest = text.strip().removeprefix("/").partition(" ")
    root, rest = head.lower(), rest.strip()
    if root not in ("quiz", "quiz-admin"):
        raise UnknownCommand("/" + head, _nearest("/" + root, ["/quiz", "/quiz-admin"]))
    first, _, answer = rest.partition(" ")
    if root == "quiz" and first.split("\n")[0].lower() == "answer":
        # Free text is kept as it stands: its words are not ours to read.
        answer = rest[len("answer") :].strip()
        return Parsed(("quiz", "answer"), {"text": answer} if answer else {})
    words = _words(rest)
    command, left = _command(root, words)
    return Parsed(command.path, dict(_options(command, left)))


def nearest_command(typed: str) -> str | None:
    """The command most like what was typed, as one would write it."""
    return _nearest(typed, [command.words for command in COMMANDS])


def help_lines(*, leads: bool) -> list[tuple[str, str]]:
    """Usage and meaning of each command; those for leads, or those for everyone."""
    root = "quiz-admin" if leads else "quiz"
    return [(command.usage, command.help) for command in COMMANDS if command.path[0] == root]


def completions(typed: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    """Words that may come next. `known` lists values by option name: topics, questions, zones, packs."""
    *done, last = typed.removeprefix("/").split(" ")
    if not done:
        return [f"/{root}" for root in ("quiz", "quiz-admin") if root.startswith(last.lower())]
    path = tuple(word.lower() for word in done)
    offered = list(
        dict.fromkeys(
            command.path[len(path)]
            for command in COMMANDS
            if len(command.path) > len(path) and command.path[: len(path)] == path
        )
    )
    for command in COMMANDS:
        if len(command.path) > 1 and path[: len(command.path)] == command.path:
            for option in command.options:
                offered += [*option.choices, *known.get(option.name, ())]
    return [word for word in offered if word.lower().startswith(last.lower())]


def _words(rest: str) -> list[str]:
    joined = re.sub(r"\s*([-–])\s+(?=[a-z])|\s+([-–])\s*(?=[a-z])", "-", rest, flags=re.IGNORECASE)
    try:
        return shlex.split(joined, posix=True)
    except ValueError:  # an apostrophe or a lone quote
        return joined.split()


def _command(root: str, words: list[str]) -> tuple[Command, list[str]]:
    """The longest path whose words all occur, wherever they stand, and the words left over."""
    lowered = [word.lower() for word in words]
    fitting = [path for path in [*_BY_PATH, *_ALSO] if path[0] == root and all(word in lowered for word in path[1:])]
    typed_path = max(fitting, key=len)
    if len(typed_path) == 1 and words:
        typed = f"/{root} {' '.join(words)}"
        raise UnknownCommand(typed, nearest_command(typed))
    best = _BY_PATH[_ALSO.get(typed_path, typed_path)]
    left = list(words)
    for word in typed_path[1:]:
        for index, candidate in enumerate(left):
            if candidate.lower() == word:
                del left[index]
                break
    return best, left


def _options(command: Command, words: list[str]) -> Iterator[tuple[str, str]]:
    names = {option.name: option for option in command.options}
    collected: dict[str, list[str]] = {}
    waiting: str | None = None
    for word in words:
        key, equals, value = word.partition("=")
        if waiting is not None:
            collected.setdefault(waiting, []).append(word)
            waiting = None
        elif equals and key.lower() in names:
            collected.setdefault(key.lower(), []).append(value)
        elif word.lower() in names and not names[word.lower()].shape(word.lower()):
            waiting = word.lower()
        else:
            option = _for(command, word, collected)
            collected.setdefault(option.name, []).append(word)
    if waiting is not None:
        raise WrongOption(command.words, waiting, command.usage)
    for name, values in collected.items():
        yield name, ",".join(values) if name in ("days", "packs", "mix") else " ".join(values)


def _for(command: Command, word: str, taken: Mapping[str, object]) -> Option:
    lowered = word.lower()
    for option in command.options:
        again = option.name in taken and option.name not in ("days", "packs", "mix")
        if not again and option.shape(lowered):
            return option
    raise WrongOption(command.words, word, command.usage)


def _nearest(typed: str, known: Sequence[str]) -> str | None:
    # As a whole: in parts, `/quiz` alone would be like everything that begins with it.
    found = process.extractOne(typed, known, scorer=fuzz.ratio, score_cutoff=55)
    return found[0] if found else None
