"""What people write and call themselves is shown as it stands: it notifies nobody and formats nothing."""

from tests.local_discord import LocalDiscord
from tests.platforms.discord.team import GOOD, Bot, Team

HOSTILE = (
    "@everyone @here <@&1> <@2> <#3> </quiz:4> **bold** `code` ```fence``` # title [a](https://b.c) \u202egnp ||s||"
)


async def test_hostile_names_and_answers_stay_text_from_the_answer_to_the_leaderboard(
    discord: LocalDiscord, team: Team, bot: Bot
) -> None:
    role = team.guild.add_role("learners", mentionable=True)
    eve = team.guild.add_member("@everyone `x`")
    await team.set_up(ping=role)
    post = await team.post(bot)
    answer = f"{HOSTILE} {role.mention} {eve.mention} {GOOD} {HOSTILE}"
    saved = await team.answers(eve, post, answer)
    await bot.settle()
    await saved.shows("2 of 8 key points")
    await (await team.lead.uses(team.channel, "quiz-admin close")).shows("closed")
    await bot.settle()
    _, reveal = team.channel.messages
    board = await (await team.ana.uses(team.channel, "quiz leaderboard", period="all")).until_final()
    for message in (reveal, board):
        assert "@everyone ˋxˋ" in message.text().split("```")[1 if message is board else -2]
    assert discord.pinged() == [post]


async def test_an_answer_that_could_not_be_saved_is_given_back_whole(team: Team, bot: Bot) -> None:
    await team.set_up()
    post = await team.post(bot)
    await team.answers(team.ana, post, GOOD)
    form = await (await team.ana.presses(post, "Answer")).form()
    seen = await team.ana.fills(form, "Another answer: ``` @everyone, sent too soon after the first.")
    given_back = await seen.shows("That was quick", "Your answer, not saved")
    assert "sent too soon after the first." in given_back.text()


async def test_the_longest_answer_goes_all_the_way(discord: LocalDiscord, team: Team, bot: Bot) -> None:
    await team.set_up()
    post = await team.post(bot)
    longest = (GOOD + " 👩‍👩‍👧‍👦 \u05d0\u05d1 ```x``` ") * 40
    seen = await team.answers(team.ana, post, longest[:3000])
    await bot.settle()
    await seen.shows("key points")
    discord.clock.move(seconds=1)
    form = await (await team.ana.presses(post, "Answer")).form()
    again = await team.ana.fills(form, longest[1:2900])
    await again.shows("That was quick")
