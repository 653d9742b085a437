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
        ("besok habis dzuhur", "2026-11-24"),  # after a prayer, not after a day
        ("habis dzuhur besok", "2026-11-24"),
        ("selapan dino maneh", "2026-12-28"),
        ("sak pasar maneh", "2026-11-28"),
        ("wulan ngajeng tanggal 5", "2026-12-05"),
        ("mulai jualan 1990", "1990"),
        ("mulai 2019", "2019"),
        ("maret lalu", "2026-03"),
        ("akhir bulan 12", "2026-12-31"),
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
        ("2-3 hari lagi", {"2026-11-25", "2026-11-26"}),
    ],
)
def test_two_days_are_offered(monday: Reading, text: str, offered: set[str]) -> None:
    read = read_date(text, monday)
    assert isinstance(read, Unsure)
    assert {str(v) for _, v in read.choices} == offered


@pytest.mark.parametrize(
    "text",
    [
        "sblm tgl 5",
        "5",
        "bukan besok",
        "minggu",
        "29 feb",
        "051226",
        "malam jumat",
        "tiap jumat",
        "hari-hari ini",
        "mulai besok",
        "2 minggu depan",
    ],
)
def test_asked_back(monday: Reading, text: str) -> None:
    assert isinstance(read_date(text, monday), Unsure)


@pytest.mark.parametrize(
    "text",
    ["12/13/2026", "31/11/2026", "29 feb 2027", "tgl 32", "kapan saja", "seminggu", "", "di rumah", "tahun baru imlek"],
)
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


WEEKDAYS = (
    ("senen", 0), ("selasa", 1), ("seloso", 1), ("rebo", 2), ("kamis", 3), ("jemuah", 4), ("sabtu", 5), ("setu", 5),
    ("ngahad", 6), ("hari minggu", 6),
)  # fmt: skip
AROUND = (
    "{}", "insyaallah {} pak", "bisanya {} ya", "{} jam 9", "{} abis nganter pesanan", "{} bakda maghrib",
    "kula saged {}", "{} di rumah", "aku isone {} ae", "{} soalnya ada kondangan",
)  # fmt: skip
FURTHER = ("lagi", "maneh", "malih", "ke depan", "mendatang", "yang akan datang", "engkas")
BEFORE = ("lalu", "yang lalu", "kepungkur", "yg lalu")


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("name", "number"), WEEKDAYS)
def test_a_weekday_with_words_around_it(monday: Reading, name: str, number: int, around: str) -> None:
    this_week = date(2026, 11, 23) + timedelta(number)
    days: dict[date, tuple[str, ...]] = {
        this_week + timedelta(7): ("depan", "ngarep", "ngajeng", "minggu depan", "pekan depan"),
        this_week + timedelta(-7): ("wingi", "kemarin", "kepungkur", "minggu lalu", "minggu wingi"),
    }
    if number:
        days[this_week] = ("", "besok", "sesuk", "benjing", "iki", "ini", "minggu ini")
    for day, mods in days.items():
        for mod in mods:
            text = around.format(f"{name} {mod}".strip())
            assert read_date(text, monday) == When(day, day), text


@given(
    count=st.sampled_from(
        [
            (1, "se"),
            (1, "sak "),
            (1, "siji "),
            (2, "rong "),
            (3, "telung "),
            (5, "gangsal "),
            (10, "sepuluh "),
            (20, "20 "),
        ]
    ),
    unit=st.sampled_from([(1, "hari"), (1, "dino"), (1, "dinten"), (7, "minggu"), (7, "mgg"), (7, "pekan")]),
    direction=st.sampled_from([(1, w) for w in FURTHER] + [(-1, w) for w in BEFORE]),
    around=st.sampled_from(AROUND),
)
def test_a_count_of_days_or_weeks(
    monday: Reading, count: tuple[int, str], unit: tuple[int, str], direction: tuple[int, str], around: str
) -> None:
    day = date(2026, 11, 23) + timedelta(count[0] * unit[0] * direction[0])
    text = around.format(f"{count[1]}{unit[1]} {direction[1]}")
    assert read_date(text, monday) == When(day, day), text


@given(
    word=st.sampled_from(["setengah", "beberapa", "pirang", "pinten", "sekian", "hitungan", "sithik", "xyz"]),
    unit=st.sampled_from(["hari", "dino", "dinten", "minggu", "sasi"]),
)
def test_an_unknown_count_is_never_one(monday: Reading, word: str, unit: str) -> None:
    assert isinstance(read_date(f"{word} {unit} maneh", monday), Invalid | Unsure)


@given(
    year=st.integers(1950, 2049),
    around=st.sampled_from(
        [
            "{}",
            "tahun {}",
            "sejak {}",
            "wiwit taun {}",
            "warisan simbah th {}",
            "buka warung {} bu",
            "dirintis bapak {}",
        ]
    ),
)
def test_a_year_with_any_words_around_it(monday: Reading, year: int, around: str) -> None:
    assert str(read_date(around.format(year), monday)) == str(year)
