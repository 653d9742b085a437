"""Amounts: what is taken for sure, what is asked back, what is no amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.reading import Invalid, Reading, Unsure
from bot.chat.reading.money import Money, read_money


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("kira2 3jt", "3000000"),
        ("10-15jt/bln", "10000000-15000000/bulan"),
        ("2 juta 500", "2500000"),
        ("3jt500", "3500000"),
        ("5OOrb", "500000"),
        ("٥ juta", "5000000"),
        ("rong yuta setengah", "2500000"),
        ("limaratusribu", "500000"),
        ("goceng", "5000"),
        ("Rp 2 - 3 juta", "2000000-3000000"),
        ("½ juta", "500000"),
        ("1,500,000", "1500000"),
        ("ga lebih dari 5 juta", "<=5000000"),
        ("10 jt ke atas", ">=10000000"),
        ("belum ada penjualan", "0"),
        ("5jt-an sebulan", "5000000/bulan"),
        ("sejak 2020 omset 5jt", "5000000"),
    ],
)
def test_sure(monday: Reading, text: str, read: str) -> None:
    assert str(read_money(text, monday)) == read


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("1.500 juta", {"1500000000", "1500000"}),
        ("500", {"500", "500000", "500000000"}),
        ("dulu 2 juta sekarang 5 juta", {"2000000", "5000000"}),
        ("gopek", {"500", "500000"}),
        ("lebih 5 juta", {">5000000", "5000000"}),
        ("5 juta lebih", {"5000000", ">5000000"}),
    ],
)
def test_two_meanings_are_offered(monday: Reading, text: str, offered: set[str]) -> None:
    read = read_money(text, monday)
    assert isinstance(read, Unsure)
    assert {str(v) for _, v in read.choices} == offered


@pytest.mark.parametrize(
    "text",
    [
        "3x 500rb",
        "-5jt",
        "2M",
        "2 juta 50",
        "harga 15rb per bungkus sehari",
        "5 juta/3 bulan",
        "500 sampai 1 juta",
        "2026",
    ],
)
def test_half_understood_is_asked_back(monday: Reading, text: str) -> None:
    assert isinstance(read_money(text, monday), Unsure)


@pytest.mark.parametrize(
    "text", ["", "20 bungkus", "10%", "081234567890", "10² juta", "1.5000.00", "saya 35 tahun", "puluhan juta"]
)
def test_no_amount(monday: Reading, text: str) -> None:
    assert isinstance(read_money(text, monday), Invalid)


@given(amount=st.integers(1000, 10**11))
def test_thousands_dots_read_back(monday: Reading, amount: int) -> None:
    read = read_money(f"Rp{amount:,}".replace(",", "."), monday)
    assert read == Money(amount)


@given(millions=st.integers(1, 999), hundreds=st.integers(1, 9))
def test_a_tail_counts_thousands(monday: Reading, millions: int, hundreds: int) -> None:
    assert read_money(f"{millions}jt{hundreds}00", monday) == Money(millions * 1_000_000 + hundreds * 100_000)
