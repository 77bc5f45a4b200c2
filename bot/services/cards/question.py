"""The question as a channel sees it, and as one person sees it for practice."""

from bot.chat.action import Action
from bot.chat.message import (
    Button,
    Buttons,
    Code,
    Field,
    FieldKind,
    Form,
    Heading,
    Inline,
    Markup,
    Message,
    Tone,
    When,
    WhenStyle,
    Words,
)
from bot.content.schema import Question
from bot.quiz.limits import Limits
from bot.quiz.round import Round, RoundStatus
from bot.services.cards.words import count, footnote, line, note
from bot.services.hint import Hint


def question_card(question: Question, asked: Round, *, tz: str, answers: int, ping: str | None = None) -> Message:
    """The post of a round. It counts answers and shows nothing else of them."""
    is_open = asked.status is RoundStatus.OPEN
    state: tuple[Inline | str, ...] = (
        ("Closes ", When(asked.closes_at, tz, WhenStyle.DAY_TIME)) if is_open else ("Closed",)
    )
    buttons = (
        Buttons(
            (
                Button("Answer", answer_action(asked), primary=True),
                Button("Hint", Action("hint", str(asked.id))),
            )
        ),
    )
    return Message(
        f"Question: {question.title}",
        (
            Heading(question.title),
            line(Words(level(question), dim=True)),
            Markup(question.prompt),
            *(buttons if is_open else ()),
            footnote(*state, f" · {count(answers, 'answer')} · answers are private"),
        ),
        Tone.QUESTION,
        ping,
    )


def answer_action(asked: Round) -> Action:
    """With the question's id, so that its form can show the question without a look into the store."""
    return Action("answer", f"{asked.id}.{asked.question_id}" if asked.question_id else str(asked.id))


def practice_card(question: Question) -> Message:
    """A question for one person, any time."""
    return Message(
        f"Practice: {question.title}",
        (
            Heading(f"Practice: {question.title}"),
            line(Words(level(question), dim=True)),
            Markup(question.prompt),
            Buttons(
                (
                    Button("Answer", Action("practice", question.id), primary=True),
                    Button("Hint", Action("practice-hint", question.id)),
                )
            ),
            footnote("Only you see this. Practice is not ranked."),
        ),
        Tone.QUESTION,
    )


def hint_card(hint: Hint) -> Message:
    """One of three hints."""
    more = "There is one more." if hint.step == hint.of - 1 else f"There are {hint.of - hint.step} more."
    again: tuple[Inline | str, ...] = (more,) if hint.step < hint.of else ("That was the last one.",)
    ask = Action("hint", str(hint.round_id)) if hint.round_id else Action("practice-hint", hint.question.id)
    buttons = (Buttons((Button("Next hint", ask),)),) if hint.step < hint.of else ()
    return Message(
        f"Hint {hint.step} of {hint.of}: {hint.text}",
        (Heading(f"Hint {hint.step} of {hint.of}"), Markup(hint.text), *buttons, footnote(*again)),
    )


def late_form_card(action: Action) -> Message:
    """A form could not be opened in time; the button does it again."""
    label = "Open the form" if action.verb == "setup" else "Answer"
    return Message(
        "That took too long. Press the button to go on.",
        (line("That took too long. Press the button to go on."), Buttons((Button(label, action, primary=True),))),
    )


def answer_form(question: Question | None, action: Action, limits: Limits) -> Form:
    """The private form behind an Answer button."""
    return Form(
        action,
        question.title if question else "Today's question",
        (
            Field(
                "text",
                "Your answer",
                FieldKind.TEXT,
                hint="In your own words, as you would say it in an interview",
                max_length=limits.longest,
            ),
        ),
        intro=question.prompt if question else "",
    )


def no_round_card(next_at: When | None) -> Message:
    """`/quiz` between two rounds."""
    if next_at is None:
        return note(
            "No question is open and none is planned. Practise with ",
            Code("/quiz practice"),
            "; a lead lets the schedule go on with ",
            Code("/quiz-admin schedule resume"),
            ".",
        )
    return note("No question is open. The next one comes ", next_at, ". Until then: ", Code("/quiz practice"), ".")


def level(question: Question) -> str:
    """`senior · about 7 min · foundations`."""
    return f"{question.difficulty} · about {question.minutes} min · {question.topic}"
