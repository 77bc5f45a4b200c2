"""How the bot answered something Slack sent it."""

from dataclasses import dataclass

from tests.local_slack.payload import Payload

ACK_SECONDS = 3.0  # on Slack's clock
SAFETY_SECONDS = 15.0  # real time, after which a test has failed


@dataclass
class Ack:
    """`seconds` are real ones from sending to the answer; `error` is what a person reads where it failed."""

    kind: str
    ok: bool
    status: int = 200
    body: Payload | None = None
    error: str = ""
    seconds: float = 0.0
    no_retry: bool = False
    retry_reason: str = "http_error"
    attempt: int = 0


NOTHING_IN_TIME = "operation_timeout"
NOT_REACHED = "dispatch_failed"
