"""The Cloud API's rates: a number's throughput in both directions, one person's pair rate, the moving 24-hour tier."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.cloud_refusal import CloudRefusal
from bot.simulator.cloud_things import DAY


@dataclass
class Bucket:
    """`burst` messages at once, then `per_second`."""

    per_second: float
    burst: float
    _levels: dict[Hashable, tuple[float, float]] = field(default_factory=dict[Any, Any], init=False)

    def take(self, who: Hashable, now: float) -> bool:
        """Count one of `who` at the monotonic time `now`; False where there is no room."""
        level, at = self._levels.get(who, (self.burst, now))
        level = min(self.burst, level + (now - at) * self.per_second)
        fits = level >= 1.0
        self._levels[who] = (level - 1.0 if fits else level, now)
        return fits


@dataclass
class CloudLimits:
    """The rates in force; None (or a `tier` of 0) switches one off.

    The pair rate is a message every six seconds with a burst of 45 to borrow. `tier` is how many people a WABA may
    begin with, outside their windows, within 24 hours; the platform documents no code for it, here it is 131048.
    """

    throughput: Bucket | None = field(default_factory=lambda: Bucket(80.0, 80.0))
    pair: Bucket | None = field(default_factory=lambda: Bucket(1 / 6, 45.0))
    tier: int = 2000
    met: dict[int, int] = field(default_factory=dict[int, int])  # refusals by code
    _begun: dict[str, dict[int, float]] = field(default_factory=dict[str, dict[int, float]], init=False)

    def heard(self, account: int, now: float) -> None:
        """Count what a person sends: it uses up throughput, and is never refused."""
        if self.throughput:
            self.throughput.take(account, now)

    def take(self, account: int, user: int, now: float) -> None:
        """Count a message of the business. Raises 130429 or 131056."""
        if self.throughput and not self.throughput.take(account, now):
            raise CloudRefusal(130429, "Message failed to send because there were too many messages sent.")
        if self.pair and not self.pair.take((account, user), now):
            raise CloudRefusal(131056, "Too many messages sent from the sender phone number to the same recipient.")

    def begin(self, waba: str, user: int, now: float) -> None:
        """Count a message outside a window; `now` is the time of day in seconds. Raises 131048."""
        begun = self._begun.setdefault(waba, {})
        for other in [one for one, at in begun.items() if at <= now - DAY]:
            del begun[other]
        if user not in begun and self.tier and len(begun) >= self.tier:
            raise CloudRefusal(131048, "The messaging limit of this account is reached.")
        begun.setdefault(user, now)
