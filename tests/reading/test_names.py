"""Hostile names: what is hidden in them goes, what passes for the office is refused, and what is honest stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.chat.reading import Invalid, names
from bot.chat.reading.plain import clean
from bot.domain import owners

CLEANED = {
    "Siti\u202eanimA": "SitianimA",
    "\u2067Siti\u2069": "Siti",
    "\u200eSiti\u200f": "Siti",
    "Si\u200bti": "Siti",
    "Si\u200cti": "Siti",
    "Si\u200dti": "Siti",
    "Si\u2060ti": "Siti",
    "\ufeffSiti": "Siti",
    "Si\u00adti": "Siti",
    "Si\u034fti": "Siti",
    "Siti\u061c": "Siti",
    "Siti\u3164": "Siti",
    "\u2800Siti": "Siti",
    "Siti\u180e": "Siti",
    "Siti\x00\x1b[31m": "Siti[31m",
    "Siti\U000e0041\U000e007f": "Siti",
    "Si\ud800ti": "Siti",
    "Siti\nAminah": "Siti Aminah",
    "Siti\tAminah": "Siti Aminah",
    "Siti\u2028Aminah": "Siti Aminah",
    "Siti\u00a0\u3000 Aminah": "Siti Aminah",
    "Se\u0301": "S\u00e9",
    "S" + "\u0335" * 30 + "iti": "S\u0335\u0335iti",
    "i" + "\u0e34" * 9: "i\u0e34\u0e34",
    "x" + "\u20dd" * 9: "x\u20dd\u20dd",
    "٠٨١٢": "0812",
    "０８１２": "0812",
    "𝟎𝟖": "08",
    "👩\u200d🍳 Siti": "👩\u200d🍳 Siti",
    "❤\ufe0f": "❤\ufe0f",
    "👨\u200d👩\u200d👧": "👨\u200d👩\u200d👧",
}
OFFICIAL = [
    "Petugas", "PETUGAS DINAS", "Bu Petugas", "p e t u g a s", "p.e.t.u.g.a.s", "pet\u200bugas", "pétugas", "реtugаs",
    "petugas1", "petugas_malang", "Petugasmalang", "pe\u0336t\u0336ugas", "ᴘᴇᴛᴜɢᴀꜱ", "ｐｅｔｕｇａｓ", "𝐩𝐞𝐭𝐮𝐠𝐚𝐬",
    "рetugas 🏛", "admin", "ADMIN", "аdmin", "adm1n", "4dm1n", "@dmin", "admın", "admln", "adrnin", "addmin", "admin-2",
    "ad.min",
    "αdmin", "AdminKopi", "Dinas Koperasi", "D!nas", "ԁinas", "Diskopindag", "d i s k o p i n d a g", "Pemkot Malang",
    "Pendamping UMKM", "Telegram", "Ⓐⓓⓜⓘⓝ",
]  # fmt: skip
HONEST = [
    "Siti Aminah", "Dina Safitri", "Dinasti Kopi", "Ma'ruf Amin", "H. Ahmad Fauzi", "Nur Laila", "Petrus",
    "Tugas Widodo", "Andi", "Damping Sari", "Keripik Bu Siti", "Warung 88", "Toko A.B.C.", "José", "Óscar", "Amin",
    "I Made Putra", "Yoga", "Kopi 4 Sahabat", "Admiral", "Resmiati",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), CLEANED.items())
def test_what_is_hidden_goes_and_emoji_stay(typed: str, kept: str):
    assert clean(typed) == kept


@pytest.mark.parametrize("name", OFFICIAL)
def test_nobody_is_called_as_the_office(name: str):
    assert names.official(name)
    assert names.display(name) == ""
    assert isinstance(owners.person_name(name), Invalid)
    assert isinstance(owners.business_name(name), Invalid)


@pytest.mark.parametrize("name", HONEST)
def test_honest_names_stay(name: str):
    assert names.display(name) == name
    assert owners.business_name(name) == name


def test_the_table_is_long_enough():
    assert len(CLEANED) + len(OFFICIAL) >= 60


@pytest.mark.parametrize("name", ["Ѕiti", "Sіti Aminah", "Ｓiti", "Σiti", "سيتي"])
def test_a_registered_name_has_latin_letters(name: str):
    assert isinstance(owners.person_name(name), Invalid)


def test_what_a_platform_calls_somebody_is_short():
    assert len(names.display("x" * 5000)) == names.LONGEST
    assert len(names.display("e\u0301\u0335\u0336" * 5000)) <= names.LONGEST


@pytest.mark.parametrize(
    "said",
    ["apa ya", "Iya", "tidak", "gak tau", "halo kak", "selamat pagi", "maksudnya apa?", "hallo", "assalamu'alaikum"],
)
def test_what_says_nothing_is_no_name(said: str):
    assert names.says_nothing(said)
    assert isinstance(owners.person_name(said), Invalid)


@pytest.mark.parametrize(
    "name",
    ["Bagus", "Slamet", "Selamet", "Untung", "Sabar", "Bejo", "Siap Raharjo", "Pagi Santoso", "Ning", "Asma", "Kasih"],
)
def test_a_name_of_everyday_words_is_one(name: str):
    assert owners.person_name(name) == name
    assert owners.person_name(f"nama saya {name}") == name.removeprefix("Pak ")


hostile = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from(
            "aeSi 0\u0301\u0335\u0336\u200d\u200b\u202e\u2066\ufe0f\u0e34\u1100\u1161\u11a8👩🍳٣\u0345\u1ab0"
        ),
    ),
    max_size=60,
)


@settings(max_examples=500, deadline=None)
@given(text=hostile)
@example(text="\u1100\u200b\u1161")
@example(text="a\u0345\u0301\u0335\u0336")
def test_laws_of_cleaning(text: str):
    kept = clean(text)
    assert clean(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(
        unicodedata.bidirectional(c) in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "PDI"} for c in kept
    )
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in kept)
    assert not any(c.isdecimal() and not c.isascii() for c in kept)
    marks = [unicodedata.category(c) in ("Mn", "Me") and c != "\ufe0f" for c in kept]
    assert not any(all(marks[i : i + 3]) for i in range(len(marks) - 2))
    assert len(names.display(text)) <= names.LONGEST
    assert names.display(names.display(text)) == names.display(text)


@settings(max_examples=200, deadline=None)
@given(hidden=st.lists(st.sampled_from("\u200b\u200d\u202e\u2066\u0301\u0336\u00ad \t._-"), min_size=0, max_size=12))
def test_what_is_put_between_the_letters_of_the_office_helps_nobody(hidden: list[str]):
    letters = list("petugas")
    for i, sign in enumerate(hidden):
        letters.insert(1 + (i * 5) % len(letters), sign)
    assert names.official("".join(letters))
