"""Whatever is typed: an outcome, soon, and texts that can be drawn."""

from __future__ import annotations

import time
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.chat.reading import Invalid, Reading, Unsure
from bot.chat.reading.intent import read_intent
from bot.chat.reading.optout import read_optout
from bot.chat.reading.place import PlaceReader
from bot.chat.reading.score import scorers
from bot.chat.reading.words import clean, listed
from bot.chat.text import Catalogs, Text

_WORDS = listed(
    """
    satu dua puluh ratus juta jt rb 5 10 1.500 2,5 - / sampai senin depan minggu tgl 31 feb jam setengah 8 kurang pagi
    0812 +62 0000 kel kec rt 3 purwantoro sukun malang tidak sudah belum stop jangan kirim lagi nib pelatihan 👍 ٣ ½ ²
    ; , . ( ) o rp
    """
) | {"\u202e", "\u200d"}
anything = st.one_of(
    st.text(max_size=700),
    st.lists(st.sampled_from(sorted(_WORDS)), max_size=60).map(" ".join),
    st.lists(st.sampled_from(sorted(_WORDS)), max_size=30).map("".join),
    st.text(alphabet="0123456789.,-/ oO", max_size=80),
)
LONG = [
    "satu" * 25_000,
    "1" * 100_000,
    "senin " * 16_000,
    "👍" * 50_000,
    "\u202e" * 100_000,
    "\u0301a" * 50_000,
    "ﷺ" * 599,
]
ALMOST_LONG = [
    "a " * 299,
    "1," * 299,
    "dua puluh " * 59,
    "jam " * 149,
    "kedungkandan " * 45,
    "rt 1 " * 119,
    "satusatu" * 74,
]


@settings(max_examples=300, deadline=None)
@given(text=anything)
@example(text="\ud800")
@example(text="0" * 599)
def test_every_reader_gives_an_outcome(monday: Reading, read_place: PlaceReader, text: str) -> None:
    for heard in scorers(read_place).values():
        heard(text, monday)


@pytest.mark.parametrize("text", LONG + ALMOST_LONG, ids=lambda t: repr(t[:8]))
def test_no_text_takes_long(monday: Reading, read_place: PlaceReader, text: str) -> None:
    for name, heard in scorers(read_place).items():
        spent: list[float] = []
        for _ in range(3):  # the least of three: another process may have had the core
            began = time.process_time()
            heard(text, monday)
            spent.append(time.process_time() - began)
        assert min(spent) < 0.05, name


def test_a_long_text_is_no_answer(monday: Reading, read_place: PlaceReader) -> None:
    long = "5 juta besok jam 9 081200001234 purwantoro ya " * 20
    for name, heard in scorers(read_place).items():
        if name not in {"intent", "optout"}:
            assert heard(long, monday).value == "none", name


@given(text=st.text(max_size=700))
def test_clean_text_is_bounded_and_plain(text: str) -> None:
    plain = clean(text, cut=True)
    assert len(plain) <= 1200
    assert not any(ord(c) < 32 or c in "\u200b\u202e\u2066" for c in plain)
    assert all(c in "0123456789" for c in plain if c.isdecimal())


@settings(max_examples=200, deadline=None)
@given(text=anything)
def test_what_is_asked_back_can_be_drawn(monday: Reading, read_place: PlaceReader, text: str) -> None:
    from bot.chat.reading.dates import read_date
    from bot.chat.reading.money import read_money
    from bot.chat.reading.phone import read_phone
    from bot.chat.reading.times import read_time

    catalogs = Catalogs({}, "en", monday.zone)
    for read in (read_money, read_date, read_time, read_phone, read_place):
        outcome: object = read(text, monday)
        texts: list[Text] = []
        if isinstance(outcome, Invalid):
            texts = [outcome.why]
        elif isinstance(outcome, Unsure):
            outcome = cast(Unsure[object], outcome)
            texts = [outcome.echo, *(label for label, _ in outcome.choices if isinstance(label, Text))]
            assert len(outcome.choices) <= 3
        for said in texts:
            assert "{" not in catalogs.draw(said, "en").text


@given(text=st.text(max_size=100))
def test_optout_and_intent_never_raise(text: str) -> None:
    read_optout(text)
    read_intent(text)
