"""Settings that contradict each other are said in one sentence, before anything is connected; and the command line."""

import json
from functools import partial

import pytest
import yaml
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot.app import platform_makers
from bot.cli import main
from bot.content.bank import Bank
from bot.platforms.slack.platform import SlackPlatform
from bot.services.suggest import suggest
from bot.settings import BadSetting
from bot.store.store import SqlStore
from tests.local_slack import check_manifest
from tests.platforms.slack.house import config_of, house

ONE = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
SEVERAL = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "secret",
    "SLACK_TOKEN_KEY": Fernet.generate_key().decode(),
    "SLACK_PUBLIC_URL": "https://quiz.example/",
    "SLACK_SIGNING_SECRET": "signing",
    "HTTP_PORT": "8080",
}


def _set(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def test_without_tokens_slack_is_not_connected() -> None:
    assert platform_makers() == []


@pytest.mark.parametrize("settings", [ONE, SEVERAL, {**ONE, "SLACK_API_URL": "http://127.0.0.1:1/api"}])
def test_settings_that_fit_make_a_platform(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    _set(monkeypatch, settings)
    assert len(platform_makers()) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_APP_TOKEN alone connects nothing"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "Set SLACK_APP_TOKEN for Socket Mode or SLACK_SIGNING_SECRET for HTTP"),
        ({**ONE, "SLACK_SIGNING_SECRET": "s"}, "only one of them"),
        ({**ONE, "SLACK_CLIENT_ID": "1.2"}, "keep one of them"),
        ({**ONE, "SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is not such a token"),
        ({**ONE, "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is not such a token"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, "set HTTP_PORT"),
        ({**SEVERAL, "SLACK_TOKEN_KEY": "short"}, "SLACK_TOKEN_KEY is not a key"),
        ({**SEVERAL, "SLACK_PUBLIC_URL": ""}, "set the missing one"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], words: str
) -> None:
    _set(monkeypatch, settings)
    with pytest.raises(BadSetting, match=words) as refused:
        platform_makers()
    assert "xoxb-1" not in str(refused.value)


@pytest.mark.parametrize(
    "options", [[], ["--http", "https://quiz.example"], ["--several", "--install-url", "https://quiz.example"]]
)
def test_the_manifest_is_printed_as_slack_takes_it(options: list[str]) -> None:
    as_yaml = CliRunner().invoke(main, ["slack-manifest", *options])
    as_json = CliRunner().invoke(main, ["slack-manifest", "--format", "json", *options])
    made = yaml.safe_load(as_yaml.output)
    assert made == json.loads(as_json.output)
    assert check_manifest(made) == []
    assert made["settings"]["socket_mode_enabled"] is ("--http" not in options)


@pytest.mark.parametrize("options", [["--several"], ["--http", "http://quiz.example"]])
def test_a_manifest_slack_would_refuse_is_not_printed(options: list[str]) -> None:
    assert CliRunner().invoke(main, ["slack-manifest", *options]).exit_code == 2


async def test_doctor_looks_at_tokens_permissions_and_every_quiz_channel(store: SqlStore, bank: Bank) -> None:
    async with house(store, bank) as h:
        await h.set_up()
        lounge = h.team.add_channel("lounge", members=[h.ana])
        await h.ana.types(lounge, "/quiz-admin setup 09:00")
        await h.ana.sees_ephemeral("The bot may post in #lounge")
        await h.stop()
        h.channel.archived = True
        h.installation.scopes.remove("channels:join")
        platform = SlackPlatform(config_of(h), store, partial(suggest, bank), h.clock.now)
        found = {finding.what: finding.remedy for finding in await platform.diagnose(channels=True)}
        assert found["Slack: Socket Mode"] is None
        assert "unarchive it" in (found["#quiz is archived"] or "")
        assert found["#lounge is public; the bot joins it with its first post"] is None
        (missing,) = [what for what in found if "channels:join" in what]
        assert "install the app again" in (found[missing] or "")
