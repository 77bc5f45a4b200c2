"""What is offered to somebody who is still typing."""

import pytest

from bot.content.bank import Bank
from bot.services.suggest import suggest


@pytest.mark.parametrize(
    ("option", "typed", "first"),
    [
        ("zone", "berl", "Europe/Berlin"),
        ("zone", "new yo", "America/New_York"),
        ("zone", "", "UTC"),
        ("question", "what is the gil", "what-is-the-gil"),
        ("question", "work around", "what-is-the-gil"),
        ("packs", "gi", "gil"),
        ("time", "09", "09:00"),
        ("days", "d", "daily"),
    ],
)
def test_the_best_suggestion_stands_first(bank: Bank, option: str, typed: str, first: str) -> None:
    assert suggest(bank, option, typed, 25)[0][0] == first


def test_there_are_never_more_than_asked_for_and_none_for_free_text(bank: Bank) -> None:
    assert len(suggest(bank, "zone", "a", 25)) == 25
    assert len(suggest(bank, "time", "", 25)) == 25
    assert suggest(bank, "text", "anything", 25) == []
