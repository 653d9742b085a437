"""Officers find an owner in their own bot: by name, number or ticket, in their area, masked, each look noted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from typer.testing import CliRunner

from bot.chat.flow import Refused
from bot.chat.reading.phone import phone_masked
from bot.cli import app
from bot.domain import audit, dated, lookup, name_words, officers, tables
from bot.domain.db import Db
from tests.office import MONDAY, Desk, rows
from tests.talks.scripts import REGISTERED
from tests.transcript import Telegram


def joins(telegram: Telegram, desk: Desk, who: str = "petugas", role: str = "petugas", area: str = "35.73") -> None:
    """An officer of a role and area is at the officers' bot."""
    code = do(desk, lambda db: officers.invite(db, who.title(), role, area))
    telegram(f"""
        {who} > /start join-code-{code}
        {who} < Selamat datang, {who.title()}. …
    """)


def do(desk: Desk, work: Callable[[Db], Any]) -> Any:
    return asyncio.run(desk.round(do=work))


def noted(desk: Desk) -> list[tuple[str, str]]:
    """What was noted of looks at owners: action and object."""
    wanted = ("listed", "seen", "unmasked")
    return [(row["action"], row["object"]) for row in do(desk, lambda db: rows(db, "audit")) if row["action"] in wanted]


SEARCH = """
    petugas > /cari
    petugas < Siapa yang dicari?
      Ketik nama, nomor HP, NIB, atau tiketnya, misalnya: tiket 12
"""
FOUND = """
    petugas < Ini yang ditemukan. Setiap kali melihat data akan dicatat.
      [Siti Aminah]
"""
CARD = """
    petugas < Siti Aminah
      • nomor HP: 0812****890
      • Keripik Bu Siti, Purwantoro
      • NIB: 1234*****0001
      [Lihat nomor HP] [Lihat NIB]
"""


@pytest.mark.everywhere
def test_an_officer_finds_an_owner_and_opens_a_number(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > aminah
        {FOUND}
        petugas > [Siti Aminah]
        {CARD}
        petugas > [Lihat nomor HP]
        petugas < Nomor ini diperlukan untuk apa? Alasannya dicatat.
          [Menghubungi] [Mencocokkan data] [Diminta pemilik] [Alasan lain]
        petugas > [Menghubungi]
        petugas < nomor HP: 081234567890
    """)
    assert noted(desk) == [("listed", "owner"), ("seen", "owner"), ("unmasked", "owner:phone")]
    (reason,) = do(desk, lambda db: [row.reason for row in audit.noted(db) if row.action == "unmasked"])
    assert reason == "call"


@pytest.mark.parametrize("said", ["siti", "SITI AMINAH", "bu siti", "keripik", "081234567890", "+62 812-3456-7890",
                                  "1234567890001", "Áminah"])  # fmt: skip
def test_by_words_of_a_name_a_phone_or_an_nib(telegram: Telegram, desk: Desk, said: str):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > {said}
        {FOUND}
    """)


@pytest.mark.parametrize("said", ["sit", "aminah budi", "081234567891", "tiket 77", "%", "_____", "😀"])
def test_what_fits_nobody(telegram: Telegram, desk: Desk, said: str):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > {said}
        petugas < Tidak ditemukan di wilayah tugas Bapak/Ibu. Mohon dicek ejaannya, atau coba nomor HP-nya.
    """)
    assert noted(desk) == []


def test_another_reason_is_typed_and_sealed(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > siti
        {FOUND}
        petugas > [Siti Aminah]
        {CARD}
        petugas > [Lihat NIB]
        petugas < Nomor ini diperlukan untuk apa? …
        petugas > alasan lain
        petugas < Untuk apa? Beberapa kata saja cukup.
        petugas > Surat untuk bazar Bu Siti
        petugas < NIB: 1234567890001
    """)
    (reason,) = do(desk, lambda db: [row.reason for row in audit.noted(db) if row.action == "unmasked"])
    assert reason == "Surat untuk bazar Bu Siti"


