"""What a stranger leaves behind: looked for in every table, opened."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select

from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.tables import metadata
from tests.office import Desk
from tests.talks.scripts import REGISTERED, TO_CONSENT, kept
from tests.transcript import Telegram

CANARY = "zamrud"
LOST = f"""
    > jualan {CANARY} laku keras di tempat {CANARY}
    < …
"""
STRANGE = f"""
    > selamat pagi saya {CANARY}
    < Selamat pagi, Bapak/Ibu. 🙏
      …
      …
      …
    {LOST}
    > pelatihan {CANARY}
    < …
    > saya mau daftar umkm {CANARY}
    < Sebelum mulai, kami minta izin dulu.
      …
      …
      …
      …
    > {CANARY}
    < …
      …
    > {CANARY} lagi
    < …
      …
      …
      …
    > [Tidak setuju]
    < Baik, tidak apa-apa. Tidak ada yang dicatat.
      …
      …
      [Menu]
"""


def holding(desk: Desk, word: str) -> set[str]:
    """Every column of every table whose rows, opened, hold a word."""

    def look(db: Db) -> set[str]:
        found: set[str] = set()
        for table in metadata.sorted_tables:
            for row in db.execute(select(table)).mappings():
                for column in table.c:
                    if word in _opened(db, f"{table.name}.{column.name}", column.type, row, row[column.name]).lower():
                        found.add(f"{table.name}.{column.name}")
        return found

    return asyncio.run(desk.round(do=look))


def _opened(db: Db, name: str, kind: Any, row: Any, value: Any) -> str:
    if not isinstance(kind, LargeBinary) or value is None:
        return str(value)
    for person in (row.get("person_id"), None):
        try:
            return json.dumps(db.open(person, name, value), ensure_ascii=False)
        except (NoKey, ValueError):
            continue
    return value.decode("utf-8", "replace")


async def _purge(desk: Desk) -> None:
    app = desk.app()
    await app.start(serve=False)
    try:
        await app.ticks.purge()
    finally:
        await app.stop()


@pytest.mark.only_telegram("her address there is an id, which the test does not look for")
def test_of_a_stranger_only_the_sealed_update_is_kept_for_a_day(telegram: Telegram, desk: Desk):
    telegram(STRANGE)
    assert holding(desk, CANARY) == {"inbox.payload"}
    assert [kept(desk, table) for table in ("consents", "owners", "businesses", "wishes", "reminders")] == [[]] * 5
    assert [row["name"] for row in kept(desk, "contacts")] == [None]
    desk.clock.move(timedelta(hours=25))
    asyncio.run(_purge(desk))
    assert holding(desk, CANARY) == set()
    assert holding(desk, str(telegram.people["siti"])) == {"contacts.address"}


@pytest.mark.everywhere
def test_words_without_an_answer_are_forgotten_after_a_day(telegram: Telegram, desk: Desk):
    telegram(LOST)
    assert holding(desk, CANARY) == {"inbox.payload", "talks.state"}, "for the officer who may be asked"
    desk.clock.move(timedelta(hours=25))
    asyncio.run(_purge(desk))
    assert holding(desk, CANARY) == set()


def test_an_owners_talk_is_not_forgotten(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    before = len(kept(desk, "talks"))
    desk.clock.move(timedelta(days=20))
    asyncio.run(_purge(desk))
    assert len(kept(desk, "talks")) == before == 1


@pytest.mark.everywhere
def test_who_declines_can_still_ask(telegram: Telegram, desk: Desk):
    telegram(f"""{TO_CONSENT}
        > [Tidak setuju]
        < Baik, tidak apa-apa. Tidak ada yang dicatat.
          Bapak/Ibu tetap bisa bertanya info umum tanpa mendaftar.
          Kalau berubah pikiran, ketik daftar.
        > bantuan
        < Yang bisa dilakukan di sini:
          …
          …
          …
          …
          …
          …
          …
          …
        > petugas
        < Mau tanya apa ke petugas?
          …
        > syarat NIB apa ya
        < Pertanyaan Bapak/Ibu sudah kami teruskan ke petugas. Nomornya: 1
          …
        > tarik izin
        < Baik. Mulai sekarang kami tidak mengirim info dan pengingat lagi.
          …
          …
        > izin saya
        < Ini yang Bapak/Ibu izinkan:
          • Layanan UMKM: belum ditanyakan
          …
          …
          …
          Bapak/Ibu belum terdaftar.
    """)
