"""A person's browser: the way of an installation through the bot's pages and Slack's."""

import re
from html import unescape
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.local_slack.server import LocalSlack

LINK = re.compile(r'href="([^"]*/oauth/v2/authorize[^"]*)"')


class Browser:
    """Keeps the bot's cookies, also those marked Secure, as behind the https address a real bot has."""

    def __init__(self, slack: "LocalSlack", user: str) -> None:
        self.slack = slack
        self.user = user
        self.cookies: dict[str, str] = {}

    async def installs(self, install_url: str) -> str:
        """Open the bot's install page, click its button, click Allow; the text of the page at the end."""
        back = await self.approves(await self._authorize_url(install_url))
        return await self.visits(back)

    async def visits(self, url: str) -> str:
        """Open one of the bot's pages; its text."""
        async with self.slack.session.get(url, cookies=self.cookies, allow_redirects=False) as response:
            self._keep(response.cookies)
            return await response.text()

    async def approves(self, authorize_url: str, *, org_wide: bool = False) -> str:
        """Click Allow on Slack's page; the address the browser is sent to, with code and state."""
        return await self._decides(authorize_url, {"person": self.user, "answer": "org" if org_wide else "allow"})

    async def refuses(self, authorize_url: str) -> str:
        """Click Cancel."""
        return await self._decides(authorize_url, {"person": self.user, "answer": "refuse"})

    async def _authorize_url(self, install_url: str) -> str:
        async with self.slack.session.get(install_url, cookies=self.cookies, allow_redirects=False) as response:
            self._keep(response.cookies)
            if "Location" in response.headers:
                return response.headers["Location"]
            if link := LINK.search(await response.text()):
                return unescape(link.group(1))
            raise AssertionError(f"The install page leads nowhere: {response.status} {await response.text()}")

    async def _decides(self, authorize_url: str, cookies: dict[str, str]) -> str:
        parts = urlsplit(authorize_url)
        url = f"{self.slack.address}{parts.path}?{parts.query}"
        async with self.slack.session.get(url, cookies=cookies, allow_redirects=False) as response:
            if response.status != 302:
                raise AssertionError(f"The authorize page says: {await response.text()}")
            return response.headers["Location"]

    def _keep(self, cookies: SimpleCookie) -> None:
        for name, morsel in cookies.items():
            if morsel.value and morsel["max-age"] != "0":
                self.cookies[name] = morsel.value
            else:
                self.cookies.pop(name, None)
