"""Evidence: an owner shows a number and photos, officers look at it one after the other, and only then scores move."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.assess import evidence
from bot.domain.db import Db
from tests.assess import scenes
from tests.assess.test_assessments import example, finished, owner
from tests.office import Desk
from tests.talks.assess_scripts import QUICK, part, taps
from tests.talks.scripts import NO_NIB, REGISTERED, kept
from tests.talks.test_looking import joins
from tests.transcript import Telegram

CHECKED = f"""{NO_NIB}
    > cek naik kelas
    {taps(*QUICK)}
"""
TO_NIB = """
    > [Kirim bukti]
    < Bukti untuk jawaban yang mana? Semuanya tidak wajib.
      1. Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)? Sudah punya
      …
      …
      …
      …
      …
      …
      …
      …
      …
      …
      [1] [2] [3] [4] [5] [6] [7] [8] [9] [10] [11]
    > 1
    < Boleh kami lihat? Nomor NIB 13 angka + foto/PDF halaman depan NIB
      Kirim satu foto, atau ketik nomornya. Kalau belum ada, pilih Lewati.
      [Lewati]
"""


@pytest.mark.everywhere
def test_a_number_is_looked_at_and_the_score_moves(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""{CHECKED}{TO_NIB}
        > 12345
        < NIB biasanya 13 angka, …
          Boleh kami lihat? Nomor NIB 13 angka + foto/PDF halaman depan NIB
        > 1234567890001
        < Sudah diterima. Petugas akan memeriksanya, dan kami kabari di sini.
          [Kirim bukti lain] [Menu]
        petugas > /verifikasi
        petugas < 1 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          Jawaban pemilik: Sudah punya
          Yang ditunjukkan pemilik:
          1234567890001
          [Setuju] [Minta lagi] [Tolak]
        petugas > [Setuju]
        petugas < Sudah dicatat, dan pemilik sudah dikabari.
          Tidak ada bukti yang menunggu di wilayah ini. 🙏
        siti < Kabar baik, jawaban Bapak/Ibu sudah dipastikan petugas.
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)? Sudah punya
          Nilai Keripik Bu Siti yang sudah dipastikan sekarang 48 dari 100.
    """)
    (check,) = kept(desk, "assessments")
    assert (check["claimed"], check["verified"]) == (79, 48)
    (row,) = kept(desk, "evidence")
    assert row["decided_by"] is not None
    assert {"evidence.seen", "evidence.confirmed"} <= {noted["action"] for noted in kept(desk, "audit")}


def test_what_is_rejected_counts_nothing_and_another_one_may_come(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""{CHECKED}{TO_NIB}
        > 1234567890001
        petugas > /verifikasi
        petugas > [Tolak]
        petugas < Apa alasannya? Akan dibaca pemilik usaha.
          [Kurang terbaca] [Nomor tidak cocok] [Bukan bukti ini] [Sudah tidak berlaku] [Alasan lain]
        petugas > [Nomor tidak cocok]
        petugas < Sudah dicatat, dan pemilik sudah dikabari.
          Tidak ada bukti yang menunggu di wilayah ini. 🙏
        siti < Bukti ini belum bisa dipastikan petugas.
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          Catatan petugas: Nomor tidak cocok
          Foto atau nomor lain boleh dikirim kapan saja.
          Nilai Keripik Bu Siti yang sudah dipastikan sekarang 36 dari 100.
          [Kirim lagi]
        > [Kirim lagi]
        < Boleh kami lihat? …
          Kirim satu foto, …
        > 1234567890002
        < Sudah diterima. …
        petugas > /verifikasi
        petugas > [Minta lagi]
        petugas > [Alasan lain]
        petugas < Apa alasannya? Akan dibaca pemilik usaha, jadi mohon ramah dan jelas.
        petugas > Mohon foto halaman depannya juga
        petugas < Sudah dicatat, dan pemilik sudah dikabari.
          Tidak ada bukti …
        siti < Petugas mohon bukti ini dikirim sekali lagi.
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          Catatan petugas: Mohon foto halaman depannya juga
          [Kirim lagi]
    """)
    assert [row["state"] for row in kept(desk, "evidence")] == [2, 3]


def test_a_bad_photo_is_asked_for_again_once(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""{CHECKED}{TO_NIB}
        > (foto)
        < Sudah diterima. Petugas akan memeriksanya, dan kami kabari di sini.
          Fotonya agak kecil. …
          Fotonya tadi untuk: Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          Boleh kami lihat? …
          Kirim satu foto, …
          [Lewati]
        > (foto)
        < Sudah diterima. …
        petugas > /verifikasi
        petugas < 1 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          Jawaban pemilik: Sudah punya
    """)
    assert "photo" in telegram.bubbles("petugas")[-1]


