"""Troubles to order for tests: the platform is slow, hangs, breaks, asks to wait, or drops the line after accepting."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from bot.simulator.bell import Bell

Trouble = Literal["delay", "hang", "error", "flood", "drop"]


class Dropped(ConnectionError):
    """The line broke: the call was carried out but its answer never arrived, or it never came through at all."""


@dataclass
class Fault:
    """One order: `left` calls, or (when None) a `share` of all calls; no `methods` means every one but getUpdates."""

    trouble: Trouble
    seconds: float
    left: int | None
    share: float
    methods: frozenset[str]

    def meets(self, method: str) -> bool:
        return method in self.methods if self.methods else method != "getupdates"


class Faults:
    """The orders in force, in the order they were given; a call meets at most one. Chance is drawn from `seed`."""

    def __init__(self, seed: int = 0) -> None:
        self._chance = random.Random(seed)
        self._orders: list[Fault] = []
        self._release = Bell()
        self.met: dict[Trouble, int] = {}

    def order(
        self,
        trouble: Trouble,
        *,
        next: int | None = None,
        share: float = 1.0,
        seconds: float = 1.0,
        methods: Collection[str] = (),
    ) -> None:
        """Trouble for the `next` calls, or for a `share` (0..1) of all calls until `clear`.

        ``delay`` waits `seconds` before accepting; ``hang`` accepts and then gives no answer until `clear`;
        ``error`` is a 500, ``flood`` a 429 with `seconds` as retry_after, both without accepting; ``drop`` accepts and
        closes the connection.
        """
        self._orders.append(Fault(trouble, seconds, next, share, frozenset(name.lower() for name in methods)))

    def clear(self) -> None:
        """Everything is well again; calls that hang get their answer."""
        self._orders.clear()
        self._release.ring()

    def draw(self, method: str) -> Fault | None:
        """The fault that a call meets, if any."""
        for fault in self._orders:
            if not fault.meets(method.lower()):
                continue
            if fault.left is not None:
                if fault.left <= 0:
                    continue
                fault.left -= 1
            elif self._chance.random() >= fault.share:
                continue
            self.met[fault.trouble] = self.met.get(fault.trouble, 0) + 1
            return fault
        return None

    async def wait(self, seconds: float | None) -> None:
        """Wait out a delay, or for `clear`."""
        await self._release.wait(seconds)
