"""How fast a channel account may speak: a bucket for what the office starts, and pauses that a platform asks for."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from bot.chat.seams import Pace

_MOST = 10_000
"""How many people are kept in mind before those are forgotten who weren't told anything for a while."""


class Pacing:
    """The pace of one account. Replies are bound by calls in flight; bulk by a bucket and by the platform's pauses.

    However full the bucket is, no second (wherever it begins) sees more than `bulk_per_second`. It starts empty, so
    that a process which crashes and starts again makes no bursts. `monotonic` counts seconds; tests give their own.
    """

    def __init__(self, pace: Pace, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._monotonic = monotonic
        self._tokens = 0.0
        self._rate = pace.bulk_per_second
        self._at = monotonic()
        self._began: deque[float] = deque()  # the bulk sends of the last second
        self._bulk_until = 0.0
        self._all_until = 0.0
        self._through = self._burst = pace.per_second * 0.75  # a bucket that both directions draw from
        self._through_at = self._at
        self._rested: dict[int, float] = {}  # by contact: when as much as ever may be said to her again
        self.replying = 0
        self.bulk = 0

    def replies(self) -> int:
        """How many replies and alerts may begin now."""
        if self._monotonic() < self._all_until:
            return 0
        return min(self._pace.replies_in_flight - self.replying, self._fits())

    def _fits(self) -> int:
        """How many messages may go through the account now."""
        if not self._pace.per_second:
            return self._pace.replies_in_flight
        now = self._monotonic()
        self._through = min(self._through + (now - self._through_at) * self._pace.per_second, self._burst)
        self._through_at = now
        return max(int(self._through), 0)

    def passed(self, count: int) -> None:
        """So many messages came in or begin to go out."""
        if self._pace.per_second:
            self._fits()
            self._through = max(self._through - count, -self._pace.per_second)

    def said(self, contact: int) -> float:
        """A message to one person: 0 when it may go now, and then it is counted; otherwise the seconds until then."""
        seconds, now = self._pace.chat_seconds, self._monotonic()
        rested = max(self._rested.get(contact, now), now)
        if (wait := rested - now - (self._pace.chat_burst - 1) * seconds) > 0:
            return wait
        if seconds:
            self._rested[contact] = rested + seconds
            if len(self._rested) > _MOST:
                self._rested = {other: at for other, at in self._rested.items() if at > now}
        return 0.0

    def said_more(self, contact: int, count: int) -> None:
        """A message to her was so many more than one."""
        self.passed(count)
        if self._pace.chat_seconds:
            now = self._monotonic()
            self._rested[contact] = max(self._rested.get(contact, now), now) + count * self._pace.chat_seconds

    def full_for(self) -> float:
        """Seconds until a message may go through; 0 when one may now."""
        if not self._pace.per_second or self._fits() > 0:
            return 0.0
        return (1.0 - self._through) / self._pace.per_second

    def bulks(self) -> int:
        """How many reminders and announcements may begin now."""
        now = self._monotonic()
        grown = min(self._rate + (now - self._at) / 30, self._pace.bulk_per_second)
        self._tokens = min(self._tokens + (now - self._at) * self._rate, float(self._pace.bulk_burst))
        self._rate, self._at = grown, now
        if now < max(self._bulk_until, self._all_until):
            return 0
        while self._began and self._began[0] <= now - 1.0:
            self._began.popleft()
        this_second = max(int(self._pace.bulk_per_second), 1) - len(self._began)
        return max(min(self._pace.bulk_in_flight - self.bulk, int(self._tokens), this_second, self._fits()), 0)

    def stopped(self) -> bool:
        """Whether nothing at all may be sent now."""
        return self._monotonic() < self._all_until

    def paused(self) -> bool:
        """Whether the platform has asked bulk to wait."""
        return self._monotonic() < max(self._bulk_until, self._all_until)

    def room(self) -> bool:
        """Whether a bulk send may begin before one in flight has ended."""
        return self.bulk < self._pace.bulk_in_flight

    def spend(self, count: int) -> None:
        """So many bulk sends have begun."""
        self._tokens -= count
        self._began.extend([self._monotonic()] * count)

    def told_to_wait(self, seconds: float) -> None:
        """The platform said 429: bulk pauses for that long and goes on at 70 % of its rate, regained slowly."""
        self._bulk_until = max(self._bulk_until, self._monotonic() + seconds)
        self._rate = max(self._rate * 0.7, 1.0)
        self._tokens = 0.0

    def stop_all(self, seconds: float) -> None:
        """The platform refuses the account: nothing is sent for that long."""
        self._all_until = max(self._all_until, self._monotonic() + seconds)

    def next_bulk(self) -> float:
        """Seconds until a bulk send may begin, if none in flight has to end first."""
        now = self._monotonic()
        return max(max(self._bulk_until, self._all_until) - now, (1 - self._tokens) / self._rate, 0.01)
