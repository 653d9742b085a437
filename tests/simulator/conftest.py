"""A platform whose time stands still until a test moves it, with the owners' and the officers' bot."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.simulator.platform import Platform

OWNERS = "111:owners"
OFFICERS = "222:officers"


class MovedClock:
    """A clock for both seams: the time of day and the monotonic one."""

    def __init__(self) -> None:
        self.at = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
        self.ticks = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def platform(clock: MovedClock) -> Platform:
    platform = Platform(clock=clock, monotonic=clock.monotonic)
    platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    platform.add_bot(OFFICERS, "petugas_bot", "Meja Petugas")
    platform.add_user("Siti", phone="6281234567890")
    return platform


async def settled(condition: Callable[[], object]) -> None:
    """Wait for a condition that nobody announces, at most 20 s."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.001)


Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def call(platform: Platform) -> Call:
    """One API call of the owners' bot, as a plain function."""

    def once(method: str, token: str = OWNERS, files: Any = None, **params: Any) -> tuple[int, dict[str, Any]]:
        return asyncio.run(platform.call(token, method, params, files))

    return once


@pytest.fixture
def png() -> bytes:
    """A 400 x 200 picture that a browser can draw."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x1d\x6f\x9e" * 400 for _ in range(200))
    head = struct.pack(">IIBBBBB", 400, 200, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
