"""Officers: invited once, known at once, revoked at once. And two languages in one turn."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from bot.domain import officers
from bot.domain.db import Db
from bot.domain.tables import people
from tests.office import Desk, rows
from tests.transcript import Telegram


def invited(desk: Desk, name: str = "Rina", role: str = "petugas", area: str = "35.73") -> str:
    """A fresh invitation's code."""
    return asyncio.run(desk.round(do=lambda db: officers.invite(db, name, role, area)))


@pytest.mark.everywhere
def test_an_officer_joins_by_link(telegram: Telegram, desk: Desk):
    code = invited(desk, role="koordinator")
    telegram(f"""
        petugas > /start
        petugas < Bot ini khusus petugas Dinas Koperasi, Perindustrian dan Perdagangan Kota Malang.…
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. Sekarang Bapak/Ibu bertugas sebagai koordinator untuk Kota Malang. …
        petugas > halo
        petugas < Halo, Rina. Pemberitahuan meja layanan masuk lewat chat ini.
        petugas > menu
        petugas < Ada yang bisa kami bantu?
          [Cari pelaku usaha] [Verifikasi bukti] [Peringkat] [Perbaikan data] [Bantuan]
        petugas > [Bantuan]
        petugas < Pemberitahuan meja layanan masuk ke chat ini. Bisa juga:
          • mencari pelaku usaha: /cari
          • memutuskan perbaikan data: /koreksi
          • memeriksa bukti: /verifikasi
          • melihat peringkat: /peringkat
          Yang bisa dilakukan tergantung peran dan wilayah Bapak/Ibu.
        petugas > berhenti
        petugas < Pemberitahuan tetap masuk selama Bapak/Ibu bertugas. Untuk berhenti, silakan hubungi koordinator.
    """)


def test_an_invitation_works_once(telegram: Telegram, desk: Desk):
    code = invited(desk)
    telegram(f"""
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. …
        petugasdua > /start join-code-{code}
        petugasdua < Undangan ini tidak berlaku lagi. Mohon minta undangan baru ke kantor.
        petugasdua > halo
        petugasdua < Bot ini khusus petugas …
    """)
    assert [officer.name for officer in asyncio.run(desk.round(do=officers.listed))] == ["Rina"]


def test_an_invitation_ends_after_a_day(telegram: Telegram, desk: Desk):
    code = invited(desk)
    telegram(f"""
        ~ 25 jam
        petugas > /start join-code-{code}
        petugas < Undangan ini tidak berlaku lagi. Mohon minta undangan baru ke kantor.
    """)


def test_an_unknown_code_gets_the_same_answer_and_no_code_is_asked_for(telegram: Telegram):
    telegram("""
        petugas > /start join-code-00000000000000000000000000000000
        petugas < Undangan ini tidak berlaku lagi. Mohon minta undangan baru ke kantor.
        petugas > /start join
        petugas < Mohon ketik kode undangannya.
        petugas > salah
        petugas < Undangan ini tidak berlaku lagi. Mohon minta undangan baru ke kantor.
    """)


def test_an_owner_can_use_no_invitation_at_the_owners_bot(telegram: Telegram, desk: Desk):
    code = invited(desk)
    telegram(f"""
        > /start join-code-{code}
        < Selamat pagi, Bapak/Ibu. 🙏
          …
          …
          …
        petugas > /daftar
        petugas < Maaf, saya belum paham maksudnya. …
          …
    """)
    assert asyncio.run(desk.round(do=lambda db: rows(db, "officers"))) == []


@pytest.mark.everywhere
def test_a_revoked_officer_is_one_no_more_at_once(telegram: Telegram, desk: Desk):
    code = invited(desk)
    telegram(f"""
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. …
    """)

    def revoke(db: Db) -> bool:
        return officers.revoke(db, officers.listed(db)[0].person)

    assert asyncio.run(desk.round(do=revoke))
    second = invited(desk, "Dodi")
    telegram(f"""
        petugasdua > /start join-code-{second}
        petugasdua < Selamat datang, Dodi. …
        petugas < (diam)
        petugas > halo
        petugas < Bot ini khusus petugas …
    """)


@pytest.mark.everywhere
def test_one_turn_speaks_two_languages(telegram: Telegram, desk: Desk):
    code = invited(desk)
    telegram(f"""
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. …
    """)
    asyncio.run(desk.round(do=lambda db: db.execute(update(people).values(language="en"))))
    second = invited(desk, "Dodi", "admin")
    telegram(f"""
        petugasdua > /start join-code-{second}
        petugasdua < Selamat datang, Dodi. Sekarang Bapak/Ibu bertugas sebagai admin untuk Kota Malang. …
        petugas < Dodi has joined the desk as admin.
    """)


@pytest.mark.parametrize("role", ["owner", "", "Admin"])
def test_there_are_no_other_roles(desk: Desk, role: str):
    with pytest.raises(ValueError, match="a role is one of"):
        invited(desk, role=role)
