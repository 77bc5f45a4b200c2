"""`quizbot doctor`: look at everything the bot needs and say what to do about what is wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from bot.app import Diagnosed, chosen_judge, database_url, load_content, open_store, platform_makers
from bot.chat.platform import Finding
from bot.cli.data import DATABASE
from bot.cli.failure import PROBLEMS, stop
from bot.content.loader import BrokenBank
from bot.errors import QuizError
from bot.runtime.clock import SystemClock
from bot.services.cards.words import count
from bot.services.ports import StoreUnavailable
from bot.store.engine import is_sqlite
from bot.store.migrate import current, remedy_for
from bot.store.store import SqlStore

_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)


@click.command()
@DATABASE
def doctor(database: str | None) -> None:
    """Check settings, questions, clock and database; say what to do about each problem."""
    findings = asyncio.run(_examine(database))
    for finding in findings:
        click.echo(
            f"ok    {finding.what}" if finding.remedy is None else f"WRONG {finding.what}\n      Do: {finding.remedy}"
        )
    wrong = sum(finding.remedy is not None for finding in findings)
    if wrong:
        stop(f"{wrong} of {len(findings)} checks found a problem; do what the lines above say.", PROBLEMS)


async def _examine(database: str | None) -> list[Finding]:
    checks: list[Callable[[str | None], Awaitable[list[Finding]]]] = [
        _content,
        _grader,
        _clock,
        _schema,
        _work,
        _platforms,
    ]
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += await check(database)
        except QuizError as error:
            findings.append(Finding(f"{check.__name__.strip('_')}: {error}", "correct it and run quizbot doctor again"))
    return findings


async def _content(_: str | None) -> list[Finding]:
    try:
        bank = load_content()
    except BrokenBank as error:
        return [Finding(f"question bank: {count(len(error.problems), 'problem')}", "run quizbot content check")]
    return [Finding(f"question bank: {count(len(bank.questions), 'question')} in {count(len(bank.packs), 'pack')}")]


async def _grader(_: str | None) -> list[Finding]:
    chosen = chosen_judge()
    if chosen.lacking is None:
        return [Finding(f"grader: {chosen.version}")]
    what = f"grader: {chosen.lacking} The lexical grader is used instead"
    return [Finding(what, f"restore {chosen.lacking.folder} or set GRADER=lexical")]


async def _clock(_: str | None) -> list[Finding]:
    now = datetime.now(UTC)
    if now < _EARLIEST:
        return [Finding(f"clock: it says {now:%Y-%m-%d}", "set the machine's clock; schedules depend on it")]
    return [Finding(f"clock: {now:%Y-%m-%d %H:%M} UTC, time zones {ZoneInfo('Europe/Berlin').key} and others known")]


async def _schema(database: str | None) -> list[Finding]:
    address = database_url(database)
    try:
        revision, head = await current(address)
    except StoreUnavailable as error:
        return [Finding(f"database: {error}", "start the server, or correct DATABASE_URL")]
    if revision is None and is_sqlite(address):
        return [Finding("database: empty, made at the first start")]
    has = f"schema {revision}" if revision else "empty"
    remedy = remedy_for(revision, head)
    return [Finding(f"database: {has}" + (f", this version needs {head}" if remedy else ""), remedy)]


async def _work(database: str | None) -> list[Finding]:
    try:
        revision, head = await current(database_url(database))
    except StoreUnavailable:
        return []  # said already
    if revision != head:
        return []
    async with open_store(database) as store, store.read() as uow:
        dead = await uow.outbox.dead(20)
        pending, waiting = await uow.submissions.pending(), await uow.outbox.depth()
    findings = [Finding(f"work: {count(pending, 'answer')} to grade, {count(waiting, 'message')} to send")]
    findings += [
        Finding(
            f"a {row.task} could not be sent: {row.error}",
            "mend the cause, then /quiz-admin post in its channel",
        )
        for row in dead
    ]
    return findings


async def _platforms(database: str | None) -> list[Finding]:
    makers = platform_makers()
    if not makers:
        return [Finding("platforms: none configured, so quizbot run opens the terminal room")]
    store, ready = SqlStore(database_url(database)), await _is_ready(database)
    try:
        platforms = [maker(store, load_content(), SystemClock()) for maker in makers]
        return [
            finding
            for platform in platforms
            if isinstance(platform, Diagnosed)
            for finding in await platform.diagnose(channels=ready)
        ]
    finally:
        await store.close()


async def _is_ready(database: str | None) -> bool:
    try:
        revision, head = await current(database_url(database))
    except StoreUnavailable:
        return False
    return revision == head
