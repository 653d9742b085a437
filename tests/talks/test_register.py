"""An owner registers: wrong answers, corrections, the way back, and what else comes between."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.chat.flow import Person
from bot.domain import owners
from bot.domain.db import Db
from tests.office import Desk
from tests.talks.scripts import (
    DONE,
    PROFILE,
    REGISTERED,
    REVIEW,
    TO_NAME,
    TO_PHONE,
    TO_REVIEW,
    but,
    kept,
)
from tests.transcript import Telegram


@pytest.mark.everywhere
def test_an_owner_registers_from_the_first_word(telegram: Telegram, desk: Desk):
    telegram("""
        > halo
        < Selamat pagi, Bapak/Ibu. 🙏
          Saya Pendamping, asisten UMKM dari Dinas Koperasi, Perindustrian dan Perdagangan Kota Malang.
          Kita mulai dengan mendaftarkan usaha Bapak/Ibu.
          Layanan ini gratis.
          [Daftar]
        > [Daftar]
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
        > setuju
        < Terima kasih. Ada beberapa pertanyaan…
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          Contoh: Siti Aminah
        > siti aminah
        < Salam kenal. Kami panggil dengan…
        > siti saja
        < Nomor HP yang bisa kami hubungi, Siti?
          …
        > 0812 3456 7890
        < Tempat usahanya…
          …
        > Purwantoro
        < Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
        > 1
        < Kira-kira omzet…
        > 10 juta
        < Modal usaha saat ini…
        > sampai 50 juta
        < Berapa orang yang bekerja, termasuk pemilik?
        > 2
        < Sudah berapa lama usaha berjalan?
        > 6 - 12 bulan
        < Berapa nomor NIB…
          …
        > 1234 5678 90123
        < Mohon dicek, Siti. Apakah sudah benar?
          • nama: Siti Aminah
          • sapaan: Siti saja
          • nomor HP: 0812****890
          • kelurahan: Purwantoro
          • nama usaha: Keripik Bu Siti
          • bidang usaha: Makanan/minuman kemasan
          • omzet: 5 sampai 25 juta
          • modal: Sampai 50 juta
          • jumlah pekerja: 2 sampai 4 orang
          • lama usaha: 6 - 12 bulan
          • NIB: 1234*****0123
          [Sudah benar] [Ubah nama] [Ubah sapaan] [Ubah nomor HP] [Ubah kelurahan] [Ubah nama usaha]…
        > ya
        < Terima kasih, Siti. Pendaftaran sudah selesai.
          Menurut omzetnya termasuk usaha mikro (PP 7/2021 Pasal 35, berlaku per 2 Februari 2021).
          …
          Boleh kami kirim info pelatihan dan program lewat chat ini?
          …
          [Profil saya] [Tambah usaha] [Menu] [Ya, boleh] [Tidak, terima kasih] [Baca lengkap]
    """)
    tables = ("owners", "businesses", "consents", "reminders")
    (owner,), (business,), (consent,), reminders = (kept(desk, table) for table in tables)
    found = asyncio.run(desk.round(do=lambda db: owners.find(db, Person(owner["person_id"], "id"))))
    assert (found.name, found.called, found.businesses[0].name) == ("Siti Aminah", "nama", "Keripik Bu Siti")
    assert (business["sector"], business["village"]) == ("pangan", "35.73.01.1007")
    codes = ("5-25", "lt50", "2-4", "6-12m")
    assert tuple(business[fact] for fact in ("sales", "capital", "workers", "age")) == codes
    assert (consent["purpose"], consent["given"], consent["version"]) == ("service", True, "1.0")
    assert consent["contact_id"]
    assert reminders == [], "nothing is left to remind her of"


def test_a_nib_is_sealed_and_can_be_found(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    (row,) = kept(desk, "businesses")
    assert b"1234567890001" not in row["nib"]

    def opened(db: Db) -> tuple[str, bytes]:
        return db.open(row["owner_id"], "businesses.nib", row["nib"]), db.keys.index("nib", "1234567890001")

    assert asyncio.run(desk.round(do=opened)) == ("1234567890001", row["nib_index"])


def test_words_that_answer_nothing_become_no_name(telegram: Telegram):
    telegram(f"""{TO_NAME}
        > apa ya
        < Untuk lanjut, kami perlu nama Bapak/Ibu.
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          Contoh: Siti Aminah
        > iya kak
        < Untuk lanjut, kami perlu nama Bapak/Ibu.
          Kalau sulit, petugas kami siap membantu.
          …
          Siapa nama lengkap…
          …
          [Tanya petugas]
        > nama saya Bagus
        < Salam kenal…
        > pak
        < Nomor HP yang bisa kami hubungi, Pak Bagus?
          …
        > 081234567890
        < Tempat usahanya…
          …
        > Purwantoro
        < Apa nama usahanya?
        > apa ya
        < Apakah "apa ya" ini jawabannya?
        > bukan
        < Apa nama usahanya?
        > Kopi Apa Ya
        < Usahanya bergerak di bidang apa?
    """)


def test_wrong_answers_at_every_question(telegram: Telegram):
    telegram(f"""{TO_NAME}
        > S
        < Nama terdiri dari 3 sampai 60 huruf.
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          Contoh: Siti Aminah
        > Petugas Dinas
        < Kata itu khusus untuk petugas. Mohon ketik nama Bapak/Ibu sendiri.
          Kalau sulit, petugas kami siap membantu.
          Atau ketik kembali untuk mundur, batal untuk berhenti.
          Siapa nama lengkap…
          …
          [Tanya petugas]
        > (stiker)
        < Maaf, yang itu belum bisa saya baca. Mohon diketik singkat saja ya.
          Siapa nama lengkap…
          …
        > (lokasi)
        < Mohon ketik jawabannya dengan kata-kata.
          Kalau sulit, petugas kami siap membantu.
          …
          Siapa nama lengkap…
          …
          [Tanya petugas]
        > Siti Aminah
        < Salam kenal…
        > terserah
        < Mohon pilih salah satu.
          Salam kenal…
        > ibu siti
        < Nomor HP yang bisa kami hubungi, Bu Siti?
          …
        > 0812
        < …
          Nomor HP yang bisa kami hubungi, Bu Siti?
          …
        > (nomor orang lain 6281999999999)
        < Nomor itu sepertinya nomor orang lain. Mohon bagikan nomor sendiri, atau ketik nomornya.
          Kalau sulit, petugas kami siap membantu.
          …
          Nomor HP…
          …
          Atau pilih:
          [Tanya petugas]
        > 081234567890
        < Tempat usahanya…
          …
        > Surabaya
        < …
          Tempat usahanya di kelurahan mana, Bu Siti?
          …
        > Purwantoro
        < Apa nama usahanya?
        > 7
        < Nama usaha terdiri dari 2 sampai 60 huruf.
          Apa nama usahanya?
        > Apa boleh dua usaha?
        < Apakah "Apa boleh dua usaha?" ini jawabannya?
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
          Kalau sulit, petugas kami siap membantu.
          …
          Usahanya bergerak di bidang apa?
        > makanan minuman
        < Kira-kira omzet…
        > lumayan
        < Mohon pilih salah satu.
          Kira-kira omzet…
        > 200rb sehari
        < Maksudnya yang mana?
          [5 sampai 25 juta] [Tidak ada yang cocok]
        > tidak
        < Kira-kira omzet…
        > 5jt per bulan
        < Modal usaha saat ini…
        > 50 juta
        < Berapa orang yang bekerja…
        > banyak
        < Mohon pilih salah satu.
          Berapa orang yang bekerja…
        > 2 sampai 4 orang
        < Sudah berapa lama…
        > 1 - 3 tahun
        < Berapa nomor NIB usahanya (13 angka)?
          …
        > ada di rumah
        < Mohon ketik nomornya.
          Berapa nomor NIB usahanya (13 angka)?
          …
        > 123456789012
        < Nomor NIB biasanya 13 angka.
          Yang kami terima 12 angka: 1234****9012
          Mohon dicek lagi ya, Bu Siti.
          Kalau sulit, petugas kami siap membantu.
          Atau ketik kembali untuk mundur, batal untuk berhenti.
          Berapa nomor NIB usahanya (13 angka)?
          …
        > 1234.5678.90001
        {REVIEW}
        > tidak
        < Yang mana yang perlu diubah? Tekan tombolnya ya.
          {REVIEW.strip().removeprefix("< ")}
        > sudah benar
        {DONE}
    """)


def test_corrections_land_back_on_the_review(telegram: Telegram):
    moved = but(REVIEW, kelurahan="Pandanwangi")
    done = but(moved, bidang_usaha="Jasa").replace("Bu Siti.", "Bu Rina.").replace("Ibu Siti", "Ibu Rina")
    telegram(f"""{TO_REVIEW}
        > [Ubah kelurahan]
        < Tempat usahanya di kelurahan mana, Bu Siti?
          …
        > Pandanwangi
        {moved}
        > ubah omzet
        < Kira-kira omzet…
        > batal
        {moved}
        > [Ubah bidang usaha]
        < Usahanya bergerak di bidang apa?
        > [Jasa]
        {but(moved, bidang_usaha="Jasa")}
        > [Ubah nama]
        < Siapa nama lengkap…
          …
        > Rina Wati
        {but(done, nama="Rina Wati")}
        > [Sudah benar]
        < Terima kasih, Bu Rina. Pendaftaran sudah selesai.
          …
          …
          …
          …
        > profil
        {but(PROFILE, nama="Rina Wati", sapaan="Ibu Rina", kelurahan="Pandanwangi", bidang_usaha="Jasa")}
    """)


def test_back_from_each_question(telegram: Telegram):
    telegram(f"""{TO_REVIEW}
        > kembali
        < Berapa nomor NIB…
          …
        > kembali
        < Sudah berapa lama…
        > kembali
        < Berapa orang…
        > kembali
        < Modal usaha…
        > kembali
        < Kira-kira omzet…
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
        < Salam kenal…
          Silakan pilih:
          [Bapak Siti] [Ibu Siti] [Siti saja]
        > kembali
        < Siapa nama lengkap…
          …
        > kembali
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
        > kembali
        < Ini pertanyaan pertama. Ketik batal kalau ingin berhenti.
          Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
        > batal
        < Baik, kita berhenti di sini. Bapak/Ibu bisa mulai lagi kapan saja.
          Ada yang bisa kami bantu?
          [Daftar]…[Bantuan]
        > batal
        < Tidak ada yang perlu dibatalkan.
          Ada yang bisa kami bantu?
    """)


@pytest.mark.parametrize("again", ["/daftar", "daftar", "mau daftar", "profil", "/profil", "profil saya"])
def test_the_second_time_she_sees_her_profile(telegram: Telegram, again: str):
    telegram(f"""{REGISTERED}
        > {again}
        {PROFILE}
    """)


def test_the_menu_before_and_after(telegram: Telegram):
    telegram(f"""
        > menu
        < Ada yang bisa kami bantu?
          [Daftar]…[Bantuan]
        > profil
        < Bapak/Ibu belum terdaftar.
          [Daftar]
        {REGISTERED}
        > /menu
        < Ada yang bisa kami bantu?
          [Cek Naik Kelas] [Profil saya] [Data saya] [Tanya jawab] [Tanya petugas] [Bantuan]
    """)


@pytest.mark.only_telegram("a keyboard that stays")
@pytest.mark.everywhere
def test_the_phone_question_has_a_button_for_sharing(telegram: Telegram, desk: Desk):
    telegram(TO_PHONE)
    bot = next(iter(desk.platform.bots.values()))
    keyboard = desk.platform.chat(bot, telegram.people["siti"]).keyboard
    assert "Bagikan nomor saya" in str(keyboard)


@pytest.mark.only_telegram("how Telegram draws buttons")
def test_every_button_fits_its_platforms(telegram: Telegram, desk: Desk):
    telegram(f"""
        > menu
        < …
        {TO_REVIEW}
        > [Ubah kelurahan]
        < …
          …
        > blimbing
        < …
        ~ 25 jam
        < Pengisian yang lalu…
          …
    """)
    bot = next(iter(desk.platform.bots.values()))
    bubbles = [b.message for b in desk.platform.chat(bot, telegram.people["siti"]).bubbles.values() if b.message]
    rows = [row for bubble in bubbles for row in bubble.get("reply_markup", {}).get("inline_keyboard", [])]
    keys = [key for row in rows for key in row]
    assert len(keys) > 15
    for key in keys:
        longest = re.sub(r"^q[0-9a-f]+\.", "q3fffffff.", key["callback_data"])  # as with the highest number of a talk
        assert len(longest.encode()) <= 64, key
        assert len(key["text"]) <= 24, "a row of a list on WhatsApp"
    for bubble in bubbles:
        keys = [key["text"] for row in bubble.get("reply_markup", {}).get("inline_keyboard", []) for key in row]
        assert len(keys) > 3 or all(len(text) <= 20 for text in keys), "a button on WhatsApp"


@pytest.mark.parametrize(
    ("name", "signs"), [("<b>Siti</b>", "/ < >"), ("<script>alert(1)</script>", "( ) / < >"), ("Siti_Aminah*", "* _")]
)
def test_a_name_with_signs_is_told_which(telegram: Telegram, name: str, signs: str):
    telegram(f"""{TO_NAME}
        > {name}
        < Nama tidak memakai tanda ini: {signs}
          Mohon ketik namanya saja, dengan huruf.
          Siapa nama lengkap Bapak/Ibu sesuai KTP?
          Contoh: Siti Aminah
    """)
