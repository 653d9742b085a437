"""The platform's rates: messages a second into one chat and over all chats, both off until switched on."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.refusal import flood


@dataclass
class Rate:
    """Messages a second with a burst; `penalty` seconds are asked for, and added by each call made before they end."""

    per_second: float
    burst: int
    penalty: float = 3.0
    _levels: dict[Hashable, tuple[float, float]] = field(default_factory=dict[Any, Any], init=False)
    _shut: dict[Hashable, float] = field(default_factory=dict[Any, Any], init=False)

    def take(self, who: Hashable, now: float) -> None:
        """Count one message of `who` at the monotonic time `now`. Raises a 429 `Refusal`."""
        until = self._shut.get(who, 0.0)
        if now < until:
            until += self.penalty
        else:
            level, at = self._levels.get(who, (float(self.burst), now))
            level = min(float(self.burst), level + (now - at) * self.per_second)
            if level >= 1.0:
                self._levels[who] = (level - 1.0, now)
                return
            self._levels[who] = (level, now)
            until = now + self.penalty
        self._shut[who] = until
        raise flood(max(1, math.ceil(until - now)))


@dataclass
class Limits:
    """Which rates are on. `chat` is per chat, `bulk` over all chats of a bot.

    Answers aren't held to the bulk rate: a chat whose person did something in the last `reply_window` seconds is
    free of it (0 counts everything).
    """

    chat: Rate | None = None
    bulk: Rate | None = None
    reply_window: float = 60.0

    def on(self) -> None:
        """Switch on the platform's published rates: 1 a second into a chat in bursts of 20, 30 a second in bulk."""
        self.chat = Rate(1.0, 20)
        self.bulk = Rate(30.0, 30)

    def take(self, bot: int, chat: int, spoke: float | None, now: float) -> None:
        """Count one message into a chat whose person last did something at `spoke`. Raises a 429 `Refusal`."""
        if self.bulk and (spoke is None or now - spoke > self.reply_window or not self.reply_window):
            self.bulk.take(bot, now)
        if self.chat:
            self.chat.take((bot, chat), now)
