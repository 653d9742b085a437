"""Days and whole weeks, months and years: what is found in a text, and the arithmetic between them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class When:
    """A day, or a whole week (Monday to Sunday), month or year, from `first` to `last`."""

    first: date
    last: date
    unit: Literal["day", "week", "month", "year"] = "day"

    def __str__(self) -> str:
        """The short notation of the labelled phrases: ``2026-12-05``, ``2026-12``, ``2027``, or ``a/b`` for a week."""
        match self.unit:
            case "day":
                return self.first.isoformat()
            case "month":
                return self.first.isoformat()[:7]
            case "year":
                return f"{self.first.year:04}"
            case "week":
                return f"{self.first.isoformat()}/{self.last.isoformat()}"


def whole_day(day: date) -> When:
    return When(day, day)


def whole_week(monday: date) -> When:
    return When(monday, monday + timedelta(6), "week")


def whole_month(year: int, month: int) -> When:
    return When(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")


def later(day: date, months: int) -> date:
    """The same day of another month; 31 January and a month is the last of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def full_year(text: str) -> int:
    """A year written with two digits: 50 to 99 are of the last century."""
    year = int(text.strip("'"))
    return year if year > 99 else year + (2000 if year < 50 else 1900)
