"""A lead decides a verdict in a Slack workspace."""

from bot.content.bank import Bank
from bot.store.store import SqlStore
from tests.doubles import HesitantGrader
from tests.platforms.slack.house import house


async def test_a_lead_decides_by_a_button_and_the_person_is_told(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, runs=False) as h:
        h.grader = HesitantGrader("one-thread-at-a-time")
        await h.start()
        await h.set_up()
        await h.post()
        await h.answer(h.bob)
        await h.bob.sees_view("(a lead will look)")
        await h.ana.types(h.channel, "/quiz-admin close")
        await h.ana.sees_ephemeral("The round is closed")
        await h.bob.types(h.channel, "/quiz-admin unsure")
        await h.bob.sees_ephemeral("Only leads")
        await h.ana.types(h.channel, "/quiz-admin unsure")
        shown = await h.ana.sees_ephemeral("Not sure: What the GIL is")
        assert shown.buttons() == ["Hit", "Partly", "Missed", "Wrong", "Later"]
        await h.ana.presses(shown, "Partly")
        await h.ana.sees_ephemeral("Decided: partly. No verdict waits for you")
        await h.advance(minutes=3)
        await h.bob.sees_direct("A lead decided on your answer: 25 → 19")
        await h.bob.types(h.channel, "/quiz why")
        await h.bob.sees_ephemeral("(decided by a lead)")
