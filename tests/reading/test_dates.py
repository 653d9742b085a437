"""Days against the time they were said."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.reading import Invalid, Reading, Unsure
from bot.chat.reading.dates import When, read_date, read_day
from tests.reading.conftest import WIB


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("senen depan jam setengah 8", "2026-11-30"),
        ("besok jam 8", "2026-11-24"),
        ("senin tgl 7", "2026-12-07"),
        ("minggu depan", "2026-11-30/2026-12-06"),
        ("hari minggu depan", "2026-12-06"),
        ("bulan depan tanggal 5", "2026-12-05"),
        ("tgl 31", "2026-12-31"),
        ("5/12", "2026-12-05"),
        ("12 Des '26", "2026-12-12"),
        ("jemuah ngarep", "2026-12-04"),
        ("2 minggu ke depan", "2026-12-07"),
        ("tahun baru", "2027-01-01"),
        ("5desember2026", "2026-12-05"),
        ("saya datang besok", "2026-11-24"),
    ],
)
def test_sure(monday: Reading, text: str, read: str) -> None:
    assert str(read_date(text, monday)) == read


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("besok atau lusa", {"2026-11-24", "2026-11-25"}),
        ("jumat tanggal 28", {"2026-11-28", "2026-11-27"}),
        ("tgl 5-12", {"2026-12-05", "2026-12-12"}),
        ("des 26", {"2026-12-26", "2026-12"}),
        ("senin", {"2026-11-30", "2026-11-23"}),
    ],
)
def test_two_days_are_offered(monday: Reading, text: str, offered: set[str]) -> None:
    read = read_date(text, monday)
    assert isinstance(read, Unsure)
    assert {str(v) for _, v in read.choices} == offered


@pytest.mark.parametrize("text", ["sblm tgl 5", "5", "bukan besok", "minggu", "29 feb", "051226", "malam jumat"])
def test_asked_back(monday: Reading, text: str) -> None:
    assert isinstance(read_date(text, monday), Unsure)


@pytest.mark.parametrize("text", ["12/13/2026", "31/11/2026", "29 feb 2027", "tgl 32", "kapan saja", "seminggu", ""])
def test_no_day(monday: Reading, text: str) -> None:
    assert isinstance(read_date(text, monday), Invalid)


def test_the_day_is_the_offices_own() -> None:
    late = Reading(datetime(2026, 11, 23, 18, tzinfo=WIB).astimezone(), WIB, "35.73")
    utc_evening = Reading(datetime.fromisoformat("2026-11-23T18:00:00+00:00"), WIB, "35.73")
    assert str(read_date("besok", late)) == "2026-11-24"
    assert str(read_date("besok", utc_evening)) == "2026-11-25"  # in Malang it is already Tuesday


def test_a_single_day_is_asked_for(monday: Reading) -> None:
    assert read_day("lusa", monday) == date(2026, 11, 25)
    assert isinstance(read_day("bulan depan", monday), Invalid)
    asked = read_day("besok atau lusa", monday)
    assert isinstance(asked, Unsure)
    assert [v for _, v in asked.choices] == [date(2026, 11, 24), date(2026, 11, 25)]


@given(day=st.dates(date(2026, 1, 1), date(2049, 12, 31)))
def test_a_written_date_reads_back(monday: Reading, day: date) -> None:
    for text in (f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day:%y}", f"{day:%d%m%Y}", f"{day:%Y-%m-%d}"):
        assert read_date(text, monday) == When(day, day), text


@given(days=st.integers(1, 300))
def test_days_from_now(monday: Reading, days: int) -> None:
    day = date(2026, 11, 23) + timedelta(days)
    assert read_date(f"{days} hari lagi", monday) == When(day, day)
