"""Cek Naik Kelas from its first question to the ranking, in one go: on every library, platform and store."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.db import Db
from tests.assess import scenes
from tests.assess.test_assessments import PROFILE, finished, owner
from tests.killed import kills
from tests.office import Desk
from tests.talks.assess_scripts import CORE, MIDDLE, SINCE, part, taps, title
from tests.talks.scripts import REGISTERED, kept
from tests.talks.test_assess import BEGIN, PICTURE, RESULT
from tests.talks.test_looking import joins
from tests.transcript import Telegram


def another(db: Db) -> None:
    """A business whose confirmed score is one point above hers, until an officer has agreed to what she shows."""
    person, business = owner(db, "77")
    finished(db, person, business, {**MIDDLE, **PROFILE, "D2": "semua", "B3": "nol"})


BEFORE = f"""
    > [Cek lengkap]
    < Bagian mana berikutnya? Jawabannya tersimpan, boleh dilanjutkan kapan saja.
      ▰▰▱▱▱▱ Legalitas 2/5
      ▰▰▱▱▱▱ Kualitas 2/5
      ▰▰▱▱▱▱ Kemasan 2/5
      ▰▰▱▱▱▱ Branding 2/5
      ▰▰▱▱▱▱ Pemasaran digital 2/5
      ▰▰▱▱▱▱ Distribusi 2/6
    > [Legalitas]
    < Apakah uang masuk dan keluar usaha dicatat?
    > [Buku atau Excel]
    < ▰▰▱▱▱▱ Legalitas 2/5
      Apakah NPWP usaha atau pemilik sudah aktif?
    > [{title("A2")}]
    < Boleh kami lihat? …
      Ketik saja, atau kirim foto. …
      [Bukti nanti saja] [Lewati]
    > (foto buram)
    < ▰▰▰▱▱▱ Legalitas 3/5
      Apakah produk sudah bersertifikat halal?
      …
      …
      …
      …
      Fotonya agak buram. …
      Fotonya tadi untuk: Apakah NPWP usaha atau pemilik sudah aktif?
      ▰▰▰▱▱▱ Legalitas 3/5
      Apakah produk sudah bersertifikat halal?
      …
      …
      …
      …
    > [Kirim lagi]
    < Boleh kami lihat? …
      Ketik saja, atau kirim foto. …
    > (foto tajam)
    < Sudah diterima. …
      Sekarang kita lanjutkan yang tadi.
      ▰▰▰▱▱▱ Legalitas 3/5
      Apakah produk sudah bersertifikat halal?
      …
      …
      …
      …
    > [{title("A4")}]
    < ▰▰▰▰▱▱ Legalitas 4/5
      Apakah merek usaha sudah didaftarkan di DJKI (HKI)?
      …
      …
"""
AFTER = f"""
    ~ 1 menit
    < Boleh kami lihat? Nomor permohonan atau nomor sertifikat merek
      Ketik saja, atau kirim foto. …
    > (foto tajam dua)
    < Bagian mana berikutnya? …
      ▰▰▰▰▰▰ Legalitas 5/5
      …
      …
      …
      …
      …
      [Kualitas] [Kemasan] [Branding] [Pemasaran digital] [Distribusi]
    > [Kualitas]
    {taps("B2", "B3")}
    ~ 3 hari
    > cek lengkap
    > [Lanjut]
    > [Kualitas]
    {taps("B5")}
    > [Bukti nanti saja]
    {part("C", left=True, told=True)}
    {part("D", left=True, told=True)}
    {part("E", left=True, told=True)}
    {part("F", left=True, told=True)}
    > [Ubah jawaban]
    > [Branding]
    > 2
    < ▰▰▰▰▰▰ Branding 5/5
      Apakah logo dan warna yang sama dipakai di kemasan, spanduk, dan media sosial?
    > [Semua sama]
    < Sudah diubah.
      Semua pertanyaan sudah terjawab. 🙏
      …
      …
      …
      …
      …
      …
      [Lihat hasil] [Ubah jawaban]
    > [Lihat hasil]
    < Hasil Keripik Bu Siti: 67 dari 100
      Status: Berkembang
      ✅ Paling kuat: Legalitas usaha & produk (85)
      Perlu dibenahi: Kemasan (45)
      Cek lengkap, berlaku per {SINCE}. Nilai sementara yang dihitung kantor: 44 dari 100. …
      Menurut omzetnya termasuk usaha mikro (PP 7/2021 Pasal 35, berlaku per 2 Februari 2021).
      Langkah berikutnya:
      1. Kemasan adalah penjual pertama. Minggu ini: Cek 8 info wajib label.
      2. Mutu harus sama setiap kali produksi. Minggu ini: Tulis takaran resep di satu lembar.
      3. Pastikan barang sampai, cepat, dan untung. Minggu ini: Catat stok tiap sore selama 7 hari.
      {PICTURE}
    > [Unduh PDF]
    < Hasilnya dalam satu halaman.
