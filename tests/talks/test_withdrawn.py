"""After a leave is taken back: nothing new is noted, and it can be given again."""

from __future__ import annotations

import pytest

from bot.domain.consents import SERVICE
from tests.office import Desk
from tests.talks.scripts import REGISTERED, TO_BUSINESS, kept
from tests.transcript import Telegram

WITHDRAWN = f"""{REGISTERED}
    > [Ya, boleh]
    < Terima kasih, sudah dicatat.
      …
    > tarik izin layanan
    < Baik. Mulai sekarang kami tidak mencatat hal baru tentang Bapak/Ibu dan usahanya.
      …
      …
      [Hapus data saya] [Beri izin lagi] [Izin saya]
"""


def last(desk: Desk, purpose: str) -> bool:
    return [bool(row["given"]) for row in kept(desk, "consents") if row["purpose"] == purpose][-1]


@pytest.mark.everywhere
def test_a_first_nik_needs_the_leave_again(telegram: Telegram, desk: Desk):
    telegram(f"""{WITHDRAWN}
        > ubah nik
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
          [Saya setuju] [Tidak setuju] [Baca lengkap]
        > [Tidak setuju]
        < …
          …
          …
          [Hapus data saya] [Beri izin lagi] [Izin saya]
    """)
    assert kept(desk, "changes") == []
    assert not last(desk, SERVICE)


def test_what_is_noted_can_still_be_corrected(telegram: Telegram, desk: Desk):
    telegram(f"""{WITHDRAWN}
        > ubah omzet
        < Kira-kira omzet…
        > 3 juta
        < Terima kasih. Sudah kami catat:
          • omzet: Di bawah 5 juta
    """)
    assert not last(desk, SERVICE)


def test_it_can_be_given_again_by_its_word_or_the_button(telegram: Telegram, desk: Desk):
    telegram(f"""{WITHDRAWN}
        > beri izin
        < Izin apa yang ingin diberikan?
          [Layanan UMKM] [Tampilan produk] [Provinsi dan pusat]
        > [Layanan UMKM]
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
          [Saya setuju] [Tidak setuju] [Baca lengkap]
        > [Saya setuju]
        < Terima kasih, sudah dicatat.
          …
    """)
    assert last(desk, SERVICE)


def test_a_check_that_is_open_notes_nothing_more(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Ya, boleh]
        < Terima kasih, sudah dicatat.
          …
        > cek naik kelas
        > [Belum ada]
        > tarik izin layanan
        < Baik. Mulai sekarang kami tidak mencatat hal baru tentang Bapak/Ibu dan usahanya.
          …
          …
          [Hapus data saya] [Beri izin lagi] [Izin saya]
    """)
    answered = kept(desk, "answers")
    telegram("""
        > cek
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
          [Saya setuju] [Tidak setuju] [Baca lengkap]
    """)
    assert kept(desk, "answers") == answered
    assert not last(desk, SERVICE)


@pytest.mark.everywhere
def test_what_she_answered_in_a_registration_that_is_still_open_is_told(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > Keripik Bu Siti
        > data saya
        < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
          • Bapak/Ibu belum terdaftar. Kami hanya menyimpan yang perlu untuk menjawab di sini.
          • jawaban di percakapan yang belum selesai: …
          • pesan, dari Bapak/Ibu dan dari kami: …
          Izin yang berlaku:
          • Layanan UMKM: untuk percakapan yang belum selesai
          …
    """)


def test_that_news_were_stopped_is_told(telegram: Telegram):
    telegram(f"""{REGISTERED}
        > menu
        > berhenti
        > izin saya
        < Ini yang Bapak/Ibu izinkan:
          • Layanan UMKM: boleh, sejak 23 November 2026
          • Info dan undangan: dihentikan
          …
          …
    """)
