"""A question file is refused with file, line, reason and what to write instead; or it is used as it stands."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.bank import Bank
from bot.content.loader import BrokenBank, load_bank, load_lenient, load_question
from bot.content.rubric import rubric_hash

HOUSE = Path(__file__).resolve().parents[2]
GOOD = (HOUSE / "content" / "gil" / "gil-not-thread-safety.yaml").read_text(encoding="utf-8")
NAME = "gil-not-thread-safety.yaml"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "content" / "gil"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text("id: gil\ntitle: The GIL\ndescription: A pack for tests.\n")
    return folder


@pytest.fixture
def refusals(pack: Path) -> Callable[[str | bytes], list[str]]:
    """What the loader says of a file with this content."""

    def refuse(content: str | bytes) -> list[str]:
        raw = content.encode() if isinstance(content, str) else content
        (pack / NAME).write_bytes(raw)
        with pytest.raises(BrokenBank) as refused:
            load_bank(pack.parent)
        return [str(problem) for problem in refused.value.problems]

    return refuse


def _line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


Refuse = Callable[[str | bytes], list[str]]


def test_the_shipped_bank_loads_whole(bank: Bank) -> None:
    assert "what-is-the-gil" in bank.questions
    assert len(bank.questions) >= 6
    assert all(len(question.samples) >= 6 for question in bank.questions.values())


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one(refusals: Refuse) -> None:
    text = GOOD.replace("minutes: 4", "minuts: 4")
    line = _line_of(text, "minuts")
    said = refusals(text)
    assert f"content/gil/{NAME}:{line}: unknown key minuts; did you mean minutes?" in said
    assert any("minutes is missing" in problem for problem in said)


def test_an_unknown_key_deep_inside_is_named_too(refusals: Refuse) -> None:
    text = GOOD.replace("    missing: Say what the GIL", "    mising: Say what the GIL")
    assert any("unknown key key_points.1.mising; did you mean missing?" in problem for problem in refusals(text))


def test_a_duplicate_key_names_both_lines(refusals: Refuse) -> None:
    text = GOOD.replace("minutes: 4\n", "minutes: 4\nminutes: 5\n")
    first = _line_of(text, "minutes: 4")
    assert refusals(text) == [
        f"content/gil/{NAME}:{first + 1}: the key minutes stands here and in line {first}; keep one of them"
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("minutes: 4", "minutes: four", "minutes: 'four' is wrong here; write a whole number"),
        ("minutes: 4", "minutes: 0", "minutes: '0' is wrong here; write 1 or more"),
        ("minutes: 4", "minutes: 61", "minutes: '61' is wrong here; write 60 or less"),
        ("minutes: 4", "minutes:", "minutes has no value; write a whole number"),
        ("minutes: 4", "minutes: " + "9" * 5000, "write a whole number"),
        ("difficulty: junior", "difficulty: easy", "write one of: 'junior', 'mid', 'senior' or 'staff'"),
        ("topic: races", "topic: Race Conditions", "topic: not kebab-case"),
        ("title: Does", "title: no\nlooking: Does", "title: yes/no"),
        ("hints:\n", "hints: []\nhint:\n", "hints.1 is missing"),
        ("  - id: check-then-act", "  - id: increment-not-atomic", "two key points have the id increment-not-atomic"),
        ("      increment-not-atomic: hit", "      increment-nut-atomic: hit", "there is no key point increment-nut"),
        ("    source: https://docs", "    source: http://docs", "starts with https://"),
        ("    source: https", "    since: 3.10\n    source: https", "the number 3.1 is wrong here; write text"),
        ("    source: https", "    review_by: 2026-13-40\n    source: https", "write a date such as 2027-10-01"),
        ("    source: https", "    weight: -1\n    source: https", "write more than 0"),
        ("    accept:\n", "    accept: []\n    partial_:\n", "key_points.1.accept is empty"),
        ("    partial:\n", "    partial: &all\n", "anchors and aliases (& and *) are not allowed"),
        ("topic: races", "topic: !!python/name:os.system races", "is not allowed"),
        ("topic: races", "topic: [races", "not YAML"),
        ("topic: races", "topic: races\x07", "not YAML"),
        ("id: gil-not-thread-safety", "id: something-else", "is not the file's name; write id: gil-not-thread-safety"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_where_it_stands(refusals: Refuse, before: str, after: str, expected: str) -> None:
    text = GOOD.replace(before, after, 1)
    said = refusals(text)
    assert all(problem.startswith(f"content/gil/{NAME}:") for problem in said)
    (problem,) = [problem for problem in said if expected in problem]
    first = _line_of(GOOD, before)
    # Of an unclosed bracket the parser only knows that the next line is no longer right.
    assert first <= int(problem.split(":")[1]) <= first + after.count("\n") + 1


def test_several_faults_are_reported_at_once(refusals: Refuse) -> None:
    text = GOOD.replace("minutes: 4", "minutes: four").replace("topic: races", "topic: 7")
    assert len(refusals(text)) == 2


def test_an_empty_file_a_list_and_a_second_document_are_refused(refusals: Refuse) -> None:
    assert "the file is empty" in refusals("")[0]
    assert "the file is empty" in refusals("# only a comment\n")[0]
    assert "not a mapping" in refusals("- one\n- two\n")[0]
    assert "a second document" in refusals(GOOD + "\n---\nid: x\n")[0]


def test_bytes_that_are_not_utf8_name_their_line(refusals: Refuse) -> None:
    assert refusals(b"id: x\ntitle: caf\xe9\n") == [
        f"content/gil/{NAME}:2: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]


def test_a_bomb_of_aliases_and_a_huge_file_are_refused_in_little_memory(refusals: Refuse) -> None:
    bomb = 'a: &a ["x","x"]\n' + "".join(
        f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    tracemalloc.start()
    assert "anchors and aliases" in refusals(bomb)[0]
    assert "bytes; write at most" in refusals("x: " + "y" * 10_000_000)[0]
    assert "nest" in refusals("a: " + "[" * 50_000)[0]
    assert "nested too deeply" in refusals("a: " + "[" * 20 + "]" * 20)[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000  # the 10 MB text of the test itself among them


def test_an_id_used_twice_names_the_other_file(pack: Path) -> None:
    other = pack.parent / "more"
    other.mkdir()
    (other / "pack.yaml").write_text("id: more\ntitle: More\ndescription: More.\n")
    for folder in (pack, other):
        (folder / NAME).write_text(GOOD)
    with pytest.raises(BrokenBank) as refused:
        load_bank(pack.parent)
    assert f"the id gil-not-thread-safety is that of content/gil/{NAME} too" in str(refused.value)


def test_a_pack_opens_with_a_question_of_its_own(pack: Path) -> None:
    (pack / NAME).write_text(GOOD)
    (pack / "pack.yaml").write_text("id: gil\ntitle: T\ndescription: D.\nopener: gil-not-thread-safe\n")
    with pytest.raises(BrokenBank, match="is no question of this pack; write one of: gil-not-thread-safety"):
        load_bank(pack.parent)


def test_a_link_out_of_the_folder_is_refused(pack: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text(GOOD)
    (pack / NAME).symlink_to(outside)
    with pytest.raises(BrokenBank, match="a link out of the content folder"):
        load_bank(pack.parent)


def test_one_bad_file_names_itself_and_the_others_still_load(pack: Path) -> None:
    (pack / NAME).write_text(GOOD)
    (pack / "broken.yaml").write_text("id: broken\n")
    bank, problems = load_lenient(pack.parent)
    assert list(bank.questions) == ["gil-not-thread-safety"]
    assert {problem.path.name for problem in problems} == {"broken.yaml"}


def test_a_folder_without_packs_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BrokenBank, match=r"make a folder with a pack\.yaml"):
        load_bank(tmp_path)
    with pytest.raises(BrokenBank, match="set CONTENT_DIR"):
        load_bank(tmp_path / "nowhere")


@settings(derandomize=True, deadline=None, max_examples=150)
@given(at=st.integers(0, len(GOOD) - 1), cut=st.integers(0, 40), put=st.text(max_size=12))
def test_no_damage_to_a_file_ends_in_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, at: int, cut: int, put: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / NAME
    path.write_bytes((GOOD[:at] + put + GOOD[at + cut :]).encode("utf-8", "surrogatepass"))
    try:
        load_question(path)
    except BrokenBank as refusal:
        problems = refusal.problems
    else:
        return
    assert problems
    assert all(problem.line >= 1 and problem.what and problem.instead for problem in problems)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_no_bytes_whatever_end_in_anything_but_a_refusal(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / NAME
    path.write_bytes(raw)
    with pytest.raises(BrokenBank):
        load_question(path)


def test_the_rubrics_fingerprint_changes_with_what_a_grader_reads_and_not_with_samples(bank: Bank) -> None:
    question = bank.get("what-is-the-gil")
    first = question.key_points[0]
    reworded = first.model_copy(update={"accept": (*first.accept, "one more way to say it")})
    changed = question.model_copy(update={"key_points": (reworded, *question.key_points[1:])})
    assert rubric_hash(changed) != rubric_hash(question)
    assert rubric_hash(question.model_copy(update={"hints": ("a", "b", "c")})) != rubric_hash(question)
    assert rubric_hash(question.model_copy(update={"samples": ()})) == rubric_hash(question)
