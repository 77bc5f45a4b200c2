"""The app manifest: valid, and asking for no more than the bot needs."""

import os
from typing import Any

import pytest

from bot.chat.command import COMMANDS
from bot.platforms.slack.manifest import EVENTS, SCOPES, manifest
from tests.local_slack.methods import check_manifest

ADDRESS = "https://quiz.example.org"
WAYS: list[dict[str, Any]] = [
    {},
    {"several": True, "install_url": ADDRESS},
    {"http_url": ADDRESS},
    {"http_url": ADDRESS + "/", "several": True},
]


@pytest.mark.skipif("SLACK_MANIFEST_SCHEMA" not in os.environ, reason="needs Slack's schema of app manifests")
@pytest.mark.parametrize("way", WAYS)
def test_slack_takes_it(way: dict[str, Any]) -> None:
    assert check_manifest(manifest("GIL quiz", **way)) == []
    assert check_manifest(manifest("A quiz with a very long name indeed " * 4, **way)) == []


def test_socket_mode_needs_no_address() -> None:
    made = manifest("GIL quiz")
    assert made["settings"]["socket_mode_enabled"] is True
    assert "://" not in str(made)


def test_over_http_everything_comes_to_one_address() -> None:
    made = manifest("GIL quiz", http_url=ADDRESS + "/")
    to = ADDRESS + "/slack/events"
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == to
    assert settings["interactivity"] == {"is_enabled": True, "request_url": to, "message_menu_options_url": to}
    assert {command["url"] for command in made["features"]["slash_commands"]} == {to}


def test_several_workspaces_install_it_over_oauth_with_tokens_that_rotate() -> None:
    made = manifest("GIL quiz", http_url=ADDRESS, several=True)
    assert made["settings"]["token_rotation_enabled"] is True
    assert made["oauth_config"]["redirect_urls"] == [ADDRESS + "/slack/oauth_redirect"]
    assert "redirect_urls" not in manifest("GIL quiz")["oauth_config"]


def test_socket_mode_with_several_workspaces_has_an_address_for_installing_only() -> None:
    made = manifest("GIL quiz", several=True, install_url=ADDRESS)
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["oauth_config"]["redirect_urls"] == [ADDRESS + "/slack/oauth_redirect"]
    assert "request_url" not in made["settings"]["event_subscriptions"]


def test_every_scope_and_event_has_a_reason() -> None:
    made = manifest("GIL quiz")
    assert made["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert all([*SCOPES.values(), *EVENTS.values()])


def test_every_event_comes_with_a_scope_that_allows_it() -> None:
    for event in EVENTS:
        if event.startswith("message."):
            assert f"{event.removeprefix('message.')}:history" in SCOPES
        elif event.startswith(("channel_", "group_")):
            assert f"{event.partition('_')[0]}s:read" in SCOPES
    assert "app_mentions:read" in SCOPES


def test_both_commands_are_there_and_only_leads_commands_turn_names_into_ids() -> None:
    commands = {command["command"]: command for command in manifest("GIL quiz")["features"]["slash_commands"]}
    assert set(commands) == {f"/{command.path[0]}" for command in COMMANDS}
    assert commands["/quiz"]["should_escape"] is False
    assert commands["/quiz-admin"]["should_escape"] is True


def test_the_usage_hints_name_commands_there_are() -> None:
    known = {command.words for command in COMMANDS}
    for command in manifest("GIL quiz")["features"]["slash_commands"]:
        for hint in command["usage_hint"].split(" | "):
            words = f"{command['command']} {hint}"
            assert any(words.startswith(one) for one in known if one != command["command"]), words


def test_the_messages_tab_is_there_for_reading_only() -> None:
    assert manifest("GIL quiz")["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }
