"""`quizbot doctor`: look at everything the bot needs and say what to do about what is wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from bot.app import database_url, load_content, open_store, slack_maker
from bot.chat.platform import Finding, Target
from bot.cli.data import DATABASE
from bot.cli.failure import PROBLEMS, stop
from bot.content.loader import BrokenBank
from bot.errors import QuizError
from bot.runtime.clock import SystemClock
from bot.services.ports import UnitOfWork
from bot.store.migrate import current

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
    checks: list[Callable[[str | None], Awaitable[list[Finding]]]] = [_content, _clock, _schema, _work, _slack]
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
        return [Finding(f"question bank: {len(error.problems)} problems", "run quizbot content check")]
    return [Finding(f"question bank: {len(bank.questions)} questions in {len(bank.packs)} packs")]


async def _clock(_: str | None) -> list[Finding]:
    now = datetime.now(UTC)
    if now < _EARLIEST:
        return [Finding(f"clock: it says {now:%Y-%m-%d}", "set the machine's clock; schedules depend on it")]
    return [Finding(f"clock: {now:%Y-%m-%d %H:%M} UTC, time zones {ZoneInfo('Europe/Berlin').key} and others known")]


async def _schema(database: str | None) -> list[Finding]:
    revision, head = await current(database_url(database))
    if revision == head:
        return [Finding(f"database: schema {revision}")]
    if revision is None:
        return [Finding("database: empty, made at the first start")]
    return [Finding(f"database: schema {revision}, this version needs {head}", "run quizbot db upgrade")]


async def _work(database: str | None) -> list[Finding]:
    revision, head = await current(database_url(database))
    if revision != head:
        return []
    async with open_store(database) as store, store.read() as uow:
        dead = await uow.outbox.dead(20)
        pending, waiting = await uow.submissions.pending(), await uow.outbox.depth()
    findings = [Finding(f"work: {pending} answers to grade, {waiting} messages to send")]
    findings += [
        Finding(
            f"a {row.task} could not be sent: {row.error}",
            "mend the cause, then /quiz-admin post in its channel",
        )
        for row in dead
    ]
    return findings


async def _slack(database: str | None) -> list[Finding]:
    """Settings, tokens, permissions, and every channel that has a schedule."""
    maker = slack_maker()
    if maker is None:
        return [Finding("Slack: not set up")]
    async with open_store(database) as store:
        async with store.read() as uow:
            targets = await _quiz_channels(uow, "slack")
        return list(await maker(store, load_content(), SystemClock()).inspect(targets))


async def _quiz_channels(uow: UnitOfWork, platform: str) -> list[Target]:
    """Those with a schedule, in workspaces that the bot has not left."""
    targets: list[Target] = []
    for workspace_id in sorted(await uow.teams.present(platform)):
        scheduled = {schedule.channel_id for schedule in await uow.schedules.in_workspace(platform, workspace_id)}
        channels = await uow.teams.channels_in(platform, workspace_id)
        targets += [Target(workspace_id, channel.external_id) for channel in channels if channel.id in scheduled]
    return targets
