"""Officers see businesses by what is confirmed, with filters; planners only numbers."""

from __future__ import annotations

import pytest

from tests.office import Desk
from tests.talks.assess_scripts import part
from tests.talks.scripts import REGISTERED, kept
from tests.talks.test_looking import joins
from tests.transcript import Telegram

CHECKED = f"""{REGISTERED}
    > cek lengkap
    > [Kemasan]
    > [Buku atau Excel]
    {part("C").partition(chr(10))[2]}
    {part("A", told=True)}
    {part("B", told=True)}
    {part("D", told=True)}
    {part("E", told=True)}
    {part("F", told=True)}
    > [Lihat hasil]
"""
BUTTONS = "[Per kecamatan] [Per bidang usaha] [Per status] [Per syarat kurang] [Lihat jumlah]"


def test_the_list_with_its_filters(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""
        petugas > /peringkat
        petugas < Belum ada cek lengkap seperti itu. …
        {CHECKED}
        petugas > /peringkat
        petugas < Usaha menurut nilai yang dipastikan, cek lengkap. Ditampilkan 1 dari 1
          1. Keripik Bu Siti (Purwantoro): 43, Berkembang; menurut pemilik 66; belum: NIB, izin edar (P-IRT atau …
          {BUTTONS}
        petugas > [Per kecamatan]
        petugas < Yang mana?
          [Semua] [Blimbing] [Klojen] [Kedungkandang] [Sukun] [Lowokwaru]
        petugas > [Sukun]
        petugas < Hanya: Sukun
          Belum ada cek lengkap seperti itu. …
          {BUTTONS}
        petugas > [Per kecamatan]
        petugas > [Blimbing]
        petugas > [Per syarat kurang]
        petugas > [NIB]
        petugas < Usaha menurut nilai yang dipastikan, cek lengkap. Ditampilkan 1 dari 1
          Hanya: Blimbing
          Hanya: NIB
          1. Keripik Bu Siti …
        petugas > [Per status]
        petugas > [Siap naik kelas]
        petugas < Hanya: Blimbing
          Hanya: Siap naik kelas
          Hanya: NIB
          Belum ada cek lengkap seperti itu. …
        petugas > [Per bidang usaha]
        petugas > [Jasa]
        petugas < Hanya: Blimbing
          Hanya: Jasa
          Hanya: Siap naik kelas
          Hanya: NIB
          Belum ada cek lengkap seperti itu. …
    """)
    assert [row["object"] for row in kept(desk, "audit") if row["action"] == "listed"] == ["assessment:1"] * 3


@pytest.mark.parametrize("role", ["perencana", "admin"])
def test_who_plans_sees_numbers_and_none_below_five(telegram: Telegram, desk: Desk, role: str):
    joins(telegram, desk, role=role)
    telegram(f"""{CHECKED}
        petugas > /peringkat
        petugas < Jumlah usaha per indikator dan kecamatan, menurut yang dipastikan. Tanda –: kurang dari 5, …
          Blimbing
          Legalitas: Mulai –, Tingkatkan –, baik –
          Kualitas: Mulai –, Tingkatkan –, baik –
          Kemasan: Mulai –, Tingkatkan –, baik –
          Branding: Mulai –, Tingkatkan –, baik –
          Pemasaran digital: Mulai –, Tingkatkan –, baik –
          Distribusi: Mulai –, Tingkatkan –, baik –
    """)
    assert not [row for row in kept(desk, "audit") if row["action"] == "listed"]


def test_another_area_is_not_seen(telegram: Telegram, desk: Desk):
    joins(telegram, desk, area="35.73.05")
    telegram(f"""{CHECKED}
        petugas > /peringkat
        petugas < Belum ada cek lengkap seperti itu. …
          [Per bidang usaha] [Per status] [Per syarat kurang] [Lihat jumlah]
        petugas > [Lihat jumlah]
        petugas < Belum ada cek seperti itu.
    """)


def test_who_took_back_her_leave_is_ranked_no_more(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""
        {CHECKED}
        petugas > /peringkat
        petugas < …
          1. Keripik Bu Siti …
        > tarik izin layanan
        < Baik. …
          …
          …
        petugas > /peringkat
        petugas < Belum ada cek lengkap seperti itu. …
        > [Beri izin lagi]
        > [Saya setuju]
        petugas > /peringkat
        petugas < …
          1. Keripik Bu Siti …
    """)
