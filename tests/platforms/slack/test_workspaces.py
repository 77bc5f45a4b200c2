"""Several workspaces: installing, tokens that rotate, leaving in either order, and seeing nothing of one another."""

import asyncio

import pytest
from cryptography.fernet import Fernet

from bot.chat.message import Heading, Message
from bot.chat.platform import Delivered, Target
from bot.content.bank import Bank
from bot.platforms.slack.workspaces import ManyWorkspaces, Renewed
from bot.store.store import SqlStore
from tests.local_slack import Channel, Person, Workspace
from tests.platforms.slack.house import GOOD, KEY, House, house

# slack-sdk still signs its OAuth calls by a class that aiohttp calls old.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

HELLO = Message("hello", (Heading("Hello"),))


async def _installed(h: House, person: Person) -> Channel:
    """The app in the person's workspace, with a quiz channel there."""
    assert "Thank you" in await h.bot.installs(person)
    bot = h.app.installation(person.workspace)
    channel = person.workspace.add_channel("quiz", members=[person], bots=[bot])
    await person.types(channel, "/quiz-admin setup 09:00 daily UTC open 8h")
    await person.sees_ephemeral("The quiz is set up")
    return channel


async def _schedule_of(store: SqlStore, team: Workspace) -> str | None:
    async with store.read() as uow:
        (schedule,) = await uow.schedules.in_workspace("slack", team.id)
    return schedule.paused


@pytest.mark.parametrize("socket", [True, False], ids=["socket", "http"])
async def test_a_workspace_installs_the_app_in_the_browser(store: SqlStore, bank: Bank, socket: bool) -> None:
    async with house(store, bank, socket=socket, several=True) as h:
        channel = await _installed(h, h.ana)
        await h.ana.types(channel, "/quiz-admin post what-is-the-gil")
        await h.ana.presses(await h.ana.sees("answers are private"), "Answer")
        await h.ana.submits(await h.ana.sees_view("Your answer"), {"Your answer": GOOD})
        await h.ana.sees_view("key points")


