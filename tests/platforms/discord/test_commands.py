"""The slash commands as Discord has them: what people are offered, and what only leads may do."""

from typing import Any

import pytest

from bot.chat.command import COMMANDS
from bot.chat.event import CommandUsed
from bot.platforms.discord.commands import as_typed_here, discord_path
from bot.services.game import Game
from tests.local_discord import CannotDo, LocalDiscord, Permission
from tests.platforms.discord.team import Bot, Team, heard, running


def _syncs(discord: LocalDiscord) -> int:
    return sum(method == "PUT" and path.endswith("/commands") for method, path, _ in discord.rest.requests)


async def test_every_command_of_the_tree_is_there_and_reaches_the_core(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    given: dict[str, Any] = {"person": team.ana}
    for command in COMMANDS:
        required = {option.name: given[option.name] for option in command.options if option.name in given}
        seen = await team.lead.uses(team.channel, " ".join(discord_path(command)), **required)
        await seen.acknowledged()
    used = [event.path for event in bot.heard if isinstance(event, CommandUsed)]
    assert used == [command.path for command in COMMANDS]


async def test_the_commands_are_installed_once_and_again_only_after_a_change(
    discord: LocalDiscord, team: Team, game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        async with running(discord, team.app, game):
            assert _syncs(discord) == 1
    monkeypatch.setattr("bot.platforms.discord.commands._SETUP", ("no", "such"))
    async with running(discord, team.app, game):
        assert _syncs(discord) == 2


async def test_a_refused_installation_is_tried_at_the_next_start_and_keeps_nobody_out(
    discord: LocalDiscord, team: Team, game: Game
) -> None:
    discord.faults.refuse("PUT", "/applications/{application_id}/commands", 400, code=30034)
    async with running(discord, team.app, game) as bot:
        assert bot.platform.trouble() is None
        assert discord.commands.of(team.app) == []
    async with running(discord, team.app, game):
        assert {each["name"] for each in discord.commands.of(team.app)} == {"quiz", "quiz-admin"}


async def test_commands_are_for_servers_and_those_of_leads_are_hidden_from_others(team: Team, bot: Bot) -> None:
    with pytest.raises(CannotDo, match="not shown to ana"):
        await team.ana.uses(team.channel, "quiz-admin close")
    with pytest.raises(CannotDo):
        await team.ana.uses(team.ana.dm(team.app), "quiz today")


async def test_who_is_no_lead_is_refused_even_where_an_admin_shows_the_command_to_all(team: Team, bot: Bot) -> None:
    await team.set_up()
    seen = await team.ana.uses(team.channel, "quiz-admin close", hidden_too=True)
    await seen.shows("Only leads can use")
    seen = await team.ana.uses(team.channel, "quiz-admin setup", hidden_too=True)
    await seen.shows("Only leads can use")


async def test_an_administrator_leads_and_so_does_whom_a_lead_names(team: Team, bot: Bot) -> None:
    boss = team.guild.add_member("boss", team.guild.add_role("boss", Permission.ADMINISTRATOR))
    await (await boss.uses(team.channel, "quiz-admin setup", zone="UTC")).shows("The quiz is set up")
    await (await boss.uses(team.channel, "quiz-admin lead add", person=team.ana)).shows("Ana may use")
    seen = await team.ana.uses(team.channel, "quiz-admin schedule pause", hidden_too=True)
    await seen.shows("The schedule is paused")
    await (await boss.uses(team.channel, "quiz-admin lead remove", person=team.ana)).shows("may not use")
    seen = await team.ana.uses(team.channel, "quiz-admin schedule resume", hidden_too=True)
    await seen.shows("Only leads can use")


async def test_options_are_suggested_while_typing(team: Team, bot: Bot) -> None:
    zones = await team.lead.types_ahead(team.channel, "quiz-admin setup", "zone", "berl")
    assert zones[0] == {"name": "Europe/Berlin", "value": "Europe/Berlin"}
    topics = await team.ana.types_ahead(team.channel, "quiz practice", "topic", "what is the gil")
    assert "what-is-the-gil" in [each["value"] for each in topics]
    for option in ("packs", "time", "days", "open"):
        assert await team.lead.types_ahead(team.channel, "quiz-admin schedule set", option, "")
    assert await team.lead.types_ahead(team.channel, "quiz-admin post", "question", "gil")
    assert await team.lead.types_ahead(team.channel, "quiz-admin setup", "zone", "x" * 200) == []


async def test_what_is_typed_against_the_suggestions_is_answered_with_what_to_type(team: Team, bot: Bot) -> None:
    seen = await team.lead.uses(team.channel, "quiz-admin setup", zone="Mars/Base")
    await seen.shows("Mars/Base", "For example")


async def test_setup_can_be_for_another_channel_and_notify_a_role_or_nobody(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    other, role = team.guild.add_channel("other"), team.guild.add_role("learners", mentionable=True)
    seen = await team.lead.uses(team.channel, "quiz-admin setup", channel=other, zone="UTC", ping=role)
    await seen.shows("The bot may post in", "other")
    await (await team.lead.uses(other, "quiz-admin post")).shows("on its way")
    await bot.settle()
    post = await other.next_message()
    assert discord.pinged() == [post]
    await (await team.lead.uses(other, "quiz-admin close")).shows("closed")
    await (await team.lead.uses(other, "quiz-admin schedule set", ping_nobody=True)).shows("changed")
    await (await team.lead.uses(other, "quiz-admin post")).shows("on its way")
    await bot.settle()
    await other.next_message()
    await other.next_message()
    assert discord.pinged() == [post]


async def test_everyone_is_no_role_to_notify(team: Team, bot: Bot) -> None:
    seen = await team.lead.uses(team.channel, "quiz-admin setup", ping=team.guild.everyone)
    await seen.shows("Choose a role")


async def test_help_names_the_commands_as_one_types_them_here(team: Team, bot: Bot) -> None:
    await (await team.ana.uses(team.channel, "quiz help")).shows("/quiz today", "/quiz privacy show")


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("/quiz", "/quiz today"),
        ("/quiz practice", "/quiz practice"),
        ("/quiz leaderboard [week|month]", "/quiz leaderboard"),
        ("/quiz privacy delete confirm", "/quiz privacy delete confirm:confirm"),
        ("/quiz-admin lead add @ana", "/quiz-admin lead add person:@ana"),
        ("/quiz-admin schedule set 09:30 open 8h", "/quiz-admin schedule set time:09:30 open:8h"),
        ("/quiz-admin", "/quiz-admin"),
        ("/quizzes are fun", "/quizzes are fun"),
        ("quizbot doctor", "quizbot doctor"),
    ],
)
def test_commands_in_cards_stand_as_one_types_them_on_discord(written: str, typed: str) -> None:
    assert as_typed_here(written) == typed


async def test_a_role_that_may_not_be_notified_is_named_with_what_to_do(team: Team, bot: Bot) -> None:
    role = team.guild.add_role("learners")
    await team.set_up(ping=role)
    seen = await team.lead.uses(team.channel, "quiz-admin doctor")
    await seen.shows("allow anyone to mention", "learners")


async def test_a_command_that_discord_still_shows_as_it_was_is_answered(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    raw = next(each for each in discord.commands.seen_in(team.app, team.guild) if each["name"] == "quiz")
    raw["options"].append({"name": "oldest", "description": "Gone", "type": 1, "options": []})
    seen = await team.ana.uses(team.channel, "quiz oldest")
    await seen.shows("This command has changed")


async def test_everything_works_in_a_thread_of_the_channel(team: Team, bot: Bot) -> None:
    await team.set_up()
    post = await team.post(bot)
    thread = await team.ana.opens_thread(post, "Talk")
    await (await team.ana.uses(thread, "quiz today")).shows("What the GIL is")


async def test_events_carry_names_and_the_channel(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await (await team.ana.uses(team.channel, "quiz help")).acknowledged()
    await heard(discord, bot, CommandUsed)
    event = next(each for each in bot.heard if isinstance(each, CommandUsed))
    assert (event.person.name, event.person.leads) == ("Ana", False)
    assert (event.place.workspace_name, event.place.channel_name) == ("Team one", "quiz")
