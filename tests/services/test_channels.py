"""Around the posts: kept up to date, edited answers, workspaces that come and go, leads, setting up, the home page."""

import re
from datetime import timedelta

import pytest

from bot.chat.action import Action
from bot.chat.event import (
    ButtonPressed,
    ChannelLost,
    FormSubmitted,
    HomeOpened,
    Person,
    ReplyDeleted,
    ReplyEdited,
    RollCall,
    WorkspaceJoined,
    WorkspaceLeft,
)
from bot.chat.message import Button, Buttons, Message
from bot.chat.plain import plain
from bot.chat.platform import Capabilities, Finding, Rejected
from tests.doubles import HERE, MONDAY, RecordingReply, Table

GOOD = "Only one thread runs bytecode at a time, because reference counts are not thread-safe."
BETTER = GOOD + " Threads still help I/O, because the GIL is released while waiting for I/O."


def _text(message: Message) -> str:
    return plain(message, width=100)


async def _edits(table: Table, text: str, message_ref: str = "m1") -> RecordingReply:
    reply = RecordingReply()
    await table.dispatch(
        ReplyEdited(f"edit-{len(text)}", table.now, Person("ana", "ana"), table.place, reply, message_ref, text)
    )
    return reply


async def _deletes(table: Table, who: str = "ana", message_ref: str = "m1") -> RecordingReply:
    reply = RecordingReply()
    await table.dispatch(ReplyDeleted(f"gone-{who}", table.now, Person(who, who), table.place, reply, message_ref))
    return reply


async def test_the_post_counts_answers_in_one_edit_for_those_that_come_together(open_table: Table) -> None:
    await open_table.answers("ana", GOOD)
    await open_table.answers("bo", GOOD)
    assert open_table.platform.edited == []
    open_table.later(seconds=16)
    await open_table.settle()
    ((ref, message),) = open_table.platform.edited
    assert ref == "ref-question:1"
    assert "2 answers" in _text(message)


async def test_a_closed_post_says_so_and_has_no_buttons(open_table: Table) -> None:
    await open_table.leads("/quiz-admin close")
    await open_table.settle()
    _, message = open_table.platform.edited[-1]
    assert "Closed" in _text(message)
    assert not any(isinstance(block, Buttons) for block in message.blocks)


async def test_a_post_that_cannot_be_edited_troubles_nobody(open_table: Table) -> None:
    open_table.platform.edit_answers = [Rejected("unknown message", permanent=True)]
    await open_table.leads("/quiz-admin close")
    await open_table.settle()
    assert "All is well" in (await open_table.leads("/quiz-admin doctor")).text


async def test_a_platform_without_edits_is_not_asked_to(open_table: Table) -> None:
    open_table.platform.capabilities = Capabilities(edits=False, forms=True, private_messages=True)
    await open_table.leads("/quiz-admin close")
    await open_table.settle()
    assert open_table.platform.edited == []


async def test_an_answer_changed_before_it_was_graded_ranks_as_changed(open_table: Table) -> None:
    await open_table.replies("ana", "ref-question:1", GOOD)
    assert "in place of the first" in (await _edits(open_table, BETTER)).text
    await open_table.settle()
    assert "25 points" not in (await open_table.says("ana", "/quiz why")).text


async def test_an_answer_changed_after_its_feedback_is_practice_and_the_first_ranks(open_table: Table) -> None:
    await open_table.replies("ana", "ref-question:1", GOOD)
    await open_table.settle()
    changed = await _edits(open_table, BETTER)
    assert "Your first version ranks" in changed.text
    await open_table.settle()
    assert "key points" in changed.text
    assert "· 25 points" not in changed.text
    await open_table.leads("/quiz-admin close")
    await open_table.settle()
    board = (await open_table.says("ana", "/quiz leaderboard")).text
    first = (await open_table.says("ana", "/quiz me")).text
    assert "25" in board
    assert "practice" in first


async def test_a_change_of_other_messages_and_of_other_peoples_is_nobodys_business(open_table: Table) -> None:
    await open_table.replies("ana", "ref-question:1", GOOD)
    assert (await _edits(open_table, "Hello there, everybody.", message_ref="m2")).told == []
    assert (await _edits(open_table, GOOD)).told == []
    assert (await _deletes(open_table, who="bo")).told == []


async def test_a_deleted_answer_is_withdrawn_and_a_new_one_is_practice(open_table: Table) -> None:
    await open_table.replies("ana", "ref-question:1", GOOD)
    await open_table.settle()
    assert "withdrawn" in (await _deletes(open_table)).text
    open_table.later(minutes=1)
    again = await open_table.answers("ana", BETTER)
    assert "saved as practice" in again.text
    await open_table.leads("/quiz-admin close")
    await open_table.settle()
    assert "No points yet" in (await open_table.says("ana", "/quiz leaderboard")).text
    assert GOOD not in str(open_table.platform.texts())


async def test_a_removed_bot_posts_nothing_and_goes_on_when_it_is_back(table: Table) -> None:
    await table.set_up()
    await table.dispatch(WorkspaceLeft(table.now, "fake", HERE.workspace_id))
    await table.until(MONDAY + timedelta(days=1))
    assert table.platform.sent == []
    await table.dispatch(WorkspaceJoined(table.now, "fake", HERE.workspace_id))
    await table.until(MONDAY + timedelta(days=2))
    assert [key.partition(":")[0] for key in table.platform.sent_keys()] == ["question", "reveal"]


async def test_a_schedule_that_a_lead_paused_stays_paused_when_the_bot_is_back(table: Table) -> None:
    await table.set_up()
    await table.leads("/quiz-admin schedule pause")
    await table.dispatch(WorkspaceLeft(table.now, "fake", HERE.workspace_id))
    await table.dispatch(WorkspaceJoined(table.now, "fake", HERE.workspace_id))
    assert "Paused" in (await table.leads("/quiz-admin schedule show")).text


async def test_the_roll_call_finds_what_happened_meanwhile(table: Table) -> None:
    await table.set_up()

    async def call(*present: str, covers: bool = True) -> None:
        await table.dispatch(RollCall(table.now, "fake", frozenset(present), lambda _: covers))

    await call(covers=False)
    assert "Paused" not in (await table.leads("/quiz-admin schedule show")).text
    await call()
    assert "Paused: the bot was removed" in (await table.leads("/quiz-admin schedule show")).text
    await call(HERE.workspace_id)
    assert "Paused" not in (await table.leads("/quiz-admin schedule show")).text


async def test_a_lost_channel_pauses_its_schedule_and_tells_the_lead_once(table: Table) -> None:
    await table.set_up()
    for _ in range(2):
        lost = ChannelLost(table.now, "fake", HERE.workspace_id, HERE.channel_id, "the channel was archived")
        await table.dispatch(lost)
    await table.settle()
    ((target, message, _),) = table.platform.sent
    assert target.person_id == "lead"
    assert "paused: the channel was archived" in _text(message)


async def test_somebody_named_a_lead_may_lead_and_no_more_when_unnamed(table: Table) -> None:
    await table.set_up()
    assert "Only leads" in (await table.says("bo", "/quiz-admin schedule show")).text
    assert "Bo may use" in (await table.leads("/quiz-admin lead add bo|Bo")).text
    assert "Mon-Fri" in (await table.says("bo", "/quiz-admin schedule show")).text
    assert "Bo" in (await table.leads("/quiz-admin lead")).text
    await table.leads("/quiz-admin lead remove bo|Bo")
    assert "Only leads" in (await table.says("bo", "/quiz-admin schedule show")).text
    assert "was not named" in (await table.leads("/quiz-admin lead remove bo|Bo")).text
    assert "/quiz-admin lead add @ana" in (await table.leads("/quiz-admin lead add")).text


@pytest.mark.parametrize("action", ["setup:v1:form", "preview:v1:next", "post:v1:next"])
async def test_a_leads_button_is_refused_to_others(table: Table, action: str) -> None:
    await table.set_up()
    assert "Only leads" in (await table.presses("bo", action)).text


async def test_setting_up_shows_the_next_questions_and_what_the_platform_says_of_the_channel(table: Table) -> None:
    table.platform.findings = (Finding("#quiz: the bot may not send messages", "allow Send Messages"),)
    reply = await table.leads("/quiz-admin setup mon-fri 09:00 UTC")
    assert "Do: allow Send Messages" in reply.text
    assert "What the GIL is" in reply.text
    doctor = (await table.leads("/quiz-admin doctor")).text
    assert "Something needs you" in doctor
    assert "allow Send Messages" in doctor
    table.platform.findings = (Finding("#quiz: all permissions"),)
    reply = await table.leads("/quiz-admin setup")
    assert "may post in #quiz" in reply.text
    labels = [b.label for block in reply.told[-1].blocks if isinstance(block, Buttons) for b in block.items]
    assert labels == ["Show the first question", "Post it now"]


