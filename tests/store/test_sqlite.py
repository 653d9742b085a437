"""What the store promises on SQLite beyond the contract: groups, one process, and no trust in a torn transaction."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.domain.db import Db, StoreDown
from bot.domain.engine import Locked, lock
from bot.domain.prepared import Torn
from bot.domain.tables import accounts, contacts
from bot.post.store import Store
from tests.store.bench import LIMIT, SqliteBench, account, full_disk, on, rows, together, write

BIG = "x" * 70_000


def pragma(db: Db, words: str) -> Any:
    result = db.connection.exec_driver_sql(f"PRAGMA {words}")
    return result.scalar() if result.returns_rows else None


def fill(db: Db) -> None:
    """Let the disk be full from here on, for this connection."""
    pragma(db, f"max_page_count={pragma(db, 'page_count')}")
    db.insert(accounts, {"name": BIG})


def fill_and_go_on(db: Db) -> None:
    """What a handler does that swallows everything."""
    with suppress(OperationalError):
        fill(db)
    for name in ("after 1", "after 2"):
        with suppress(OperationalError, Torn):
            db.insert(accounts, {"name": name})


def fill_and_ask(db: Db) -> None:
    """The same in a conversation, whose marks speak to the driver itself."""
    with suppress(OperationalError):
        fill(db)
    db.mark()
    db.insert(accounts, {"name": "after a mark"})


def names(db: Db) -> list[str]:
    return rows(db, "accounts", "name")


def test_works_that_wait_together_share_a_commit(sqlite: SqliteBench):
    async def run(store: Store) -> None:
        await together(store, *(account(f"a{i}") for i in range(150)))

    on(sqlite, run)
    assert sum(sqlite.commits) == 151
    assert len(sqlite.commits) <= 4
    assert max(sqlite.commits) == 64


@pytest.mark.parametrize("bad", [fill, fill_and_go_on, fill_and_ask])
def test_a_full_disk_in_a_group_takes_nobody_along_and_keeps_nothing_by_halves(sqlite: SqliteBench, bad: Any):
    async def run(store: Store) -> None:
        found = await together(store, account("a"), bad, account("b"), account("c"))
        assert isinstance(found[1], StoreDown)
        assert [type(f) for f in (found[0], found[2], found[3])] == [int, int, int]
        assert await store.write(names) == ["a", "b", "c"]

    on(sqlite, run)
    assert write(sqlite, names) == [["a", "b", "c"]]


def test_the_full_disk_of_this_test_does_tear_the_transaction(sqlite: SqliteBench):
    def look(db: Db) -> bool:
        with suppress(OperationalError):
            fill(db)
        driver: Any = db.connection.connection.driver_connection
        return bool(driver.in_transaction)

    async def run(store: Store) -> None:
        seen: list[bool] = []
        with pytest.raises(StoreDown):
            await store.write(lambda db: seen.append(look(db)))
        assert seen == [False]

    on(sqlite, run)


def test_when_the_commit_fails_nobody_is_told_of_success(sqlite: SqliteBench):
    def broken_at_the_end(db: Db) -> None:
        pragma(db, "defer_foreign_keys=ON")
        row = {"account_id": 99, "address": b"7", "address_index": b"7", "person_id": 99, "reachable": True}
        db.insert(contacts, row)

    async def run(store: Store) -> None:
        found = await together(store, account("a"), broken_at_the_end, account("b"))
        assert [type(f) for f in found] == [int, StoreDown, int]
        assert await store.write(names) == ["a", "b"]

    on(sqlite, run)


def test_a_disk_that_is_full_at_the_commit(sqlite: SqliteBench):
    """The pages reach the log only at the commit; before it, no statement notices."""

    async def run(store: Store) -> None:
        await store.write(account("before"))
        with full_disk():
            found = await together(store, account("a"), account("b"))
        assert [type(f) for f in found] == [StoreDown, StoreDown]
        assert await store.write(names) == ["before"]

    on(sqlite, run)
    assert write(sqlite, names) == [["before"]]


def test_a_database_that_somebody_else_has_locked_is_down_at_once_for_all_who_wait(sqlite: SqliteBench):
    async def run(store: Store) -> None:
        await store.write(account("before"))
        with closing(sqlite3.connect(sqlite.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            found = await together(store, *(account(f"a{i}") for i in range(30)))
            other.execute("ROLLBACK")
        assert {type(f) for f in found[2:]} == {StoreDown}
        await store.write(account("z"))

    sqlite.patience = 0.02
    on(sqlite, run)


def test_while_somebody_else_has_locked_it_the_loop_goes_on(sqlite: SqliteBench):
    async def run(store: Store) -> None:
        await store.write(account("before"))
        with closing(sqlite3.connect(sqlite.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.ensure_future(store.write(account("a")))
            for _ in range(20):
                await asyncio.sleep(0.01)
            assert not waiting.done()
            other.execute("ROLLBACK")
        await waiting
        assert await store.write(names) == ["before", "a"]

    on(sqlite, run)


def test_a_second_process_is_refused(sqlite: SqliteBench):
    async def run(store: Store) -> None:
        with pytest.raises(Locked):
            lock(sqlite.url)
        code = "import sys; from bot.domain.engine import lock; lock(sys.argv[1])"
        other = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", code, sqlite.url], capture_output=True, timeout=LIMIT
        )
        assert b"Locked" in other.stderr

    on(sqlite, run)
    lock(sqlite.url).close()


def test_the_settings_that_make_the_promises_hold_are_in_force(sqlite: SqliteBench):
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0, "secure_delete": 1,
              "trusted_schema": 0, "busy_timeout": 0}  # fmt: skip

    async def run(store: Store) -> None:
        assert await store.write(lambda db: {name: pragma(db, name) for name in wanted}) == wanted
        async with store.reads.connect() as connection:
            for name, value in {"query_only": 1, "mmap_size": 0, "trusted_schema": 0, "busy_timeout": 5000}.items():
                assert (await connection.execute(text(f"PRAGMA {name}"))).scalar() == value

    on(sqlite, run)


def temporary() -> set[str]:
    """What SQLite has open for a while, by the names that it gives such files."""
    return {file.name for file in Path("/proc/self/fd").iterdir() if "etilqs" in str(file.resolve())}


def test_what_a_work_needs_to_be_undone_is_not_written_to_the_disk(sqlite: SqliteBench):
    def many(db: Db) -> None:
        for number in range(100):
            db.insert(accounts, {"name": f"{number}{BIG[:3000]}"})

    def long(db: Db) -> set[str]:
        db.execute(text("UPDATE accounts SET name = name || 'y'"))
        return temporary()

    async def run(store: Store) -> None:
        before = temporary()
        await store.write(many)
        assert await store.write(long) == before

    on(sqlite, run)


def test_closing_folds_the_log_into_the_file(sqlite: SqliteBench):
    async def run(store: Store) -> None:
        async with store.reads.connect() as connection:
            await connection.execute(text("SELECT 1"))
        await store.write(account("a"))
        assert sqlite.file.with_name("office.db-wal").stat().st_size > 0

    on(sqlite, run)
    log = sqlite.file.with_name("office.db-wal")
    assert not log.exists() or log.stat().st_size == 0
    with closing(sqlite3.connect(f"file:{sqlite.file}?immutable=1", uri=True)) as db:
        assert db.execute("SELECT name FROM accounts").fetchall() == [("a",)]


def test_what_is_deleted_leaves_no_bytes_behind(sqlite: SqliteBench):
    canary = "BURUNG-KENARI-4711"
    write(sqlite, account(canary))
    assert canary.encode() in sqlite.bytes()
    write(sqlite, lambda db: db.execute(accounts.delete()))
    assert canary.encode() not in sqlite.bytes()
