"""Installing in the browser, and tokens that rotate."""

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store.file import FileInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.state_store.file import FileOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack import Person
from tests.platforms.slack_server.scene import Scene, scene
from tests.platforms.slack_server.small_bot import by_http, quiz

# slack-sdk still signs its OAuth calls by a class that aiohttp calls old.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BACK = "https://example.com/slack/back"


def page(s: Scene, **changes: str) -> str:
    query = {"client_id": s.app.client_id, "scope": "chat:write,commands", "state": "s1", "redirect_uri": BACK}
    return f"{s.slack.address}/oauth/v2/authorize?{urlencode(query | changes)}"


async def approved(s: Scene, person: Person) -> str:
    target = urlsplit(await person.browser.approves(page(s)))
    answer = parse_qs(target.query)
    assert answer["state"] == ["s1"]
    return answer["code"][0]


async def exchange(s: Scene, code: str, redirect_uri: str = BACK) -> dict[str, object]:
    client = AsyncWebClient(base_url=s.slack.api_url)
    secret = s.app.client_secret
    answer = await client.oauth_v2_access(
        client_id=s.app.client_id, client_secret=secret, code=code, redirect_uri=redirect_uri
    )
    assert isinstance(answer.data, dict)
    return answer.data


async def test_a_workspace_is_installed_by_a_code_that_works_once() -> None:
    async with scene() as s:
        other = s.slack.add_workspace("Team two")
        eve = other.add_person("eve", admin=True)
        code = await approved(s, eve)
        installed = await exchange(s, code)
        assert installed["team"] == {"id": other.id, "name": "Team two"}
        assert installed["scope"] == "chat:write,commands"
        assert "refresh_token" not in installed
        with pytest.raises(SlackApiError, match="invalid_code"):
            await exchange(s, code)


async def test_a_code_is_good_for_its_own_redirect_address_and_ten_minutes() -> None:
    async with scene() as s:
        code = await approved(s, s.ana)
        with pytest.raises(SlackApiError, match="bad_redirect_uri"):
            await exchange(s, code, "https://example.com/slack/back/other")
        code = await approved(s, s.ana)
        s.slack.clock.advance(601)
        with pytest.raises(SlackApiError, match="invalid_code"):
            await exchange(s, code)


async def test_the_page_refuses_strange_addresses_scopes_and_apps() -> None:
    async with scene() as s:
        for change in ({"redirect_uri": "https://evil.example/"}, {"scope": "admin"}, {"client_id": "9.9"}):
            with pytest.raises(AssertionError, match="authorize page"):
                await s.ana.browser.approves(page(s, **change))
        s.slack.forgives("scopes that are not in the manifest")
        assert "error=access_denied" in await s.ana.browser.refuses(page(s))


async def test_a_rotating_token_lives_twelve_hours_and_its_refresh_token_works_once() -> None:
    async with scene(rotation=True) as s:
        installed = await exchange(s, await approved(s, s.ana))
        assert installed["expires_in"] == 43200
        old = str(installed["access_token"])
        client = AsyncWebClient(token=old, base_url=s.slack.api_url)
        assert (await client.auth_test())["ok"]
        s.slack.clock.advance(43200)
        with pytest.raises(SlackApiError, match="token_expired"):
            await client.auth_test()
        bot = Bot(
            bot_token=old,
            bot_id="B",
            bot_user_id="U",
            bot_refresh_token=str(installed["refresh_token"]),
            bot_token_expires_at=1,
            installed_at=1.0,
        )
        rotator = AsyncTokenRotator(
            client_id=s.app.client_id,
            client_secret=s.app.client_secret,
            client=AsyncWebClient(base_url=s.slack.api_url),
        )
        fresh = await rotator.perform_bot_token_rotation(bot=bot)
        assert fresh is not None
        assert (await AsyncWebClient(token=fresh.bot_token, base_url=s.slack.api_url).auth_test())["ok"]
        with pytest.raises(Exception, match="invalid_refresh_token"):
            await rotator.perform_bot_token_rotation(bot=bot)


async def test_an_org_wide_installation_names_the_enterprise_and_no_team() -> None:
    async with scene() as s:
        grid = s.slack.add_workspace("Grid one", enterprise_id="E0GRID")
        wanda = grid.add_person("wanda", owner=True)
        target = await wanda.browser.approves(page(s), org_wide=True)
        installed = await exchange(s, parse_qs(urlsplit(target).query)["code"][0])
        assert installed["is_enterprise_install"]
        assert (installed["team"], installed["enterprise"]) == (None, {"id": "E0GRID", "name": "Grid"})


async def test_a_wrong_client_secret_opens_nothing() -> None:
    async with scene() as s:
        client = AsyncWebClient(base_url=s.slack.api_url)
        with pytest.raises(SlackApiError, match="bad_client_secret"):
            await client.oauth_v2_access(client_id=s.app.client_id, client_secret="wrong", code="x")


def bolt_with_installations(s: Scene, folder: Path) -> AsyncApp:
    """A bot that any workspace can install."""
    client = AsyncWebClient(base_url=s.slack.api_url)
    settings = AsyncOAuthSettings(
        client_id=s.app.client_id,
        client_secret=s.app.client_secret,
        scopes=s.app.scopes,
        authorization_url=f"{s.slack.address}/oauth/v2/authorize",
        installation_store=FileInstallationStore(base_dir=str(folder), client_id=s.app.client_id),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(folder), client_id=s.app.client_id),
    )
    app = AsyncApp(
        client=client, signing_secret=s.app.signing_secret, oauth_flow=AsyncOAuthFlow(client=client, settings=settings)
    )
    app.command("/quiz")(quiz)
    return app


async def test_two_workspaces_install_one_bot_through_bolts_own_pages(tmp_path: Path) -> None:
    async with scene(socket=False, rotation=True) as s:
        other = s.slack.add_workspace("Team two")
        eve = other.add_person("eve", admin=True)
        bot = bolt_with_installations(s, tmp_path)
        async with by_http(s.app, bot):
            site = s.app.http.url.removesuffix("/slack/events")
            s.app.redirect_urls.append(f"{site}/slack/oauth_redirect")
            for person in (s.ana, eve):
                assert "Thank you" in await person.browser.installs(f"{site}/slack/install")
                lounge = person.workspace.add_channel("lounge", members=[person])
                assert (await person.types(lounge, "/quiz echo")).ok
                await person.sees_ephemeral("You typed echo")
            assert len(s.slack.calls_of("oauth.v2.access")) == 2
            refused = await eve.browser.visits(f"{site}/slack/oauth_redirect?code=x&state=forged")
            assert "Thank you" not in refused
