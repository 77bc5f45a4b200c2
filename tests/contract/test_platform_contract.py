"""What the core may ask of any chat platform, and what it gets. One body for every adapter."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from rich.console import Console

from bot.chat.action import Action
from bot.chat.event import CommandUsed, Event, Happening, Reply, RollCall, Sink
from bot.chat.message import (
    Button,
    Buttons,
    Field,
    FieldKind,
    Footnote,
    Form,
    Heading,
    Message,
    Paragraph,
    When,
    WhenStyle,
    Words,
)
from bot.chat.platform import ChatPlatform, Delivered, Target
from bot.content.bank import Bank
from bot.platforms.terminal.adapter import HERE, Screen, TerminalPlatform, TerminalReply
from bot.services.game import Game
from bot.store.store import SqlStore
from tests.local_discord import Seen, local_discord
from tests.platforms.discord.team import Team, running
from tests.platforms.slack.house import house

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Bench:
    """An adapter on a bench: how to reach it as a person, and what one would see."""

    platform: ChatPlatform
    target: Target
    person_id: str
    reply: Callable[[], Awaitable[Reply]]
    seen: Callable[[], str]
    form_titles: Callable[[], list[str]]


async def _sink(_event: Event | Happening | RollCall) -> None:
    """Nothing comes in here."""


@asynccontextmanager
async def _terminal(_game: Game) -> AsyncIterator[Bench]:
    out = io.StringIO()
    forms: list[Form] = []
    screen = Screen(Console(file=out, width=100, force_terminal=False))
    platform = TerminalPlatform(screen)

    async def reply() -> Reply:
        return TerminalReply(screen, "ana", forms.append)

    await platform.connect(_sink)
    yield Bench(
        platform,
        Target(HERE.workspace_id, HERE.channel_id),
        "ana",
        reply,
        out.getvalue,
        lambda: [form.title for form in forms],
    )
    await platform.close()


@asynccontextmanager
async def _discord(game: Game) -> AsyncIterator[Bench]:
    """A bot in a local Discord whose core only looks on: the test itself answers."""
    used: asyncio.Queue[Reply] = asyncio.Queue()

    def look_on(_: Sink) -> Sink:
        async def sink(event: Event | Happening | RollCall) -> None:
            if isinstance(event, CommandUsed):
                used.put_nowait(event.reply)

        return sink

    async with local_discord() as home:
        team = Team.on(home, home.add_application())
        views: list[Seen] = []

        async def reply() -> Reply:
            views.append(await team.ana.uses(team.channel, "quiz today"))
            return await used.get()

        def seen() -> str:
            shown = [*team.channel.messages, *team.ana.direct_messages]
            return "\n".join([*(message.text() for message in shown), *(view.text() for view in views)])

        def form_titles() -> list[str]:
            return [str(view.interaction.form["title"]) for view in views if view.interaction.form]

        async with running(home, team.app, game, around=look_on) as bot:
            target = Target(str(team.guild.id), str(team.channel.id))
            yield Bench(bot.platform, target, str(team.ana.id), reply, seen, form_titles)


@asynccontextmanager
async def _slack(game: Game) -> AsyncIterator[Bench]:
    """A bot in a local Slack whose core only looks on: the test itself answers."""
    used: asyncio.Queue[Reply] = asyncio.Queue()

    async def look_on(event: Event | Happening | RollCall) -> None:
        if isinstance(event, CommandUsed):
            used.put_nowait(event.reply)

    async with house(game.store, game.bank, runs=False) as h:
        bot = await h.start(sink=look_on)

        async def reply() -> Reply:
            await h.ana.types(h.channel, "/quiz")
            return await used.get()

        def form_titles() -> list[str]:
            return [view.title for view in h.ana.views if view.given.get("submit")]

        target = Target(h.team.id, h.channel.id)
        yield Bench(bot.platform, target, h.ana.id, reply, h.ana.screen.everything, form_titles)


@pytest_asyncio.fixture(params=[_terminal, _discord, _slack], ids=["terminal", "discord", "slack"])
async def bench(request: pytest.FixtureRequest, sqlite_database: str, bank: Bank) -> AsyncIterator[Bench]:
    store = SqlStore(sqlite_database)
    async with request.param(Game(store, bank)) as made:
        yield made
    await store.close()


def _message(text: str) -> Message:
    return Message(
        "summary",
        (
            Heading("A title"),
            Paragraph((Words(text),)),
            Buttons((Button("Answer", Action("answer", "7"), primary=True),)),
            Footnote((Words("Closes "), When(NOW, "Europe/Berlin", WhenStyle.DAY_TIME))),
        ),
    )


def test_a_platform_has_a_stable_name_and_says_what_it_can(bench: Bench) -> None:
    assert bench.platform.name.islower()
    assert isinstance(bench.platform.capabilities.edits, bool)


async def test_a_message_to_a_channel_arrives_and_has_a_reference(bench: Bench) -> None:
    result = await bench.platform.send(bench.target, _message("Hello there."), "k1")
    assert isinstance(result, Delivered)
    assert result.ref
    for part in ("A title", "Hello there.", "Answer"):
        assert part in bench.seen()


async def test_a_sent_message_can_be_given_a_new_state(bench: Bench) -> None:
    sent = await bench.platform.send(bench.target, _message("0 answers"), "k1")
    assert isinstance(sent, Delivered)
    assert isinstance(await bench.platform.edit(bench.target, sent.ref, _message("1 answer")), Delivered)
    assert "1 answer" in bench.seen()


async def test_a_private_message_goes_to_one_person(bench: Bench) -> None:
    target = Target(bench.target.workspace_id, bench.target.channel_id, bench.person_id)
    assert isinstance(await bench.platform.send(target, _message("For ana."), "k2"), Delivered)
    assert "For ana." in bench.seen()


async def test_a_reply_acknowledges_tells_privately_and_opens_a_form(bench: Bench) -> None:
    reply = await bench.reply()
    await reply.acknowledge()
    await reply.acknowledge()
    assert await reply.private(_message("Only you see this."))
    assert "Only you see this." in bench.seen()
    form = Form(Action("answer", "7"), "Title", (Field("text", "Your answer", FieldKind.TEXT),))
    assert await (await bench.reply()).open_form(form)
    assert bench.form_titles() == [form.title]


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J\x1b[31mred", "\u202egnp.exe", "@everyone <!channel> ```", "[bold]x[/bold]"]
)
async def test_a_persons_words_stay_words(bench: Bench, hostile: str) -> None:
    assert isinstance(await bench.platform.send(bench.target, _message(hostile), "k3"), Delivered)
    assert "\x1b" not in bench.seen()
    assert "\u202e" not in bench.seen()
    assert ("[bold]" in hostile) == ("[bold]x[/bold]" in bench.seen().replace("\\", ""))
