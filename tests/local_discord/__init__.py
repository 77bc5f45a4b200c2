"""A local Discord that an unmodified bot cannot tell from the real one, and that is as strict.

    async with local_discord() as discord:                    # 127.0.0.1, a free port, this event loop
        app = discord.add_application(message_content=False)  # app.token, app.id
        guild = discord.add_guild("Team one", app)            # installs the bot; guild.remove(app), guild.install(app)
        channel = guild.add_channel("quiz")                   # channel.forbid(role or app, Permission…), .delete()
        ana = guild.add_member("ana")                         # manage_guild=True for a lead

        with discord_py_at(discord):                          # or a subprocess with env | discord.environment
            task = asyncio.create_task(bot.start(app.token))
            discord.watch(task)                               # its failure fails whoever waits
            await discord.gateway.ready(app)

            seen = await ana.uses(channel, "quiz leaderboard", period="week")
            await seen.shows("Nobody has answered yet")       # waits for the event, never sleeps
            post = await channel.next_message()               # the bot's next message here
            form = await (await ana.presses(post, "Answer")).form()
            seen = await ana.fills(form, "One thread at a time.")
            feedback = await seen.until_final()               # until it is not "thinking" any more
            assert feedback.ephemeral and "key points" in feedback.text() and not discord.pinged()

Also of a person: `types_ahead`, `selects`, `uses_on` (the menu of a message), `writes`, `edits`, `deletes`,
`opens_thread`, `direct_messages`, `next_direct_message`, `blocks`.
What the client would refuse raises `CannotDo`; what never comes raises `NeverHappened` with what there was instead.

Time stands still: `discord.clock.move(seconds=4)` passes the three seconds of the first response, `minutes=16` the
life of a token; `local_discord(now=…)` follows another clock. `seen.interaction.ack_seconds` is real.
Trouble: `discord.faults` (refuse, rate_limit, lose_answer, break_connection, hang), `discord.ratelimits.set`,
`discord.gateway` (disconnect, cut, ask_to_reconnect, invalidate, replay, answers_heartbeats).
Strictness: whatever breaks a limit of Discord's is answered 400 and, at the end of the block, fails the test; so does
whatever breaks its OpenAPI document, where the environment variable DISCORD_OPENAPI names one. `discord.violations`
lists both; `discord.rest.requests` is every request with its status.
`discord_py_at` lives in `tests.local_discord.discord_py`, the only module here that imports discord.py.
"""

from tests.local_discord.applications import Application
from tests.local_discord.channels import Channel
from tests.local_discord.forms import Form
from tests.local_discord.guilds import Guild, Role
from tests.local_discord.messages import Message
from tests.local_discord.options import CannotDo
from tests.local_discord.people import Person
from tests.local_discord.permissions import Permission
from tests.local_discord.pulse import NeverHappened
from tests.local_discord.seen import Seen
from tests.local_discord.server import LocalDiscord, local_discord

__all__ = [
    "Application",
    "CannotDo",
    "Channel",
    "Form",
    "Guild",
    "LocalDiscord",
    "Message",
    "NeverHappened",
    "Permission",
    "Person",
    "Role",
    "Seen",
    "local_discord",
]
