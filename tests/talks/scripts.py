"""Stretches of chats that several transcripts begin with."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tests.office import Desk, rows

TO_CONSENT = """
    > /daftar
    < Sebelum mulai, kami minta izin dulu.
      Kami mencatat nama, nomor HP, kelurahan, dan data usaha untuk pendataan, pelatihan, dan pendampingan UMKM.
      Data disimpan paling lama 5 tahun dan tidak dijual.
      Bisa dilihat, diperbaiki, atau dihapus kapan saja: ketik data saya.
      Bapak/Ibu berusia 17 tahun ke atas dan setuju?
      [Saya setuju] [Tidak setuju] [Baca lengkap]
"""
TO_NAME = f"""{TO_CONSENT}
    > [Saya setuju]
    < Terima kasih. Ada beberapa pertanyaan, kira-kira tiga menit. Boleh berhenti dan dilanjutkan kapan saja.
      Siapa nama lengkap Bapak/Ibu sesuai KTP?
      Contoh: Siti Aminah
"""
TO_PHONE = f"""{TO_NAME}
    > Siti Aminah
    < Salam kenal. Kami panggil dengan…
      [Bapak Siti] [Ibu Siti] [Siti saja]
    > [Ibu Siti]
    < Nomor HP yang bisa kami hubungi, Bu Siti?
      Tekan tombol di bawah, atau ketik nomornya.
"""
TO_VILLAGE = f"""{TO_PHONE}
    > (nomor 6281234567890)
    < Tempat usahanya di kelurahan mana, Bu Siti?
      Ketik nama kelurahannya saja. Contoh: Purwantoro
"""
TO_BUSINESS = f"""{TO_VILLAGE}
    > purwantoro
    < Apa nama usahanya?
"""
SECTORS = (
    "[Makanan/minuman kemasan] [Makanan siap saji] [Fesyen/batik] [Kerajinan (kriya)] [Jasa] [Perdagangan/toko]"
    " [Lainnya]"
)
TO_SALES = f"""{TO_BUSINESS}
    > Keripik Bu Siti
    < Usahanya bergerak di bidang apa?
      {SECTORS}
    > [Makanan/minuman kemasan]
    < Kira-kira omzet (uang masuk dari penjualan) per bulan?
"""
TO_NIB = f"""{TO_SALES}
    > [5 sampai 25 juta]
    < Modal usaha saat ini, tidak termasuk tanah dan bangunan?
    > [Sampai 50 juta]
    < Berapa orang yang bekerja, termasuk pemilik?
      [1 orang] [2 sampai 4 orang] [5 sampai 19 orang] [20 orang atau lebih]
    > [2 sampai 4 orang]
    < Sudah berapa lama usaha berjalan?
      [Kurang dari 6 bulan] [6 - 12 bulan] [1 - 3 tahun] [Lebih dari 3 tahun]
    > [1 - 3 tahun]
    < Berapa nomor NIB usahanya (13 angka)?
      Kalau belum ada, pilih Lewati.
      [Lewati]
"""
REVIEW = """
    < Mohon dicek, Bu Siti. Apakah sudah benar?
      • nama: Siti Aminah
      • sapaan: Ibu Siti
      • nomor HP: 0812****890
      • kelurahan: Purwantoro
      • nama usaha: Keripik Bu Siti
      • bidang usaha: Makanan/minuman kemasan
      • omzet: 5 sampai 25 juta
      • modal: Sampai 50 juta
      • jumlah pekerja: 2 sampai 4 orang
      • lama usaha: 1 - 3 tahun
      • NIB: 1234*****0001
"""
TO_REVIEW = f"""{TO_NIB}
    > 1234567890001
    {REVIEW}
"""
DONE = """
    < Terima kasih, Bu Siti. Pendaftaran sudah selesai.
      Menurut omzetnya termasuk usaha mikro (PP 7/2021 Pasal 35, berlaku per 2 Februari 2021).
      Untuk melihat atau memperbaiki datanya, ketik profil. Untuk layanan lain, ketik menu.
      Boleh kami kirim info pelatihan dan program lewat chat ini?
      Bisa dihentikan kapan saja: ketik berhenti.
      [Profil saya] [Tambah usaha] [Menu] [Ya, boleh] [Tidak, terima kasih] [Baca lengkap]
"""
REGISTERED = f"""{TO_REVIEW}
    > [Sudah benar]
    {DONE}
"""
NO_NIB = REGISTERED.replace("> 1234567890001", "> lewati").replace("NIB: 1234*****0001", "NIB: dilewati")
"""An owner who has no NIB, or doesn't tell it."""
PROFILE = """
    < Ini yang sudah kami catat:
      • nama: Siti Aminah
      • sapaan: Ibu Siti
      • nomor HP: 0812****890
      • kelurahan: Purwantoro
      • nama usaha: Keripik Bu Siti
      • bidang usaha: Makanan/minuman kemasan
      • omzet: 5 sampai 25 juta
      • modal: Sampai 50 juta
      • jumlah pekerja: 2 sampai 4 orang
      • lama usaha: 1 - 3 tahun
      • NIB: 1234*****0001
      Menurut omzetnya termasuk usaha mikro (PP 7/2021 Pasal 35, berlaku per 2 Februari 2021).
"""


def but(script: str, **changed: str) -> str:
    """A review or a profile with other values: ``but(REVIEW, kelurahan="Pandanwangi")``; _ in a name is a space."""
    for what, value in changed.items():
        label = f"• {what.replace('_', ' ')}: "
        lines = [line.partition(label) for line in script.splitlines()]
        script = "\n".join(f"{before}{label}{value}" if mark else before for before, mark, _ in lines)
    return script


def untold(script: str) -> str:
    """A script of somebody whose number is told by her platform: she isn't asked for it."""
    return re.sub(r"< Nomor HP yang bisa.*?> \(nomor 6281234567890\)\n", "", script, flags=re.DOTALL)


def kept(desk: Desk, table: str) -> list[dict[str, Any]]:
    """The rows of a table."""
    return asyncio.run(desk.round(do=lambda db: rows(db, table)))
