"""An owner registers: wrong answers, corrections, the way back, and what else comes between."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.domain.db import Db
from tests.office import Desk, rows
from tests.talks.scripts import REGISTERED, TO_BUSINESS, TO_PHONE, TO_REVIEW
from tests.transcript import Telegram


def test_an_owner_registers_from_the_first_word(telegram: Telegram, desk: Desk):
    telegram("""
        > halo
        < Selamat pagi, Bapak/Ibu. 🙏
          Saya Pendamping, asisten UMKM dari Dinas Koperasi, Perindustrian dan Perdagangan Kota Malang.
          Kita mulai dengan mendaftarkan usaha Bapak/Ibu.
          Layanan ini gratis.
          [Daftar]
        > [Daftar]
        < Ada beberapa pertanyaan…
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          Contoh: Siti Aminah
        > siti aminah
        < Nomor HP…
          …
        > 0812 3456 7890
        < Tempat usahanya…
          …
        > Purwantoro
        < Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
        > 1
        < Mohon dicek, apakah sudah benar?
          • nama: Siti Aminah
          • nomor HP: 081••••••890
          • kelurahan: Purwantoro
          • nama usaha: Keripik Bu Siti
          • bidang usaha: Makanan kemasan
        > ya
        < Terima kasih, Siti Aminah. Pendaftaran sudah selesai.
          …
    """)
    found = asyncio.run(desk.round(do=lambda db: (rows(db, "owners"), rows(db, "businesses"), rows(db, "reminders"))))
    (owner,), (business,), reminders = found
    assert owner["name"] == "Siti Aminah"
    assert (business["name"], business["sector"], business["village"]) == ("Keripik Bu Siti", "pangan", "35.73.01.1007")
    assert reminders == [], "nothing is left to remind her of"


def test_wrong_answers_at_every_question(telegram: Telegram):
    telegram("""
        > /daftar
        < …
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          …
        > S
        < Nama terdiri dari 3 sampai 60 huruf.
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          Contoh: Siti Aminah
        > Petugas Dinas
        < Kata itu khusus untuk petugas. Mohon ketik nama Bapak/Ibu sendiri.
          Siapa nama lengkap…
          …
        > (stiker)
        < Maaf, yang itu belum bisa saya baca. Mohon diketik singkat saja ya.
          Siapa nama lengkap…
          …
        > (lokasi)
        < Mohon ketik jawabannya dengan kata-kata.
          Siapa nama lengkap…
          …
        > Siti Aminah
        < Nomor HP…
          …
        > 0812
        < Mohon ketik nomor HP-nya, contoh: 081234567890.
          Nomor HP yang bisa kami hubungi?
          …
        > (nomor orang lain 6281999999999)
        < Nomor itu sepertinya bukan nomor Bapak/Ibu. Mohon bagikan nomor sendiri, atau ketik nomornya.
          Nomor HP…
          …
        > 081234567890
        < Tempat usahanya…
          …
        > Surabaya
        < Kelurahan itu belum kami kenal. Ketik namanya saja, contoh: Purwantoro.
          Tempat usahanya di kelurahan mana?
          …
        > purwantro
        < Maksudnya yang mana?
        > [Purwantoro]
        < Apa nama usahanya?
        > 7
        < Nama usaha terdiri dari 2 sampai 60 huruf.
          Apa nama usahanya?
        > Apa boleh dua usaha?
        < Apakah "Apa boleh dua usaha?" ini jawaban Bapak/Ibu?
          [Ya, betul] [Tidak]
        > tidak
        < Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
        > keripik
        < Mohon pilih salah satu.
          Usahanya bergerak di bidang apa?
        > 9
        < Mohon pilih salah satu.
          Usahanya bergerak di bidang apa?
        > makanan k
        < Mohon dicek, apakah sudah benar?
          …
          …
          …
          …
          …
        > tidak
        < Yang mana yang perlu diubah? Tekan tombolnya ya.
          Mohon dicek, apakah sudah benar?
          …
          …
          …
          …
          …
        > sudah benar
        < Terima kasih, Siti Aminah. Pendaftaran sudah selesai.
          …
    """)


def test_corrections_land_back_on_the_review(telegram: Telegram):
    telegram(f"""{TO_REVIEW}
        > [Ubah kelurahan]
        < Tempat usahanya di kelurahan mana?
          …
        > Pandanwangi
        < Mohon dicek, apakah sudah benar?
          • nama: Siti Aminah
          …
          • kelurahan: Pandanwangi
          …
          …
        > ubah nama
        < Siapa nama lengkap…
          …
        > batal
        < Mohon dicek, apakah sudah benar?
          • nama: Siti Aminah
          …
          …
          …
          …
        > [Ubah bidang usaha]
        < Usahanya bergerak di bidang apa?
        > [Jasa]
        < Mohon dicek, apakah sudah benar?
          …
          …
          …
          …
          • bidang usaha: Jasa
        > [Sudah benar]
        < Terima kasih, Siti Aminah. Pendaftaran sudah selesai.
          …
        > profil
        < Ini yang sudah kami catat:
          • nama: Siti Aminah
          • nomor HP: 081••••••890
          • nama usaha: Keripik Bu Siti
          • bidang usaha: Jasa
          • kelurahan: Pandanwangi
    """)


def test_back_from_each_question(telegram: Telegram):
    telegram(f"""{TO_REVIEW}
        > kembali
        < Usahanya bergerak di bidang apa?
        > kembali
        < Apa nama usahanya?
        > /kembali
        < Tempat usahanya…
          …
        > Kembali
        < Nomor HP…
          …
        > kembali
        < Siapa nama lengkap…
          …
        > kembali
        < Ini pertanyaan pertama. Ketik batal kalau ingin berhenti.
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          …
        > batal
        < Baik, kita berhenti di sini. Bapak/Ibu bisa mulai lagi kapan saja.
          Ada yang bisa kami bantu?
          [Daftar] [Bantuan]
        > batal
        < Tidak ada yang perlu dibatalkan.
          Ada yang bisa kami bantu?
    """)


@pytest.mark.parametrize("again", ["/daftar", "daftar", "mau daftar", "profil", "/profil", "data saya"])
def test_the_second_time_she_sees_her_profile(telegram: Telegram, again: str):
    telegram(f"""{REGISTERED}
        > {again}
        < Ini yang sudah kami catat:
          • nama: Siti Aminah
          • nomor HP: 081••••••890
          • nama usaha: Keripik Bu Siti
          • bidang usaha: Makanan kemasan
          • kelurahan: Purwantoro
    """)


def test_the_menu_before_and_after(telegram: Telegram):
    telegram(f"""
        > menu
        < Ada yang bisa kami bantu?
          [Daftar] [Bantuan]
        > profil
        < Bapak/Ibu belum terdaftar.
          [Daftar]
        {REGISTERED}
        > /menu
        < Ada yang bisa kami bantu?
          [Profil saya] [Bantuan]
        > /start
        < Selamat pagi. Ada yang bisa kami bantu hari ini?
          [Profil saya] [Bantuan]
        > [Bantuan]
        < Yang bisa dilakukan di sini:
          • mendaftarkan usaha: ketik daftar
          • melihat data yang tercatat: ketik profil
          • melihat semua layanan: ketik menu
          Saat mengisi: kembali ke pertanyaan sebelumnya, batal untuk berhenti.
        > apa saja boleh
        < Maaf, saya belum paham maksudnya. Coba pilih salah satu.
          Ada yang bisa kami bantu?
          [Profil saya] [Bantuan]
    """)


def test_help_in_the_middle(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > /bantuan
        < Yang bisa dilakukan di sini:
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
          [Daftar] [Bantuan]
        > [Daftar]
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
    telegram(
        f"""{TO_REVIEW}
        > [Jasa]
        < Tombol itu dari pertanyaan sebelumnya.
          Mohon dicek, apakah sudah benar?
          …
          …
          …
          …
          …
    """.replace("[Jasa]\n        < Tombol", "[Makanan siap saji]\n        < Tombol")
    )


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
    telegram("""
        > /daftar
        < …
          Siapa nama lengkap…
          …
        budi > /daftar
        budi < …
          Siapa nama lengkap…
          …
        > Siti Aminah
        < Nomor HP…
          …
        budi > Budi Santoso
        budi < Nomor HP…
          …
        budi > batal
        budi < Baik, kita berhenti di sini…
          …
        > 081234567890
        < Tempat usahanya…
          …
    """)


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


def test_the_phone_question_has_a_button_for_sharing(telegram: Telegram, desk: Desk):
    telegram(TO_PHONE)
    bot = next(iter(desk.platform.bots.values()))
    keyboard = desk.platform.chat(bot, telegram.people["siti"]).keyboard
    assert "Bagikan nomor saya" in str(keyboard)


def test_every_button_fits_its_platforms(telegram: Telegram, desk: Desk):
    telegram(f"""
        > menu
        < …
        {TO_REVIEW}
        > [Ubah kelurahan]
        < …
          …
        > purwantro
        < Maksudnya yang mana?
        ~ 25 jam
        < Pengisian kemarin…
          Maksudnya yang mana?
    """)
    bot = next(iter(desk.platform.bots.values()))
    bubbles = [b.message for b in desk.platform.chat(bot, telegram.people["siti"]).bubbles.values() if b.message]
    rows = [row for bubble in bubbles for row in bubble.get("reply_markup", {}).get("inline_keyboard", [])]
    keys = [key for row in rows for key in row]
    assert len(keys) > 15
    for key in keys:
        longest = re.sub(r"^q[0-9a-f]+\.", "q3fffffff.", key["callback_data"])  # as with the highest number of a talk
        assert len(longest.encode()) <= 64, key
        assert len(key["text"]) <= 20, "a button on WhatsApp"
