"""A lead decides a verdict in a Discord server."""

from dataclasses import replace

from bot.services.game import Game
from tests.local_discord import LocalDiscord
from tests.platforms.discord.team import GOOD, Team, running


async def test_a_lead_decides_by_a_button_and_the_person_is_told(discord: LocalDiscord, team: Team, game: Game) -> None:
    async with running(discord, team.app, replace(game, unsure_below=1.0)) as bot:
        await team.set_up()
        post = await team.post(bot)
        saved = await team.answers(team.ana, post, GOOD)
        await bot.settle()
        await saved.shows("2 of 8 key points", "(a lead will look)")
        await (await team.lead.uses(team.channel, "quiz-admin close")).shows("closed")
        seen = await (await team.lead.uses(team.channel, "quiz-admin unsure")).shows("Not sure: What the GIL is")
        assert seen.ephemeral
        assert seen.buttons == ["Hit", "Partly", "Missed", "Wrong", "Later"]
        following = await (await team.lead.presses(seen, "Missed")).shows("Decided: missed", "Not sure")
        assert following.ephemeral
        discord.clock.move(minutes=3)
        await bot.settle()
        told = await team.ana.next_direct_message(team.app)
        await discord.pulse.until(lambda: told.shows("A lead decided on your answer: 25 → 13"), "the news", told.text)
