"""What every store must do: one body over memory, a SQLite file and PostgreSQL."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.chat.event import Place
from bot.grading.verdict import Evidence, Grade, MisconceptionFound, PointVerdict, Verdict
from bot.quiz.round import Round, RoundStatus
from bot.quiz.ruling import Ruling
from bot.quiz.schedule import WORKDAYS, Plan, Schedule
from bot.quiz.submission import Submission
from bot.quiz.team import Channel, Player
from bot.services.ports import NotStored, Store, UnitOfWork
from bot.services.records import Opening, Parcel, RowStatus, Scope, StoredGrade, Task

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
PLACE = Place("fake", "W1", "Team one", "C1", "quiz")
PLAN = Plan(time(9), WORKDAYS, "Europe/Berlin", ("gil",), timedelta(hours=8))
LEASE = timedelta(minutes=1)
PLATFORMS = ("fake",)


async def _channel(uow: UnitOfWork, name: str = "C1", workspace: str = "W1") -> Channel:
    return await uow.teams.register(Place("fake", workspace, "Team one", name, "quiz"), now=NOW)


async def _player(uow: UnitOfWork, channel: Channel, name: str = "ana") -> Player:
    return await uow.players.enrol(channel.team_id, "fake", name, name.title(), now=NOW)


async def _schedule(uow: UnitOfWork, channel: Channel, due: datetime = NOW) -> Schedule:
    return await uow.schedules.add(channel.id, PLAN, seed=7, next_date=DAY, next_fire_at=due)


async def _round(uow: UnitOfWork, channel: Channel, schedule: Schedule | None = None, day: date = DAY) -> Round:
    (made,) = await uow.rounds.open([_opening(channel, schedule, day)])
    return made


def _opening(channel: Channel, schedule: Schedule | None = None, day: date = DAY) -> Opening:
    date_ = day if schedule else None
    closes_at = NOW + timedelta(hours=8)
    return Opening(channel, schedule.id if schedule else None, date_, day, NOW, NOW, closes_at, "q1")


async def _answer(
    uow: UnitOfWork,
    player: Player,
    channel: Channel,
    asked: Round | None,
    text: str,
    *,
    ticket: str | None = None,
    message_ref: str | None = None,
) -> Submission:
    return await uow.submissions.add(
        player_id=player.id,
        channel_id=channel.id,
        round_id=asked.id if asked else None,
        question_id="q1",
        answer=text,
        at=NOW,
        ranked=asked is not None,
        ticket=ticket,
        message_ref=message_ref,
    )


def _grade(submission_id: int, score: float = 62.5, grader: str = "test-1", rubric: str = "r1") -> StoredGrade:
    points = (
        PointVerdict("a", Verdict.HIT, 0.9, Evidence(0, 3, "one")),
        PointVerdict("b", Verdict.MISS, 0.8, None),
    )
    wrong = (MisconceptionFound("m", Evidence(4, 7, "two")),)
    return StoredGrade(submission_id, Grade(points, wrong, grader, score), rubric, NOW)


async def _standing(store: Store, team_id: int, period: str = "all") -> list[tuple[int, str, int, int]]:
    async with store.read() as uow:
        board = await uow.views.board(team_id, period, size=10, own=None)
    return [(row.rank, row.name, row.points, row.rounds) for row in board.top]


async def test_what_is_not_committed_never_happened(any_store: Store) -> None:
    async with any_store.write() as uow:
        await _channel(uow)
    with contextlib.suppress(RuntimeError):
        async with any_store.write() as uow:
            await _channel(uow)
            raise RuntimeError
    async with any_store.read() as uow:
        assert await uow.teams.channel_at(PLACE) is None
        assert list(await uow.views.teams()) == []


async def test_registering_again_gives_the_same_channel_with_its_new_name(any_store: Store) -> None:
    async with any_store.write() as uow:
        first = await _channel(uow)
        renamed = await uow.teams.register(Place("fake", "W1", "Team one", "C1", "gil-quiz"), now=NOW)
        other = await _channel(uow, "C2")
        stranger = await _channel(uow, "C1", "W2")
        await uow.commit()
    assert (renamed.id, renamed.name) == (first.id, "gil-quiz")
    assert other.team_id == first.team_id
    assert stranger.team_id != first.team_id
    assert stranger.id != first.id


async def test_a_player_is_one_per_team_and_keeps_the_newest_name(any_store: Store) -> None:
    async with any_store.write() as uow:
        here, there = await _channel(uow), await _channel(uow, "C1", "W2")
        ana = await _player(uow, here)
        again = await uow.players.enrol(here.team_id, "fake", "ana", "Ana B.", now=NOW)
        elsewhere = await _player(uow, there)
        assert (again.id, again.name) == (ana.id, "Ana B.")
        assert elsewhere.id != ana.id
        assert await uow.players.find(here.team_id, "fake", "nobody") is None
        assert [found.id for found in await uow.players.named(here.team_id, "Ana B.")] == [ana.id]
        assert [found.id for found in await uow.players.named(here.team_id, "ana")] == [ana.id]


async def test_unknown_ids_are_named(any_store: Store) -> None:
    async with any_store.read() as uow:
        for call in (uow.teams.channel(99), uow.teams.team(99), uow.players.get(99), uow.rounds.get(99)):
            with pytest.raises(NotStored):
                await call
        with pytest.raises(NotStored):
            await uow.schedules.get(99)
        assert await uow.submissions.get(99) is None
        assert await uow.grades.current(99) is None


async def test_a_schedule_comes_back_as_it_was_saved(any_store: Store) -> None:
    async with any_store.write() as uow:
        made = await _schedule(uow, await _channel(uow))
        changed = Schedule(
            made.id,
            made.channel_id,
            PLAN,
            made.seed,
            date(2026, 11, 25),
            NOW + timedelta(days=1),
            last_date=DAY,
            skipped=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
            paused="lead",
            version=made.version,
            lead_id="lea",
        )
        await uow.schedules.save(changed)
        await uow.commit()
    async with any_store.read() as uow:
        kept = await uow.schedules.get(made.id)
        assert kept == await uow.schedules.of_channel(made.channel_id)
    assert kept.version == made.version + 1
    assert (kept.plan, kept.next_date, kept.next_fire_at) == (PLAN, changed.next_date, changed.next_fire_at)
    assert (kept.last_date, kept.skipped, kept.paused) == (DAY, changed.skipped, "lead")
    assert kept.lead_id == "lea"
    assert kept.next_fire_at.utcoffset() == timedelta()


async def test_only_unpaused_schedules_that_are_due_are_claimed_oldest_first(any_store: Store) -> None:
    async with any_store.write() as uow:
        channels = [await _channel(uow, f"C{number}") for number in range(4)]
        late = await _schedule(uow, channels[0], NOW - timedelta(hours=2))
        due = await _schedule(uow, channels[1], NOW)
        await _schedule(uow, channels[2], NOW + timedelta(seconds=1))
        stopped = await _schedule(uow, channels[3], NOW - timedelta(days=1))
        await uow.schedules.save(
            Schedule(stopped.id, stopped.channel_id, PLAN, 7, DAY, stopped.next_fire_at, paused="lead")
        )
        assert [found.id for found in await uow.schedules.claim_due(NOW, 10)] == [late.id, due.id]
        assert [found.id for found in await uow.schedules.claim_due(NOW, 1)] == [late.id]
        assert await uow.schedules.next_fire_at() == late.next_fire_at


async def test_a_schedule_has_one_round_a_date_and_hand_posted_ones_as_many_as_wanted(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        schedule = await _schedule(uow, channel)
        first = await _round(uow, channel, schedule)
        next_day = date(2026, 11, 25)
        made = await uow.rounds.open([_opening(channel, schedule), _opening(channel, schedule, next_day)])
        assert [asked.scheduled_on for asked in made] == [next_day]
        await uow.rounds.finish([made[0].id], RoundStatus.FAILED, now=NOW)
        by_hand = [await _round(uow, channel), await _round(uow, channel)]
        assert len({first.id, *(asked.id for asked in by_hand)}) == 3
        assert await uow.rounds.latest(channel.id) == by_hand[-1]
        assert [asked.id for asked in await uow.rounds.open_in(channel.id)] == [
            first.id,
            *(asked.id for asked in by_hand),
        ]
        assert await uow.rounds.asked([channel.id]) == {channel.id: ["q1"] * 3}


async def test_a_round_ends_once(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        assert [found.id for found in await uow.rounds.claim_closing(asked.closes_at, 10)] == [asked.id]
        assert list(await uow.rounds.claim_closing(asked.closes_at - timedelta(seconds=1), 10)) == []
        assert await uow.rounds.next_close_at() == asked.closes_at
        assert await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW) == {asked.id}
        assert await uow.rounds.finish([asked.id], RoundStatus.FAILED, now=NOW) == frozenset()
        kept = await uow.rounds.get(asked.id)
        assert (kept.status, kept.closed_at) == (RoundStatus.CLOSED, NOW)
        assert await uow.rounds.next_close_at() is None
        assert await uow.rounds.latest(channel.id, RoundStatus.OPEN) is None


async def test_failed_and_missed_rounds_use_no_question_up(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        await uow.rounds.finish([asked.id], RoundStatus.FAILED, now=NOW)
        assert await uow.rounds.asked([channel.id]) == {channel.id: []}


async def test_only_the_first_answer_of_a_round_ranks(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana, bo = await _player(uow, channel), await _player(uow, channel, "bo")
        asked = await _round(uow, channel)
        first = await _answer(uow, ana, channel, asked, "first")
        second = await _answer(uow, ana, channel, asked, "second")
        other = await _answer(uow, bo, channel, asked, "other")
        practice = await _answer(uow, ana, channel, None, "practice")
        assert [s.ranked for s in (first, second, other, practice)] == [True, False, True, False]
        assert await uow.submissions.ranked_of(asked.id, ana.id) == first
        assert await uow.submissions.latest_of(ana.id) == practice
        assert await uow.rounds.answers(asked.id) == 2
        assert await uow.views.practised(ana.id) == {"q1"}


async def test_a_pending_answer_is_held_by_one_and_free_again_when_the_lease_ends(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        given = await _answer(uow, await _player(uow, channel), channel, None, "x" * 3000 + "é😀")
        await uow.commit()
    async with any_store.write() as uow:
        assert list(await uow.submissions.claim_pending(NOW, lease=LEASE, limit=9)) == [given]
        await uow.commit()
    async with any_store.write() as uow:
        assert list(await uow.submissions.claim_pending(NOW, lease=LEASE, limit=9)) == []
        assert list(await uow.submissions.claim_pending(NOW + LEASE, lease=LEASE, limit=9)) == [given]
        await uow.submissions.put_off(given.id, until=NOW + 3 * LEASE)
        assert list(await uow.submissions.claim_pending(NOW + 2 * LEASE, lease=LEASE, limit=9)) == []
        assert await uow.submissions.pending() == 1
        await uow.grades.add(_grade(given.id))
        assert await uow.submissions.pending() == 0
        assert list(await uow.submissions.claim_pending(NOW + 9 * LEASE, lease=LEASE, limit=9)) == []


async def test_a_grade_is_kept_whole_and_once(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        given = await _answer(uow, await _player(uow, channel), channel, None, "one two")
        assert await uow.grades.add(_grade(given.id))
        assert not await uow.grades.add(_grade(given.id))
        assert await uow.grades.current(given.id) == _grade(given.id)
        assert await uow.grades.add(_grade(given.id, score=25.0, grader="test-2"))
        newest = await uow.grades.current(given.id)
        assert newest is not None
        assert newest.grade.score == 25.0
        assert not await uow.grades.add(_grade(10_000))


async def test_points_count_when_the_round_closes_and_once(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana = await _player(uow, channel)
        asked = await _round(uow, channel)
        given = await _answer(uow, ana, channel, asked, "one two")
        await uow.grades.add(_grade(given.id))
        await uow.commit()
    assert await _standing(any_store, channel.team_id) == []
    async with any_store.write() as uow:
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([asked.id])
        await uow.grades.settle([asked.id])
        await uow.commit()
    for period in ("all", "week:2026-W48", "month:2026-11", "season:2026-Q4"):
        assert await _standing(any_store, channel.team_id, period) == [(1, "Ana", 63, 1)]
    assert await _standing(any_store, channel.team_id, "month:2026-12") == []


async def test_a_grade_after_the_close_counts_and_a_regrade_counts_the_difference(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        given = await _answer(uow, await _player(uow, channel), channel, asked, "one two")
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([asked.id])
        await uow.grades.add(_grade(given.id, score=50.0))
        await uow.commit()
    assert await _standing(any_store, channel.team_id) == [(1, "Ana", 50, 1)]
    async with any_store.write() as uow:
        await uow.grades.add(_grade(given.id, score=75.0, grader="test-2"))
        await uow.commit()
    assert await _standing(any_store, channel.team_id) == [(1, "Ana", 75, 1)]


@pytest.mark.parametrize("close_first", [True, False])
async def test_a_grade_and_a_close_at_the_same_moment_count_it_once(any_store: Store, *, close_first: bool) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        given = await _answer(uow, await _player(uow, channel), channel, asked, "one two")
        await uow.commit()
    first_has_begun = asyncio.Event()

    async def close(uow: UnitOfWork) -> None:
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([asked.id])

    async def grade(uow: UnitOfWork) -> None:
        await uow.grades.add(_grade(given.id))

    one, other = (close, grade) if close_first else (grade, close)

    async def goes_first() -> None:
        async with any_store.write() as uow:
            await one(uow)
            first_has_begun.set()
            await asyncio.sleep(0.05)  # the second is under way, and waits for this transaction
            await uow.commit()

    async def goes_second() -> None:
        await first_has_begun.wait()
        async with any_store.write() as uow:
            await other(uow)
            await uow.commit()

    await asyncio.gather(goes_first(), goes_second())
    assert await _standing(any_store, channel.team_id) == [(1, "Ana", 63, 1)]


async def test_the_board_shares_ranks_and_adds_the_readers_own_row(any_store: Store) -> None:
    scores = {"ana": 90.0, "bo": 80.0, "cy": 80.0, "di": 70.0}
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        players = {name: await _player(uow, channel, name) for name in scores}
        for name, score in scores.items():
            given = await _answer(uow, players[name], channel, asked, name)
            await uow.grades.add(_grade(given.id, score=score))
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([asked.id])
        whole = await uow.views.board(channel.team_id, "all", size=10, own=None)
        page = await uow.views.board(channel.team_id, "all", size=2, own=players["di"].id)
        assert [(row.rank, row.name) for row in whole.top] == [(1, "Ana"), (2, "Bo"), (2, "Cy"), (4, "Di")]
        assert [row.name for row in page.top] == ["Ana", "Bo"]
        assert page.own is not None
        assert (page.own.rank, page.own.name, page.players) == (4, "Di", 4)
        assert list(await uow.views.round_scores(asked.id)) == [("Ana", 90), ("Bo", 80), ("Cy", 80), ("Di", 70)]


async def test_history_and_tallies_and_attendance(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana = await _player(uow, channel)
        missed, played = await _round(uow, channel), await _round(uow, channel)
        given = await _answer(uow, ana, channel, played, "one two")
        await uow.grades.add(_grade(given.id))
        pending = await _answer(uow, ana, channel, None, "later")
        history = await uow.views.history(ana.id, 10)
        assert [(row.submission_id, row.ranked, row.points) for row in history] == [
            (pending.id, False, None),
            (given.id, True, 63),
        ]
        tallies = await uow.views.point_tallies(ana.id)
        assert [(tally.point_id, tally.answers, tally.credit) for tally in tallies] == [("a", 1, 1.0), ("b", 1, 0.0)]
        attendance = await uow.views.attendance(channel.team_id, ana.id)
        assert [(asked.id, there) for asked, there in attendance] == [(missed.id, False), (played.id, True)]


async def test_statistics_count_the_current_grade_of_ranked_and_practice_answers(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana, bo = await _player(uow, channel), await _player(uow, channel, "bo")
        asked = await _round(uow, channel)
        ranked = await _answer(uow, ana, channel, asked, "one two")
        practised = await _answer(uow, ana, channel, None, "again")
        withdrawn = await _answer(uow, bo, channel, asked, "gone")
        await _answer(uow, bo, channel, None, "pending")
        for given in (ranked, practised, withdrawn):
            await uow.grades.add(_grade(given.id))
        better = (PointVerdict("a", Verdict.HIT, 0.9, None), PointVerdict("b", Verdict.PARTIAL, 0.8, None))
        await uow.grades.add(StoredGrade(ranked.id, Grade(better, (), "test-2", 75.0), "r1", NOW))
        await uow.submissions.withdraw(withdrawn.id)
        judged = await uow.views.judged(["q1", "q2"])
        assert [dict(answer.verdicts) for answer in judged] == [
            {"a": Verdict.HIT, "b": Verdict.PARTIAL},
            {"a": Verdict.HIT, "b": Verdict.MISS},
        ]
        assert {answer.question_id for answer in judged} == {"q1"}
        assert list(await uow.views.judged(["q2"])) == []
        assert list(await uow.views.judged([])) == []


async def test_hints_are_counted_per_round_and_the_last_one_repeats(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana, bo = await _player(uow, channel), await _player(uow, channel, "bo")
        asked = await _round(uow, channel)
        assert [await uow.hints.take(ana.id, "q1", asked.id, of=3) for _ in range(4)] == [1, 2, 3, 3]
        assert await uow.hints.take(ana.id, "q1", None, of=3) == 1
        assert await uow.hints.take(bo.id, "q1", asked.id, of=3) == 1


async def test_an_outbox_key_is_put_once(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        for text in ("first", "again"):
            await uow.outbox.put(Parcel("k", Task.NOTICE, channel.id, text=text), now=NOW)
        (row,) = await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        assert (row.text, row.status, row.attempts, row.uncertain) == ("first", RowStatus.SENDING, 1, False)


async def test_a_lane_goes_in_order_and_a_stuck_one_holds_up_no_other(any_store: Store) -> None:
    async with any_store.write() as uow:
        one, two = await _channel(uow), await _channel(uow, "C2")
        for key, channel, person in (
            ("1a", one, None),
            ("1b", one, None),
            ("2a", two, None),
            ("1ana", one, "ana"),
        ):
            await uow.outbox.put(Parcel(key, Task.NOTICE, channel.id, person), now=NOW)
        heads = await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        assert [row.key for row in heads] == ["1a", "2a", "1ana"]
        assert list(await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)) == []
        await uow.outbox.put_back(heads[0].id, until=NOW + LEASE, error="slow", uncertain=False, holder="me")
        for sent in heads[1:]:
            await uow.outbox.sent(sent.id, "ref", holder="me")
        assert list(await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)) == []
        assert await uow.outbox.next_at() == NOW + LEASE  # 1b is waiting, behind its lane's head
        again = await uow.outbox.claim(NOW + LEASE, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        assert [(row.key, row.attempts, row.uncertain) for row in again] == [("1a", 2, False)]
        await uow.outbox.give_up(again[0].id, error="gone", holder="me")
        assert [row.key for row in await uow.outbox.dead(9)] == ["1a"]
        freed = await uow.outbox.claim(NOW + LEASE, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        assert [row.key for row in freed] == ["1b"]
        assert await uow.outbox.depth() == 1


async def test_a_lease_that_ran_out_is_uncertain_and_its_old_holder_can_record_nothing(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        await uow.outbox.put(Parcel("k", Task.NOTICE, channel.id), now=NOW)
        await uow.outbox.claim(NOW, lease=LEASE, holder="dead", limit=9, platforms=PLATFORMS)
        (row,) = await uow.outbox.claim(NOW + LEASE, lease=LEASE, holder="alive", limit=9, platforms=PLATFORMS)
        assert (row.uncertain, row.attempts) == (True, 2)
        assert not await uow.outbox.sent(row.id, "x", holder="dead")
        assert not await uow.outbox.give_up(row.id, error="x", holder="dead")
        assert not await uow.outbox.put_back(row.id, until=NOW, error="x", uncertain=False, holder="dead")
        assert await uow.outbox.sent(row.id, "ref", holder="alive")
        assert not await uow.outbox.sent(row.id, "ref", holder="alive")
        assert await uow.outbox.depth() == 0


async def test_work_waits_for_the_head_of_its_lane_and_for_the_end_of_its_lease(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        assert await uow.outbox.next_at() is None
        await uow.outbox.put(Parcel("first", Task.NOTICE, channel.id), now=NOW)
        await uow.outbox.put(Parcel("second", Task.NOTICE, channel.id), now=NOW)
        assert await uow.outbox.next_at() == NOW
        await uow.outbox.claim(NOW, lease=LEASE, holder="h", limit=9, platforms=PLATFORMS)
        # The second one waits too, but behind the first one, which may be taken again when its lease ends.
        assert await uow.outbox.next_at() == NOW + LEASE


async def test_a_message_given_up_stands_there_until_its_like_gets_through_again(any_store: Store) -> None:
    async with any_store.write() as uow:
        one, other = await _channel(uow), await _channel(uow, "C2")
        await uow.outbox.put(*(Parcel(f"k{c.id}", Task.NOTICE, c.id) for c in (one, other)), now=NOW)
        for row in await uow.outbox.claim(NOW, lease=LEASE, holder="h", limit=9, platforms=PLATFORMS):
            await uow.outbox.give_up(row.id, error="no permission", holder="h")
        assert [row.channel_id for row in await uow.outbox.dead(9)] == [other.id, one.id]
        for task, left in ((Task.REVEAL, 2), (Task.NOTICE, 1)):
            await uow.outbox.put(Parcel(f"later {task}", task, one.id), now=NOW)
            (later,) = await uow.outbox.claim(NOW, lease=LEASE, holder="h", limit=9, platforms=PLATFORMS)
            await uow.outbox.sent(later.id, "ref", holder="h")
            assert len(await uow.outbox.dead(9)) == left
        assert [row.channel_id for row in await uow.outbox.dead(9)] == [other.id]


async def test_a_leads_change_and_a_tick_at_the_same_moment_undo_nothing_of_each_other(any_store: Store) -> None:
    async with any_store.write() as uow:
        schedule = await _schedule(uow, await _channel(uow))
        await uow.commit()
    ticking = asyncio.Event()

    async def ticks() -> None:
        async with any_store.write() as uow:
            (due,) = await uow.schedules.claim_due(NOW, 9)
            ticking.set()
            await asyncio.sleep(0.05)  # the lead's change is under way, and waits for this transaction
            await uow.schedules.save(replace(due, last_date=DAY))
            await uow.commit()

    async def lead_changes() -> None:
        await ticking.wait()
        async with any_store.write() as uow:
            found = await uow.schedules.to_change(schedule.channel_id)
            assert found is not None
            await uow.schedules.save(replace(found, plan=replace(found.plan, tz="Asia/Kathmandu")))
            await uow.commit()

    await asyncio.gather(ticks(), lead_changes())
    async with any_store.read() as uow:
        kept = await uow.schedules.get(schedule.id)
    assert (kept.last_date, kept.plan.tz, kept.version) == (DAY, "Asia/Kathmandu", 3)


async def test_the_round_of_a_post_is_found_by_its_reference(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel, other = await _channel(uow), await _channel(uow, "C2")
        asked = await _round(uow, channel)
        await uow.outbox.put(Parcel("q", Task.QUESTION, channel.id, subject_id=asked.id), now=NOW)
        (row,) = await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        await uow.outbox.sent(row.id, "m1", holder="me")
        assert await uow.rounds.by_post(channel.id, "m1") == asked
        assert await uow.rounds.by_post(other.id, "m1") is None


async def test_an_event_is_new_once(any_store: Store) -> None:
    async with any_store.write() as uow:
        assert await uow.inbox.first_time("fake", "e1", now=NOW)
        assert not await uow.inbox.first_time("fake", "e1", now=NOW)
        assert await uow.inbox.first_time("other", "e1", now=NOW)


async def test_memory_keeps_the_newest_value(any_store: Store) -> None:
    async with any_store.write() as uow:
        assert await uow.memory.get("clock") is None
        await uow.memory.set("clock", "1")
        await uow.memory.set("clock", "2")
        await uow.commit()
    async with any_store.read() as uow:
        assert await uow.memory.get("clock") == "2"


async def test_forgetting_takes_all_of_one_person_and_nothing_of_another(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        ana, bo = await _player(uow, channel), await _player(uow, channel, "bo")
        for player in (ana, bo):
            given = await _answer(uow, player, channel, asked, player.name)
            await uow.grades.add(_grade(given.id))
            await uow.hints.take(player.id, "q1", asked.id, of=3)
            await uow.outbox.put(Parcel(f"f{given.id}", Task.FEEDBACK, channel.id, player.external_id), now=NOW)
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([asked.id])
        await uow.players.forget(ana.id)
        await uow.commit()
    assert await _standing(any_store, channel.team_id) == [(1, "Bo", 63, 1)]
    async with any_store.write() as uow:
        assert list(await uow.views.history(ana.id, 9)) == []
        assert await uow.rounds.answers(asked.id) == 1
        assert [
            row.person_id for row in await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        ] == ["bo"]
        assert await uow.players.find(channel.team_id, "fake", "ana") is None


async def test_housekeeping_takes_only_what_ended_long_ago(any_store: Store) -> None:
    later = NOW + timedelta(days=10)
    async with any_store.write() as uow:
        channel = await _channel(uow)
        other = await _channel(uow, "C2")
        await uow.outbox.put(Parcel("post", Task.QUESTION, channel.id), Parcel("old", Task.NOTICE, other.id), now=NOW)
        for row in await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS):
            await uow.outbox.sent(row.id, row.key, holder="me")
        await uow.outbox.put(Parcel("unsent", Task.NOTICE, channel.id), now=NOW)
        assert await uow.outbox.prune(before=NOW, posts_before=NOW) == 0
        assert await uow.outbox.prune(before=later, posts_before=NOW) == 1
        assert await uow.outbox.prune(before=later, posts_before=later) == 1
        assert await uow.outbox.depth() == 1
        await uow.inbox.first_time("fake", "old", now=NOW)
        await uow.inbox.first_time("fake", "new", now=later)
        assert await uow.inbox.prune(before=later) == 1
        assert not await uow.inbox.first_time("fake", "new", now=later)
        assert await uow.inbox.first_time("fake", "old", now=later)


async def test_a_withdrawn_answer_is_erased_and_keeps_its_place(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        ana = await _player(uow, channel, "ana")
        given = await _answer(uow, ana, channel, asked, "Some words.", message_ref="m7")
        await uow.grades.add(_grade(given.id))
        assert await uow.submissions.in_message(channel.id, "m7") is not None
        await uow.submissions.withdraw(given.id)
        assert await uow.submissions.in_message(channel.id, "m7") is None
        assert await uow.submissions.get(given.id) is None
        assert await uow.submissions.latest_of(ana.id) is None
        assert await uow.grades.current(given.id) is None
        assert not await uow.grades.add(_grade(given.id))
        assert await uow.rounds.answers(asked.id) == 0
        assert await uow.submissions.pending() == 0
        again = await _answer(uow, ana, channel, asked, "Some words.")
        assert not again.ranked


async def test_an_answer_is_reworded_only_before_a_grader_has_it(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        given = await _answer(uow, await _player(uow, channel), channel, asked, "Some words.")
        assert await uow.submissions.reword(given.id, "Something better.")
        (held,) = await uow.submissions.claim_pending(NOW, lease=LEASE, limit=9)
        assert held.answer == "Something better."
        assert not await uow.submissions.reword(given.id, "Too late.")


async def test_a_ticket_goes_with_the_feedback_and_is_forgotten_when_that_is_sent(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        given = await _answer(uow, await _player(uow, channel), channel, asked, "Some words.", ticket="t1")
        assert given.ticket == "t1"
        await uow.grades.add(_grade(given.id))
        assert (kept := await uow.submissions.get(given.id)) is not None
        assert kept.ticket is None
        await uow.outbox.put(Parcel("f", Task.FEEDBACK, channel.id, "ana", given.id, ticket="t1"), now=NOW)
        (row,) = await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        assert row.ticket == "t1"
        await uow.outbox.sent(row.id, "ref", holder="me")
        assert await uow.outbox.ref_of("f") == "ref"


async def test_rows_go_to_the_platforms_that_are_connected_and_not_before_their_time(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        later = NOW + LEASE
        await uow.outbox.put(
            Parcel("edit", Task.TALLY, channel.id, at=later), Parcel("news", Task.NOTICE, channel.id), now=NOW
        )
        assert list(await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=("other",))) == []
        # An edit that waits holds up no message.
        now = await uow.outbox.claim(NOW, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        assert [row.key for row in now] == ["news"]
        then = await uow.outbox.claim(later, lease=LEASE, holder="me", limit=9, platforms=PLATFORMS)
        assert "edit" in {row.key for row in then}


async def test_a_workspace_that_was_left_is_kept_for_a_while_and_then_deleted_with_its_team(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        other = await _channel(uow, workspace="W2")
        ana = await _player(uow, channel, "ana")
        asked = await _round(uow, channel)
        await _answer(uow, ana, channel, asked, "Some words.")
        assert await uow.teams.leave("fake", "W1", now=NOW)
        assert not await uow.teams.leave("fake", "W1", now=NOW + LEASE)
        assert await uow.teams.has_left(channel.workspace_id)
        assert await uow.teams.present("fake") == {"W2"}
        await uow.commit()
    async with any_store.write() as uow:
        assert await uow.teams.delete_left(before=NOW) == 0
        assert await uow.teams.delete_left(before=NOW + LEASE) == 1
        await uow.commit()
    async with any_store.read() as uow:
        assert await uow.teams.channel_at(PLACE) is None
        assert [team.id for team in await uow.views.teams()] == [other.team_id]
        assert await uow.submissions.pending() == 0


async def test_a_workspace_that_comes_back_in_time_is_as_it_was(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        await uow.teams.leave("fake", "W1", now=NOW)
        assert await uow.teams.come_back("fake", "W1")
        assert not await uow.teams.come_back("fake", "W1")
        assert await uow.teams.delete_left(before=NOW + LEASE) == 0
        assert await uow.teams.channels_in("fake", "W1") == [channel]


async def test_leads_are_named_in_one_workspace_only(any_store: Store) -> None:
    elsewhere = Place("fake", "W2", "Team two", "C1", "quiz")
    async with any_store.write() as uow:
        workspace = await uow.teams.workspace(PLACE, now=NOW)
        await uow.leads.add(workspace, "U1", "ana")
        await uow.leads.add(workspace, "U1", "Ana")
        assert await uow.leads.named(PLACE, "U1")
        assert not await uow.leads.named(elsewhere, "U1")
        assert list(await uow.leads.all(PLACE)) == [("U1", "Ana")]
        assert await uow.leads.remove(workspace, "U1")
        assert not await uow.leads.remove(workspace, "U1")


async def test_what_platforms_keep_of_an_installation_comes_back_as_it_was(any_store: Store) -> None:
    async with any_store.write() as uow:
        await uow.installations.put("fake", "T1", "sealed", now=NOW)
        await uow.installations.put("fake", "T1", "sealed again", now=NOW)
        await uow.installations.put("fake", "T2", "other", now=NOW)
        assert await uow.installations.get("fake", "T1") == "sealed again"
        assert await uow.installations.get("other", "T1") is None
        assert list(await uow.installations.keys("fake")) == ["T1", "T2"]
        await uow.installations.delete("fake", "T1")
        assert await uow.installations.get("fake", "T1") is None


async def test_of_several_that_take_a_fact_one_gets_it(any_store: Store) -> None:
    async with any_store.write() as uow:
        await uow.memory.set("state:1", "x")
        assert await uow.memory.take("state:1") == "x"
        assert await uow.memory.take("state:1") is None


async def test_a_lock_is_held_by_one_at_a_time(any_store: Store) -> None:
    order: list[str] = []
    first_in = asyncio.Event()

    async def second() -> None:
        await first_in.wait()
        async with any_store.lock("gateway"):
            order.append("second")

    waiting = asyncio.create_task(second())
    async with any_store.lock("gateway") as held, any_store.lock("another"):
        first_in.set()
        await asyncio.sleep(0)
        order.append("first")
        assert not held.lost.is_set()
    await asyncio.wait_for(waiting, 10)
    assert order == ["first", "second"]


async def test_a_lead_who_is_forgotten_is_a_lead_no_more_and_the_others_are(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana = await _player(uow, channel, "ana")
        for lead in ("ana", "bo"):
            await uow.leads.add(channel.workspace_id, lead, lead)
        schedule = await uow.schedules.add(
            channel.id, PLAN, seed=7, next_date=DAY, next_fire_at=NOW, lead_id=ana.external_id
        )
        await uow.players.forget(ana.id)
        await uow.commit()
    async with any_store.read() as uow:
        assert list(await uow.leads.all(PLACE)) == [("bo", "bo")]
        assert (await uow.schedules.get(schedule.id)).lead_id is None


def _ruling(submission_id: int, verdict: Verdict = Verdict.HIT, by: str = "lea", point: str = "b") -> Ruling:
    return Ruling(submission_id, point, verdict, by, NOW)


def _unsure(submission_id: int, confidence: float = 0.3) -> StoredGrade:
    grade = _grade(submission_id)
    points = (grade.grade.points[0], replace(grade.grade.points[1], confidence=confidence))
    return replace(grade, grade=replace(grade.grade, points=points))


async def test_the_newest_ruling_counts_in_points_standings_and_records_and_all_are_kept(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana = await _player(uow, channel)
        asked = await _round(uow, channel)
        given = await _answer(uow, ana, channel, asked, "one two")
        await uow.grades.add(_grade(given.id))
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([asked.id])
        (held,) = await uow.grades.hold([given.id, 10_000])
        assert (held.submission, held.stored, held.points, held.counted) == (given, _grade(given.id), 63, True)
        assert held.day == DAY
        await uow.rulings.add(_ruling(given.id), earned=100)
        await uow.rulings.add(_ruling(given.id, Verdict.PARTIAL, "bo"), earned=81)
        await uow.commit()
    for period in ("all", "week:2026-W48", "month:2026-11", "season:2026-Q4"):
        assert await _standing(any_store, channel.team_id, period) == [(1, "Ana", 81, 1)]
    async with any_store.read() as uow:
        assert await uow.rulings.on(given.id) == {"b": Verdict.PARTIAL}
        assert [(r.verdict, r.ruled_by) for r in await uow.rulings.history(given.id)] == [
            (Verdict.HIT, "lea"),
            (Verdict.PARTIAL, "bo"),
        ]
        assert [row.points for row in await uow.views.history(ana.id, 9)] == [81]
        assert list(await uow.views.round_scores(asked.id)) == [("Ana", 81)]
        assert [(t.point_id, t.credit) for t in await uow.views.point_tallies(ana.id)] == [("a", 1.0), ("b", 0.5)]
        (judged,) = await uow.views.judged(["q1"])
        assert judged.verdicts == {"a": Verdict.HIT, "b": Verdict.PARTIAL}


@pytest.mark.parametrize("close_first", [True, False])
async def test_a_ruling_and_a_close_at_the_same_moment_count_it_once(any_store: Store, *, close_first: bool) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        given = await _answer(uow, await _player(uow, channel), channel, asked, "one two")
        await uow.grades.add(_grade(given.id))
        await uow.commit()
    first_has_begun = asyncio.Event()

    async def close(uow: UnitOfWork) -> None:
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([asked.id])

    async def rule(uow: UnitOfWork) -> None:
        await uow.grades.hold([given.id])
        await uow.rulings.add(_ruling(given.id), earned=100)

    one, other = (close, rule) if close_first else (rule, close)

    async def goes_first() -> None:
        async with any_store.write() as uow:
            await one(uow)
            first_has_begun.set()
            await asyncio.sleep(0.05)  # the second is under way, and waits for this transaction
            await uow.commit()

    async def goes_second() -> None:
        await first_has_begun.wait()
        async with any_store.write() as uow:
            await other(uow)
            await uow.commit()

    await asyncio.gather(goes_first(), goes_second())
    assert await _standing(any_store, channel.team_id) == [(1, "Ana", 100, 1)]


async def test_who_holds_an_answer_sees_the_ruling_that_came_before(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        given = await _answer(uow, await _player(uow, channel), channel, None, "one two")
        await uow.grades.add(_grade(given.id))
        await uow.commit()
    ruling = asyncio.Event()
    seen: list[object] = []

    async def rules() -> None:
        async with any_store.write() as uow:
            await uow.grades.hold([given.id])
            ruling.set()
            await asyncio.sleep(0.05)  # the other one is under way, and waits for this transaction
            await uow.rulings.add(_ruling(given.id), earned=100)
            await uow.commit()

    async def looks() -> None:
        await ruling.wait()
        async with any_store.write() as uow:
            seen.extend((held.rulings, held.points) for held in await uow.grades.hold([given.id]))

    await asyncio.gather(rules(), looks())
    assert seen == [({"b": Verdict.HIT}, 100)]


async def test_verdicts_wait_for_a_lead_while_unsure_unruled_ranked_and_closed(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel, stranger = await _channel(uow), await _channel(uow, "C1", "W2")
        ana, bo = await _player(uow, channel), await _player(uow, channel, "bo")
        closed, still_open = await _round(uow, channel), await _round(uow, channel)
        first = await _answer(uow, ana, channel, closed, "one two")
        second = await _answer(uow, bo, channel, closed, "one two")
        others = [await _answer(uow, ana, channel, each, "one two") for each in (still_open, None)]
        await uow.grades.add(_unsure(first.id))
        for given in (second, *others):
            await uow.grades.add(_unsure(given.id, 0.2))
        await uow.rounds.finish([closed.id], RoundStatus.CLOSED, now=NOW)
        await uow.grades.settle([closed.id])

        async def found(
            below: float, upto: int | None = None, limit: int = 9, team: int = channel.team_id
        ) -> list[int]:
            unsure = await uow.rulings.unsure(team, ["q1"], below=below, upto=upto, limit=limit)
            return [answer.submission.id for answer in unsure]

        assert await found(0.5) == [second.id, first.id]
        assert await found(0.5, limit=1) == [second.id]
        assert await found(0.5, upto=first.id) == [first.id]
        assert await found(0.3) == [second.id]
        assert await found(0.2) == []
        assert await found(0.5, team=stranger.team_id) == []
        assert list(await uow.rulings.unsure(channel.team_id, ["q2"], below=0.5, upto=None, limit=9)) == []
        assert await uow.rulings.waiting(channel.team_id, ["q1", "q2"], below=0.5) == 2
        await uow.rulings.add(_ruling(second.id), earned=100)
        assert await found(0.5) == [first.id]
        await uow.grades.add(replace(_grade(first.id), rubric="r2"))
        assert await found(0.5) == []
        assert await uow.rulings.waiting(channel.team_id, ["q1"], below=0.5) == 0


async def test_rulings_go_with_the_answer_and_forget_a_lead_who_is_forgotten(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        ana, lea = await _player(uow, channel), await _player(uow, channel, "lea")
        asked = await _round(uow, channel)
        given = [await _answer(uow, ana, channel, each, "one two") for each in (asked, None)]
        theirs = await _answer(uow, await _player(uow, channel, "bo"), channel, asked, "one two")
        for answer in (*given, theirs):
            await uow.grades.add(_grade(answer.id))
            await uow.rulings.add(_ruling(answer.id), earned=100)
        await uow.submissions.withdraw(given[0].id)
        assert list(await uow.rulings.history(given[0].id)) == []
        await uow.players.forget(ana.id)
        assert list(await uow.rulings.history(given[1].id)) == []
        await uow.players.forget(lea.id)
        (kept,) = await uow.rulings.history(theirs.id)
        assert (kept.verdict, kept.ruled_by) == (Verdict.HIT, None)


async def test_a_grade_that_is_there_becomes_the_current_one_again_and_none_is_deleted(any_store: Store) -> None:
    async with any_store.write() as uow:
        channel = await _channel(uow)
        asked = await _round(uow, channel)
        given = await _answer(uow, await _player(uow, channel), channel, asked, "one two")
        await uow.rounds.finish([asked.id], RoundStatus.CLOSED, now=NOW)
        first, second = _grade(given.id), _grade(given.id, 25.0, "test-2")
        for stored, earned in ((first, 63), (second, 25), (first, 63)):
            await uow.grades.hold([given.id])
            assert await uow.grades.renew([(stored, earned), (_grade(10_000), 1)]) == {given.id}
            assert await uow.grades.renew([(stored, 99)]) == frozenset()
        assert await uow.grades.current(given.id) == first
        assert list(await uow.grades.kept([given.id], "test-2")) == [second]
        await uow.commit()
    assert await _standing(any_store, channel.team_id) == [(1, "Ana", 63, 1)]


async def test_outdated_are_grades_of_another_grader_or_rubric_person_by_person(any_store: Store) -> None:
    todays = Scope("test-1", {"q1": "r1"})
    async with any_store.write() as uow:
        channel, stranger = await _channel(uow), await _channel(uow, "C1", "W2")
        ana, bo, eve = await _player(uow, channel), await _player(uow, channel, "bo"), await _player(uow, stranger)
        fresh = await _answer(uow, ana, channel, None, "fresh")
        old_grader = await _answer(uow, ana, channel, None, "old grader")
        old_rubric = await _answer(uow, bo, channel, None, "old rubric")
        elsewhere = await _answer(uow, eve, stranger, None, "elsewhere")
        withdrawn = await _answer(uow, bo, channel, None, "withdrawn")
        await _answer(uow, bo, channel, None, "pending")
        await uow.grades.add(_grade(fresh.id))
        for given in (old_grader, elsewhere, withdrawn):
            await uow.grades.add(_grade(given.id, grader="test-0"))
        await uow.grades.add(_grade(old_rubric.id, rubric="r0"))
        await uow.submissions.withdraw(withdrawn.id)

        async def people(scope: Scope, after: int = 0, limit: int = 9) -> list[int]:
            return [player.id for player in await uow.outdated.people(scope, after=after, limit=limit)]

        async def answers(scope: Scope, *players: Player) -> list[int]:
            found = await uow.outdated.answers(scope, [player.id for player in players])
            return [answer.submission.id for answer in found]

        assert await people(todays) == [ana.id, bo.id, eve.id]
        assert await people(todays, after=ana.id, limit=1) == [bo.id]
        assert await people(replace(todays, team_id=channel.team_id)) == [ana.id, bo.id]
        assert await people(replace(todays, since=NOW + LEASE)) == []
        assert await answers(todays, ana, bo) == [old_grader.id, old_rubric.id]
        assert await answers(replace(todays, up_to_date_too=True), ana) == [fresh.id, old_grader.id]
        other_bank = replace(todays, rubrics={"q2": "r1"})
        assert await people(other_bank) == []
        assert await uow.outdated.without_question(other_bank) == {"q1": 4}
        assert await uow.outdated.without_question(todays) == {}
        assert await uow.outdated.without_question(replace(other_bank, team_id=stranger.team_id)) == {"q1": 1}
