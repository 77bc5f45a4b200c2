"""Who plays, and who leads."""

import pytest

from bot.content.bank import Bank
from bot.store.store import SqlStore
from tests.local_slack import Person
from tests.platforms.slack.house import GOOD, House, house


def _join(h: House, name: str, **about: object) -> Person:
    person = h.team.add_person(name, **about)  # type: ignore[arg-type]  # passed on as it is
    h.team.joins(person.id, h.channel)
    return person


@pytest.mark.parametrize("about", [{"admin": True}, {"owner": True}], ids=["admin", "owner"])
async def test_owners_and_admins_lead(store: SqlStore, bank: Bank, about: dict[str, bool]) -> None:
    async with house(store, bank) as h:
        eve = _join(h, "eve", **about)
        await eve.types(h.channel, "/quiz-admin setup 09:00")
        await eve.sees_ephemeral("The quiz is set up")


async def test_members_do_not_lead_until_a_lead_names_them(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.bob.types(h.channel, "/quiz-admin post")
        await h.bob.sees_ephemeral("Only leads can use /quiz-admin")
        await h.ana.types(h.channel, "/quiz-admin lead add @bob")
        await h.ana.sees_ephemeral("Bob B may use /quiz-admin now")
        await h.bob.types(h.channel, "/quiz-admin close")
        await h.bob.sees_ephemeral("No question is open")
        await h.ana.types(h.channel, "/quiz-admin lead remove @bob")
        await h.ana.sees_ephemeral("may not use /quiz-admin any more")
        await h.bob.types(h.channel, "/quiz-admin schedule pause")
        await h.slack.until(
            lambda: sum("Only leads" in m.text() for m in h.bob.ephemeral) == 2, "bob to be refused again"
        )


async def test_a_lead_is_named_by_mention(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.ana.types(h.channel, "/quiz-admin lead add bob")
        await h.ana.sees_ephemeral("For example: /quiz-admin lead add @ana")


async def test_buttons_of_leads_are_for_leads(store: SqlStore, bank: Bank) -> None:
    """Anybody can send a button's id."""
    async with house(store, bank) as h:
        await h.ana.types(h.channel, "/quiz-admin setup 09:00")
        card = await h.ana.sees_ephemeral("The quiz is set up")
        card.visible_to = h.bob.id
        await h.bob.presses(card, "Post it now")
        await h.bob.sees_ephemeral("Only leads can use /quiz-admin")


async def test_guests_answer_and_do_not_lead(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        guest = _join(h, "gus", guest="restricted", admin=True)
        await h.set_up()
        await guest.types(h.channel, "/quiz-admin post")
        await guest.sees_ephemeral("Only leads can use /quiz-admin")
        await h.post()
        await h.answer(guest)


async def test_an_account_that_was_deactivated_does_nothing(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.post()
        post = await h.bob.sees("answers are private")
        h.bob.profile.deleted = True
        await h.bob.writes(h.channel, GOOD, thread=post)
        await h.bob.types(h.channel, f"/quiz answer {GOOD}")
        await h.handled()
        assert h.bob.ephemeral == []
        async with store.read() as uow:
            assert await uow.rounds.answers(1) == 0


async def test_people_of_another_workspace_play_in_a_shared_channel_and_do_not_lead(
    store: SqlStore, bank: Bank
) -> None:
    async with house(store, bank) as h:
        other = h.slack.add_workspace("Team two")
        eve = other.add_person("eve", admin=True)
        shared = h.team.add_channel("shared", members=[h.ana, eve], shared_with=[other], bots=[h.installation])
        await h.ana.types(shared, "/quiz-admin setup 09:00 daily UTC open 8h")
        await h.ana.sees_ephemeral("The quiz is set up")
        await h.ana.types(shared, "/quiz-admin post what-is-the-gil")
        post = await eve.sees("answers are private", shared)
        await eve.presses(post, "Answer")
        await eve.submits(await eve.sees_view("Your answer"), {"Your answer": GOOD})
        await eve.sees_view("key points")
        async with store.read() as uow:
            assert await uow.rounds.answers(1) == 1


async def test_nobody_leads_while_slack_does_not_say_who_they_are(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        h.slack.faults.server_error("users.info")
        await h.ana.types(h.channel, "/quiz-admin setup 09:00")
        await h.ana.sees_ephemeral("Try again in a minute")
        await h.ana.types(h.channel, "/quiz-admin setup 09:00")
        await h.ana.sees_ephemeral("The quiz is set up")


async def test_many_who_write_at_once_are_all_known_by_name(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.post()
        post = await h.bob.sees("answers are private")
        h.slack.faults.ratelimited("users.info", retry_after=5)
        await h.bob.writes(h.channel, GOOD, thread=post)
        await h.bob.sees_ephemeral("key points")
        async with store.read() as uow:
            (player,) = await uow.players.named(1, h.bob.id)
        assert player.name == "Bob B"


async def test_an_answer_is_not_lost_because_slack_does_not_say_who_wrote_it(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        await h.post()
        post = await h.bob.sees("answers are private")
        h.slack.faults.server_error("users.info", times=9)
        await h.bob.writes(h.channel, GOOD, thread=post)
        await h.bob.sees_ephemeral("key points")