async def test_a_platform_with_the_fields_sets_up_by_a_form(table: Table) -> None:
    table.platform.capabilities = Capabilities(edits=True, forms=True, private_messages=True, setup_form=True)
    (form,) = (await table.leads("/quiz-admin setup")).forms
    assert [field.name for field in form.fields] == ["channel", "time", "zone", "days", "open", "packs", "ping"]
    values = {field.name: field.value for field in form.fields} | {"time": "10:30", "zone": "berlin", "open": "1d"}
    reply = RecordingReply()
    submitted = FormSubmitted("f1", table.now, Person("lead", "lead", True), table.place, reply, form.action, values)
    await table.dispatch(submitted)
    assert "Mon-Fri at 10:30 (Europe/Berlin), open for 1 d" in reply.text


async def test_a_ping_is_in_the_post_and_not_in_its_edits(table: Table) -> None:
    await table.set_up("mon-fri 09:00 UTC ping R7")
    await table.until(MONDAY + timedelta(hours=1, seconds=1))
    assert table.platform.sent[0][1].ping == "R7"
    await table.leads("/quiz-admin close")
    await table.settle()
    assert table.platform.edited[-1][1].ping is None
    await table.leads("/quiz-admin schedule set ping none")
    await table.leads("/quiz-admin post")
    await table.settle()
    assert table.platform.sent[-1][1].ping is None


async def test_the_home_page_has_the_open_question_and_after_the_answer_the_feedback(open_table: Table) -> None:
    async def home() -> Message:
        reply = RecordingReply()
        place = type(HERE)("fake", HERE.workspace_id, HERE.workspace_name, "", "")
        await open_table.dispatch(HomeOpened("h", open_table.now, Person("ana", "ana"), place, reply))
        return reply.told[-1]

    buttons = [b for block in (await home()).blocks if isinstance(block, Buttons) for b in block.items]
    assert buttons[0] == Button("Answer", Action("answer", "1.what-is-the-gil"), primary=True)
    await open_table.answers("ana", GOOD)
    shown = await home()
    assert "2 of 8 key points" in _text(shown)
    assert "Answer" not in {b.label for block in shown.blocks if isinstance(block, Buttons) for b in block.items}


async def test_a_command_outside_of_a_quiz_channel_means_the_workspaces_quiz(open_table: Table) -> None:
    open_table.place = type(HERE)("fake", HERE.workspace_id, HERE.workspace_name, "C9", "random")
    assert "What the GIL is" in (await open_table.says("ana", "/quiz")).text
    assert "2 of 8" in (await open_table.answers("ana", GOOD)).text


async def test_a_form_that_came_too_late_is_offered_by_a_button(open_table: Table) -> None:
    class Late(RecordingReply):
        async def open_form(self, form: object) -> bool:
            return False

    reply = Late()
    await open_table.dispatch(
        ButtonPressed("b", open_table.now, Person("ana", "ana"), HERE, reply, Action.parse("answer:v1:1"))
    )
    assert "Press the button" in reply.text


@pytest.mark.parametrize("words", ["09:30 berlin", "berlin gil 09:30", "gil 09:30 Europe/Berlin"])
async def test_a_city_alone_is_the_time_zone(table: Table, words: str) -> None:
    assert "09:30 (Europe/Berlin), open for 8 h, packs gil" in (await table.leads(f"/quiz-admin setup {words}")).text


async def test_a_word_that_is_neither_pack_nor_city_is_named(table: Table) -> None:
    assert "no pack called “berlinn”" in (await table.leads("/quiz-admin setup berlinn")).text


async def test_a_new_channel_gets_the_packs_that_are_for_everybody_and_others_when_its_lead_says_so(
    table: Table,
) -> None:
    assert "gil" in (await table.leads("/quiz-admin setup mon-fri 09:00 UTC")).text
    assert "testing" not in (await table.leads("/quiz-admin schedule show")).text
    await table.leads("/quiz-admin schedule set all")
    assert "gil, testing" in (await table.leads("/quiz-admin schedule show")).text


async def test_a_channel_of_the_second_pack_plays_it_from_post_to_reveal(table: Table) -> None:
    """Nothing but the files of the pack knows what the questions are about."""
    await table.set_up("mon-fri 09:00 UTC testing open 8h")
    await table.until(MONDAY + timedelta(hours=1))
    await table.answers("ana", "The first test appends something and the next test sees it. Use function scope.")
    await table.until(MONDAY + timedelta(days=1))
    told = "\n".join(table.platform.texts())
    assert "Closed: A test that fails only after another one" in told
    assert re.search(r"ana +[1-9]\d", told)
