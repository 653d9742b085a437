"""What comes between while an owner registers: help, the menu, old buttons, pictures, groups, a block."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.db import Db
from tests.office import Desk, rows
from tests.talks.scripts import REVIEW, TO_BUSINESS, TO_NAME, TO_REVIEW
from tests.transcript import Telegram


def test_help_in_the_middle(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > /bantuan
        < Yang bisa dilakukan di sini:
          …
          …
          …
          …
          …
          …
          …
          …
          Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
    """)


def test_the_menu_in_the_middle(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > menu
        < Ada yang bisa kami bantu?
          [Lanjutkan yang tadi] [Data saya] [Tanya jawab] [Tanya petugas] [Bantuan]
        > [Lanjutkan yang tadi]
        < Apa nama usahanya?
        > menu
        < Ada yang bisa kami bantu?
        > Keripik Bu Siti
        < Kita lanjutkan pengisian sebelumnya?
          Apa nama usahanya?
          [Lanjut] [Mulai baru]
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
    """)


def test_a_button_of_an_earlier_question(telegram: Telegram):
    telegram(f"""{TO_REVIEW}
        > [Makanan siap saji]
        < Tombol itu dari pertanyaan sebelumnya.
          {REVIEW.strip().removeprefix("< ")}
    """)


@pytest.mark.everywhere
def test_what_is_not_text(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > (stiker)
        < Maaf, yang itu belum bisa saya baca. Mohon diketik singkat saja ya.
          Apa nama usahanya?
        > (suara)
        < Maaf, yang itu belum bisa saya baca. Mohon diketik singkat saja ya.
          Apa nama usahanya?
        > (foto)
        < Mohon ketik jawabannya dengan kata-kata.
          Apa nama usahanya?
        > Kripik
        < Usahanya bergerak di bidang apa?
        > (ubah: Keripik Bu Siti)
        < Maaf, pesan yang sudah diubah tidak bisa saya baca. Mohon dikirim lagi sebagai pesan baru ya.
          Usahanya bergerak di bidang apa?
        budi > (stiker)
        budi < Maaf, yang itu belum bisa saya baca. Mohon diketik singkat saja ya.
    """)


def test_two_people_at_once_do_not_meet(telegram: Telegram):
    telegram(f"""{TO_NAME}
        budi > /daftar
        budi < Sebelum mulai…
          …
          …
          …
          …
        budi > [Saya setuju]
        budi < …
          Siapa nama lengkap…
          …
        > Siti Aminah
        < Salam kenal…
          [Bapak Siti] [Ibu Siti] [Siti saja]
        budi > Budi Santoso
        budi < Salam kenal…
          [Bapak Budi] [Ibu Budi] [Budi saja]
        budi > batal
        budi < Mau berhenti? Jawaban yang sudah diisi akan hilang.
          Kalau hanya mau istirahat, tinggalkan saja. Jawabannya tetap tersimpan.
          [Ya, berhenti] [Lanjut]
        budi > [Ya, berhenti]
        budi < Baik, kita berhenti di sini…
          …
        > [Ibu Siti]
        < Nomor HP yang bisa kami hubungi, Bu Siti?
          …
    """)


@pytest.mark.only_telegram("nobody writes to a number in a group")
@pytest.mark.everywhere
def test_a_group_is_told_once_where_to_write(telegram: Telegram, desk: Desk):
    telegram("""
        > halo
        < …
          …
          …
          …
        > (grup halo semuanya)
    """)
    bot = next(iter(desk.platform.bots.values()))
    group = desk.platform.chat(bot, -4_000_001)
    said = [b.message["text"] for b in group.bubbles.values() if b.message and b.message["from"].get("is_bot")]
    assert said == ["Saya hanya bisa membantu lewat chat pribadi. Silakan tulis ke saya di sana."]
    telegram("> (grup siapa ini)")
    said = [b.message["text"] for b in group.bubbles.values() if b.message and b.message["from"].get("is_bot")]
    assert len(said) == 1


@pytest.mark.only_telegram("nobody tells that a number was blocked")
@pytest.mark.everywhere
def test_a_person_who_blocks_and_comes_back_goes_on_where_she_was(telegram: Telegram, desk: Desk):
    def reachable(db: Db) -> list[bool]:
        return [row["reachable"] for row in rows(db, "contacts")]

    telegram(f"{TO_BUSINESS}\n > (blokir)\n < (diam)")
    assert asyncio.run(desk.round(do=reachable)) == [False]
    telegram("""
        ~ 26 jam
        < (diam)
        > (buka blokir)
        < (diam)
    """)
    assert asyncio.run(desk.round(do=reachable)) == [True]
    telegram("""
        > Keripik Bu Siti
        < Kita lanjutkan pengisian sebelumnya?
          Apa nama usahanya?
        > lanjut
        < Apa nama usahanya?
    """)
