"""The daily copy of a database on PostgreSQL: whole, with the keys, and good enough to begin again from."""

from __future__ import annotations

import os
import subprocess
from typing import TypedDict

import pytest

from bot.chat.messages import Message
from bot.chat.text import Words
from bot.domain import backup, outbox, people
from bot.domain.backup import STAMP, copied
from bot.domain.db import Db
from bot.domain.tables import Lane
from tests.office import MONDAY
from tests.store.bench import PostgresBench, met, rows, write


class Copies(TypedDict):
    url: str
    keys: str
    folder: str
    keep: int


def copies(bench: PostgresBench) -> Copies:
    return {"url": bench.url, "keys": str(bench.folder / "keys"), "folder": str(bench.folder / "copies"), "keep": 2}


def said(db: Db) -> tuple[Words, ...]:
    """What waits to be said, which is sealed."""
    (parcel,) = outbox.claim(db, people.account(db, "telegram:111"), list(Lane), 1)
    return parcel.message.parts


def test_a_copy_can_be_restored(postgres: PostgresBench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(postgres.server.binaries), prepend=os.pathsep)
    write(postgres, lambda db: outbox.put(db, met(db), Message(("Selamat pagi",)), "i1.0"))
    args = copies(postgres)
    made = [backup.backup(**args, stamp=MONDAY.replace(hour=hour).strftime(STAMP))["copy"] for hour in range(3)]
    folder = postgres.folder / "copies"
    assert sorted(path.name for path in folder.iterdir()) == [
        "store-20261123-010000.dump", "store-20261123-020000.dump", "wrapped.db",
    ]  # fmt: skip
    assert copied(postgres.url, str(folder), MONDAY, MONDAY)
    with postgres.server.database() as url:
        subprocess.run(["pg_restore", "--no-owner", f"--dbname={url}", made[-1]], check=True, timeout=60)
        restored = PostgresBench(postgres.server, url, postgres.folder)
        found = write(restored, said, lambda db: rows(db, "people", "id"), met)
        assert found[:2] == [("Selamat pagi",), [1]]
        assert found[2].person == 1


def test_without_pg_dump_it_is_said_what_is_missing(postgres: PostgresBench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OSError, match="pg_dump isn't installed"):
        backup.backup(**copies(postgres), stamp="20261123-020000")


def test_what_pg_dump_says_is_passed_on(postgres: PostgresBench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(postgres.server.binaries), prepend=os.pathsep)
    nowhere = PostgresBench(postgres.server, postgres.server.url("nowhere"), postgres.folder)
    with pytest.raises(OSError, match='database "nowhere" does not exist'):
        backup.backup(**copies(nowhere), stamp="20261123-020000")
