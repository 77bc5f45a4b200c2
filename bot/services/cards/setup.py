"""Setting up a quiz channel: the form, and what came of it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.action import Action
from bot.chat.message import Button, Buttons, Field, FieldKind, Form, Item, ItemList, Mark, Message, Tone
from bot.chat.platform import Finding
from bot.quiz.phrases import say_span_short
from bot.quiz.schedule import Plan
from bot.services.admin import Outlook
from bot.services.cards.schedule import outlook_card

_SPANS = (
    ("1h", "1 hour"),
    ("2h", "2 hours"),
    ("4h", "4 hours"),
    ("8h", "8 hours"),
    ("12h", "12 hours"),
    ("1d", "1 day"),
    ("2d", "2 days"),
    ("3d", "3 days"),
    ("7d", "a week"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def setup_form(plan: Plan, packs: Sequence[tuple[str, str]], channel_id: str) -> Form:
    """Every choice with what holds now. `packs` are (id, title)."""
    days = tuple((name[:3].lower(), name) for name in _DAYS)
    now_open = say_span_short(plan.open_for)
    chosen = ",".join(days[number - 1][0] for number in sorted(plan.weekdays))
    return Form(
        Action("setup", "form"),
        "Set up the quiz",
        (
            Field("channel", "Channel", FieldKind.CHANNEL, channel_id, "Where the questions come"),
            Field("time", "Time", FieldKind.TIME, f"{plan.local_time:%H:%M}", "When the question comes, such as 09:00"),
            Field("zone", "Time zone", FieldKind.ZONE, plan.tz, "Such as Europe/Berlin, or a city: berlin"),
            Field("days", "Weekdays", FieldKind.CHOICES, chosen, choices=days),
            Field("open", "Open for", FieldKind.CHOICE, now_open, choices=_spans(now_open)),
            Field("packs", "Packs", FieldKind.CHOICES, ",".join(plan.packs), choices=tuple(packs)),
            Field("ping", "Notify", FieldKind.GROUP, plan.ping or "", "A role or group, or nobody", required=False),
        ),
        submit="Set up",
    )


def _spans(now: str) -> tuple[tuple[str, str], ...]:
    offered = _SPANS if now in dict(_SPANS) else ((now, now), *_SPANS)
    return tuple(offered)


def setup_card(outlook: Outlook, findings: Sequence[Finding], title: str) -> Message:
    """The plan, the next dates with their questions, and whether the bot may post there."""
    card = outlook_card(outlook, title)
    wrong = [finding for finding in findings if finding.remedy is not None]
    if wrong:
        trouble = ItemList(tuple(Item(Mark.MISS, f.what, remark=f"Do: {f.remedy}") for f in wrong))
        return replace(card, blocks=(*card.blocks, trouble), tone=Tone.PROBLEM)
    checked = ItemList((Item(Mark.HIT, f"The bot may post in #{outlook.channel.name}"),)) if findings else None
    buttons = Buttons(
        (Button("Show the first question", Action("preview", "next")), Button("Post it now", Action("post", "next")))
    )
    return replace(card, blocks=(*card.blocks, *([checked] if checked else []), buttons))
