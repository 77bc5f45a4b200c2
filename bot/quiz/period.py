"""The spans of time a leaderboard is kept for."""

from datetime import date
from enum import StrEnum


class Period(StrEnum):
    """What `/quiz leaderboard` takes. A season is a calendar quarter."""

    WEEK = "week"
    MONTH = "month"
    SEASON = "season"
    ALL = "all"

    def key(self, day: date) -> str:
        """The span that `day` (the board's local date) falls into, such as `week:2026-W48` (ISO 8601)."""
        if self is Period.WEEK:
            year, week, _ = day.isocalendar()
            return f"week:{year:04}-W{week:02}"
        if self is Period.MONTH:
            return f"month:{day:%Y-%m}"
        if self is Period.SEASON:
            return f"season:{day.year:04}-Q{(day.month + 2) // 3}"
        return "all"
