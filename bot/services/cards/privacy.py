"""What is kept about a person, in plain words."""

from bot.chat.action import Action
from bot.chat.message import Button, Buttons, Code, Heading, Markup, Message
from bot.services.cards.words import count, footnote, note
from bot.services.privacy import Kept

_KEEPS = """\
- your name and account id here, your answers, their grades and the hints you took
- where you answered, so that feedback finds its way: a message's id, and a pass that ends within the hour
- what a lead decided about a verdict on your answer
- if you lead the quiz, that you do, and what you decided
- nothing else: no other messages, no e-mail address, no profile

Points and ranks are seen by your team, your answers by nobody but you. One exception: where the grader is not sure
of a verdict on a ranked answer, a lead of your team sees the words it is about, without your name, and decides."""


def privacy_card(kept: Kept | None) -> Message:
    """`/quiz privacy`."""
    if kept is None:
        return note("Nothing is kept about you. Once you answer, your name, answers and grades are.")
    title = f"Kept about {kept.name}: {count(kept.answers, 'answer')}"
    return Message(
        title,
        (
            Heading(title),
            Markup(_KEEPS),
            Buttons((Button("Delete it all", Action("forget", "ask")),)),
            footnote("To delete it all: ", Code("/quiz privacy delete confirm")),
        ),
    )


def sure_card() -> Message:
    """Asked before anything is deleted."""
    return Message(
        "Delete all your answers, grades and points? This cannot be undone.",
        (
            Heading("Delete everything about you?"),
            Markup("Your answers, grades, points and streak go for ever. Other people's scores stay as they are."),
            Buttons((Button("Yes, delete it all", Action("forget", "me")),)),
            footnote("Or type ", Code("/quiz privacy delete confirm"), ". Otherwise do nothing."),
        ),
    )


def forgotten_card() -> Message:
    """Afterwards."""
    return note("Done. Everything kept about you is deleted.")
