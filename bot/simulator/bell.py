"""Waking those who wait, from plain synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence


class Bell:
    """`ring` wakes everybody who is in `wait` at that moment. To be used from the event loop's own thread."""

    def __init__(self) -> None:
        self.waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        waiting, self.waiting = self.waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float | None = None) -> bool:
        """Until the next ring; False when `seconds` passed without one."""
        return await first_of([self], seconds)


async def first_of(bells: Sequence[Bell], seconds: float | None = None) -> bool:
    """Until one of them rings; False when `seconds` passed without a ring."""
    future = asyncio.get_running_loop().create_future()
    for bell in bells:
        bell.waiting.add(future)
    try:
        async with asyncio.timeout(seconds):  # wait_for of Python 3.11 forgets a cancel that comes with a ring
            await future
    except TimeoutError:
        return False
    finally:
        for bell in bells:
            bell.waiting.discard(future)
    return True