"""
NEXT = """
    petugas < Sudah dicatat, dan pemilik sudah dikabari.
      1 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
      Apakah merek usaha sudah didaftarkan di DJKI (HKI)?
      Jawaban pemilik: Sudah didaftarkan
      [Setuju] [Minta lagi] [Tolak]
"""


def ranked(*lines: str) -> str:
    """What an officer sees of the ranking."""
    listed = "\n".join(f"{place}. {line}; …" for place, line in enumerate(lines, 1))
    return f"""
        petugas > /peringkat
        petugas < Usaha menurut nilai yang dipastikan, cek lengkap. Ditampilkan {len(lines)} dari {len(lines)}
        {listed}
    """


@pytest.mark.everywhere
def test_from_the_first_question_to_the_ranking(telegram: Telegram, desk: Desk, library: str):
    """A desk that is killed, a break of days, a changed answer, two photos and a bad one; then an officer's word."""
    telegram.photos |= {"tajam": scenes.photo(1), "tajam dua": scenes.photo(2), "buram": scenes.photo(3, "focus")}
    joins(telegram, desk)
    asyncio.run(desk.round(do=another))
    other = "Kue (Purwantoro): 45, Berkembang; menurut pemilik 68"
    telegram(f"{REGISTERED}{BEGIN}{taps(*CORE)}{RESULT}{PICTURE}{BEFORE}")
    asyncio.run(telegram.tap("siti", title("A5")))
    kills(desk, "whatsapp" if library == "whatsapp" else "owners")
    telegram(AFTER)
    assert telegram.bubbles("siti")[-1]["document"]["file_name"] == "cek-naik-kelas.pdf"
    telegram(f"""
        {ranked(other, "Keripik Bu Siti (Purwantoro): 44, Berkembang; menurut pemilik 67")}
        petugas > /verifikasi
        petugas < 3 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          Jawaban pemilik: Sudah punya
          Yang ditunjukkan pemilik:
          1234567890001
          [Setuju] [Minta lagi] [Tolak]
        petugas > [Minta lagi]
        petugas > [Nomor tidak cocok]
        petugas < Sudah dicatat, dan pemilik sudah dikabari.
          2 bukti menunggu. Yang paling lama: Keripik Bu Siti, Purwantoro
          Apakah NPWP usaha atau pemilik sudah aktif?
          Jawaban pemilik: Sudah aktif
          [Setuju] [Minta lagi] [Tolak]
    """)
    assert "photo" in telegram.bubbles("petugas")[-1]
    telegram(f"""
        petugas > [Setuju]
        {NEXT}
        siti < Kabar baik, jawaban Bapak/Ibu sudah dipastikan petugas.
          Apakah NPWP usaha atau pemilik sudah aktif? Sudah aktif
          Nilai Keripik Bu Siti yang sudah dipastikan sekarang 46 dari 100.
        {ranked("Keripik Bu Siti (Purwantoro): 46, Berkembang; menurut pemilik 67", other)}
        petugas > /verifikasi
        petugas < 1 bukti menunggu. …
          Apakah merek usaha sudah didaftarkan di DJKI (HKI)?
          Jawaban pemilik: Sudah didaftarkan
        petugas > [Tolak]
        petugas > [Bukan bukti ini]
        petugas < Sudah dicatat, dan pemilik sudah dikabari.
          Tidak ada bukti yang menunggu di wilayah ini. 🙏
        siti < Bukti ini belum bisa dipastikan petugas.
          Apakah merek usaha sudah didaftarkan di DJKI (HKI)?
          Catatan petugas: Bukan bukti ini
          Foto atau nomor lain boleh dikirim kapan saja.
          Nilai Keripik Bu Siti yang sudah dipastikan sekarang 44 dari 100.
          [Kirim lagi]
        {ranked(other, "Keripik Bu Siti (Purwantoro): 44, Berkembang; menurut pemilik 67")}
    """)
    (_, _, hers) = kept(desk, "assessments")
    assert (hers["claimed"], hers["verified"], hers["kind"]) == (67, 44, "full")
