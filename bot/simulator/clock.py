"""A clock that people at the simulator may put forward, and that the desk goes by as well."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.chat.seams import Clock, SystemClock

MORNING = time(8)
FURTHEST = timedelta(days=3660)


class MovedClock:
    """The time of another clock (the machine's, unless given) and how far this one is `ahead` of it.

    It only goes forward: a desk whose database knows tomorrow can't be taken back to today. The platform keeps `ahead`
    in its store, so it doesn't go back with a restart either.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._clock.now() + self.ahead

    def move(self, by: timedelta) -> None:
        """Put it forward. Raises ValueError for a way back, or further than ten years in all."""
        if by < timedelta() or self.ahead + by > FURTHEST:
            raise ValueError("a clock goes forward, and at most ten years")
        self.ahead += by


def to_morning(now: datetime, zone: ZoneInfo) -> timedelta:
    """From `now` to eight o'clock of the next day in that zone."""
    morning = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    return morning.astimezone(UTC) - now
