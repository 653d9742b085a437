"""Times, phones, yes and no, the wish to stop, intents, identifiers, and two answers in one message."""

from __future__ import annotations

import pytest

from bot.chat.reading import Invalid, Reading, Unsure
from bot.chat.reading.identifiers import check, masked, reader
from bot.chat.reading.intent import LABELS, read_intent
from bot.chat.reading.intent_words import MEANINGS, SPEAKS
from bot.chat.reading.optout import read_optout
from bot.chat.reading.phone import FOREIGN, SENDER, read_phone
from bot.chat.reading.place import PlaceReader
from bot.chat.reading.rest import read_rest, split_answer
from bot.chat.reading.times import read_time
from bot.chat.reading.yesno import read_yes_no


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("setengah wolu esuk", "07:30"),
        ("setengah 9", "08:30"),
        ("jam 3 kurang 10 menit sore", "14:50"),
        ("jam 8 sampai 4", "08:00-16:00"),
        ("09:00-selesai", "09:00-"),
        ("setelah sholat jumat", "after:jumatan"),
        ("jam 9 seperempat", "09:15"),
        ("senin jam 9 pagi", "09:00"),
        ("jam 12 malam", "00:00"),
    ],
)
def test_times(monday: Reading, text: str, read: str) -> None:
    assert str(read_time(text, monday)) == read


@pytest.mark.parametrize(
    "text", ["jam 6", "setengah delapan", "jam 9 atau 10", "pagi atau siang", "10.00 WITA", "jam 9 kurang"]
)
def test_times_asked_back(monday: Reading, text: str) -> None:
    assert isinstance(read_time(text, monday), Unsure)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("hp saya O812-OOOO-1234 (istri)", "+6281200001234"),
        ("wa.me/6281200001234", "+6281200001234"),
        ("nol delapan satu dua 0000 1234", "+6281200001234"),
        ("(0341) 999222", "+62341999222"),
        ("+62 0812 0000 1234", "+6281200001234"),
        ("pakai nomor ini", SENDER),
    ],
)
def test_phones(monday: Reading, text: str, read: str) -> None:
    assert read_phone(text, monday) == read


def test_phones_in_doubt(monday: Reading) -> None:
    two = read_phone("0812 0000 1234 0857 0000 1238", monday)
    assert isinstance(two, Unsure)
    assert [v for _, v in two.choices] == ["+6281200001234", "+6285700001238"]
    assert isinstance(read_phone("bukan 081200001234", monday), Unsure)
    assert read_phone("+6591234567", monday) == Invalid(FOREIGN)
    for text in ("0812 0000", "08120000123456", "3573010000900001", "nomor istri saya", "bukan nomor ini"):
        assert isinstance(read_phone(text, monday), Invalid), text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("tidak apa-apa", "yes"),
        ("durung tau", "no"),
        ("gak tau", "unsure"),
        ("sik diurus", "in_progress"),
        ("duwe tapi wes mati", "expired"),
        ("sudah daftar tapi belum keluar", "in_progress"),
        ("belum diperpanjang", "expired"),
        ("oyi sam", "yes"),
    ],
)
def test_yes_and_no(monday: Reading, text: str, read: str) -> None:
    assert read_yes_no(text, monday) == read


def test_a_thumb_is_not_consent(monday: Reading) -> None:
    assert read_yes_no("👍🏽", monday) == "yes"
    assert isinstance(read_yes_no("👍", monday, thumb=False), Invalid)
    assert read_yes_no("ya 👍", monday, thumb=False) == "yes"


def test_a_question_is_no_answer(monday: Reading) -> None:
    assert not isinstance(read_yes_no("kalau mau ikut gimana caranya?", monday), str)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP!!!", "stop_all"),
        ("ampun dikirimi malih", "stop_all"),
        ("gak usah undang pameran lagi", "stop_topic:program"),
        ("mulai", "resume"),
        ("stok habis", None),
        ("mesin berhenti", None),
        ("saya keluar kerja", None),
        ("stop kontak di mana", None),
        ("jangan lupa ya", None),
    ],
)
def test_optout(text: str, wish: str | None) -> None:
    assert read_optout(text) == wish


