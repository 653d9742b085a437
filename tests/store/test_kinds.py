"""The types of columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from bot.domain.tables.kinds import Utc

SQLITE = sqlite.dialect()
ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SINCE = st.timedeltas(timedelta(days=-25_000), timedelta(days=2_500_000))


def at(since: timedelta, zone: timezone) -> datetime:
    return (EPOCH + since).astimezone(zone)


INSTANTS = st.builds(at, SINCE, ZONES)


@given(INSTANTS)
def test_an_instant_is_written_as_sqlalchemy_writes_its_time_in_utc(instant: datetime):
    theirs = DateTime().dialect_impl(SQLITE).bind_processor(SQLITE)
    ours = Utc().dialect_impl(SQLITE).bind_processor(SQLITE)
    assert theirs
    assert ours
    assert ours(instant) == theirs(instant.astimezone(UTC).replace(tzinfo=None))


@given(INSTANTS)
def test_it_comes_back_as_the_same_instant(instant: datetime):
    kind = Utc().dialect_impl(SQLITE)
    write, read = kind.bind_processor(SQLITE), kind.result_processor(SQLITE, None)
    assert write
    assert read
    assert read(write(instant)) == instant
