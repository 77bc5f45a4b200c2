"""From an event to its use case and back to the person. The one sink that platforms deliver to."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from structlog.contextvars import bound_contextvars

from bot.chat.action import Action, UnknownAction
from bot.chat.event import (
    ButtonPressed,
    CommandUsed,
    Event,
    FormSubmitted,
    Happening,
    HomeOpened,
    ReplyDeleted,
    ReplyEdited,
    RollCall,
    ThreadReply,
)
from bot.chat.message import Form, Message, When, WhenStyle
from bot.chat.platform import ChatPlatform
from bot.errors import QuizError
from bot.grading.verdict import Verdict
from bot.services import (
    admin,
    amend,
    answer,
    ask,
    board,
    close,
    hint,
    home,
    leads,
    privacy,
    rule,
    today,
    unsure,
    why,
    workspace,
)
from bot.services.cards.board import leaderboard_card, record_card
from bot.services.cards.feedback import amended_card, feedback_card, practised_again_card, received_card
from bot.services.cards.help import help_card
from bot.services.cards.home import home_card, no_home_card
from bot.services.cards.leads import leads_card
from bot.services.cards.preview import post_preview
from bot.services.cards.privacy import forgotten_card, privacy_card, sure_card
from bot.services.cards.problem import problem_card, trouble_card
from bot.services.cards.question import (
    answer_action,
    answer_form,
    hint_card,
    late_form_card,
    no_round_card,
    practice_card,
    question_card,
)
from bot.services.cards.schedule import health_card, outlook_card
from bot.services.cards.setup import setup_card, setup_form
from bot.services.cards.unsure import unsure_card
from bot.services.cards.words import note
from bot.services.facts import NoOpenRound, NoQuizHere
from bot.services.game import Game
from bot.services.grade import feedback_key
from bot.services.practice import pick

Handler = Callable[["Dispatcher", CommandUsed], Awaitable[Message | None]]

log = structlog.get_logger(__name__)


class Dispatcher:
    """Call it with an event. It never raises: whatever goes wrong, the person is told what to do.

    `platforms`: those connected here, by name; they are asked about channels.
    """

    def __init__(self, game: Game, platforms: Mapping[str, ChatPlatform] | None = None) -> None:
        self.game = game
        self._platforms = platforms if platforms is not None else {}

    async def __call__(self, event: Event | Happening | RollCall) -> None:
        """Handle one event to its end."""
        kind = type(event).__name__
        if isinstance(event, Happening | RollCall):
            await self._happened(event, kind)
            return
        with bound_contextvars(request=event.id, platform=event.place.platform):
            await self._answer(event, kind)

    async def _happened(self, happening: Happening | RollCall, kind: str) -> None:
        """Nobody waits for an answer; the next roll call finds what was missed."""
        try:
            await workspace.happened(self.game, happening)
        except Exception:
            log.exception("happening_failed", kind=kind, platform=happening.platform)

    async def _answer(self, event: Event, kind: str) -> None:
        log.info("event_received", kind=kind)
        try:
            message = await self._handle(event)
        except QuizError as error:
            log.info("event_refused", kind=kind, reason=type(error).__name__)
            message = problem_card(error, unsaved=_text_of(event))
        except Exception:
            # The boundary: a bug must answer the person and must not take the platform down.
            log.exception("event_failed", kind=kind)
            message = trouble_card(unsaved=_text_of(event))
        if message is not None and not await event.reply.private(message):
            log.warning("reply_not_shown", kind=kind)

    async def _handle(self, event: Event) -> Message | None:
        if isinstance(event, CommandUsed):
            return await self._command(event)
        if isinstance(event, ButtonPressed):
            return await self._button(event, event.action)
        if isinstance(event, FormSubmitted):
            return await self._form(event)
        if isinstance(event, ThreadReply):
            return await self._thread_reply(event)
        if isinstance(event, ReplyEdited):
            return await self._reworded(event)
        if isinstance(event, ReplyDeleted):
            return amended_card(await amend.withdraw(self.game, event))
        if isinstance(event, HomeOpened):
            return await self._home(event)
        return None

    async def _command(self, event: CommandUsed) -> Message | None:
        if event.path[:1] == ("quiz-admin",):
            await leads.require_lead(self.game, event)
        handler = _COMMANDS.get(event.path)
        if handler is None:
            return help_card(leads=event.path[:1] == ("quiz-admin",))
        return await handler(self, event)

    async def _button(self, event: Event, action: Action) -> Message | None:
        if action.verb == "answer":
            return await self._open_answer_form(event, action)
        if action.verb == "practice":
            return await self._open(event, answer_form(self.game.bank.get(action.subject), action, self.game.limits))
        handler = _BUTTONS.get(action.verb)
        if handler is None:
            raise UnknownAction(str(action))
        return await handler(self, event, action)

    async def _open_answer_form(self, event: Event, action: Action) -> Message | None:
        """The form opens before any work on the store: it must be the first response."""
        _number(action)
        question = self.game.bank.questions.get(action.subject.partition(".")[2])
        return await self._open(event, answer_form(question, action, self.game.limits))

    async def _open(self, event: Event, form: Form) -> Message | None:
        return None if await event.reply.open_form(form) else late_form_card(form.action)

    async def _hint_button(self, event: Event, action: Action) -> Message | None:
        return hint_card(await hint.hint(self.game, event, round_id=_number(action)))

    async def _practice_hint_button(self, event: Event, action: Action) -> Message | None:
        return hint_card(await hint.practice_hint(self.game, event, action.subject))

    async def _forget_button(self, event: Event, action: Action) -> Message | None:
        return await self._forget(event, sure=action.subject == "me")

    async def _why_button(self, event: Event, _: Action) -> Message | None:
        return feedback_card(await why.last_feedback(self.game, event))

    async def _setup_button(self, event: Event, _: Action) -> Message | None:
        await leads.require_lead(self.game, event)
        return await self._open_setup_form(event)

    async def _preview_button(self, event: Event, _: Action) -> Message | None:
        await leads.require_lead(self.game, event)
        return post_preview(await admin.next_question(self.game, event))

    async def _post_button(self, event: Event, _: Action) -> Message | None:
        await leads.require_lead(self.game, event)
        return await self._post(event, None)

    async def _later_button(self, event: Event, action: Action) -> Message | None:
        await leads.require_lead(self.game, event)
        submission_id, point_id = _number(action), action.subject.partition(".")[2]
        return unsure_card(await unsure.doubts(self.game, event, after=(submission_id, point_id)))

    async def _rule_button(self, event: Event, action: Action) -> Message | None:
        await leads.require_lead(self.game, event)
        submission_id, (point_id, _, word) = _number(action), action.subject.partition(".")[2].partition(".")
        if word not in list(Verdict):
            raise UnknownAction(str(action))
        verdict = Verdict(word)
        await rule.rule(self.game, event, submission_id, point_id, verdict)
        following = await unsure.doubts(self.game, event, after=(submission_id, point_id))
        return unsure_card(following, ruled=verdict)

    async def _open_setup_form(self, event: Event) -> Message | None:
        packs = [(name, pack.title) for name, pack in sorted(self.game.bank.packs.items())]
        form = setup_form(await admin.plan_here(self.game, event), packs, event.place.channel_id)
        return await self._open(event, form)

    async def _form(self, event: FormSubmitted) -> Message | None:
        if event.action.verb == "answer":
            await event.reply.acknowledge()
            return await self._submit(event, event.text, round_id=_number(event.action))
        if event.action.verb == "practice":
            await event.reply.acknowledge()
            accepted = await answer.practise(self.game, event, event.text, event.action.subject)
            return await self._received(event, accepted)
        if event.action.verb == "setup":
            await leads.require_lead(self.game, event)
            await event.reply.acknowledge()
            typed = dict(event.values)
            if typed.get("ping") == "":
                typed["ping"] = "none"
            return await self._set_up(event, typed)
        raise UnknownAction(str(event.action))

    async def _thread_reply(self, event: ThreadReply) -> Message | None:
        async with self.game.store.read() as uow:
            channel = await uow.teams.channel_at(event.place)
            asked = await uow.rounds.by_post(channel.id, event.post_ref) if channel else None
        if asked is None:
            return None  # somebody else's thread
        return await self._submit(event, event.text, round_id=asked.id)

    async def _reworded(self, event: ReplyEdited) -> Message | None:
        done = await amend.reword(self.game, event)
        if isinstance(done, amend.Amended):
            return amended_card(done)
        return await self._received(event, done, practised_again_card())

    async def _home(self, event: HomeOpened) -> Message | None:
        try:
            return home_card(await home.home(self.game, event))
        except NoQuizHere:
            return no_home_card()

    async def _submit(self, event: Event, text: str, *, round_id: int | None = None) -> Message | None:
        return await self._received(event, await answer.submit(self.game, event, text, round_id=round_id))

    async def _received(self, event: Event, accepted: answer.Accepted, card: Message | None = None) -> Message | None:
        if accepted.redelivered and isinstance(event, ThreadReply | ReplyEdited):
            return None  # no second message beside the one that the first delivery got
        if accepted.again:
            return received_card(accepted)
        try:
            await event.reply.private(card or received_card(accepted))
        finally:
            self.game.replies.told(accepted.submission.id)
        return await self._overtaken(accepted.submission.id)

    async def _overtaken(self, submission_id: int) -> Message | None:
        """The feedback once more, if another process gave it before "saved" was shown and so took its place."""
        async with self.game.store.read() as uow:
            submission = await uow.submissions.get(submission_id)
            given = await uow.outbox.ref_of(feedback_key(submission_id))
            if given is None or submission is None:
                return None
            return feedback_card(await why.feedback_of(self.game, uow, submission))

    async def _forget(self, event: Event, *, sure: bool) -> Message:
        if not sure:
            return sure_card()
        await privacy.forget(self.game, event)
        return forgotten_card()

    # One method a command; `_COMMANDS` below is the table of contents.

    async def today(self, event: CommandUsed) -> Message | None:
        here = await today.today_here(self.game, event)
        if here.asked is None or here.question is None:
            return no_round_card(When(here.next_at, here.tz, WhenStyle.DAY_TIME) if here.next_at else None)
        return question_card(here.question, here.asked, tz=here.tz, answers=here.answers)

    async def answer(self, event: CommandUsed) -> Message | None:
        if text := event.options.get("text"):
            await event.reply.acknowledge()
            return await self._submit(event, text)
        here = await today.today_here(self.game, event)
        if here.asked is None:
            raise NoOpenRound
        return await self._open_answer_form(event, answer_action(here.asked))

    async def practice(self, event: CommandUsed) -> Message | None:
        return practice_card(await pick(self.game, event, event.options.get("topic")))

    async def leaderboard(self, event: CommandUsed) -> Message | None:
        return leaderboard_card(await board.leaderboard(self.game, event, event.options.get("period")))

    async def me(self, event: CommandUsed) -> Message | None:
        return record_card(await board.record(self.game, event))

    async def why(self, event: CommandUsed) -> Message | None:
        return feedback_card(await why.last_feedback(self.game, event))

    async def hint(self, event: CommandUsed) -> Message | None:
        return hint_card(await hint.hint(self.game, event))

    async def help(self, event: CommandUsed) -> Message | None:
        return help_card(leads=event.path[0] == "quiz-admin")

    async def privacy(self, event: CommandUsed) -> Message | None:
        if event.path[-1] == "delete":
            return await self._forget(event, sure="confirm" in event.options)
        return privacy_card(await privacy.kept(self.game, event))

    async def setup(self, event: CommandUsed) -> Message | None:
        platform = self._platforms.get(event.place.platform)
        if not event.options and platform is not None and platform.capabilities.setup_form:
            return await self._open_setup_form(event)
        await event.reply.acknowledge()
        return await self._set_up(event, event.options)

    async def _set_up(self, event: Event, options: Mapping[str, str]) -> Message | None:
        outlook = await admin.setup(self.game, event, options)
        findings = await admin.look_at(self._platforms.get(event.place.platform), outlook.channel)
        return setup_card(outlook, findings, "The quiz is set up")

    async def leads(self, event: CommandUsed) -> Message | None:
        return leads_card(await leads.leads(self.game, event))

    async def unsure(self, event: CommandUsed) -> Message | None:
        await event.reply.acknowledge()
        return unsure_card(await unsure.doubts(self.game, event))

    async def lead_add(self, event: CommandUsed) -> Message | None:
        return leads_card(await leads.name_lead(self.game, event, event.options.get("person")))

    async def lead_remove(self, event: CommandUsed) -> Message | None:
        return leads_card(await leads.unname_lead(self.game, event, event.options.get("person")))

    async def schedule_show(self, event: CommandUsed) -> Message | None:
        return outlook_card(await admin.show(self.game, event), "The schedule")

    async def schedule_preview(self, event: CommandUsed) -> Message | None:
        return outlook_card(await admin.show(self.game, event, with_titles=True), "The next questions")

    async def schedule_set(self, event: CommandUsed) -> Message | None:
        return outlook_card(await admin.change(self.game, event, event.options), "The schedule is changed")

    async def schedule_pause(self, event: CommandUsed) -> Message | None:
        return outlook_card(await admin.hold(self.game, event), "The schedule is paused")

    async def schedule_resume(self, event: CommandUsed) -> Message | None:
        return outlook_card(await admin.go_on(self.game, event), "The schedule goes on")

    async def schedule_skip(self, event: CommandUsed) -> Message | None:
        day = event.options.get("date")
        return outlook_card(await admin.leave_out(self.game, event, day), "That day is left out")

    async def post(self, event: CommandUsed) -> Message | None:
        return await self._post(event, event.options.get("question"))

    async def _post(self, event: Event, question: str | None) -> Message | None:
        await ask.post_now(self.game, event, question)
        return note("The question is on its way to the channel.")

    async def close(self, event: CommandUsed) -> Message | None:
        await close.close_now(self.game, event)
        return note("The round is closed. The answer is on its way to the channel.")

    async def doctor(self, event: CommandUsed) -> Message | None:
        await event.reply.acknowledge()
        return health_card(await admin.examine(self.game, event, self._platforms.get(event.place.platform)))


_COMMANDS: Mapping[tuple[str, ...], Handler] = {
    ("quiz",): Dispatcher.today,
    ("quiz", "answer"): Dispatcher.answer,
    ("quiz", "practice"): Dispatcher.practice,
    ("quiz", "leaderboard"): Dispatcher.leaderboard,
    ("quiz", "me"): Dispatcher.me,
    ("quiz", "why"): Dispatcher.why,
    ("quiz", "hint"): Dispatcher.hint,
    ("quiz", "help"): Dispatcher.help,
    ("quiz", "privacy"): Dispatcher.privacy,
    ("quiz", "privacy", "show"): Dispatcher.privacy,
    ("quiz", "privacy", "delete"): Dispatcher.privacy,
    ("quiz-admin", "setup"): Dispatcher.setup,
    ("quiz-admin", "schedule"): Dispatcher.schedule_show,
    ("quiz-admin", "schedule", "show"): Dispatcher.schedule_show,
    ("quiz-admin", "schedule", "preview"): Dispatcher.schedule_preview,
    ("quiz-admin", "schedule", "set"): Dispatcher.schedule_set,
    ("quiz-admin", "schedule", "pause"): Dispatcher.schedule_pause,
    ("quiz-admin", "schedule", "resume"): Dispatcher.schedule_resume,
    ("quiz-admin", "schedule", "skip"): Dispatcher.schedule_skip,
    ("quiz-admin", "post"): Dispatcher.post,
    ("quiz-admin", "close"): Dispatcher.close,
    ("quiz-admin", "unsure"): Dispatcher.unsure,
    ("quiz-admin", "lead"): Dispatcher.leads,
    ("quiz-admin", "lead", "add"): Dispatcher.lead_add,
    ("quiz-admin", "lead", "remove"): Dispatcher.lead_remove,
    ("quiz-admin", "doctor"): Dispatcher.doctor,
    ("quiz-admin", "help"): Dispatcher.help,
}


# Each of these checks for itself who may press it: anyone can replay a button's id.
_BUTTONS: Mapping[str, Callable[[Dispatcher, Event, Action], Awaitable[Message | None]]] = {
    "hint": Dispatcher._hint_button,
    "practice-hint": Dispatcher._practice_hint_button,
    "forget": Dispatcher._forget_button,
    "why": Dispatcher._why_button,
    "setup": Dispatcher._setup_button,
    "preview": Dispatcher._preview_button,
    "post": Dispatcher._post_button,
    "unsure": Dispatcher._later_button,
    "rule": Dispatcher._rule_button,
}


def _text_of(event: Event) -> str | None:
    """The answer in an event that could not be handled: a closed form keeps nothing, so it is given back."""
    if isinstance(event, FormSubmitted):
        return event.text or None
    if isinstance(event, CommandUsed) and event.path == ("quiz", "answer"):
        return event.options.get("text")
    return None


def _number(action: Action) -> int:
    number = action.subject.partition(".")[0]
    if not number.isdecimal() or len(number) > 18:
        raise UnknownAction(str(action))
    return int(number)
