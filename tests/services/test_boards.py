"""Leaderboards, streaks, records and going away."""

from datetime import UTC, datetime, timedelta

from bot.chat.event import Place
from bot.services.game import Game
from tests.doubles import Table

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."
BAD = "No idea about any of this, sorry to say."


async def _round(table: Table, answers: dict[str, str]) -> None:
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.settle()
    for who, text in answers.items():
        await table.answers(who, text)
    await table.leads("/quiz-admin close")
    await table.settle()
    table.later(hours=1)


async def test_ties_share_a_rank_and_the_next_one_is_left_out(table: Table) -> None:
    await table.set_up()
    better = GOOD + " Threads are useful for network requests and file reads."
    await _round(table, {"ana": better, "bo": GOOD, "cy": GOOD, "di": BAD})
    board = (await table.says("ana", "/quiz leaderboard all")).text
    ranks = [line.strip("> ").split()[0] for line in board.splitlines() if line[2:3].strip().isdigit()]
    assert ranks == ["1", "2", "2", "4"]


async def test_a_person_off_the_page_sees_their_own_row(table: Table) -> None:
    await table.set_up()
    await _round(table, {f"p{number:02}": GOOD for number in range(11)} | {"zoe": BAD})
    board = (await table.says("zoe", "/quiz leaderboard")).text
    assert "> 12  zoe" in board
    assert "p10" not in board


async def test_points_of_the_open_round_count_when_it_closes(table: Table) -> None:
    await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.settle()
    await table.answers("ana", GOOD)
    assert "counts when it closes" in (await table.says("ana", "/quiz leaderboard")).text
    await table.leads("/quiz-admin close")
    assert "ana" in (await table.says("ana", "/quiz leaderboard")).text


async def test_last_weeks_points_are_in_the_month_and_not_in_the_week(table: Table) -> None:
    await table.set_up()
    table.now = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    await _round(table, {"ana": GOOD})
    table.now = NINE
    assert "No points yet for this week" in (await table.says("ana", "/quiz leaderboard week")).text
    for period in ("month", "season", "all"):
        assert "ana" in (await table.says("ana", f"/quiz leaderboard {period}")).text


async def test_weekends_do_not_break_a_streak_and_a_missed_round_does(table: Table) -> None:
    await table.set_up()
    day = NINE
    for _ in range(8):
        await table.until(day)
        if day.weekday() < 5 and day.day != 26:
            await table.answers("ana", GOOD + f" Today is {day:%A %d %B}.")
        day += timedelta(days=1)
    me = (await table.says("ana", "/quiz me")).text
    assert "Streak: 2 rounds (best 3)" in me


async def test_me_names_strong_and_weak_key_points(table: Table) -> None:
    assert "no quiz in this channel" in (await table.says("ana", "/quiz me")).text
    await table.set_up()
    await _round(table, {"ana": GOOD})
    me = (await table.says("ana", "/quiz me")).text
    strong, weak = me.split("Work on these")
    assert "one thread at a time executes" in strong
    assert "asyncio" in weak


async def test_forgetting_one_person_leaves_everybody_elses_points(table: Table) -> None:
    await table.set_up()
    await _round(table, {"ana": GOOD, "bo": GOOD})
    before = (await table.says("bo", "/quiz leaderboard")).text
    asked = await table.says("ana", "/quiz privacy delete")
    assert "cannot be undone" in asked.text or "go for ever" in asked.text
    assert "ana" in before
    await table.says("ana", "/quiz privacy delete confirm")
    after = (await table.says("bo", "/quiz leaderboard")).text
    assert "ana" not in after
    points = [line.split()[-2] for line in before.splitlines() if " bo " in line]
    assert points == [line.split()[-2] for line in after.splitlines() if " bo " in line]
    assert "Nothing is kept" in (await table.says("ana", "/quiz privacy")).text


async def test_a_person_forgotten_while_pending_gets_no_feedback(table: Table) -> None:
    await table.set_up()
    await table.leads("/quiz-admin post what-is-the-gil")
    await table.settle()
    await table.says("ana", f"/quiz answer {GOOD}")
    await table.says("ana", "/quiz privacy delete confirm")
    await table.settle()
    assert not [key for key in table.platform.sent_keys() if key.startswith("feedback")]


async def test_one_team_never_sees_anothers_people_or_rounds(game: Game) -> None:
    one = Table(game)
    other = Table(game, place=Place("fake", "W2", "Team two", "C9", "quiz"))
    await one.set_up()
    await other.set_up()
    await _round(one, {"ana": GOOD})
    other.now = one.now
    assert "No points yet" in (await other.says("eve", "/quiz leaderboard all")).text
    await one.leads("/quiz-admin post gil-not-thread-safety")
    stolen = await other.submits("eve", "answer:v1:2", GOOD)
    assert "No question is open here" in stolen.text
    assert "No question is open here" in (await other.presses("eve", "hint:v1:2")).text


async def test_leads_commands_are_refused_to_members_in_the_handler(table: Table) -> None:
    for command in ("setup", "post", "close", "schedule pause", "doctor"):
        told = await table.says("ana", f"/quiz-admin {command}")
        assert "Only leads" in told.text