async def test_who_installed_the_app_leads(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        await _installed(h, h.bob)


async def test_tokens_are_sealed_in_the_store(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        await _installed(h, h.ana)
        async with store.read() as uow:
            (key,) = await uow.installations.keys("slack")
            sealed = await uow.installations.get("slack", key) or ""
        assert key == f"/{h.team.id}"
        assert h.installation.token not in sealed
        assert h.installation.refresh_token not in sealed
        assert h.installation.token not in repr(await h.bot.platform._workspaces.get(h.team.id))


async def test_a_state_is_good_once_and_in_the_browser_that_asked_for_it(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        back = h.bot.local(await h.ana.browser.approves(await h.bot.install_address(h.ana)))
        assert "Thank you" not in await h.bob.browser.visits(back)
        cookies = dict(h.ana.browser.cookies)
        assert "Thank you" in await h.ana.browser.visits(back)
        h.ana.browser.cookies.update(cookies)
        assert "invalid_state" in await h.ana.browser.visits(back)
        forged = back.replace("state=", "state=x")
        assert "Thank you" not in await h.ana.browser.visits(forged)


async def test_a_state_lasts_ten_minutes(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        back = h.bot.local(await h.ana.browser.approves(await h.bot.install_address(h.ana)))
        h.slack.clock.advance(601)
        assert "invalid_state" in await h.ana.browser.visits(back)


async def test_who_says_no_installs_nothing(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        back = h.bot.local(await h.ana.browser.refuses(await h.bot.install_address(h.ana)))
        assert "access_denied" in await h.ana.browser.visits(back)
        async with store.read() as uow:
            assert await uow.installations.keys("slack") == []


async def test_one_workspace_sees_nothing_of_another(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        mine = await _installed(h, h.ana)
        eve = h.slack.add_workspace("Team two").add_person("eve", admin=True)
        theirs = await _installed(h, eve)
        await h.ana.types(mine, "/quiz-admin post what-is-the-gil")
        post = await h.ana.sees("answers are private", mine)
        await h.ana.presses(post, "Answer")
        await h.ana.submits(await h.ana.sees_view("Your answer"), {"Your answer": GOOD})
        await h.ana.sees_view("key points")

        await eve.types(theirs, "/quiz leaderboard all")
        await eve.types(theirs, "/quiz")
        await eve.sees_ephemeral("No question is open")
        assert "ana" not in eve.screen.everything()
        # Eve sends the ids of a round that is not hers: by a button, and by a form.
        await eve.types(theirs, "/quiz-admin setup 10:00")
        card = await eve.sees_ephemeral("The quiz is set up")
        for value, words in (("hint:v1:1", "No question is open"), ("answer:v1:1", "")):
            card.blocks[-1]["elements"][0]["value"] = value
            await eve.presses(card, card.blocks[-1]["elements"][0]["action_id"])
            if words:
                await eve.sees_ephemeral(words)
        form = await eve.sees_view("Your answer")
        await eve.submits(form, {"Your answer": GOOD})
        await eve.sees_view("No question is open")
        async with store.read() as uow:
            assert await uow.rounds.answers(1) == 1


async def test_a_token_is_renewed_when_only_the_schedule_is_at_work(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        channel = await _installed(h, h.ana)
        first = h.installation.token
        for _ in range(3):
            h.slack.clock.advance(11 * 3600)
            target = Target(h.team.id, channel.id)
            assert isinstance(await h.bot.platform.send(target, HELLO, f"k{h.slack.clock.now()}"), Delivered)
        assert h.installation.token != first
        assert len(h.slack.calls_of("oauth.v2.access")) == 4  # the installation and three renewals
        h.slack.clock.advance(48 * 3600)  # expired for long
        assert isinstance(await h.bot.platform.send(Target(h.team.id, channel.id), HELLO, "k9"), Delivered)


async def test_two_processes_renew_a_token_once(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        channel = await _installed(h, h.ana)
        other = await h.start()
        h.slack.clock.advance(11 * 3600)
        target = Target(h.team.id, channel.id)
        sent = await asyncio.gather(
            *(bot.platform.send(target, HELLO, f"k{n}") for n, bot in enumerate([h.bots[0], other]))
        )
        assert all(isinstance(result, Delivered) for result in sent)
        assert len(h.slack.calls_of("oauth.v2.access")) == 2


async def test_a_token_that_slack_calls_expired_is_renewed_and_the_call_made_again(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        channel = await _installed(h, h.ana)
        h.slack.faults.refused("chat.postMessage", "token_expired")
        assert isinstance(await h.bot.platform.send(Target(h.team.id, channel.id), HELLO, "k1"), Delivered)


@pytest.mark.parametrize("tokens_first", [True, False])
async def test_a_workspace_that_takes_the_app_out_is_left_and_comes_back(
    store: SqlStore, bank: Bank, tokens_first: bool
) -> None:
    async with house(store, bank, several=True) as h:
        await _installed(h, h.ana)
        eve = h.slack.add_workspace("Team two").add_person("eve", admin=True)
        await _installed(h, eve)
        h.team.uninstall(h.app, tokens_first=tokens_first)
        await h.handled()
        assert await _schedule_of(store, h.team) == "the bot was removed"
        assert await _schedule_of(store, eve.workspace) is None
        async with store.read() as uow:
            assert await uow.installations.keys("slack") == [f"/{eve.workspace.id}"]

        assert "Thank you" in await h.bot.installs(h.ana)
        assert await _schedule_of(store, h.team) is None


async def test_late_news_of_an_old_removal_changes_nothing(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        await _installed(h, h.ana)
        h.team.uninstall(h.app)
        await h.handled()
        assert "Thank you" in await h.bot.installs(h.ana)
        for delivery in [d for d in h.slack.events.sent if d.type in ("app_uninstalled", "tokens_revoked")]:
            await h.slack.events.again(delivery)
        await h.handled()
        assert await _schedule_of(store, h.team) is None


async def test_a_removal_while_nobody_listened_is_found_at_the_start(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        await _installed(h, h.ana)
        await h.stop()
        for token in h.slack.tokens.values():
            token.revoked = True
        await h.start()
        assert await _schedule_of(store, h.team) == "the bot was removed"


async def test_a_new_key_seals_and_the_old_one_still_opens(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        await _installed(h, h.ana)

        async def renew(_: str) -> Renewed:
            raise AssertionError

        for keys, found in (((Fernet.generate_key().decode(), KEY), 1), ((Fernet.generate_key().decode(),), 0)):
            many = ManyWorkspaces(store, keys, renew, h.clock.now)
            assert len(await many.all()) == found


async def test_people_of_an_enterprise_grid_play_in_their_workspace(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank, several=True) as h:
        grid = h.slack.add_workspace("Grid one", enterprise_id="E1")
        eve = grid.add_person("eve", admin=True)
        channel = await _installed(h, eve)
        assert eve.id.startswith("W")
        async with store.read() as uow:
            assert f"E1/{grid.id}" in await uow.installations.keys("slack")
        await eve.types(channel, "/quiz-admin post what-is-the-gil")
        await eve.presses(await eve.sees("answers are private"), "Answer")
        await eve.submits(await eve.sees_view("Your answer"), {"Your answer": GOOD})
        await eve.sees_view("key points")


async def test_a_whole_organisation_cannot_install_it(store: SqlStore, bank: Bank) -> None:
    """A quiz belongs to the people of one workspace."""
    async with house(store, bank, several=True) as h:
        eve = h.slack.add_workspace("Grid one", enterprise_id="E1").add_person("eve", admin=True)
        assert "Thank you" not in await h.bot.installs(eve, org_wide=True)
        async with store.read() as uow:
            assert await uow.installations.keys("slack") == []
