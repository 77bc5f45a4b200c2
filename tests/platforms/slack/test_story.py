"""The whole story of a quiz in a Slack workspace, by socket and over HTTP."""

import pytest

from bot.content.bank import Bank
from bot.store.store import SqlStore
from tests.platforms.slack.house import GOOD, House, house

BOTH = pytest.mark.parametrize("socket", [True, False], ids=["socket", "http"])


@pytest.fixture
def database(sqlite_database: str) -> str:
    return sqlite_database


@BOTH
async def test_the_whole_story(store: SqlStore, bank: Bank, socket: bool) -> None:
    async with house(store, bank, socket=socket) as h:
        await _setting_up(h)
        await h.slack.settles()


async def _setting_up(h: House) -> None:
    await h.ana.types(h.channel, "/quiz-admin setup")
    form = await h.ana.sees_view("Where the questions come")
    print(form.text())
