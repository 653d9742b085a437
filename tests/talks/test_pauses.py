"""Talks that are left open: the next words a day later, the one nudge, and the word that ends all that."""

from __future__ import annotations

import asyncio

import pytest

from tests.office import Desk, rows
from tests.talks.scripts import DONE, PROFILE, REGISTERED, REVIEW, TO_BUSINESS, TO_CONSENT, kept
from tests.transcript import Telegram

NUDGE = "Pengisian yang lalu belum selesai. Jawaban Bapak/Ibu masih tersimpan. Kita lanjutkan?"


def test_half_a_day_later_she_is_asked_before_her_words_are_an_answer(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        ~ 13 jam
        > selamat malam bu
        < Kita lanjutkan pengisian sebelumnya?
          Apa nama usahanya?
          [Lanjut] [Mulai baru]
        > ya
        < Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
    """)


@pytest.mark.parametrize("go", ["[Lanjut]", "lanjut", "ya", "oke"])
def test_going_on(telegram: Telegram, go: str):
    telegram(f"""{TO_BUSINESS}
        ~ 13 jam
        > jadi gimana
        < Kita lanjutkan pengisian sebelumnya?
          Apa nama usahanya?
        > {go}
        < Apa nama usahanya?
    """)


@pytest.mark.parametrize("new", ["[Mulai baru]", "mulai baru"])
def test_starting_over(telegram: Telegram, new: str):
    telegram(f"""{TO_BUSINESS}
        ~ 13 jam
        > jadi gimana
        < Kita lanjutkan pengisian sebelumnya?
          Apa nama usahanya?
        > {new}
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
    """)


@pytest.mark.everywhere
def test_not_going_on_now(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        ~ 13 jam
        > jadi gimana
        < Kita lanjutkan pengisian sebelumnya?
          Apa nama usahanya?
        > tidak
        < Ada yang bisa kami bantu?
          [Lanjutkan yang tadi] [Data saya] [Tanya jawab] [Tanya petugas] [Bantuan]
        > [Lanjutkan yang tadi]
        < Apa nama usahanya?
    """)


def test_a_registration_interrupted_three_times_over_days(telegram: Telegram, desk: Desk):
    telegram(f"""{TO_CONSENT}
        ~ 14 jam
        > siti aminah
        < Kita lanjutkan pengisian sebelumnya?
          Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
          [Saya setuju] [Tidak setuju] [Baca lengkap] [Lanjut] [Mulai baru]
        > [Saya setuju]
        < Terima kasih. Ada beberapa pertanyaan…
          Siapa nama lengkap…
          …
        > Siti Aminah
        < Salam kenal…
        > [Ibu Siti]
        < Nomor HP…
          …
        > (nomor 6281234567890)
        < Tempat usahanya…
          …
        ~ 33 jam
        < {NUDGE}
          Tempat usahanya di kelurahan mana, Bu Siti?
          …
        > Purwantoro
        < Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
        > [Makanan/minuman kemasan]
        < Kira-kira omzet…
        ~ 3 hari
        < (diam)
        > [5 sampai 25 juta]
        < Modal usaha…
        > [Sampai 50 juta]
        < Berapa orang…
        > [2 sampai 4 orang]
        < Sudah berapa lama…
        > [1 - 3 tahun]
        < Berapa nomor NIB…
          …
        > 1234567890001
        {REVIEW}
        ~ 9 hari
        < (diam)
        > ya
        < Kita lanjutkan pengisian sebelumnya?
          {REVIEW.strip().removeprefix("< ")}
        > ya
        {REVIEW}
        > [Sudah benar]
        {DONE}
        ~ 30 hari
        < (diam)
        > profil
        {PROFILE}
    """)
    assert [len(kept(desk, table)) for table in ("owners", "businesses", "consents", "reminders")] == [1, 1, 1, 0]


@pytest.mark.everywhere
def test_one_nudge_a_day_later(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        ~ 23 jam
        < (diam)
        ~ 2 jam
        < {NUDGE}
          Apa nama usahanya?
          [Lanjut] [Mulai baru]
        > iya
        < Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
        ~ 30 jam
        < (diam)
        ~ 30 hari
        < (diam)
    """)


@pytest.mark.everywhere
def test_the_answer_right_under_the_nudge(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        ~ 25 jam
        < {NUDGE}
          Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
    """)


def test_the_nudge_waits_for_the_morning(telegram: Telegram):
    # opened at 9 in the evening: a day later is no time to write to anybody; eight in the morning is
    telegram(f"""
        ~ 12 jam
        {TO_BUSINESS}
        ~ 25 jam
        < (diam)
        ~ 9 jam
        < (diam)
        ~ 2 jam
        < {NUDGE}
          Apa nama usahanya?
    """)


def test_the_nudge_moves_when_she_has_written_since(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        ~ 10 jam
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
        ~ 15 jam
        < (diam)
        ~ 10 jam
        < (diam)
        ~ 12 jam
        < {NUDGE}
          Usahanya bergerak di bidang apa?
        ~ 30 hari
        < (diam)
    """)


def test_no_nudge_when_it_is_over(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        budi > /daftar
        budi < Sebelum mulai…
          …
          …
          …
          …
        budi > batal
        budi < Baik, kita berhenti…
          …
        ~ 3 hari
        < (diam)
        budi < (diam)
    """)
    assert asyncio.run(desk.round(do=lambda db: rows(db, "reminders"))) == []


def test_no_nudge_for_a_talk_that_was_started_over_but_one_for_the_new_one(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > mulai baru
        < Sebelum mulai…
          …
          …
          …
          …
        ~ 25 jam
        < Masih ada pertanyaan yang belum dijawab. Kita lanjutkan?
          Sebelum mulai…
          …
          …
          …
          …
        ~ 30 hari
        < (diam)
    """)


def test_the_stop_word_in_the_middle(telegram: Telegram, desk: Desk):
    telegram(f"""{TO_BUSINESS}
        > BERHENTI
        < Baik. Mulai sekarang kami tidak mengirim info dan pengingat lagi.
          Pertanyaan Bapak/Ibu tetap kami jawab.
          Ingin menerima lagi? Ketik mulai.
        ~ 25 jam
        < (diam)
        > halo
        < Selamat pagi. Kita lanjutkan yang tadi ya.
          Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
    """)
    (person,) = asyncio.run(desk.round(do=lambda db: rows(db, "people")))
    assert person["opted_out_at"] is not None, "a greeting is no permission"
    telegram("""
        > batal
        < Mau berhenti? Jawaban yang sudah diisi akan hilang.
          Kalau hanya mau istirahat, tinggalkan saja. Jawabannya tetap tersimpan.
          [Ya, berhenti] [Lanjut]
        > batal
        < Baik, kita berhenti di sini…
          …
        > mulai
        < Baik, pengingat kami kirim lagi.
          Selamat pagi, Bapak/Ibu. 🙏
          …
          …
          …
    """)
    (person,) = asyncio.run(desk.round(do=lambda db: rows(db, "people")))
    assert person["opted_out_at"] is None


def test_the_greeting_follows_the_clock_of_the_office(telegram: Telegram):
    telegram("""
        ~ 3 jam
        > halo
        < Selamat siang, Bapak/Ibu. 🙏
          …
          …
          …
        ~ 4 jam
        > halo
        < Selamat sore, Bapak/Ibu. 🙏
          …
          …
          …
        ~ 3 jam
        > halo
        < Selamat malam, Bapak/Ibu. 🙏
          …
          …
          …
    """)
