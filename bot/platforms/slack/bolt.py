"""The slack-bolt app: which listener hears what."""

import logging
import re

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.arrivals import Arrivals
from bot.platforms.slack.happenings import Happenings

_EVERYTHING = re.compile("")


class _KnownLater(AsyncAuthorize):
    """Lets everything in: whose request it is was proven by its signature or the socket.

    Which installation it is for is looked up after the acknowledgement, which must not wait for a database or for
    Slack; the listeners use no token of slack-bolt's.
    """

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)


def bolt_app(
    client: AsyncWebClient, arrivals: Arrivals, happenings: Happenings, oauth: AsyncOAuthFlow | None
) -> AsyncApp:
    """Listens; connected to nothing yet. Signatures are checked before, on the raw bytes."""
    app = AsyncApp(
        client=client,
        logger=quiet_logger(),
        authorize=_KnownLater(),  # type: ignore[no-untyped-call]  # slack-bolt leaves it untyped
        oauth_flow=oauth,
        signing_secret="",
        request_verification_enabled=False,
    )
    app.command(re.compile(r"/quiz(-admin)?\Z"))(arrivals.command)
    app.action(_EVERYTHING)(arrivals.action)
    app.options(_EVERYTHING)(arrivals.options)
    app.view_submission(_EVERYTHING)(arrivals.view)
    app.event(_EVERYTHING)(happenings.event)
    return app


def quiet_logger() -> logging.Logger:
    """slack-bolt's own, for errors: below that it repeats payloads, and warns of settings it reads by itself."""
    logger = logging.getLogger("slack_bolt.quiz")
    logger.setLevel(logging.ERROR)
    return logger
