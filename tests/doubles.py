"""A platform that remembers, people who type, and a table to put them around."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.chat.action import Action
from bot.chat.command import parse
from bot.chat.event import ButtonPressed, CommandUsed, FormSubmitted, Person, Place, Sink, ThreadReply
from bot.chat.message import Buttons, Form, Message
from bot.chat.plain import plain
from bot.chat.platform import Capabilities, Delivered, Finding, SendResult, Target
from bot.content.schema import Question
from bot.grading.offline import OfflineGrader
from bot.grading.verdict import Grade, Grader, GradingFailed
from bot.services.deliver import deliver_due
from bot.services.dispatch import Dispatcher
from bot.services.game import Game
from bot.services.grade import grade_pending
from bot.services.tick import next_due, tick

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HERE = Place("fake", "W1", "Team one", "C1", "quiz")


@dataclass
class RecordingPlatform:
    """Keeps what was sent. `answers` holds results to give instead of Delivered, first one first."""

    name: str = "fake"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(True, True, True))
    sent: list[tuple[Target, Message, str]] = field(default_factory=list)
    attempts: list[tuple[str, bool]] = field(default_factory=list)
    answers: list[SendResult] = field(default_factory=list)
    edited: list[tuple[str, Message]] = field(default_factory=list)
    edit_answers: list[SendResult] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()

    async def connect(self, sink: Sink) -> None:
        """Nothing comes in by itself."""

    def trouble(self) -> str | None:
        return None

    async def send(self, target: Target, message: Message, key: str, *, uncertain: bool = False) -> SendResult:
        self.attempts.append((key, uncertain))
        if self.answers:
            result = self.answers.pop(0)
            if not isinstance(result, Delivered):
                return result
        self.sent.append((target, message, key))
        return Delivered(f"ref-{key}")

    async def edit(self, target: Target, ref: str, message: Message) -> SendResult:
        if self.edit_answers:
            return self.edit_answers.pop(0)
        self.edited.append((ref, message))
        return Delivered(ref)

    async def examine(self, target: Target) -> Sequence[Finding]:
        return self.findings

    async def close(self) -> None:
        """Nothing to close."""

    def texts(self) -> list[str]:
        return [plain(message, width=100) for _, message, _ in self.sent]

    def sent_keys(self) -> list[str]:
        return [key for *_, key in self.sent]


@dataclass
class RecordingReply:
    """Keeps what one person was told. `gone`: the way back has expired."""

    told: list[Message] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    gone: bool = False

    async def acknowledge(self) -> None:
        """Always in time."""

    async def private(self, message: Message) -> bool:
        if not self.gone:
            self.told.append(message)
        return not self.gone

    async def open_form(self, form: Form) -> bool:
        self.forms.append(form)
        return True

    @property
    def ticket(self) -> str | None:
        return None

    @property
    def buttons(self) -> dict[str, str]:
        """What can be pressed, by label: the ids of the last message."""
        rows = [block for block in self.told[-1].blocks if isinstance(block, Buttons)]
        return {button.label: str(button.action) for row in rows for button in row.items}

    @property
    def text(self) -> str:
        return "\n".join(plain(message, width=100) for message in self.told)


class HesitantGrader(OfflineGrader):
    """Judges as the offline grader does, and is hardly sure of these key points."""

    def __init__(self, *points: str, confidence: float = 0.3) -> None:
        self._points = points
        self._confidence = confidence

    async def grade(self, question: Question, answer: str) -> Grade:
        grade = await super().grade(question, answer)
        points = tuple(
            replace(point, confidence=self._confidence) if point.id in self._points else replace(point, confidence=0.9)
            for point in grade.points
        )
        return replace(grade, points=points)


class FailingGrader:
    """Fails so many times, then grades."""

    version = "failing-1"

    def __init__(self, times: int) -> None:
        self._times = times

    async def grade(self, question: Question, answer: str) -> Grade:
        if self._times:
            self._times -= 1
            raise GradingFailed("out of order")
        return await OfflineGrader().grade(question, answer)


class Table:
    """A channel, its clock, and the people who play there."""

    def __init__(self, game: Game, now: datetime = MONDAY, place: Place = HERE) -> None:
        self.game = game
        self.now = now
        self.place = place
        self.platform = RecordingPlatform()
        self.grader: Grader = OfflineGrader()
        self.dispatch = Dispatcher(game, self.platforms)
        self._events = 0

    async def says(self, who: str, command: str, *, leads: bool = False, event_id: str | None = None) -> RecordingReply:
        """Somebody types a command."""
        parsed = parse(command)
        reply = RecordingReply()
        person = Person(who, who, leads)
        await self.dispatch(
            CommandUsed(self._id(event_id), self.now, person, self.place, reply, parsed.path, parsed.options)
        )
        return reply

    async def leads(self, command: str) -> RecordingReply:
        return await self.says("lead", command, leads=True)

    async def presses(self, who: str, action: str, *, leads: bool = False) -> RecordingReply:
        reply = RecordingReply()
        person = Person(who, who, leads)
        await self.dispatch(ButtonPressed(self._id(None), self.now, person, self.place, reply, Action.parse(action)))
        return reply

    async def submits(
        self, who: str, action: str, text: str, *, event_id: str | None = None, reply: RecordingReply | None = None
    ) -> RecordingReply:
        reply = reply or RecordingReply()
        event = FormSubmitted(
            self._id(event_id), self.now, Person(who, who), self.place, reply, Action.parse(action), {"text": text}
        )
        await self.dispatch(event)
        return reply

    async def replies(self, who: str, post_ref: str, text: str, message_ref: str = "m1") -> RecordingReply:
        reply = RecordingReply()
        person = Person(who, who)
        await self.dispatch(
            ThreadReply(self._id(None), self.now, person, self.place, reply, post_ref, text, message_ref)
        )
        return reply

    async def answers(self, who: str, text: str) -> RecordingReply:
        """Answer the open round and get the feedback."""
        reply = await self.says(who, f"/quiz answer {text}")
        await self.settle()
        return reply

    async def set_up(self, words: str = "mon-fri 09:00 UTC open 8h") -> None:
        await self.leads(f"/quiz-admin setup {words}")

    async def until(self, instant: datetime) -> None:
        """Live through everything that falls due on the way."""
        while (due := await next_due(self.game)) is not None and due <= instant:
            self.now = max(due, self.now)
            await tick(self.game, self.now)
            await self.settle()
        self.now = instant

    async def wakes_up_at(self, instant: datetime) -> None:
        """Nothing ran meanwhile: an outage."""
        self.now = instant
        await tick(self.game, self.now)
        await self.settle()

    async def settle(self) -> None:
        while True:
            graded = await grade_pending(self.game, self.grader, self.now)
            sent = await deliver_due(self.game, self.platforms, self.now, holder="test")
            if not graded.done and not sent:
                break

    @property
    def platforms(self) -> Mapping[str, RecordingPlatform]:
        return {self.platform.name: self.platform}

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def _id(self, given: str | None) -> str:
        self._events += 1
        return given or f"event-{self._events}"
