"""Slips of the finger: put right where one word can be meant, told where not."""

from __future__ import annotations

import pytest

from bot.chat.reading import Invalid, Reading, Unsure
from bot.chat.reading.dates import read_date
from bot.chat.reading.money import read_money
from bot.chat.reading.optout import read_optout
from bot.chat.reading.slips import mender
from bot.chat.reading.times import read_time
from bot.chat.reading.words import canonical, hurried, skeletons_of
from bot.chat.reading.yesno import read_yes_no

DAYS = {"sabtu": "sat", "senin": "mon", "selasa": "tue", "siang": "noon"}


def test_a_hurried_word_is_known_by_its_consonants() -> None:
    skeletons = skeletons_of(DAYS)
    assert hurried("sbtu", skeletons) == "sat"
    assert hurried("sianng", skeletons) == "noon"
    assert hurried("sn", skeletons) is None  # too short
    assert hurried("sabut", skeletons) is None  # the letters stand in another order
    assert canonical("snin", DAYS, skeletons) == "mon"


def test_what_two_words_can_mean_stays_uncertain() -> None:
    mend = mender({"bulan": "month", "bulat": "round", "lebih": "more"})
    assert mend("dua bulaz") == ("dua bulaz", True)
    assert mend("lebbih") == ("lebih", False)
    assert mend("lebih banyak") == ("lebih banyak", False)  # words of every day are left alone


def test_nothing_is_corrected_to_a_word_without_meaning() -> None:
    assert mender({"belum": "no", "malas": ""})("mals beum") == ("mals belum", True)


@pytest.mark.parametrize(
    ("text", "read"),
    [("tujh ratus ribu", "700000"), ("10 juta per bulann", "10000000/bulan"), ("mksimal 5 juta", "<=5000000")],
)
def test_amounts(monday: Reading, text: str, read: str) -> None:
    assert str(read_money(text, monday)) == read


def test_a_short_slip_is_asked_back(monday: Reading) -> None:
    for outcome in (
        read_money("du setengah juta", monday),
        read_date("rabu depa", monday),
        read_time("jam 9 mlz", monday),
        read_yes_no("beum punya", monday),
    ):
        assert isinstance(outcome, Unsure | Invalid), outcome


@pytest.mark.parametrize(
    ("text", "read"), [("setengha 8 pagi", "07:30"), ("jam 9 kurnag 10", "08:50"), ("sesudahh jam 3", ">15:00")]
)
def test_times(monday: Reading, text: str, read: str) -> None:
    assert str(read_time(text, monday)) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("stop info pelatiahn", "stop_topic:pelatihan"),
        ("jangan berhenti kirim info ya", None),
        ("batal stop", "resume"),
        ("stok habis", None),
    ],
)
def test_the_wish_to_stop(text: str, read: str | None) -> None:
    assert read_optout(text) == read
