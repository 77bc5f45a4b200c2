"""What leads see of a schedule."""

from bot.chat.message import (
    Block,
    Code,
    Column,
    Heading,
    Item,
    ItemList,
    Mark,
    Message,
    Table,
    Tone,
    When,
    WhenStyle,
    Words,
)
from bot.chat.platform import Finding
from bot.quiz.phrases import say_plan
from bot.services.admin import Health, Outlook
from bot.services.cards.words import count, footnote, line


def outlook_card(outlook: Outlook, title: str) -> Message:
    """The plan in words and the next dates; with the questions to come where asked for."""
    schedule = outlook.schedule
    blocks: list[Block] = [Heading(title), line(say_plan(schedule.plan))]
    if schedule.paused is not None:
        blocks.append(line(Words(f"Paused: {schedule.paused}.", bold=True), " Go on with ", _RESUME))
    else:
        blocks.append(_dates(outlook))
    if schedule.skipped:
        days = ", ".join(f"{day:%a} {day.day} {day:%b}" for day in sorted(schedule.skipped))
        blocks.append(line(f"Left out: {days}"))
    blocks.append(footnote("Change it: ", Code("/quiz-admin schedule set 09:30 mon-fri Europe/Berlin open 8h")))
    return Message(f"{title}: {say_plan(schedule.plan)}", tuple(blocks))


def health_card(health: Health) -> Message:
    """`/quiz-admin doctor`: what works, what does not and what to do about it."""
    schedule = health.outlook.schedule
    coming = health.outlook.coming
    items = [
        _needs_you(f"The schedule is paused: {schedule.paused}.", "/quiz-admin schedule resume")
        if schedule.paused is not None
        else _well(f"The schedule runs: {say_plan(schedule.plan)}"),
        *(_finding(finding) for finding in health.findings),
        _well(f"{count(health.pending, 'answer')} waiting to be graded"),
        _well(f"{count(health.waiting, 'message')} waiting to be sent"),
        *(
            _needs_you(f"A {row.task} could not be sent: {row.error}", "mend that, then /quiz-admin post")
            for row in health.dead
        ),
    ]
    trouble = any(finding.remedy is not None for finding in health.findings)
    well = schedule.paused is None and not health.dead and not trouble
    next_at = (
        (footnote("Next question ", When(coming[0].due_at, schedule.plan.tz, WhenStyle.DAY_TIME)),)
        if coming and schedule.paused is None
        else ()
    )
    title = "All is well" if well else "Something needs you"
    return Message(title, (Heading(title), ItemList(tuple(items)), *next_at), Tone.GOOD if well else Tone.PROBLEM)


def _finding(finding: Finding) -> Item:
    return _well(finding.what) if finding.remedy is None else _needs_you(finding.what, finding.remedy)


def _well(what: str) -> Item:
    """Without a mark: those are words about answers."""
    return Item(Mark.NONE, what)


def _needs_you(what: str, remedy: str) -> Item:
    return Item(Mark.NONE, f"Needs you: {what}", remark=f"Do: {remedy}")


_RESUME = Code("/quiz-admin schedule resume")


def _dates(outlook: Outlook) -> Table:
    at = f"{outlook.schedule.plan.local_time:%H:%M}"
    rows = [[f"{o.local_date:%a} {o.local_date.day} {o.local_date:%b}", at] for o in outlook.coming]
    if not outlook.titles:
        return Table((Column("Next"), Column("At")), tuple((day, clock) for day, clock in rows))
    titled = zip(rows, outlook.titles, strict=False)
    return Table((Column("Next"), Column("At"), Column("Question")), tuple((*row, title) for row, title in titled))
