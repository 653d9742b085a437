"""UBAH DATA: what needs evidence waits for an officer, 72 hours at most; a NIK is never told to anybody."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain import audit, officers
from bot.domain.db import Db
from tests.office import OFFICERS, Desk
from tests.talks.scripts import REGISTERED, kept
from tests.transcript import Telegram

ASKED = """
    > ubah nama
    < Siapa nama lengkap…
      …
    > Siti Rahayu
    < Terima kasih. Petugas mengecek dulu nama yang baru, paling lambat 26 November 2026 pukul 09.00.
      Mohon siapkan KTP atau surat buktinya. Hasilnya kami kabarkan di sini.
"""
ALERT = """
    {who} < Perbaikan 1, Siti Aminah (Purwantoro)
      nama: Siti Aminah → Siti Rahayu
      Diputuskan paling lambat 26 November 2026 pukul 09.00.
      [Setujui] [Tolak]
"""


def an_officer(telegram: Telegram, who: str, name: str, role: str = "petugas", area: str = "35.73") -> None:
    code = asyncio.run(telegram.desk.round(do=lambda db: officers.invite(db, name, role, area)))
    telegram(f"""
        {who} > /start join-code-{code}
        {who} < Selamat datang, {name}. …
    """)


def actions(desk: Desk) -> list[tuple[str, str, str | None]]:
    """What the audit says of owners: action, object, reason."""

    def look(db: Db) -> list[tuple[str, str, str | None]]:
        return [(row.action, row.object, row.reason) for row in audit.noted(db) if row.object.startswith("changes")]

    return asyncio.run(desk.round(do=look))


@pytest.mark.everywhere
def test_a_name_is_changed_when_an_officer_agrees(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    telegram(f"""{REGISTERED}
        {ASKED}
        {ALERT.format(who="petugas")}
        > data saya
        < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
          • nama: Siti Aminah
          • nomor HP: …
          • usaha: …
          • pesan, …
          Izin yang berlaku:
          • Layanan UMKM
          Petugas sedang mengecek nama yang baru, paling lambat 26 November 2026 pukul 09.00.
          Belum ada petugas yang melihatnya.
        petugas > [Setujui]
        petugas < Perbaikan 1 disetujui. Pemilik data sekarang dikabari.
          [Perbaikan data]
        siti < Perbaikan data sudah kami catat.
          • nama: Siti Rahayu
        petugas > [Tolak]
        petugas < Ini sudah diputuskan oleh Pak Budi pada 23 November 2026 pukul 09.00.
        petugas > /koreksi
        petugas < Tidak ada perbaikan data yang menunggu di wilayah Bapak/Ibu.
        > data saya
        < …
          • nama: Siti Rahayu
          • nomor HP: …
          • usaha: …
          • pesan, …
          Izin yang berlaku:
          • Layanan UMKM
          Yang terakhir melihatnya:
          • Pak Budi, 23 November 2026 pukul 09.00: menyetujui perbaikan
    """)
    assert actions(desk) == [("change accepted", "changes:1", "")]


def test_a_refusal_has_a_reason_that_she_reads(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    telegram(f"""{REGISTERED}
        {ASKED}
        petugas > koreksi
        petugas < 1 perbaikan data menunggu. Yang paling mendesak lebih dulu:
          Perbaikan 1, Siti Aminah (Purwantoro)
          nama: Siti Aminah → Siti Rahayu
          Diputuskan paling lambat 26 November 2026 pukul 09.00.
          [Putuskan nomor 1]
        petugas > [Putuskan nomor 1]
        petugas < Perbaikan 1, Siti Aminah (Purwantoro)
          nama: Siti Aminah → Siti Rahayu
          Diputuskan paling lambat 26 November 2026 pukul 09.00.
          Apa keputusan untuk perbaikan 1?
          [Setujui] [Tolak]
        petugas > [Tolak]
        petugas < Apa alasannya? Pemilik data akan membacanya, jadi mohon singkat dan ramah.
        petugas > Nama di KTP masih Siti Aminah, mohon bawa KTP yang baru ya Bu
        petugas < Perbaikan 1 ditolak. Pemilik data sekarang dikabari.
        siti < Perubahan nama belum bisa kami catat.
          Catatan petugas: Nama di KTP masih Siti Aminah, mohon bawa KTP yang baru ya Bu
          Untuk mencoba lagi ketik ubah, atau tanya petugas: ketik petugas.
    """)
    (row,) = kept(desk, "changes")
    assert (row["accepted"], b"KTP" in row["reason"]) == (False, False)
    assert actions(desk) == [
        ("seen", "changes:1", ""),
        ("change refused", "changes:1", "Nama di KTP masih Siti Aminah, mohon bawa KTP yang baru ya Bu"),
    ]


def test_officers_are_reminded_and_the_coordinator_hears_when_it_is_late(telegram: Telegram):
    an_officer(telegram, "petugas", "Pak Budi", area="35.73.01")
    an_officer(telegram, "petugasjauh", "Bu Rini", area="35.73.02")
    an_officer(telegram, "petugaslead", "Bu Tri", "koordinator")
    telegram(f"""{REGISTERED}
        {ASKED}
        {ALERT.format(who="petugas")}
        {ALERT.format(who="petugaslead")}
        petugasjauh < (diam)
        petugasjauh > /koreksi
        petugasjauh < Tidak ada perbaikan data yang menunggu di wilayah Bapak/Ibu.
        ~ 47 jam
        petugas < (diam)
        ~ 1 jam
        petugas < Perbaikan ini masih menunggu keputusan.
          Perbaikan 1, Siti Aminah (Purwantoro)
          nama: Siti Aminah → Siti Rahayu
          Diputuskan paling lambat 26 November 2026 pukul 09.00.
          [Setujui] [Tolak]
        petugasjauh < (diam)
        ~ 24 jam
        petugaslead < Perbaikan ini sudah lewat batas waktunya. Mohon diputuskan hari ini.
          …
          …
          …
        petugas < (diam)
        petugas > [Setujui]
        petugas < Perbaikan 1 disetujui. Pemilik data sekarang dikabari.
        petugaslead > [Setujui]
        petugaslead < Ini sudah diputuskan oleh Pak Budi pada …
    """)


def test_what_is_decided_reminds_nobody(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi", "koordinator")
    telegram(f"""{REGISTERED}
        {ASKED}
        petugas > [Setujui]
        petugas < …
        ~ 80 jam
        petugas < (diam)
    """)


def test_asked_again_the_new_value_counts_and_the_clock_goes_on(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    telegram(f"""{REGISTERED}
        {ASKED}
        ~ 2 jam
        > ubah nama
        < …
          …
        > Siti Rahayuningsih
        < Terima kasih. Petugas mengecek dulu nama yang baru, paling lambat 26 November 2026 pukul 09.00.
          …
        petugas > [Setujui]
        petugas < Pemilik data mengirim isian lain sesudah itu. Mohon dilihat lagi.
          Perbaikan 1, Siti Aminah (Purwantoro)
          nama: Siti Aminah → Siti Rahayuningsih
          Diputuskan paling lambat 26 November 2026 pukul 09.00.
          [Setujui] [Tolak]
        siti < (diam)
        petugas > [Setujui]
        petugas < …
        siti < Perbaikan data sudah kami catat.
          • nama: Siti Rahayuningsih
    """)
    assert len(kept(desk, "changes")) == 1


def test_a_nib_that_is_new_needs_no_look_and_another_one_does(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    without = REGISTERED.replace("> 1234567890001", "> lewati").replace("NIB: 1234*****0001", "NIB: dilewati")
    telegram(f"""{without}
        > ubah nib
        < Berapa nomor NIB usahanya (13 angka)?
        > 1234567890001
        < Terima kasih. Sudah kami catat:
          • NIB: 1234*****0001
        petugas < (diam)
        > ubah nib
        < Berapa nomor NIB usahanya (13 angka)?
        > 1234567890001
        < Terima kasih. Sudah kami catat:
          • NIB: 1234*****0001
        > ubah nib
        < Berapa nomor NIB usahanya (13 angka)?
        > 1234567890002
        < Terima kasih. Petugas mengecek dulu NIB yang baru, …
          …
        petugas < Perbaikan 1, Siti Aminah (Purwantoro)
          NIB: 1234*****0001 → 1234*****0002
          …
        petugas > [Setujui]
        petugas < …
        siti < Perbaikan data sudah kami catat.
          • NIB: 1234*****0002
    """)


def test_of_two_officers_at_the_same_moment_one_decides(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    an_officer(telegram, "petugasdua", "Bu Rini")
    telegram(f"""{REGISTERED}
        {ASKED}
    """)
    platform = desk.platform
    bot = platform.bots[OFFICERS]
    for who, button in (("petugas", "Tolak"), ("petugasdua", "Setujui")):
        bubble = telegram.bubbles(who)[-1]
        platform.tap(telegram.people[who], bubble["message_id"], button, bot=bot)
    asyncio.run(desk.round())
    telegram("""
        petugas > Nama di KTP belum berubah, Bu
        petugas < Apa alasannya? …
          Ini sudah diputuskan oleh Bu Rini pada 23 November 2026 pukul 09.00.
    """)
    (row,) = kept(desk, "changes")
    assert row["accepted"]


def test_a_button_under_one_correction_decides_no_other(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    telegram(f"""{REGISTERED}
        {ASKED}
        > ubah nib
        < Berapa nomor NIB usahanya (13 angka)?
        > 1234567890002
        < …
          …
        petugas > koreksi
        petugas < 2 perbaikan data menunggu. …
          …
          …
          …
          …
          …
          …
          [Putuskan nomor 1] [Putuskan nomor 2]
        petugas > [Putuskan nomor 1]
        petugas < Perbaikan 1, …
          nama: Siti Aminah → Siti Rahayu
          …
          …
    """)
    first = telegram.bubbles("petugas")[-1]["message_id"]
    telegram("""
        petugas > [Putuskan nomor 2]
        petugas < Perbaikan 2, …
          NIB: 1234*****0001 → 1234*****0002
          …
          …
    """)
    desk.platform.tap(telegram.people["petugas"], first, "Setujui", bot=desk.platform.bots[OFFICERS])
    asyncio.run(desk.round())
    assert [row["decided_at"] for row in kept(desk, "changes")] == [None, None]
    telegram("""
        petugas > setujui
        petugas < Tombol itu dari pertanyaan sebelumnya.
          Perbaikan 2, …
          …
          …
          …
          Perbaikan 2 disetujui. …
          Sekarang kita lanjutkan yang tadi.
          Perbaikan 1, …
          …
          …
          Apa keputusan untuk perbaikan 1?
        siti < …
          • NIB: 1234*****0002
    """)
    assert [row["decided_at"] is None for row in kept(desk, "changes")] == [True, False]


def test_who_has_begun_to_refuse_refuses_no_other_value(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    telegram(f"""{REGISTERED}
        {ASKED}
        petugas > [Tolak]
        petugas < Apa alasannya? …
        > ubah nama
        < …
          …
        > Siti Rahayuningsih
        < …
          …
        petugas > KTP belum berubah, Bu
        petugas < Pemilik data mengirim isian lain sesudah itu. Mohon dilihat lagi.
          Perbaikan 1, …
          nama: Siti Aminah → Siti Rahayuningsih
          …
          [Setujui] [Tolak]
    """)
    assert [row["decided_at"] for row in kept(desk, "changes")] == [None]


NIK = "3573014107890001"
TO_NIK = """
    > ubah nik
    < Berapa NIK Bapak/Ibu (16 angka, ada di KTP)?
      Disimpan terkunci, dan hanya tampil seperti ini: 3573********0001
