"""Turns that are in one another's way on PostgreSQL: run again, waited for, put off; never kept wrong."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import await_

from bot.domain.db import Db, StoreDown
from bot.domain.prepared import Asked
from bot.domain.tables import accounts
from bot.post.store import Store
from tests.store.bench import PostgresBench, account, on, outcome, rows


def names(db: Db) -> list[str]:
    return rows(db, "accounts", "name")


def meet(others: asyncio.Barrier) -> None:
    """In the middle of a work, wait until others are there too."""
    await_(asyncio.wait_for(others.wait(), 2.0))


def test_of_two_turns_that_would_not_have_seen_each_other_one_is_run_again(postgres: PostgresBench):
    """Each counts the rows and writes what it counted: one after the other they could not count the same."""
    meeting, runs = asyncio.Barrier(2), [0]

    def count(db: Db) -> int:
        found: int = db.execute(select(func.count()).select_from(accounts)).scalar_one()
        runs[0] += 1
        if runs[0] <= 2:
            meet(meeting)
        return db.insert(accounts, {"name": f"counted {found}"})

    async def run(store: Store) -> None:
        await asyncio.gather(store.turn(count), store.turn(count))
        assert sorted(await store.write(names)) == ["counted 0", "counted 1"]

    on(postgres, run)
    assert runs == [3]


def test_of_two_turns_that_wait_for_each_other_one_is_run_again(postgres: PostgresBench):
    meeting, runs = asyncio.Barrier(2), [0]

    def rename(db: Db, first: str, second: str) -> None:
        runs[0] += 1
        for i, name in enumerate((first, second)):
            if i and runs[0] <= 2:
                meet(meeting)
            db.execute(update(accounts).where(accounts.c.name.like(f"{name}%")).values(name=accounts.c.name + "'"))

    async def run(store: Store) -> None:
        await asyncio.gather(store.write(account("a")), store.write(account("b")))
        await asyncio.gather(store.turn(lambda db: rename(db, "a", "b")), store.turn(lambda db: rename(db, "b", "a")))
        assert await store.write(names) == ["a''", "b''"]

    on(postgres, run)
    assert runs[0] >= 3


@pytest.mark.parametrize("how", ["by SQLAlchemy", "past the cursors", "held back"])
@pytest.mark.parametrize("then", ["goes on", "starts over"])
def test_a_conflict_that_a_turn_swallows_is_still_a_conflict(postgres: PostgresBench, how: str, then: str):
    runs = [0]
    conflict = "DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END $$"

    def careless(db: Db) -> None:
        runs[0] += 1
        with suppress(SQLAlchemyError, psycopg.Error):
            if runs[0] == 1:
                assert db.line
                if how == "past the cursors":
                    await_(db.line.tell(conflict.encode()))
                elif how == "held back":
                    db.line.later(Asked(conflict.encode()))
                db.execute(text(conflict if how == "by SQLAlchemy" else "SELECT 1"))
        if then == "starts over":
            db.start_over()
        db.insert(accounts, {"name": f"run {runs[0]}"})

    async def run(store: Store) -> None:
        await store.turn(careless)
        assert await store.write(names) == ["run 2"]

    on(postgres, run)


def test_a_turn_that_others_hold_up_for_a_moment_is_waited_for(postgres: PostgresBench):
    """As one does that is already prepared and waits for a slow disk: whoever conflicts with it fails again at once."""
    until = [0.0]

    def unlucky(db: Db) -> None:
        until[0] = until[0] or time.monotonic() + 1.0
        db.insert(accounts, {"name": "a"})
        if time.monotonic() < until[0]:
            db.execute(text("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END $$"))

    async def run(store: Store) -> None:
        await store.turn(unlucky)
        assert await store.write(names) == ["a"]

    on(postgres, run)


def test_a_turn_that_others_never_let_through_is_put_off_and_nothing_of_it_kept(postgres: PostgresBench):
    def unlucky(db: Db) -> None:
        db.insert(accounts, {"name": "a"})
        db.execute(text("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40P01'; END $$"))

    async def run(store: Store) -> None:
        with pytest.raises(StoreDown, match="others were in the way"):
            await store.turn(unlucky)
        with pytest.raises(StoreDown):
            await store.write(unlucky)
        assert await store.write(names) == []

    on(postgres, run)


@pytest.mark.parametrize("how", ["turn", "alone", "group"])
def test_what_only_its_commit_refuses_fails_by_itself(postgres: PostgresBench, how: str):
    def late(db: Db) -> None:
        db.execute(
            text("""
            CREATE FUNCTION pg_temp.late() RETURNS trigger AS $$ BEGIN
                RAISE EXCEPTION 'too late' USING ERRCODE = '23514'; END $$ LANGUAGE plpgsql""")
        )
        db.execute(text("CREATE TEMPORARY TABLE late (id int) ON COMMIT DROP"))
        db.execute(
            text("""
            CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION pg_temp.late()""")
        )
        db.execute(text("INSERT INTO late VALUES (1)"))

    async def run(store: Store) -> None:
        assert "too late" in str(await outcome(store, late, how))
        assert await store.write(names) == (["a", "b"] if how == "group" else [])

    on(postgres, run)
