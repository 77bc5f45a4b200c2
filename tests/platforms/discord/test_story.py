"""A day in a Discord server, as its members see it."""

from bot.services.game import Game
from bot.store.store import SqlStore
from tests.local_discord import LocalDiscord
from tests.platforms.discord.team import GOOD, POOR, Team, running

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def test_a_day_from_setup_to_leaderboard_with_a_restart_in_the_middle(
    discord: LocalDiscord, team: Team, store: SqlStore, game: Game
) -> None:
    async with running(discord, team.app, game, thread_answers=True) as bot:
        form = await (await team.lead.uses(team.channel, "quiz-admin setup")).form()
        seen = await team.lead.fills(
            form,
            channel=team.channel,
            time="09:00",
            zone="UTC",
            days=list(WEEK),
            open="8 hours",
        )
        done = await seen.shows("The quiz is set up", "The bot may post in")
        await (await team.lead.presses(done, "Show the first question")).shows("What is the GIL in Python?")
        discord.clock.move_to(9)
        await bot.settle()
        post = await team.channel.next_message()
        assert post.buttons == ["Answer", "Hint"]
        await (await team.bo.presses(post, "Hint")).shows("Hint 1 of 3")
        saved = await team.answers(team.ana, post, GOOD)
    async with running(discord, team.app, Game(store, game.bank), thread_answers=True) as bot:
        await bot.settle()
        feedback = await saved.shows("2 of 8 key points")
        assert feedback.ephemeral
        thread = await team.ana.opens_thread(post, "Answers")
        discord.clock.move(minutes=5)
        await team.bo.writes(thread, POOR)
        saved_dm = await team.bo.next_direct_message(team.app)
        await bot.settle()
        await discord.pulse.until(lambda: saved_dm.shows("of 8 key points"), "feedback", saved_dm.text)
        await bot.settle()
        discord.clock.move(minutes=2)
        await bot.settle()
        assert "2 answers" in post.text()
        await (await team.lead.uses(team.channel, "quiz-admin close")).shows("closed")
        await bot.settle()
        reveal = await team.channel.next_message()
        assert "Closed" in reveal.text()
        board = await (await team.bo.uses(team.channel, "quiz leaderboard", period="all")).until_final()
        assert "Ana" in board.text()
        assert board.ephemeral
    assert discord.pinged() == []
