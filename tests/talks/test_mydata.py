"""DATA SAYA: what is kept and who looked, at once; everything as files, which go after a day."""

from __future__ import annotations

import ast
import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain import audit, officers
from bot.domain.assess import evidence
from bot.domain.db import Db
from handlers.mydata import DONE
from tests.office import Desk
from tests.talks.scripts import REGISTERED
from tests.transcript import Telegram

SUMMARY = """
    < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
      • nama: Siti Aminah
      • nomor HP: 0812****890
      • usaha: Keripik Bu Siti
      • pesan, dari Bapak/Ibu dan dari kami: …
      Izin yang berlaku:
      • Layanan UMKM
      Belum ada petugas yang melihatnya.
      [Minta berkas lengkap] [Ubah data saya] [Izin saya] [Hapus data saya]
"""
FILES = """
    < Sedang kami siapkan. Berkasnya datang di sini, kira-kira satu menit lagi.
      Ini semua data Bapak/Ibu yang kami simpan: untuk dibaca (PDF) dan untuk program lain (JSON).
      Mohon jangan diteruskan ke orang lain. Salinannya kami simpan 24 jam saja.
      [Ubah data saya] [Menu]
"""


def documents(desk: Desk, telegram: Telegram, who: str = "siti") -> dict[str, bytes]:
    """The documents on somebody's phone, by the ends of their names."""
    found: dict[str, bytes] = {}
    for bubble in telegram.bubbles(who):
        if document := bubble.get("document"):
            found[document["file_name"].rpartition(".")[2]] = desk.platform.blobs[document["file_id"]]
    return found


@pytest.mark.everywhere
def test_an_owner_sees_what_is_kept_and_gets_all_of_it(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > data saya
        {SUMMARY}
        > [Minta berkas lengkap]
        {FILES}
    """)
    files = documents(desk, telegram)
    assert files["pdf"].startswith(b"%PDF-")
    data = json.loads(files["json"])
    assert data["schema"] == "pendamping/data-saya/1"
    held: dict[str, Any] = data["held"]
    assert (held["owners"][0]["name"], held["owners"][0]["phone"]) == ("Siti Aminah", "+6281234567890")
    assert held["businesses"][0]["name"] == "Keripik Bu Siti"
    assert "data saya" in [row.get("said") for row in held["inbox"]]
    assert any("Siapa nama lengkap" in row["text"] for row in held["outbox"])
    asked = [(row["who"], row["action"]) for row in data["seen"]]
    assert asked == [("self", "own data asked for")]


def test_who_looked_is_told_and_when(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)

    def look(db: Db) -> None:
        audit.note(db, officers.listed(db)[0].person, "seen", 1, "owners:1")

    code = asyncio.run(desk.round(do=lambda db: officers.invite(db, "Pak Budi", "petugas", "35.73")))
    telegram(f"""
        petugas > /start join-code-{code}
        petugas < Selamat datang, Pak Budi. …
    """)
    asyncio.run(desk.round(do=look))
    telegram("""
        > data saya
        < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
          • nama: Siti Aminah
          • nomor HP: …
          • usaha: …
          • pesan, …
          Izin yang berlaku:
          • Layanan UMKM
          Yang terakhir melihatnya:
          • Pak Budi, 23 November 2026 pukul 09.00: melihat data
    """)


@pytest.mark.only_telegram("her address is another one")
def test_one_who_is_not_registered_has_data_too(telegram: Telegram, desk: Desk):
    telegram(f"""
        > halo
        < …
          …
          …
          …
        > data saya
        < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
          • Bapak/Ibu belum terdaftar. Kami hanya menyimpan yang perlu untuk menjawab di sini.
          • pesan, dari Bapak/Ibu dan dari kami: …
          Belum ada izin yang diberikan.
          Belum ada petugas yang melihatnya.
        > unduh data
        {FILES}
    """)
    held = json.loads(documents(desk, telegram)["json"])["held"]
    assert held["people"][0]["language"] == "id"
    assert held["contacts"][0]["address"] == str(telegram.people["siti"])
    assert held["owners"] == []


def test_the_files_are_gone_after_a_day(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > unduh data
        {FILES}
    """)
    folder = desk.folder / "office.db.media"
    assert len(list(folder.iterdir())) == 2
    assert b"Siti" not in b"".join(file.read_bytes() for file in folder.iterdir())
    telegram("~ 25 jam")

    async def sweep() -> int:
        app = desk.app()
        await app.start(serve=False)
        try:
            return await app.ticks.sweep()
        finally:
            await app.stop()

    assert asyncio.run(sweep()) == 2
    assert list(folder.iterdir()) == []


def test_a_leave_given_again_in_an_open_conversation_is_told_once(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > tarik izin layanan
        > cek cepat
        > [Saya setuju]
        > data saya
        < Ringkasan data Bapak/Ibu yang kami simpan. Semuanya ada di berkas lengkap.
          • nama: Siti Aminah
          • nomor HP: …
          • usaha: …
          • jawaban di percakapan yang belum selesai: 1
          • pesan, …
          Izin yang berlaku:
          • Layanan UMKM
          Belum ada petugas yang melihatnya.
    """)


def test_every_action_that_the_audit_notes_about_a_person_has_words():
    noted = set(vars(evidence)["_DECIDED"].values())
    for file in [*Path("bot").rglob("*.py"), *Path("handlers").glob("*.py")]:
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.note" and len(call.args) > 3:
                action, person = call.args[2:4]
                if ast.unparse(person) != "None":
                    parts = (action.body, action.orelse) if isinstance(action, ast.IfExp) else (action,)
                    noted |= {part.value for part in parts if isinstance(part, ast.Constant)}
    assert len(noted) > 15
    assert noted == set(DONE)