def test_intents() -> None:
    assert read_intent("pripun carane ndamel nib") == "nib"
    assert isinstance(read_intent("xyzzy"), Invalid)
    torn = read_intent("ikut pelatihan ekspor")
    assert isinstance(torn, Unsure)
    assert 2 <= len(torn.choices) <= 3
    narrowed = read_intent("ikut pelatihan ekspor", labels={"ekspor"})
    assert narrowed == "ekspor"


def test_the_tables_of_intents_fit_together() -> None:
    assert set(SPEAKS) == set(LABELS)
    cues = {m for line in SPEAKS.values() for cue in line.split() for m in cue.split(":")[0].split("+")}
    assert cues <= set(MEANINGS.values())
    assert all(len(label.msgid) <= 20 for label in LABELS.values())


@pytest.mark.parametrize(
    ("kind", "text", "state", "value"),
    [
        ("nik", "3573014107900001", "ok", "3573014107900001"),
        ("nik", "3573017207900001", "wrong", "3573017207900001"),  # day 72
        ("nib", "123 456 789 0123", "ok", "1234567890123"),
        ("nib", "123456789012", "wrong", "123456789012"),
        ("npwp", "01.312.166.0-091.000", "ok", "0013121660091000"),
        ("npwp", "01.312.166.1-091.000", "check", "0013121661091000"),
        ("pirt", "P-IRT No. 2063573010123-28", "ok", "2063573010123-28"),
        ("pirt", "206357301012324", "check", "2063573010123-24"),  # ended in 2024
        ("pirt", "20635730101", "wrong", "20635730101"),
        ("halal", "ID35110000214820323", "ok", "ID35110000214820323"),
        ("halal", "KH 1234567890123456", "wrong", "KH1234567890123456"),
        ("bpom", "BPOM RI MD 123456789012", "ok", "MD123456789012"),
        ("merek", "IDM000123456", "ok", "IDM000123456"),
        ("kbli", "10391", "check", "10391"),  # stands in KBLI 2020 only
        ("kbli", "10794 (2025)", "ok", "10794"),
        ("nmid", "ID1020012345678", "ok", "ID1020012345678"),
    ],
)
def test_identifiers(monday: Reading, kind: str, text: str, state: str, value: str) -> None:
    checked = check(kind, text, monday)  # pyright: ignore[reportArgumentType]
    assert (checked.state, checked.value) == (state, value)
    assert (checked.odd is None) == (state == "ok")


def test_a_wrong_identifier_says_what_is_odd(monday: Reading) -> None:
    wrong = reader("nib")("123456789012", monday)
    assert isinstance(wrong, Invalid)
    assert wrong.why.values == {"name": "NIB", "want": 13, "got": 12}
    assert isinstance(reader("nib")("belum punya", monday), Invalid)
    assert masked("3573014107900001") == "3573********0001"
    short = [masked("123456789012"[:n]) for n in (0, 1, 4, 9, 11, 12)]
    assert short == ["", "*", "***4", "******789", "********901", "1234****9012"], (
        "never more than a third of a short one"
    )


def test_a_second_answer_is_kept_for_the_next_question(monday: Reading, read_place: PlaceReader) -> None:
    assert split_answer(read_yes_no, "sudah, di purwantoro", monday) == ("sudah", "di purwantoro")
    assert split_answer(read_place, "Purwantoro, 081200001234", monday) == ("Purwantoro", "081200001234")
    assert split_answer(read_place, "jl mawar 7, purwantoro", monday) == ("jl mawar 7, purwantoro", "")
    assert read_rest(read_phone, "081200001234", monday) == "+6281200001234"
    assert read_rest(read_phone, "081200001234 tanya budi", monday) is None  # not all of it is understood
    assert read_rest(read_yes_no, "mungkin ya", monday) is None or read_rest(read_yes_no, "ya", monday) == "yes"
