"""A Monday morning in Malang, and the places an office there hears of."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.chat.reading import Reading
from bot.chat.reading.place import Place, PlaceReader, reader
from bot.domain.regions import NICKNAMES, load

WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture(scope="session")
def monday() -> Reading:
    """23 November 2026, 9 in the morning: the reference clock of the labelled phrases."""
    return Reading(datetime(2026, 11, 23, 9, tzinfo=WIB), WIB, "35.73")


@pytest.fixture(scope="session")
def places() -> tuple[Place, ...]:
    return load("35.73")


@pytest.fixture(scope="session")
def read_place(places: tuple[Place, ...]) -> PlaceReader:
    return reader(places, "35.73", NICKNAMES["35.73"])
