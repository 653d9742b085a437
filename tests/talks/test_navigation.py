"""Finding the way: menu, back, cancel, help and the stop words, with a talk open and without."""

from __future__ import annotations

import asyncio

import pytest

from tests.office import Desk, rows
from tests.transcript import Telegram

ASKED = """Mau tanya apa ke petugas?
          Tulis singkat saja."""
STOPPED = """Baik. Mulai sekarang kami tidak mengirim info dan pengingat lagi.
          Pertanyaan Bapak/Ibu tetap kami jawab.
          Ingin menerima lagi? Ketik mulai."""


def opted_out(desk: Desk) -> bool:
    (person,) = asyncio.run(desk.round(do=lambda db: rows(db, "people")))
    return person["opted_out_at"] is not None


def test_the_menu_offers_an_officer_and_a_tap_leads_there(telegram: Telegram):
    telegram(f"""
        > menu
        < Ada yang bisa kami bantu?
        > [Tanya petugas]
        < {ASKED}
          [Lewati]
    """)


def test_help_names_the_officer(telegram: Telegram):
    telegram("""
        > bantuan
        < Yang bisa dilakukan di sini:
          • mendaftarkan usaha: ketik daftar
          • mengecek kesiapan naik kelas: ketik cek
          • bertanya: langsung ketik pertanyaannya, atau ke petugas: ketik petugas
          • melihat data yang tercatat: ketik profil; memperbaiki: ketik ubah; menambah usaha: ketik usaha
          • hak atas data: ketik data saya, izin saya, atau hapus data
          • menyambungkan WhatsApp dan Telegram: ketik hubungkan; memilih tempat kabar dari kami: ketik kabar
          • ganti bahasa: ketik bahasa; semua pilihan: ketik menu
          Saat mengisi: kembali ke pertanyaan sebelumnya, batal untuk berhenti.
    """)


@pytest.mark.parametrize("leave", ["batal", "keluar", "/batal", "BATAL"])
def test_leaving_an_open_question(telegram: Telegram, desk: Desk, leave: str):
    telegram(f"""
        > petugas
        < {ASKED}
        > {leave}
        < Baik, kita berhenti di sini. Bapak/Ibu bisa mulai lagi kapan saja.
          Ada yang bisa kami bantu?
        > batal
        < Tidak ada yang perlu dibatalkan.
          Ada yang bisa kami bantu?
    """)
    assert not opted_out(desk)


def test_back_at_the_first_question(telegram: Telegram):
    telegram(f"""
        > petugas
        < {ASKED}
        > kembali
        < Ini pertanyaan pertama. Ketik batal kalau ingin berhenti.
          {ASKED}
    """)


@pytest.mark.parametrize("stop", ["stop", "Berhenti!", "jangan kirim pesan lagi ya", "ojo ngirim wa maneh", "/stop"])
def test_stop_in_the_middle_and_back_again(telegram: Telegram, desk: Desk, stop: str):
    telegram(f"""
        > petugas
        < {ASKED}
        > {stop}
        < {STOPPED}
    """)
    assert opted_out(desk)
    telegram(f"""
        > mulai
        < Baik, pengingat kami kirim lagi.
          Selamat pagi, Bapak/Ibu. 🙏
          …
          …
          …
          {ASKED}
        > apakah gratis?
        < Pertanyaan Bapak/Ibu sudah kami teruskan ke petugas. Nomornya: 1
          …
    """)
    assert not opted_out(desk)


def test_stopping_one_kind_stops_all_and_says_so(telegram: Telegram, desk: Desk):
    telegram("""
        > stop info pelatihan
        < Baik. Kami belum bisa menghentikan satu jenis info saja, jadi mulai sekarang semua info dan pengingat kami …
          Pertanyaan Bapak/Ibu tetap kami jawab.
          Ingin menerima lagi? Ketik mulai.
    """)
    assert opted_out(desk)


@pytest.mark.parametrize("words", ["stok kripik habis", "mau berhenti kerja", "sertifikat halal saya belum keluar"])
def test_what_is_no_stop(telegram: Telegram, desk: Desk, words: str):
    telegram(f"> {words}")
    assert not opted_out(desk)
