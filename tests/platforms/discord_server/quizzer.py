"""A small bot on unmodified discord.py, with one of each thing that a quiz bot does."""

import asyncio
import re
from typing import Any, Self

import discord
from discord import app_commands, ui
from discord.ext import commands


class AnswerForm(ui.Modal, title="Your answer"):
    answer: ui.Label[Any] = ui.Label(
        text="What does the GIL protect?",
        description="Private until the round closes.",
        component=ui.TextInput(
            custom_id="answer", style=discord.TextStyle.paragraph, min_length=3, max_length=4000, required=True
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        field = self.answer.component
        assert isinstance(field, ui.TextInput)
        await interaction.edit_original_response(content=f"1 of 3 key points: {field.value}")


class AnswerButton(ui.DynamicItem[ui.Button[Any]], template=r"answer:v1:(?P<round>\d+)"):
    def __init__(self, round_id: int) -> None:
        self.round_id = round_id
        button: ui.Button[Any] = ui.Button(label="Answer", custom_id=f"answer:v1:{round_id}")
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["round"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(AnswerForm(custom_id=f"form:v1:{self.round_id}"))


class Card(ui.LayoutView):
    def __init__(self, round_id: int) -> None:
        super().__init__(timeout=None)
        text: ui.TextDisplay[Any] = ui.TextDisplay("## Why does CPython have a GIL?")
        self.add_item(ui.Container(text, ui.Separator(), ui.ActionRow(AnswerButton(round_id))))


class QuickView(ui.View):
    @ui.button(label="Count", custom_id="count")
    async def count(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        button.label = "Counted"
        button.disabled = True
        await interaction.response.edit_message(content="1 answer", view=self)

    @ui.select(
        custom_id="pack", placeholder="Pack", options=[discord.SelectOption(label=name) for name in ("gil", "async")]
    )
    async def pack(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"Chose {select.values[0]}", ephemeral=True)


class Quiz(app_commands.Group):
    @app_commands.command(description="Shows who leads.")
    async def leaderboard(self, interaction: discord.Interaction, period: str = "week") -> None:
        await interaction.response.send_message(embed=discord.Embed(title=f"Leaders of the {period}"), ephemeral=True)

    @app_commands.command(description="Asks a question.")
    async def ask(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Card(7))

    @app_commands.command(description="A message with old components.")
    @app_commands.choices(kind=[app_commands.Choice(name="Plain", value="plain")])
    async def quick(self, interaction: discord.Interaction, kind: str) -> None:
        await interaction.response.send_message(kind, view=QuickView(timeout=None))

    @app_commands.command(description="Sets the time zone.")
    async def zone(self, interaction: discord.Interaction, zone: str) -> None:
        await interaction.response.send_message(f"Zone {zone}", ephemeral=True)

    @zone.autocomplete("zone")
    async def zones(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        known = ("Europe/Berlin", "Asia/Tokyo", "Atlantic/Bermuda")
        return [app_commands.Choice(name=name, value=name) for name in known if typed.lower() in name.lower()]


class Admin(app_commands.Group):
    @app_commands.command(description="Sets the quiz up here.")
    async def setup(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Set up", ephemeral=True)

    @app_commands.command(description="Sets the days and the closing time.")
    async def schedule(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(ScheduleForm())


class ScheduleForm(ui.Modal, title="Schedule"):
    days: ui.Label[Any] = ui.Label(
        text="Days",
        component=ui.CheckboxGroup(
            custom_id="days", options=[discord.CheckboxGroupOption(label=day, value=day) for day in ("Mon", "Tue")]
        ),
    )
    close: ui.Label[Any] = ui.Label(
        text="Closes",
        component=ui.RadioGroup(
            custom_id="close", options=[discord.RadioGroupOption(label=text, value=text[0]) for text in ("4 h", "8 h")]
        ),
    )
    channel: ui.Label[Any] = ui.Label(text="Channel", component=ui.ChannelSelect(custom_id="channel"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        days, close, channel = (label.component for label in (self.days, self.close, self.channel))
        assert isinstance(days, ui.CheckboxGroup)
        assert isinstance(close, ui.RadioGroup)
        assert isinstance(channel, ui.ChannelSelect)
        text = f"{' and '.join(days.values)}, {close.value} h, #{channel.values[0].name}"
        await interaction.response.send_message(text, ephemeral=True)


@app_commands.context_menu(name="Grade this")
async def grade_this(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.defer()
    await interaction.followup.send(f"Graded: {message.content}")


class Quizzer(commands.AutoShardedBot):
    """Records what it hears; ready in 50 ms rather than in two seconds."""

    def __init__(self, *, content: bool = False, shards: int | None = None) -> None:
        intents = discord.Intents.default()
        intents.message_content = content
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            guild_ready_timeout=0.05,
            shard_count=shards,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.guild_news: asyncio.Queue[str] = asyncio.Queue()
        self.tree.add_command(grade_this)
        self.tree.add_command(Quiz(name="quiz", description="The quiz."))
        manage = discord.Permissions(manage_guild=True)
        self.tree.add_command(
            Admin(name="quiz-admin", description="For leads.", default_permissions=manage, guild_only=True)
        )

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """The real one waits five seconds."""

    async def setup_hook(self) -> None:
        self.add_dynamic_items(AnswerButton)
        await self.tree.sync()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.guild_news.put_nowait(f"joined {guild.name}")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.guild_news.put_nowait(f"left {guild.name}")

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self.guild_news.put_nowait(f"lost sight of {guild.name}")

    async def on_guild_available(self, guild: discord.Guild) -> None:
        self.guild_news.put_nowait(f"sees {guild.name}")

    async def on_message(self, message: discord.Message, /) -> None:
        if message.author != self.user:
            self.heard.put_nowait(message)
