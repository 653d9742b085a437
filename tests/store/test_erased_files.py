"""Files made for somebody are as gone as her rows; what fails the first time is tried until it is done."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import backup, erasure, inbox, media, people
from bot.domain.db import Db
from bot.domain.keys import SECRETS, Keys, NoKey
from bot.files import EXPORT
from tests.office import Desk
from tests.talks.scripts import REGISTERED, kept
from tests.talks.test_erase import FROZEN
from tests.transcript import Telegram

CANARIES = ("Siti Aminah", "6281234567890", "1234567890001", "3573014107890001")
DATA = """
    > ubah nik
    < …
      …
    > 3573014107890001
    < …
      …
    > unduh data
    < Apakah NIK ditulis lengkap di berkas?
      …
    > ya
    < Sedang kami siapkan. …
      Ini semua data …
      Mohon jangan …
"""


def contents(place: Path, keys: Keys) -> Iterator[bytes]:
    """Every file of a folder, as it lies there and opened with every key that there is."""
    with closing(sqlite3.connect(keys.folder / "wrapped.db")) as db:
        names = [row[0] for row in db.execute("SELECT id FROM keys") if row[0] not in SECRETS]
    for path in place.rglob("*") if place.is_dir() else ():
        if not path.is_file():
            continue
        yield path.read_bytes()
        for name in names:
            try:
                yield keys.open(name, f"media.{path.name}", path.read_bytes())
            except (NoKey, ValueError):
                continue


def found(place: Path, desk: Desk) -> set[str]:
    """The canaries in the files of a folder; also those that a PDF or a database holds as they are."""
    keys = Keys(desk.config.database.keys)
    try:
        everything = b"".join(contents(place, keys))
    finally:
        keys.close()
    return {word for word in CANARIES if word.encode() in everything}


def test_no_file_that_was_made_for_her_is_left_here_or_in_a_backup(telegram: Telegram, desk: Desk):
    telegram(f"{REGISTERED}{DATA}")
    config = desk.config
    place = media.folder(config.database.url, config.database.keys)
    copies = Path(config.backup.folder)
    backup.backup(config.database.url, str(config.database.keys), str(copies), 7, "20261123-020000")
    exports = [row["name"] for row in kept(desk, "media") if row["kind"] == EXPORT]
    assert len(exports) == 2
    assert found(place, desk) == found(copies / "media", desk) == set(CANARIES), "the search finds what is there"
    telegram(f"""{FROZEN}
        ~ 7 hari
        < Data Bapak/Ibu sedang kami hapus sekarang. …
          …
        ~ 2 menit
        < (diam)
    """)
    assert kept(desk, "people") == kept(desk, "media") == []
    assert [name for name in exports if (place / name).exists()] == []
    assert found(desk.folder, desk) == set(), "the copies of the files in the backup are opened by no key any more"


@pytest.mark.only_telegram("it needs no platform")
def test_a_day_that_could_not_be_dropped_is_dropped_by_a_later_try(desk: Desk):
    config = desk.config
    copies = Path(config.backup.folder)

    def days(folder: Path) -> list[str]:
        with closing(sqlite3.connect(folder / "wrapped.db")) as db:
            return [row[0] for row in db.execute("SELECT id FROM keys WHERE id LIKE 'day-%'")]

    async def play() -> None:
        app = desk.app()
        await app.start(serve=False)
        try:

            def unread(db: Db) -> None:
                inbox.add_unreadable(db, people.account(db, "telegram:111"), "u:77", {"from": {"id": 5}}, "KeyError")

            await app.store.write(unread)
            backup.backup(config.database.url, str(config.database.keys), str(copies), 7, "20261123-020000")
            assert len(days(copies)) == len(days(config.database.keys)) == 1
            kept = (copies / "wrapped.db").read_bytes()
            (copies / "wrapped.db").unlink()
            (copies / "wrapped.db" / "in the way").mkdir(parents=True)  # nothing can be put in its place
            desk.clock.move(timedelta(days=400))
            await app.ticks.purge()
            await app.ticks.erase()
            assert len(await app.store.write(erasure.left)) == 1
            await app.ticks.purge()
            await app.ticks.erase()
            assert len(await app.store.write(erasure.left)) == 1
            shutil.rmtree(copies / "wrapped.db")
            (copies / "wrapped.db").write_bytes(kept)
            assert len(days(copies)) == 1
            await app.ticks.erase()
            assert await app.store.write(erasure.left) == []
        finally:
            await app.stop()

    asyncio.run(play())
    assert days(copies) == days(config.database.keys) == []
