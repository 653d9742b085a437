"""Her rights at any moment: heard at once, a leave given again, what is kept seen until it is gone."""

from __future__ import annotations

import json

import pytest

from tests.office import Desk
from tests.talks.scripts import REGISTERED, TO_NAME, kept
from tests.talks.test_erase import FROZEN
from tests.talks.test_mydata import documents
from tests.transcript import Telegram

SURE = """
    < Semua data Bapak/Ibu mau kami hapus?
      …
      …
      [Ya, hapus] [Tidak jadi]
"""


@pytest.mark.parametrize("words", ["HAPUS DATA", "hapus data saya", "Hapus data."])
def test_to_be_erased_is_no_name(telegram: Telegram, words: str):
    telegram(f"""{TO_NAME}
        > {words}
        {SURE}
    """)


def test_to_see_her_data_is_no_name_and_no_question_to_an_officer(telegram: Telegram, desk: Desk):
    seen = "< Ringkasan data Bapak/Ibu…\n" + "…\n" * 4
    answered = "< Ringkasan data Bapak/Ibu…\n" + "…\n" * 6  # in the registration
    telegram(f"""{TO_NAME}
        > DATA SAYA
        {answered}
        > Siti Aminah
        < Kita lanjutkan pengisian sebelumnya?
          …
          …
        > batal
        < …
          …
        > petugas
        < Mau tanya apa ke petugas?
          …
        > data saya
        {seen}
    """)
    assert kept(desk, "tickets") == []


def test_leave_is_taken_back_in_the_middle_of_a_name(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > ubah nama
        < Siapa nama lengkap…
          …
        > tarik izin
        < Izin mana yang ditarik? Langsung berlaku.
          [Layanan UMKM]
    """)
    assert kept(desk, "changes") == []


def test_what_was_taken_back_is_told_and_given_again(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        ~ 1 hari
        > tarik izin layanan
        < Baik. Mulai sekarang kami tidak mencatat hal baru tentang Bapak/Ibu dan usahanya.
          …
          …
          [Hapus data saya] [Beri izin lagi] [Izin saya]
        > data saya
        < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
          …
          …
          …
          …
          Yang pernah diizinkan:
          • Layanan UMKM: diberikan 23 November 2026, ditarik 24 November 2026
          Belum ada petugas yang melihatnya.
    """)
    assert not kept(desk, "consents")[-1]["given"]
    telegram("""
        > beri izin
        < Izin apa yang ingin diberikan?
        > [Layanan UMKM]
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
        > [Saya setuju]
        < Terima kasih, sudah dicatat.
          …
        > data saya
        < Ringkasan data …
          …
          …
          …
          …
          Izin yang berlaku:
          • Layanan UMKM
          …
    """)


def test_the_button_under_what_she_took_back_gives_it_again(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Ya, boleh]
        < Terima kasih, sudah dicatat.
          …
        > tarik izin info
        < Baik. Mulai sekarang kami tidak mengirim info dan undangan.
          [Beri izin lagi] [Izin saya]
        > [Beri izin lagi]
        < Boleh kami kirim info pelatihan dan program lewat chat ini?
          …
          [Ya, boleh] [Tidak, terima kasih] [Baca lengkap]
        > [Ya, boleh]
        < Terima kasih, sudah dicatat.
          …
    """)
    assert [row["given"] for row in kept(desk, "consents") if row["purpose"] == "news"] == [True, False, True]


@pytest.mark.everywhere
def test_until_she_is_erased_she_sees_what_is_kept_and_nothing_else_opens(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        {FROZEN}
        > halo
        < Sesuai permintaan, data Bapak/Ibu dihapus pada 30 November 2026 pukul … Sampai saat itu tidak kami pakai.
          Kalau ingin tetap disimpan, ketik batal hapus.
          [Batal hapus] [Data saya]
        > [Data saya]
        < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
          • nama: Siti Aminah
          …
          …
          …
          Izin yang berlaku:
          • Layanan UMKM
          Belum ada petugas yang melihatnya.
          [Minta berkas lengkap] [Batal hapus]
        > [Minta berkas lengkap]
        < Sedang kami siapkan. …
          Ini semua data Bapak/Ibu yang kami simpan: …
          Mohon jangan diteruskan ke orang lain. …
        > ubah nama
        < Sesuai permintaan, data …
          …
        > tarik izin
        < Sesuai permintaan, data …
          …
        > data saya
        < Ringkasan data …
          …
          …
          …
          …
          …
          …
          …
    """)
    held = json.loads(documents(desk, telegram)["json"])["held"]
    assert held["owners"][0]["name"] == "Siti Aminah"
    assert [row["purpose"] for row in kept(desk, "consents")] == ["service"]
    assert kept(desk, "changes") == []
    telegram("""
        > [Batal hapus]
        < Baik, tidak jadi dihapus. Semua data kembali seperti semula.
    """)