def test_a_ticket_is_told_without_a_name_and_read_by_its_number(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    joins(telegram, desk, "petugasjauh", area="35.73.05")  # Lowokwaru: not hers
    telegram(f"""
        > petugas
        < Mau tanya apa ke petugas?
          …
        > Klik *ini*: https://contoh.example/ <b>admin</b>
        < Pertanyaan Bapak/Ibu sudah kami teruskan ke petugas. …
          …
        petugas < Tiket 1: pelaku usaha di Purwantoro minta dihubungi petugas. Untuk melihatnya: /cari, lalu tiket 1.
        petugasjauh < (diam)
        {SEARCH}
        petugas > tiket 1
        {FOUND}
        petugas > [Siti Aminah]
        petugas < Siti Aminah
          • nomor HP: 0812****890
          • Keripik Bu Siti, Purwantoro
          • NIB: 1234*****0001
          Tiket 1. Tulisan pelaku usaha sendiri:
          Klik *ini*: https://contoh.example/ <b>admin</b>
    """)


def test_somebody_who_is_not_registered_is_only_her_question(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(f"""
        > petugas
        < Mau tanya apa ke petugas?
          …
        > Kapan buka?
        < …
          …
        petugas < Tiket 1: seseorang yang belum terdaftar minta dihubungi petugas. …
        {SEARCH}
        petugas > tiket 1
        petugas < Ini yang ditemukan. Setiap kali melihat data akan dicatat.
          [Belum terdaftar]
        petugas > [Belum terdaftar]
        petugas < Seseorang yang belum terdaftar
          Tiket 1. Tulisan pelaku usaha sendiri:
          Kapan buka?
    """)


def test_a_day_has_a_limit_and_the_coordinator_is_told(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk, "petugasbos", "koordinator")
    joins(telegram, desk, "petugasmesin", "admin")
    joins(telegram, desk)
    do(desk, lambda db: dated.put(db, "unmask.daily", MONDAY.date(), 2, "uji"))
    opened = """
        petugas > [Lihat nomor HP]
        petugas < Nomor ini diperlukan untuk apa? …
        petugas > [Menghubungi]
    """
    telegram(f"""
        {SEARCH}
        petugas > siti
        {FOUND}
        petugas > [Siti Aminah]
        {CARD}
        {opened}
        petugas < nomor HP: 081234567890
        petugasbos < (diam)
        {opened}
        petugas < nomor HP: 081234567890
        petugasbos < Petugas hari ini sudah membuka 2 nomor pelaku usaha, batas untuk sehari.
        petugasmesin < Petugas hari ini sudah membuka 2 nomor pelaku usaha, batas untuk sehari.
        {opened}
        petugas < Hari ini sudah 2 nomor dibuka, batas untuk sehari. Mohon hubungi koordinator.
        ~ 24 jam
        {opened}
        petugas < nomor HP: 081234567890
    """)


WITHDRAWN = """
    > tarik izin layanan
    < Baik. Mulai sekarang kami tidak mencatat hal baru …
      …
      …
"""


def test_of_one_who_took_back_her_leave_the_officer_is_told_so(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > siti
        {FOUND}
        {WITHDRAWN}
        petugas > [Siti Aminah]
        petugas < Pelaku usaha ini sudah menarik izin layanan. Datanya tidak ditampilkan.
        {SEARCH}
        petugas > 081234567890
        petugas < 1 yang cocok sudah menarik izin layanan. Datanya tidak ditampilkan.
    """)
    assert noted(desk) == [("listed", "owner")] * 3


def test_what_she_wants_corrected_can_be_looked_at_without_her_leave(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        > ubah nama
        < …
          …
        > Siti Rahayu
        < …
          …
        petugas < Perbaikan 1, …
          …
          …
        {WITHDRAWN}
        {SEARCH}
        petugas > siti
        {FOUND}
        petugas > [Siti Aminah]
        petugas < Siti Aminah
          Pemilik data sudah menarik izin layanan. Yang tampil hanya yang perlu untuk permintaannya sendiri.
          • nomor HP: 0812****890
          [Lihat nomor HP]
        petugas > [Lihat nomor HP]
        petugas < Nomor ini diperlukan untuk apa? …
        petugas > [Menghubungi]
        petugas < nomor HP: 081234567890
    """)
    assert noted(desk) == [("listed", "owner"), ("seen", "owner"), ("unmasked", "owner:phone")]

    def others(db: Db) -> None:
        (officer,) = officers.listed(db)
        for what in ("nik", "nib"):
            with pytest.raises(Refused):
                lookup.unmask(db, officer, 1, what, "call", MONDAY)

    do(desk, others)


def test_words_follow_the_names(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)

    def look(db: Db) -> list[int]:
        return [len(name_words.found(db, said)) for said in ("siti", "aminah", "keripik", "keripik siti", "", "-")]

    assert do(desk, look) == [1, 1, 1, 1, 0, 0]

    def lose(db: Db) -> int:
        db.execute(delete(tables.name_words))
        assert name_words.fill(db) == 1
        return name_words.fill(db)

    assert do(desk, lose) == 0
    assert do(desk, look) == [1, 1, 1, 1, 0, 0]


def test_what_officers_were_told_of_her_goes_with_her(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > siti
        {FOUND}
        petugas > [Siti Aminah]
        {CARD}
    """)

    def kept(db: Db) -> list[Any]:
        told = [row["body"] for row in rows(db, "outbox") if row["person_id"] != 1]
        said = [row[name] for row in rows(db, "inbox") if row["person_id"] != 1 for name in ("said", "payload")]
        return [*told, *said]

    assert not any(do(desk, kept))
    assert do(desk, lambda db: lookup.forget(db, 1)) == 2


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("+6281234567890", "0812****890"), ("+62341123456", "0341****456"),
     ("+6512345678", "+651****678"), ("112", "112")],
)  # fmt: skip
def test_a_phone_is_masked(phone: str, shown: str):
    assert phone_masked(phone) == shown


def test_the_owners_bot_knows_none_of_it(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram("""
        > /cari
        < Maaf, …
        > /start lookup
        < …
        > /start owner-person-1
        < …
        petugas > /start owner-person-1
        petugas < …
    """)
    assert noted(desk) == []


def test_a_revoked_officer_sees_nothing_more_also_by_an_old_button(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > siti
        {FOUND}
    """)
    before = noted(desk)
    do(desk, lambda db: officers.revoke(db, 2))
    telegram("""
        petugas > [Siti Aminah]
        petugas < Bot ini khusus petugas …
        petugas > /cari
        petugas < Bot ini khusus petugas …
    """)
    assert noted(desk) == before


def test_an_old_button_leads_nowhere_after_the_area_has_changed(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    joins(telegram, desk)
    telegram(f"""
        {SEARCH}
        petugas > siti
        {FOUND}
        petugas > [Siti Aminah]
        {CARD}
    """)
    before = noted(desk)
    do(desk, lambda db: db.execute(update(tables.officers).values(area="35.73.05")))
    telegram("""
        petugas > [Lihat NIB]
        petugas < Nomor ini diperlukan untuk apa? …
        petugas > [Menghubungi]
        petugas < Tidak ada yang ditemukan.
    """)
    assert noted(desk) == before


@pytest.mark.parametrize("role", ["admin", "perencana"])
def test_who_looks_after_machine_or_numbers_sees_no_owner(telegram: Telegram, desk: Desk, role: str):
    telegram(REGISTERED)
    joins(telegram, desk, role=role)
    telegram("""
        petugas > /cari
        petugas < Tugas Bapak/Ibu tidak termasuk melihat data pelaku usaha.
        > petugas
        < Mau tanya apa ke petugas?
          …
        > kapan buka?
        < …
          …
        petugas < (diam)
    """)


def test_the_clock_seals_and_the_terminal_finds_a_change(telegram: Telegram, desk: Desk):
    joins(telegram, desk)

    async def seal() -> None:
        running = desk.app()
        await running.start(serve=False)
        await running.ticks.seal()
        await running.ticks.idle()
        await running.stop()

    asyncio.run(seal())
    env = {"PENDAMPING_DATABASE__URL": desk.config.database.url,
           "PENDAMPING_DATABASE__KEYS": str(desk.config.database.keys)}  # fmt: skip
    told = CliRunner().invoke(app, ["audit", "verify"], env=env)
    assert (told.exit_code, told.stdout) == (0, "2 rows are as they were written.\n")
    shown = CliRunner().invoke(app, ["audit", "show", "--officer", "1", "--since", "2026-11-23", "--json"], env=env)
    assert [(row["action"], row["person"]) for row in json.loads(shown.stdout)] == [("joined", 1)]
    do(desk, lambda db: db.execute(text("DROP TRIGGER audit_no_update")))
    do(desk, lambda db: db.execute(text("UPDATE audit SET person_id = 7 WHERE id = 2")))
    found = CliRunner().invoke(app, ["audit", "verify"], env=env)
    assert (found.exit_code, "row 2 was edited" in found.stderr) == (1, True)
