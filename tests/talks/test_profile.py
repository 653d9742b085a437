"""The profile: each thing noted can be corrected by itself, and one more business be added."""

from __future__ import annotations

import pytest

from tests.office import Desk
from tests.talks.scripts import PROFILE, REGISTERED, TO_BUSINESS, but, kept
from tests.transcript import Telegram

CHANGES = {
    "nama": ("Siapa nama lengkap…", "…", "Siti Rahayu", "nama: Siti Rahayu"),
    "sapaan": ("Mau kami panggil dengan…", "", "[Siti saja]", "sapaan: Siti saja"),
    "nomor HP": ("Nomor HP yang bisa kami hubungi, Bu Siti?", "…", "081299990000", "nomor HP: 0812****000"),
    "kelurahan": ("Tempat usahanya di kelurahan mana, Bu Siti?", "…", "Pandanwangi", "kelurahan: Pandanwangi"),
    "nama usaha": ("Apa nama usahanya?", "", "Keripik Jaya", "nama usaha: Keripik Jaya"),
    "bidang usaha": ("Usahanya bergerak di bidang apa?", "", "[Jasa]", "bidang usaha: Jasa"),
    "omzet": ("Kira-kira omzet…", "", "200 juta", "omzet: 165 juta - 1,25 miliar"),
    "modal": ("Modal usaha…", "", "[Di atas 5 miliar]", "modal: Di atas 5 miliar"),
    "jumlah pekerja": ("Berapa orang…", "", "[1 orang]", "jumlah pekerja: 1 orang"),
    "lama usaha": ("Sudah berapa lama…", "", "[Lebih dari 3 tahun]", "lama usaha: Lebih dari 3 tahun"),
    "NIB": ("Berapa nomor NIB…", "", "9876543210987", "NIB: 9876*****0987"),
}


def test_the_profile_has_a_button_for_each(telegram: Telegram):
    buttons = " ".join(f"[Ubah {what}]" for what in CHANGES)
    telegram(f"""{REGISTERED}
        > [Profil saya]
        {PROFILE}
          {buttons} [Tambah usaha]
    """)


@pytest.mark.parametrize(
    "what", sorted(CHANGES.keys() - {"nama", "NIB"})
)  # those are looked at: tests/talks/test_changes.py
def test_one_thing_is_corrected(telegram: Telegram, what: str):
    asked, more, answer, noted = CHANGES[what]
    telegram(f"""{REGISTERED}
        > profil
        {PROFILE}
        > [Ubah {what}]
        < {asked}
          {more}
        > {answer}
        < Terima kasih. Sudah kami catat:
          • {noted}
          {"Silakan pilih:" if what == "nomor HP" else ""}
          [Profil saya] [Menu]
        > [Ubah {what}]
        < {asked.replace("Bu Siti", "…") if what != "sapaan" else "Mau kami panggil dengan…"}
          {more}
        > batal
        < Baik, kita berhenti di sini…
          …
    """)


def test_the_class_follows(telegram: Telegram, desk: Desk):
    changed = but(PROFILE, omzet="Di atas 1,25 miliar").replace("usaha mikro", "usaha menengah atau lebih besar")
    telegram(f"""{REGISTERED}
        > ubah data
        < Apa yang mau diubah?
        > omzet
        < Kira-kira omzet…
        > 2 miliar
        < Terima kasih. Sudah kami catat:
          • omzet: Di atas 1,25 miliar
        > [Profil saya]
        {changed}
    """)
    (row,) = kept(desk, "businesses")
    assert row["changed_at"] > row["registered_at"]


def test_who_is_not_registered_has_nothing_to_change(telegram: Telegram):
    telegram("""
        > /ubah
        < Bapak/Ibu belum terdaftar.
          [Daftar]
        > tambah usaha
        < Bapak/Ibu belum terdaftar.
          [Daftar]
    """)


ADDED = f"""{REGISTERED}
    > [Tambah usaha]
    < Tambah satu usaha lagi. Pertanyaannya sama seperti usaha pertama.
      Tempat usahanya di kelurahan mana, Bu Siti?
      …
    > Pandanwangi
    < Apa nama usahanya?
    > Laundry Kinclong Bersih Sekali
    < Usahanya bergerak di bidang apa?
    > [Jasa]
    < Kira-kira omzet…
    > [Belum tahu]
    < Modal usaha…
    > [Belum tahu]
    < Berapa orang…
    > [5 sampai 19 orang]
    < Sudah berapa lama…
    > [Kurang dari 6 bulan]
    < Berapa nomor NIB…
      …
    > lewati
    < Mohon dicek, Bu Siti. Apakah sudah benar?
      • kelurahan: Pandanwangi
      • nama usaha: Laundry Kinclong Bersih Sekali
      • bidang usaha: Jasa
      • omzet: Belum tahu
      • modal: Belum tahu
      • jumlah pekerja: 5 sampai 19 orang
      • lama usaha: Kurang dari 6 bulan
      • NIB: dilewati
    > [Sudah benar]
    < Terima kasih, Bu Siti. Laundry Kinclong Bersih Sekali sudah dicatat.
      Kelas usaha belum bisa ditentukan, karena omzet dan modalnya belum diketahui.
      [Profil saya] [Tambah usaha] [Menu]
"""


@pytest.mark.everywhere
def test_one_more_business(telegram: Telegram, desk: Desk):
    telegram(f"""{ADDED}
        > profil
        {PROFILE}
          • kelurahan: Pandanwangi
          • nama usaha: Laundry Kinclong Bersih Sekali
          • bidang usaha: Jasa
          • omzet: Belum tahu
          • modal: Belum tahu
          • jumlah pekerja: 5 sampai 19 orang
          • lama usaha: Kurang dari 6 bulan
          • NIB: belum diisi
          Kelas usaha belum bisa ditentukan, karena omzet dan modalnya belum diketahui.
    """)
    assert len(kept(desk, "owners")) == len(kept(desk, "consents")) == 1, "the same version isn't asked again"


def test_with_two_businesses_which_one_is_asked(telegram: Telegram, desk: Desk):
    telegram(
        f"""{ADDED}
        > /ubah
        < Apa yang mau diubah?
        > sapaan
        < Mau kami panggil dengan…
        > [Siti saja]
        < Terima kasih. Sudah kami catat:
          • sapaan: Siti saja
        > /ubah
        < Apa yang mau diubah?
        > [Ubah omzet]
        < Usaha yang mana?
          [Keripik Bu Siti] [Laundry Kinclong Be…]
        > [Laundry Kinclong Be…]
        < Kira-kira omzet…
        > 3 juta
        < Terima kasih. Sudah kami catat:
          • omzet: Di bawah 5 juta
    """.replace("> [Ubah omzet]", "> omzet")
    )
    assert [row["sales"] for row in kept(desk, "businesses")] == ["5-25", "lt5"]


def test_a_talk_that_is_open_waits_for_the_change(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > /profil
        < Itu bisa setelah pendaftaran selesai. Kita selesaikan dulu ya.
          [Lanjutkan yang tadi]
        > [Lanjutkan yang tadi]
        < Apa nama usahanya?
        > Keripik
        < Usahanya bergerak di bidang apa?
    """)