def test_a_photo_for_another_answer_is_not_the_one_asked_for_again(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""{CHECKED}{TO_NIB}
        > 1234567890001
        petugas > /verifikasi
        petugas > [Minta lagi]
        petugas > [Kurang terbaca]
        > [Kirim bukti]
        > 1
        > 1234567890002
        > [Kirim lagi]
        < Bukti untuk jawaban yang mana? …
          1. Produk makanan/minuman …
          …
          …
          …
          …
          …
          …
          …
          …
          …
        > 1
        > (foto)
        < Sudah diterima. …
          Fotonya agak kecil. …
          Fotonya tadi untuk: Produk makanan/minuman …
          Boleh kami lihat? …
          …
    """)


def test_photos_of_the_full_check_wait_until_it_is_finished_and_no_two_officers_get_the_same(
    telegram: Telegram, desk: Desk
):
    telegram.photos["tajam"] = scenes.photo(1)
    joins(telegram, desk)
    joins(telegram, desk, "petugasdua")
    joins(telegram, desk, "petugastiga", area="35.73.05")
    telegram(f"""{REGISTERED}
        > cek lengkap
        > [Kemasan]
        > [Buku atau Excel]
        {taps("C1")}
        > (foto tajam)
        < ▰▱▱▱▱▱ Kemasan 1/5
          …
          …
          …
          …
          …
          …
          …
          …
          …
        {taps("C2")}
        > (foto tajam)
        < ▰▰▱▱▱▱ Kemasan 2/5
          …
        {taps("C3", "C4", "C5")}
        petugas > /verifikasi
        petugas < Tidak ada bukti …
        {part("A")}
        {part("B", told=True)}
        {part("D", told=True)}
        {part("E", told=True)}
        {part("F", told=True)}
        > [Lihat hasil]
        petugas > /verifikasi
        petugas < 3 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          Jawaban pemilik: Sudah punya
          Yang ditunjukkan pemilik:
          1234567890001
        petugas > [Setuju]
        petugas < Sudah dicatat, …
          2 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
          Kemasan yang dipakai sekarang seperti apa?
          Jawaban pemilik: Pakai stiker/label
          [Setuju] [Minta lagi] [Tolak]
        petugasdua > /verifikasi
        petugasdua < 1 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
          Dari 8 info wajib di label, berapa yang sudah ada?
          Jawaban pemilik: 6 sampai 7
        petugastiga > /verifikasi
        petugastiga < Tidak ada bukti …
        petugas > [Setuju]
        petugas < Sudah dicatat, …
          Tidak ada bukti …
        petugasdua > [Setuju]
        petugasdua < Sudah dicatat, …
          Tidak ada bukti …
    """)
    assert {row["state"] for row in kept(desk, "evidence")} == {1}
    assert len({row["decided_by"] for row in kept(desk, "evidence")}) == 2


def test_five_are_decided_by_a_tap_each_and_never_by_two(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    joins(telegram, desk, "petugasdua")

    def waiting(db: Db) -> None:
        person, business = owner(db, "77")
        check = finished(db, person, business, example("maju"))
        for item in ("A1", "A2", "A3", "A4", "A5", "B5"):
            evidence.show(db, person, check.id, item, words=f"nomor {item}")

    asyncio.run(desk.round(do=waiting))
    said = len(telegram.bubbles("petugas"))
    telegram("""
        petugas > /verifikasi
        petugas < 6 bukti menunggu. …
          …
          …
          …
          nomor A1
          [Setuju] [Minta lagi] [Tolak]
        petugasdua > /verifikasi
        petugasdua < 5 bukti menunggu. …
          …
          …
          …
          nomor A2
        petugas > [Setuju]
        petugas < Sudah dicatat, …
          4 bukti menunggu. …
          …
          …
          …
          nomor A3
        petugas > [Setuju]
        petugas < Sudah dicatat, …
          3 bukti menunggu. …
          …
          …
          …
          nomor A4
        petugas > [Setuju]
        petugas < Sudah dicatat, …
          2 bukti menunggu. …
          …
          …
          …
          nomor A5
        petugas > [Setuju]
        petugas < Sudah dicatat, …
          1 bukti menunggu. …
          …
          …
          …
          nomor B5
        petugas > [Tolak]
        petugas > [Alasan lain]
        petugas > Kapasitasnya belum ada di catatan
        petugas < Sudah dicatat, …
          Tidak ada bukti yang menunggu di wilayah ini. 🙏
    """)
    by = {row["item"]: row["decided_by"] for row in kept(desk, "evidence")}
    assert by["A2"] is None  # the other officer has it still
    assert len({by[item] for item in ("A1", "A3", "A4", "A5", "B5")}) == 1
    assert len(telegram.bubbles("petugas")) - said == 8  # one to begin, one a decision, two that ask why


def test_of_one_who_took_back_her_leave_nothing_is_looked_at_until_she_gives_it_again(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""{CHECKED}{TO_NIB}
        > 1234567890001
        < Sudah diterima. …
        > tarik izin layanan
        petugas > /verifikasi
        petugas < Tidak ada bukti yang menunggu di wilayah ini. 🙏
        > [Beri izin lagi]
        > [Saya setuju]
        petugas > /verifikasi
        petugas < 1 bukti menunggu. …
          …
          …
          …
          …
    """)


def test_send_another_is_for_the_business_whichever_check_came_since(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""{CHECKED}{TO_NIB}
        > 1234567890001
        petugas > /verifikasi
        petugas > [Minta lagi]
        petugas > [Kurang terbaca]
        > cek naik kelas
        {taps(*QUICK)}
    """)
    telegram("""
        > [Kirim lagi]
        < Boleh kami lihat? …
          Kirim satu foto, …
        > 1234567890002
        < Sudah diterima. …
    """)
    (_, shown) = kept(desk, "evidence")
    assert shown["assessment_id"] == 2


def test_how_books_are_kept_can_be_changed_at_the_end(telegram: Telegram, desk: Desk):
    parts = "\n".join(part(indicator, told=indicator != "A") for indicator in "ABCDEF")
    telegram(f"""{REGISTERED}
        > cek lengkap
        > [Legalitas]
        > [Buku atau Excel]
        {parts.partition(chr(10))[2]}
        > [Ubah jawaban]
        > [Usaha]
        > 1
        > [Aplikasi]
        < Sudah diubah.
          Semua pertanyaan sudah terjawab. 🙏
          …
          …
          …
          …
          …
          …
          [Lihat hasil] [Ubah jawaban]
    """)
    assert {row["item"]: row["answer"] for row in kept(desk, "answers")}["P6"] == "aplikasi"
