"""The bench times what it says it times."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

from bench.contestants import FLOOR, Place
from bench.measure import playing, started


def test_half_load_is_timed_without_the_burst_that_ends_it(tmp_path: Path):
    """Sixty messages by chance, the first ten while it gets awake; then some forty-five people are in the middle and
    come to their ends all at once."""

    async def times() -> int:
        numbers = count(1)
        place = Place(tmp_path, f"sqlite:///{tmp_path}/office.db")
        async with asyncio.timeout(60), playing(lambda: next(numbers)) as crowd, started(FLOOR, place, crowd):
            return len(await crowd.paced(rate=50, seconds=1.0, awake=0.2))

    assert 25 < asyncio.run(times()) < 75
