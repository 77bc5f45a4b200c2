"""The row of tokens that the trained judge reads."""

from itertools import groupby

import pytest

from bot.grading.claims import Claim
from bot.grading.model_file import SHIPPED, TOKENIZER
from bot.grading.reading import LONGEST_ANSWER, LONGEST_GROUP, Reader, Reading
from bot.grading.spans import Shown, Span, spans

CLAIM = Claim("Only one thread runs bytecode at a time.")
OTHER = Claim("Reference counts are not thread-safe.")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(SHIPPED / TOKENIZER)


def _spans(answer: str) -> tuple[Span, ...]:
    return spans(answer, Shown("", ()))


def _of_claims(reading: Reading) -> list[list[int]]:
    """The tokens of each claim."""
    return [
        [token for token, group in zip(reading.ids, reading.groups, strict=True) if group == -number]
        for number in range(1, len(reading.firsts) + 1)
    ]


def _words(reading: Reading, own: tuple[Span, ...]) -> list[str]:
    return [own[number].text[start:end] for number, start, end in reading.offsets]


def test_sentences_are_groups_from_one_up_and_claims_from_minus_one_down(reader: Reader) -> None:
    own = _spans("Threads take turns. Use processes.")
    reading = reader.read(own, [CLAIM, OTHER])
    assert [group for group, _ in groupby(reading.groups)] == [1, 2, -1, -2]
    assert len(reading.ids) == len(reading.positions) == len(reading.groups)
    assert len(reading.offsets) == sum(group > 0 for group in reading.groups)


def test_places_begin_anew_in_every_group_and_claims_begin_with_the_first(reader: Reader) -> None:
    reading = reader.read(_spans("Threads take turns. Use processes."), [CLAIM, OTHER])
    assert [reading.positions[first] for first in reading.firsts] == [0, 0]
    assert [reading.groups[first] for first in reading.firsts] == [-1, -2]
    for group in (1, 2):
        places = [place for place, of in zip(reading.positions, reading.groups, strict=True) if of == group]
        assert places == list(range(1, len(places) + 1))


def test_tokens_lead_back_to_the_words_of_their_sentence(reader: Reader) -> None:
    own = _spans("Thréads\u200b take turns. Use 🧵 processes!")
    words = _words(reader.read(own, [CLAIM]), own)
    assert words == ["threads", "take", "turns", ".", "use", "🧵", "processes", "!"]


def test_a_long_sentence_goes_on_in_the_next_group(reader: Reader) -> None:
    reading = reader.read(_spans("thread and " * 100 + ". Use processes."), [CLAIM])
    sizes = [len(list(run)) for group, run in groupby(reading.groups) if group > 0]
    assert sizes[:3] == [LONGEST_GROUP] * 3
    assert len(sizes) == 5
    assert max(reading.positions[: len(reading.offsets)]) == LONGEST_GROUP


def test_of_a_very_long_answer_the_beginning_is_read(reader: Reader) -> None:
    own = _spans("ab, " * 700 + ". Use processes. Really.")
    reading = reader.read(own, [CLAIM, OTHER])
    assert len(reading.offsets) == LONGEST_ANSWER
    assert _words(reading, own)[:2] == ["ab", ","]
    assert {number for number, *_ in reading.offsets} == {0}
    assert len(reading.firsts) == 2  # the claims are there all the same
    assert reading.firsts[0] == LONGEST_ANSWER


def test_three_thousand_characters_of_english_are_read_to_the_end(reader: Reader) -> None:
    said = "Only one thread runs bytecode at a time, since reference counts number {} are not thread-safe at all. "
    own = _spans("".join(said.format(number) for number in range(30)))
    reading = reader.read(own, [CLAIM])
    assert len(reading.offsets) < LONGEST_ANSWER
    assert reading.offsets[-1][0] == len(own) - 1


@pytest.mark.parametrize(
    ("said", "same", "opposite"),
    [
        (
            "A single thread holds the interpreter lock",
            "the interpreter lock admits a single thread",
            "the lock is gone",
        ),
        ("All cores work, yet bytecode goes serially", "bytecode is executed serially", "all cores execute bytecode"),
    ],
)
def test_a_claim_is_read_with_the_wordings_that_come_nearest_to_what_is_said(
    reader: Reader, said: str, same: str, opposite: str
) -> None:
    accept = ("bytecode is executed serially", "the interpreter lock admits a single thread")
    reject = ("all cores execute bytecode", "the lock is gone")
    (bare,) = _of_claims(reader.read(_spans(said), [CLAIM]))
    (read,) = _of_claims(reader.read(_spans(said), [Claim(CLAIM.text, accept, reject)]))
    assert read[: len(bare)] == bare
    wordings = read[len(bare) :]
    ids = [reader.read(_spans(text), [CLAIM]).ids for text in (same, opposite)]
    expected = [row[: row.index(bare[0])] for row in ids]  # a claim follows the answer
    assert tuple(wordings[: len(expected[0])]) == expected[0]
    assert tuple(wordings[-1 - len(expected[1]) : -1]) == expected[1]


def test_a_wording_in_part_is_read_where_it_shares_a_word_with_what_is_said(reader: Reader) -> None:
    claim = Claim(CLAIM.text, partly=("a mutex is involved somewhere", "something is serialised"))
    (bare,) = _of_claims(reader.read(_spans("The mutex matters"), [CLAIM]))
    (read,) = _of_claims(reader.read(_spans("The mutex matters"), [claim]))
    (apart,) = _of_claims(reader.read(_spans("Use processes"), [claim]))
    row = reader.read(_spans("a mutex is involved somewhere"), [CLAIM]).ids
    assert read[: len(bare)] == bare == apart
    assert tuple(read[len(bare) + 1 : -1]) == row[: row.index(bare[0])]


def test_a_claim_is_read_alike_beside_any_other_and_in_any_order_of_the_sentences(reader: Reader) -> None:
    claim = Claim(CLAIM.text, ("threads take turns", "one after another"), ("threads run in parallel",))
    (alone,) = _of_claims(reader.read(_spans("Threads take turns. Use processes."), [claim]))
    _, beside = _of_claims(reader.read(_spans("Use processes. Threads take turns."), [OTHER, claim]))
    assert beside == alone


def test_an_answer_without_a_sentence_leaves_the_claims(reader: Reader) -> None:
    reading = reader.read((), [CLAIM])
    assert (reading.offsets, reading.firsts) == ((), (0,))


def test_claims_of_any_length_fit(reader: Reader) -> None:
    long = "thread and " * 200
    (read,) = _of_claims(reader.read(_spans("x"), [Claim(long, (long,), (long,))]))
    assert len(read) < 512 // 4
