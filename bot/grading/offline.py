"""The first offline grader: lexical matching of clauses against a question's own wordings.

What it can do: find a key point said in words close to the claim or an `accept` wording, with typos,
synonyms of the field and negation; tell a wording that contradicts; give nothing for lists of terms. What it
cannot: understand an analogy or a paraphrase that shares no word with the rubric. It then says `miss`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.content.schema import Question
from bot.grading.clauses import Clause, clauses
from bot.grading.rubric import PointWordings, Rubric, Wording, prepare
from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict, score_of

VERSION = "offline-3"

HIT = 0.34  # share of a wording's weight that must be found, in the right polarity
PARTIAL = 0.28
SURE = 0.50  # from here on it stands, whatever else the same words say
REJECT = 0.62
FLIPPED = 0.65
_CLOSE = 0.1
_MARGIN = 0.15
_PLAIN = 0.8  # from here on there is no doubt
_SPOKEN = 4  # spaces between words
_LEAST = 2  # terms that must be found before anything is called wrong
_SMOOTHING = 0.2  # keeps wordings of one or two words from matching everything
_TYPO = 84  # rapidfuzz ratio, 0 to 100, above which a word is a misspelt one of the rubric's
_LONGEST_WINDOW = 3  # clauses


@dataclass(frozen=True, slots=True)
class _Window:
    """Neighbouring clauses of one sentence, read together."""

    start: int
    end: int
    terms: dict[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class _Match:
    """How well a wording is found, 0.0 to about 1.0, and where."""

    score: float
    window: _Window | None = None


_NONE = _Match(0.0)


class OfflineGrader:
    """A `Grader` that judges in the calling thread: for the command line and tests."""

    version = VERSION

    async def grade(self, question: Question, answer: str) -> Grade:
        """Never fails."""
        return judge_offline(question, answer)


def judge_offline(question: Question, answer: str) -> Grade:
    """Grade one answer. Pure; the same text and rubric always give the same grade."""
    rubric = prepare(question)
    windows = _own_windows(answer, rubric)
    points = tuple(_judge(point, windows, answer, rubric) for point in rubric.points)
    found = tuple(
        MisconceptionFound(id_, _evidence(match.window, answer))
        for id_, wordings in rubric.misconceptions.items()
        if (match := _wrong(wordings, windows, rubric)).window is not None and match.score >= REJECT
    )
    score = score_of({point.id: point.verdict for point in points}, question)
    return Grade(points, found, VERSION, score)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like the wordings of one claim an answer is: found as said, in part, rejected and denied, 0.0 to about 1.0.

    `places`: where, as offsets into the answer, in the same order; None where nothing is found.
    """

    scores: tuple[float, float, float, float]
    places: tuple[tuple[int, int] | None, ...]


def likenesses(question: Question, answer: str) -> tuple[Likeness, ...]:
    """For every key point, then for every misconception (found as said only)."""
    rubric = prepare(question)
    windows = _own_windows(answer, rubric)
    found = [_found(point, windows, answer, rubric) for point in rubric.points]
    likes = [_likeness(one.said, one.partly, one.against, one.flipped) for one in found]
    return (*likes, *(_likeness(_wrong(wrong, windows, rubric)) for wrong in rubric.misconceptions.values()))


def _likeness(*found: _Match) -> Likeness:
    matches = (*found, *(_NONE for _ in range(4 - len(found))))
    one, two, three, four = (round(match.score, 3) for match in matches)
    places = tuple((match.window.start, match.window.end) if match.window else None for match in matches)
    return Likeness((one, two, three, four), places)


def _wrong(wordings: Iterable[Wording], windows: Sequence[_Window], rubric: Rubric) -> _Match:
    match = _best(wordings, windows, least=_LEAST)
    return _NONE if match.window is None or _is_rather_a_point(match, match.window, rubric) else match


def _own_windows(answer: str, rubric: Rubric) -> list[_Window]:
    own = [clause for clause in clauses(answer) if not rubric.shown.includes(answer[clause.start : clause.end])]
    return _windows(own, rubric)


def _is_rather_a_point(match: _Match, window: _Window, rubric: Rubric, *, but: str | None = None) -> bool:
    """Whether the same words make a point (another one than `but`) about as well as they say something wrong."""
    return any(
        _best(point.accept, [window]).score >= max(match.score - _CLOSE, HIT)
        for point in rubric.points
        if point.id != but
    )


def _said(wordings: Iterable[Wording], windows: Sequence[_Window], spoken: Sequence[_Window]) -> _Match:
    """The best match; in a few words one term in common is a coincidence, in spoken ones it may be the point."""
    wordings = tuple(wordings)
    short = [wording for wording in wordings if len(wording.terms) < _LEAST]
    found = (_best(wordings, windows, least=_LEAST), _best(wordings, spoken), _best(short, windows))
    return max(found, key=lambda match: match.score)


def _unless_anothers(match: _Match, point: PointWordings, rubric: Rubric) -> _Match:
    """`match`, or none where it is faint and its words say something else much better, be it right or wrong."""
    if match.window is None or match.score >= SURE:
        return match
    clear = match.score + _MARGIN
    others = [(*other.accept, *other.reject) for other in rubric.points if other.id != point.id]
    others += rubric.misconceptions.values()
    return _NONE if any(_best(wordings, [match.window]).score >= clear for wordings in others) else match


def _unless_another_point(match: _Match, point: PointWordings, rubric: Rubric) -> _Match:
    """`match`, or none where its words make another point: they are no word against this one."""
    if match.window is None or _is_rather_a_point(match, match.window, rubric, but=point.id):
        return _NONE
    return match


@dataclass(frozen=True, slots=True)
class _Found:
    """The best match of each kind of wording of a key point."""

    said: _Match
    partly: _Match
    against: _Match
    flipped: _Match


