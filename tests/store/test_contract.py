"""What every store promises the stations (docs/architecture.md, "Rules of the stations")."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.chat.messages import Message
from bot.domain import outbox
from bot.domain.db import Db, StoreDown
from bot.domain.keys import Keys
from bot.domain.tables import Lane, accounts, contacts
from bot.post.store import Store
from tests.store.bench import LIMIT, Bench, account, met, on, rows, together, write


def names(db: Db) -> list[str]:
    return rows(db, "accounts", "name")


def raising(name: str, error: BaseException) -> Callable[[Db], None]:
    """A work that writes and then raises."""

    def work(db: Db) -> None:
        db.insert(accounts, {"name": name})
        raise error

    return work


def orphan(db: Db) -> None:
    """A contact of an account and a person that aren't there."""
    row = {"account_id": 999, "address": b"7", "address_index": b"7", "person_id": 999, "reachable": True}
    db.execute(insert(contacts), row)


def test_what_was_written_is_there_after_a_restart(bench: Bench):
    assert write(bench, account("a")) == [1]
    assert write(bench, names) == [["a"]]


def test_a_result_comes_only_after_its_commit(bench: Bench):
    async def run(store: Store) -> None:
        slow = threading.Event()
        done = store.write(account("a"))
        held = store.write(lambda db: slow.wait(LIMIT))
        await asyncio.sleep(0)  # the two may share a commit, so the first mustn't be answered before the second is over
        both = asyncio.gather(done, held)
        slow.set()
        await both
        async with store.reads.connect() as connection:
            assert (await connection.execute(select(accounts.c.name))).scalars().all() == ["a"]

    on(bench, run)


def test_the_next_work_sees_what_the_last_one_wrote(bench: Bench):
    async def run(store: Store) -> None:
        found = await together(store, account("a"), names, account("b"), names)
        assert found == [1, ["a"], 2, ["a", "b"]]

    on(bench, run)


def account_again(db: Db) -> None:
    db.insert(accounts, {"name": "a"})


def no_such_table(db: Db) -> None:
    db.execute(text("SELECT * FROM nothing_of_that_name"))


BAD: dict[str, Callable[[Db], object]] = {
    "error": raising("bad", ValueError("a handler's mistake")),
    "exit": raising("bad", SystemExit(1)),
    "interrupt": raising("bad", KeyboardInterrupt()),
    "orphan": orphan,
    "twice": account_again,
    "no such table": no_such_table,
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_one_that_raises_leaves_its_neighbours_alone(bench: Bench, bad: Callable[[Db], object]):
    async def run(store: Store) -> None:
        first, failed, last = await together(store, account("a"), bad, account("z"))
        assert isinstance(failed, Exception)
        assert not isinstance(failed, StoreDown)
        assert isinstance(first, int)
        assert await store.write(names) == ["a", "z"]
        assert not isinstance(last, BaseException)

    on(bench, run)
    assert write(bench, names) == [["a", "z"]]


def test_a_broken_rule_of_the_tables_is_told_as_such(bench: Bench):
    async def run(store: Store) -> None:
        with pytest.raises(IntegrityError):
            await store.write(orphan)

    on(bench, run)


def test_what_a_work_caught_inside_itself_is_its_own_affair(bench: Bench):
    def careful(db: Db) -> str:
        db.insert(accounts, {"name": "a"})
        try:
            with db.connection.begin_nested():  # PostgreSQL goes on after an error only from a savepoint
                db.insert(accounts, {"name": "a"})
        except IntegrityError:
            return "there already"
        return "new"

    assert write(bench, careful, names) == ["there already", ["a"]]


def test_read_then_write_never_meets_another_writer(bench: Bench):
    def next_name(db: Db) -> None:
        db.insert(accounts, {"name": f"n{len(names(db))}"})

    async def run(store: Store) -> None:
        await asyncio.gather(*(store.write(next_name, alone=i % 3 == 0) for i in range(200)))
        assert await store.write(names) == [f"n{i}" for i in range(200)]

    on(bench, run)


def test_reads_can_not_write(bench: Bench):
    async def run(store: Store) -> None:
        async with store.reads.connect() as connection:
            with pytest.raises(DBAPIError):
                await connection.execute(insert(accounts), {"name": "a"})
            await connection.rollback()
        assert await store.write(names) == []

    on(bench, run)


def test_the_stations_can_be_measured_beside_the_work(bench: Bench):
    async def run(store: Store) -> None:
        async with asyncio.timeout(LIMIT), store.reads.connect() as connection:
            waiting = store.write(lambda db: outbox.put(db, met(db), Message(("a",)), "i1.0"))
            await waiting
            found = await connection.run_sync(lambda reads: outbox.depth(Db(reads, keys, bench.clock.now())))
        assert [(lane, count) for lane, count, _ in found] == [(Lane.REPLY, 1)]

    keys = Keys(bench.folder / "other keys")
    on(bench, run)
    keys.close()


def test_one_that_wants_to_be_alone_shares_its_commit_with_nobody(bench: Bench):
    async def run(store: Store) -> None:
        go = threading.Event()
        first = store.write(lambda db: go.wait(LIMIT), alone=True)
        waiting = [store.write(account(f"a{i}")) for i in range(2)]
        waiting += [store.write(account("alone"), alone=True)]
        waiting += [store.write(account(f"b{i}")) for i in range(2)]
        go.set()
        await asyncio.gather(first, *waiting)
        assert await store.write(names) == ["a0", "a1", "alone", "b0", "b1"]
        alone = bench.commits[1:-1]
        assert sum(alone) == 5
        assert 1 in alone
        assert max(alone) <= 2

    on(bench, run)


def test_while_nothing_can_be_kept_the_store_says_so_and_then_goes_on(bench: Bench):
    def much(db: Db) -> None:
        for i in range(300):
            met(db, address=f"much-{i}")

    async def run(store: Store) -> None:
        await store.write(account("before"))
        with bench.fails():
            assert all(isinstance(e, StoreDown) for e in await together(store, much, much))
            with pytest.raises(StoreDown):
                await store.write(much)
        assert await store.write(names) == ["before"]
        await store.write(much)
        assert await store.write(lambda db: len(rows(db, "contacts", "id"))) == 300

    on(bench, run)


def test_how_long_the_present_work_takes_is_known_from_outside(bench: Bench):
    async def run(store: Store) -> None:
        assert store.busy_for() == 0.0
        inside, go = threading.Event(), threading.Event()

        def slow(db: Db) -> None:
            inside.set()
            go.wait(LIMIT)

        def look() -> tuple[float, float]:
            inside.wait(LIMIT)
            seen = store.busy_for()
            time.sleep(0.001)
            later = store.busy_for()
            go.set()
            return seen, later

        watched = asyncio.create_task(asyncio.to_thread(look))  # as the watchdog does, whatever holds the loop
        await store.write(slow)
        seen, later = await watched
        assert later > seen
        assert store.busy_for() == 0.0

    on(bench, run)


def test_closing_does_what_is_waiting_and_refuses_what_comes_after(bench: Bench):
    async def run() -> None:
        async with asyncio.timeout(LIMIT):
            async with bench.open() as store:
                late = [store.write(account(f"a{i}")) for i in range(100)]
            assert await asyncio.gather(*late) == list(range(1, 101))
            with pytest.raises(StoreDown):
                await store.write(account("too late"))

    asyncio.run(run())
    assert len(write(bench, names)[0]) == 100
