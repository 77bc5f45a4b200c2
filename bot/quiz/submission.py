"""One person's answer, stored before anything else happens to it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer to a question, in a round or as practice.

    `ranked`: the first one of its player in its round, made while it was open; every other is practice.
    `answer` is the person's text, untouched. `channel_id` says where to answer back, and `ticket` (see
    `chat.event.Reply`) how while that lasts. `message_ref` is the chat message that held the answer, if one did.
    """

    id: int
    player_id: int
    channel_id: int
    round_id: int | None
    question_id: str
    answer: str
    submitted_at: datetime
    ranked: bool
    ticket: str | None = None
    message_ref: str | None = None