def _found(point: PointWordings, windows: Sequence[_Window], answer: str, rubric: Rubric) -> _Found:
    spoken = [window for window in windows if answer[window.start : window.end].count(" ") >= _SPOKEN]
    return _Found(
        _unless_anothers(_said(point.accept, windows, spoken), point, rubric),
        _unless_anothers(_said(point.partial, windows, spoken), point, rubric),
        _unless_another_point(_best(point.reject, windows, least=_LEAST), point, rubric),
        _unless_another_point(_best(point.accept, windows, flipped=True), point, rubric),
    )


def _judge(point: PointWordings, windows: Sequence[_Window], answer: str, rubric: Rubric) -> PointVerdict:
    found = _found(point, windows, answer, rubric)
    said, partly, against, flipped = found.said, found.partly, found.against, found.flipped
    if against.score >= REJECT and (_rather(against, said) or _apart(against, said)):
        return _verdict(point.id, Verdict.CONTRADICTED, against, REJECT, answer)
    if said.score >= HIT:
        return _verdict(point.id, Verdict.HIT, said, HIT, answer)
    if flipped.score >= FLIPPED and flipped.score > said.score + 0.2:
        return _verdict(point.id, Verdict.CONTRADICTED, flipped, FLIPPED, answer)
    if partly.score >= HIT or said.score >= PARTIAL:
        better = max(partly, said, key=lambda match: match.score)
        return _verdict(point.id, Verdict.PARTIAL, better, PARTIAL, answer)
    return PointVerdict(point.id, Verdict.MISS, round(1.0 - max(said.score, partly.score), 3), None)


def _verdict(id_: str, verdict: Verdict, match: _Match, threshold: float, answer: str) -> PointVerdict:
    """Confidence is 0.5 at the threshold and grows to 1.0 with a full match; it is no probability."""
    confidence = 0.5 + 0.5 * min(1.0, (match.score - threshold) / (1.0 - threshold))
    evidence = _evidence(match.window, answer) if match.window else None
    return PointVerdict(id_, verdict, round(confidence, 3), evidence)


def _rather(against: _Match, said: _Match) -> bool:
    """Whether the words are rather against the point than for it; the benefit of the doubt is the person's."""
    return against.score > said.score + (0.0 if against.score >= _PLAIN else _CLOSE)


def _apart(one: _Match, other: _Match) -> bool:
    """Asserted in one place and denied in another is a contradiction; in the same words it is one claim."""
    if other.score < HIT or one.window is None or other.window is None:
        return True
    return one.window.end <= other.window.start or other.window.end <= one.window.start


def _evidence(window: _Window, answer: str) -> Evidence:
    return Evidence(window.start, window.end, answer[window.start : window.end])


def _windows(found: Sequence[Clause], rubric: Rubric) -> list[_Window]:
    """Every clause, and every run of up to three clauses of one sentence; misspelt words are read as meant."""
    known = frozenset(rubric.vocabulary)
    spelt: dict[str, str] = {}
    for concept in {term.concept for clause in found for term in clause.terms}:
        spelt[concept] = concept if concept in known else _respelt(concept, rubric.vocabulary)
    windows = []
    for first in range(len(found)):
        for last in range(first, min(first + _LONGEST_WINDOW, len(found))):
            if found[last].sentence != found[first].sentence:
                break
            windows.append(_window(found[first : last + 1], spelt))
    return windows


def _window(run: Sequence[Clause], spelt: dict[str, str]) -> _Window:
    polarities: dict[str, set[int]] = {}
    for clause in run:
        for term in clause.terms:
            polarities.setdefault(spelt[term.concept], set()).add(term.polarity)
    return _Window(run[0].start, run[-1].end, {c: frozenset(p) for c, p in polarities.items()})


def _respelt(concept: str, vocabulary: Sequence[str]) -> str:
    if len(concept) < 5 or not concept.isalpha():
        return concept
    near = process.extractOne(concept, vocabulary, scorer=fuzz.ratio, score_cutoff=_TYPO)
    return near[0] if near and len(near[0]) >= 5 else concept


def _best(wordings: Iterable[Wording], windows: Sequence[_Window], *, flipped: bool = False, least: int = 1) -> _Match:
    """`least`: terms of a wording that must be found."""
    best = _NONE
    for wording in wordings:
        for window in windows:
            found = sum(term.concept in window.terms for term, _ in wording.terms)
            if found < least:
                continue
            score = _score(wording, window, flipped=flipped, alone=found < min(_LEAST, len(wording.terms)))
            # Of equal matches the shortest is the better evidence.
            shorter = best.window is None or window.end - window.start < best.window.end - best.window.start
            if score > best.score + 1e-9 or (score > best.score - 1e-9 and score > 0 and shorter):
                best = _Match(score, window)
    return best


def _score(wording: Wording, window: _Window, *, flipped: bool, alone: bool) -> float:
    """The share of the wording's weight that the window says with the same, or `flipped` with the other, sign.

    `alone`: only one term is found, which then must be asserted and not be what a denial is about.
    """
    same = other = neutral = 0.0
    for term, weight in wording.terms:
        polarities = window.terms.get(term.concept)
        if polarities is None:
            continue
        if term.polarity == 0 or 0 in polarities:
            neutral += weight
        elif term.polarity in polarities:
            same += weight
        else:
            other += weight
    if not flipped and any(window.terms.keys().isdisjoint(one_of) for one_of in wording.needed):
        return 0.0
    matched = other - same + neutral if flipped else same - other + neutral
    if (other <= same) if flipped else (other > same or (alone and not same)):
        return 0.0  # it denies more than it asserts, or the other way round
    return max(matched, 0.0) / (wording.total + _SMOOTHING)
