"""Free text without an open talk: greetings, thanks, wishes, doubts, and what isn't understood."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain import officers
from bot.domain.db import Db
from tests.office import Desk, rows
from tests.talks.scripts import REGISTERED
from tests.transcript import Telegram

ASKED = """Mau tanya apa ke petugas?
          Tulis singkat saja."""
DONE = """Pertanyaan Bapak/Ibu sudah kami teruskan ke petugas. Nomornya: 1
          Petugas membalas lewat chat ini pada jam kerja."""
FIRST = """Maaf, saya belum paham maksudnya. Coba pilih salah satu, atau tulis dengan kata lain.
          [Menu] [Petugas]"""
SECOND = """Maaf, saya masih belum paham.
          Supaya tidak menunggu lama, saya sambungkan ke petugas ya?
          [Ya, ke petugas] [Kembali ke menu]"""
GREETED = """Selamat pagi, Bapak/Ibu. 🙏
          …
          …
          …"""


def questions(desk: Desk) -> list[str | None]:
    """What the tickets ask."""

    def read(db: Db) -> list[str | None]:
        found = rows(db, "tickets")
        return [t["words"] and db.open(t["person_id"], "tickets.words", t["words"]) for t in found]

    return asyncio.run(desk.round(do=read))


def kept(desk: Desk, table: str) -> list[dict[str, Any]]:
    return asyncio.run(desk.round(do=lambda db: rows(db, table)))


@pytest.mark.parametrize("hello", ["halo min", "hai kak", "slamat pagi bu", "p", "halo 3"])
def test_a_greeting(telegram: Telegram, hello: str):
    telegram(f"""
        > {hello}
        < {GREETED}
    """)


@pytest.mark.parametrize("salam", ["Assalamualaikum", "assalamu'alaikum wr. wb.", "aslm bu", "Assalamualaikum bapak"])
def test_a_salam_is_answered(telegram: Telegram, salam: str):
    telegram(f"""
        > {salam}
        < Waalaikumsalam, Bapak/Ibu. 🙏
          …
          …
          …
    """)


@pytest.mark.parametrize("thanks", ["terima kasih", "Makasih ya", "matur nuwun", "suwun", "oke bu terima kasih banyak"])
def test_thanks_get_a_short_answer(telegram: Telegram, thanks: str):
    telegram(f"""
        > {thanks}
        < Sama-sama, Bapak/Ibu. 🙏
    """)


def test_a_word_of_consent_to_nothing_opens_the_menu(telegram: Telegram):
    telegram("""
        > oke
        < Ada yang bisa kami bantu?
    """)


@pytest.mark.parametrize(
    "words", ["mau bicara sama petugas", "ngomong karo admin", "/petugas", "Petugas", "tanya petugas"]
)
def test_asking_an_officer(telegram: Telegram, desk: Desk, words: str):
    code = asyncio.run(desk.round(do=lambda db: officers.invite(db, "Rina", "petugas", "35.73")))
    telegram(f"""
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. …
        > {words}
        < {ASKED}
          [Lewati]
        > apakah bisa daftar tanpa NIB?
        < {DONE}
        petugas < Tiket 1: seseorang yang belum terdaftar minta dihubungi petugas. …
        > petugas
        < Pertanyaan nomor 1 masih menunggu petugas.
          Ada yang mau ditambahkan?
          [Lewati]
        > usaha saya keripik, di Purwantoro
        < Sudah ditambahkan ke pertanyaan nomor 1.
          Jawabannya masuk lewat chat ini.
        > petugas
        < Pertanyaan nomor 1 masih menunggu petugas.
          …
        > [Lewati]
        < Baik. Jawabannya masuk lewat chat ini.
    """)
    assert questions(desk) == ["apakah bisa daftar tanpa NIB?\nusaha saya keripik, di Purwantoro"]


def test_asking_an_officer_without_saying_what(telegram: Telegram, desk: Desk):
    telegram(f"""
        > petugas
        < {ASKED}
        > [Lewati]
        < {DONE}
    """)
    assert questions(desk) == [None]


def test_a_command_word_is_not_the_question_unless_she_says_so(telegram: Telegram, desk: Desk):
    telegram(f"""
        > petugas
        < {ASKED}
        > profil
        < Apakah "profil" ini jawabannya?
          [Ya, betul] [Tidak] [Profil saya]
        > [Tidak]
        < {ASKED}
        > batal
        < Baik, kita berhenti di sini. Bapak/Ibu bisa mulai lagi kapan saja.
          Ada yang bisa kami bantu?
    """)
    assert questions(desk) == []


@pytest.mark.parametrize("yes", ["[Ya, ke petugas]", "ya", "boleh bu", "Ya, ke petugas"])
def test_who_is_not_understood_twice_is_brought_to_an_officer_with_her_words(telegram: Telegram, desk: Desk, yes: str):
    telegram(f"""
        > jadi gimana
        < {FIRST}
        > yang kemarin itu
        < {SECOND}
        > {yes}
        < {DONE}
    """)
    assert questions(desk) == ["jadi gimana / yang kemarin itu"]


def test_a_second_tap_asks_no_second_question(telegram: Telegram, desk: Desk):
    telegram(f"""
        > jadi gimana
        < {FIRST}
        > yang kemarin itu
        < {SECOND}
        > [Ya, ke petugas]
        < {DONE}
        > [Ya, ke petugas]
        < Pertanyaan nomor 1 masih menunggu petugas.
          …
    """)
    assert len(questions(desk)) == 1


def test_an_officer_at_once(telegram: Telegram, desk: Desk):
    telegram(f"""
        > jadi gimana
        < {FIRST}
        > [Petugas]
        < {DONE}
    """)
    assert questions(desk) == ["jadi gimana"]


@pytest.mark.parametrize("no", ["[Kembali ke menu]", "tidak", "gak usah", "menu", "Kembali ke menu"])
def test_no_officer(telegram: Telegram, desk: Desk, no: str):
    telegram(f"""
        > jadi gimana
        < {FIRST}
        > yang kemarin itu
        < {SECOND}
        > {no}
        < Ada yang bisa kami bantu?
        > jadi gimana
        < {FIRST}
    """)
    assert questions(desk) == []


def test_what_is_understood_in_between_starts_the_count_again(telegram: Telegram):
    telegram(f"""
        > jadi gimana
        < {FIRST}
        > makasih
        < Sama-sama, Bapak/Ibu. 🙏
        > yang kemarin itu
        < {FIRST}
        > (stiker)
        < Maaf, yang itu belum bisa saya baca. …
        > jadi gimana
        < {SECOND}
        > yang kemarin itu
        < {SECOND}
    """)


@pytest.mark.parametrize("words", ["kapan ada pelatihan?", "mau ikut pameran", "mau ekspor kripik"])
def test_what_is_not_there_yet_is_said_noted_and_offered_to_an_officer(telegram: Telegram, desk: Desk, words: str):
    telegram(f"""
        > {words}
        < Maaf, layanan ini belum ada di chat kami: …
          Keinginan Bapak/Ibu sudah kami catat.
          Mau kami tanyakan ke petugas?
          [Tanya petugas] [Menu] [Daftar]
        > [Tanya petugas]
        < {DONE}
    """)
    assert questions(desk) == [words]


@pytest.mark.everywhere
def test_a_strangers_wish_is_counted_without_her_and_a_word_brings_it_to_an_officer(telegram: Telegram, desk: Desk):
    telegram(f"""
        > info pameran
        < Maaf, layanan ini belum ada di chat kami: Pameran dan pembeli
          …
          …
        > pameran pak
        < Maaf, layanan ini belum ada di chat kami: Pameran dan pembeli
          …
          …
        > iya
        < {DONE}
    """)
    assert kept(desk, "wishes") == []
    assert [(wish["kind"], wish["count"]) for wish in kept(desk, "tallies")] == [("wish.pasar_pameran", 2)]
    assert questions(desk) == ["pameran pak"]


@pytest.mark.everywhere
def test_in_doubt_she_chooses(telegram: Telegram, desk: Desk):
    telegram(f"""
        > pelatihan
        < Maksudnya yang mana?
          [Lihat pelatihan] [Daftar pelatihan] [Petugas]
        > [Lihat pelatihan]
        < Maaf, layanan ini belum ada di chat kami: Lihat pelatihan
          …
          …
        > [Tanya petugas]
        < {DONE}
    """)
    assert questions(desk) == ["pelatihan"]
    assert [wish["kind"] for wish in kept(desk, "tallies")] == ["wish.lihat_pelatihan"]


def test_an_owners_wish_is_noted_once(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    for _ in range(2):
        telegram("""
            > info pameran
            < Maaf, layanan ini belum ada di chat kami: Pameran dan pembeli
              …
              …
        """)
    assert [wish["topic"] for wish in kept(desk, "wishes")] == ["pasar_pameran"]
    assert kept(desk, "tallies") == []


def test_doubt_and_then_nothing_is_twice(telegram: Telegram):
    telegram(f"""
        > pelatihan
        < Maksudnya yang mana?
        > yang kemarin itu
        < {SECOND}
    """)


def test_an_officer_is_offered_no_officer(telegram: Telegram):
    telegram("""
        petugas > jadi gimana
        petugas < Maaf, saya belum paham maksudnya. Coba pilih salah satu.
          Ada yang bisa kami bantu?
        petugas > jadi gimana
        petugas < Maaf, saya belum paham maksudnya. Coba pilih salah satu.
          Ada yang bisa kami bantu?
    """)