"""
TAKEN = """
    < Terima kasih. Petugas mengecek dulu NIK yang baru, paling lambat 26 November 2026 pukul 09.00.
      Mohon siapkan KTP atau surat buktinya. Hasilnya kami kabarkan di sini.
"""


def test_a_nik_is_read_masked_and_looked_at(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    telegram(f"""{REGISTERED}
        {TO_NIK}
        > 357301
        < NIK biasanya 16 angka, …
          …
          …
        > 3573013102890001
        < Ada angka NIK yang belum cocok. …
          …
          …
          …
          …
          [Tanya petugas]
        > {NIK[:4]} {NIK[4:8]} {NIK[8:12]} {NIK[12:]}
        {TAKEN}
        petugas < Perbaikan 1, Siti Aminah (Purwantoro)
          NIK: belum diisi → 3573********0001
          …
        petugas > [Setujui]
        petugas < …
        siti < Perbaikan data sudah kami catat.
          • NIK: 3573********0001
        > profil
        < Ini yang sudah kami catat:
          • nama: …
          • sapaan: …
          • nomor HP: …
          • NIK: 3573********0001
          …
          …
          …
          …
          …
          …
          …
          …
          …
    """)
    (row,) = kept(desk, "owners")
    assert NIK.encode() not in row["nik"]


def test_one_who_is_too_young_is_told_of_a_guardian(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        {TO_NIK}
        > 3573015511120003
        < Untuk usia di bawah 17 tahun, kami perlu orang tua atau wali.
          Silakan datang bersama ke kantor, atau ketik petugas.
          …
          …
    """)
    assert kept(desk, "changes") == []


def test_a_nik_of_somebody_else_is_answered_just_the_same(telegram: Telegram, desk: Desk):
    an_officer(telegram, "petugas", "Pak Budi")
    script = f"""{REGISTERED}
        {TO_NIK}
        > {NIK}
        {TAKEN}
    """
    telegram(script)
    telegram("""
        petugas > [Setujui]
        petugas < …
    """)
    telegram(script.replace("> ", "budi > ").replace("< ", "budi < "))
    telegram("""
        petugas > koreksi
        petugas < 1 perbaikan data menunggu. …
          Perbaikan 2, …
          NIK: belum diisi → 3573********0001
          ⚠️ Nomor ini sudah tercatat untuk orang lain. Mohon dicek langsung.
          …
    """)
