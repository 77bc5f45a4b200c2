"""Whether Slack has been given the answer to what it sent."""

import asyncio
from contextvars import ContextVar

# Set by a transport around each request; work that must come after the answer waits for it.
_answered: ContextVar[asyncio.Event | None] = ContextVar("slack_answered", default=None)


def begin() -> asyncio.Event:
    """Called by a transport before it hands a request on; it sets the event when the answer is on its way."""
    event = asyncio.Event()
    _answered.set(event)
    return event


def current() -> asyncio.Event:
    """The event of the request that is being handled; one that is set where no transport says."""
    event = _answered.get()
    if event is None:
        event = asyncio.Event()
        event.set()
    return event
