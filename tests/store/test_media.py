"""Files: sealed on the disk, found by their row, gone when nothing knows them any more."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import media
from bot.domain.db import Db
from bot.domain.keys import Keys
from bot.files import EXPORT, MOST
from tests.office import MONDAY
from tests.store.bench import Bench, met, rows


def test_a_file_is_read_by_its_row_and_key(bench: Bench, tmp_path: Path):
    async def work() -> None:
        async with bench.open() as store:

            def meet(db: Db) -> tuple[Keys, list[tuple[int, str]]]:
                people = [met(db, address).person for address in "12"]
                return db.keys, [(person, db.key_of(person)) for person in people]

            keys, ((siti, hers), (budi, his)) = await store.write(meet)
            now = bench.clock.now()
            name = media.write(keys, tmp_path, hers, b"rahasia", now)
            assert media.write(keys, tmp_path, hers, b"rahasia", now) == name
            assert media.write(keys, tmp_path, his, b"rahasia", now) != name, "nobody sees that two have the same"
            row = await store.write(lambda db: media.put(db, siti, name, "evidence", "image/png", 7))
            assert await store.write(lambda db: media.put(db, siti, name, "evidence", "image/png", 7)) == row
            kept = await store.write(lambda db: media.find(db, siti, row))
            assert kept
            assert media.read(keys, tmp_path, kept) == b"rahasia"
            assert await store.write(lambda db: media.find(db, budi, row)) is None
            assert await store.write(lambda db: media.erase(db, siti)) == [name]
            media.remove(tmp_path, [name, name])
            with pytest.raises(FileNotFoundError):
                media.read(keys, tmp_path, kept)
            with pytest.raises(media.TooLarge):
                media.write(keys, tmp_path, hers, bytes(MOST + 1), now)

    asyncio.run(work())


def test_exports_go_after_a_day_and_other_files_stay(bench: Bench):
    async def work() -> None:
        async with bench.open() as store:

            def put(db: Db) -> None:
                person = met(db, "1").person
                media.put(db, person, "a", EXPORT, "application/pdf", 1)
                media.put(db, person, "b", "evidence", "image/png", 1)

            await store.write(put)
            bench.clock.move(timedelta(hours=24))
            assert await store.write(media.expire) == []
            bench.clock.move(timedelta(seconds=1))
            assert await store.write(media.expire) == ["a"]
            assert await store.write(lambda db: rows(db, "media", "name")) == ["b"]
            assert await store.write(lambda db: media.known(db, ["a", "b", "c"])) == {"b"}

    asyncio.run(work())


def test_what_a_crash_left_is_found_an_hour_later(tmp_path: Path):
    now = MONDAY
    assert media.strays(tmp_path / "none", now) == []
    for name in ("half.part", "fresh"):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (now.timestamp(), now.timestamp()))
    os.utime(tmp_path / "half.part", (now.timestamp() - 3601, now.timestamp() - 3601))
    assert media.strays(tmp_path, now) == ["half.part"]


@pytest.mark.parametrize(
    ("url", "place"),
    [("sqlite:///data/office.db", "data/office.db.media"), ("postgresql://h/office", "data/office.keys.media")],
)
def test_the_folder_lies_beside_the_database_or_the_keys(url: str, place: str):
    assert media.folder(url, Path("data/office.keys")) == Path(place)
