"""Leave to keep what an owner tells: asked first, in full when she wants, again when the text is another."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain import dated
from tests.office import MONDAY, Desk
from tests.talks.scripts import TO_BUSINESS, TO_CONSENT, TO_NAME, kept
from tests.transcript import Telegram


@pytest.mark.everywhere
def test_without_leave_nothing_is_kept(telegram: Telegram, desk: Desk):
    telegram(f"""{TO_CONSENT}
        > [Tidak setuju]
        < Baik, tidak apa-apa. Tidak ada yang dicatat.
          Bapak/Ibu tetap bisa bertanya info umum tanpa mendaftar.
          Kalau berubah pikiran, ketik daftar.
          [Menu]
        > [Menu]
        < Ada yang bisa kami bantu?
    """)
    assert [kept(desk, table) for table in ("consents", "owners", "businesses")] == [[], [], []]
    telegram(TO_NAME)  # she has changed her mind
    assert kept(desk, "consents") == [], "ask first, write after the last question"


def test_the_whole_text_and_then_the_question_again(telegram: Telegram):
    whole = """
        < Izin penggunaan data
          1. Siapa kami: Dinas Koperasi, Perindustrian dan Perdagangan Kota Malang. Pertanyaan soal data: kantor dinas.
          2. Dasar: …
          3. Data yang dicatat: …
          4. Gunanya: …
          5. Lama simpan: …paling lama 5 tahun sejak terakhir aktif. Foto bukti 12 bulan.
          6. Yang bisa melihat: …
          7. Percakapan lewat Telegram…
          8. Hak Bapak/Ibu: …
          9. Untuk usia 17 tahun ke atas; …
          Versi 1.0, berlaku 1 November 2026.
          Bapak/Ibu berusia 17 tahun ke atas dan setuju?
          [Saya setuju] [Tidak setuju] [Baca lengkap]
    """
    telegram(f"""{TO_CONSENT}
        > [Baca lengkap]
        {whole}
        > baca lengkap
        {whole}
        > 👍
        < …
          Bapak/Ibu berusia 17 tahun ke atas dan setuju?
        > ya setuju
        < Terima kasih. Ada beberapa pertanyaan…
          Siapa nama lengkap…
          …
    """)


@pytest.mark.everywhere
def test_a_new_version_of_the_text_is_asked_again_in_the_middle(telegram: Telegram, desk: Desk):
    telegram(TO_BUSINESS)
    new = {"version": "2.0", "years": 3, "months": 6, "contact": "kantor dinas"}
    asyncio.run(desk.round(do=lambda db: dated.put(db, "consent.text", MONDAY.date(), new, "surat dinas")))
    telegram("""
        > menu
        < Ada yang bisa kami bantu?
        > lanjut
        < Sebelum mulai, kami minta izin dulu.
          …
          Data disimpan paling lama 3 tahun dan tidak dijual.
          …
          …
        > [Saya setuju]
        < Apa nama usahanya?
    """)
