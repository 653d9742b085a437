"""Waking those who wait, from plain synchronous code."""

from __future__ import annotations

import asyncio


class Bell:
    """`ring` wakes everybody who is in `wait` at that moment. To be used from the event loop's own thread."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float | None = None) -> bool:
        """Until the next ring; False when `seconds` passed without one."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(future)
        return True
