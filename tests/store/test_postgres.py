"""What the store promises on PostgreSQL beyond the contract: turns side by side, and no trust in a connection."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import await_

from bot.domain import dated, upgrade
from bot.domain.db import Db, StoreDown
from bot.domain.engine import Locked, Misused, lock
from bot.domain.keys import Keys
from bot.domain.postgres import Held
from bot.domain.tables import accounts
from bot.post.postgres import PostgresStore
from bot.post.store import Store, Work
from tests.office import MONDAY
from tests.store.bench import LIMIT, PostgresBench, account, met, on, outcome, rows, together, write
from tests.store.proxy import Proxy
from tests.store.server import Server


def names(db: Db) -> list[str]:
    return rows(db, "accounts", "name")


def meet(others: asyncio.Barrier) -> None:
    """In the middle of a work, wait until others are there too."""
    await_(asyncio.wait_for(others.wait(), 2.0))


# Turns


def test_turns_run_side_by_side(postgres: PostgresBench):
    async def run(store: Store) -> None:
        meeting = asyncio.Barrier(4)
        await asyncio.gather(*(store.turn(lambda db: meet(meeting)) for _ in range(4)))

    on(postgres, run)


def test_a_turn_that_raises_is_undone_alone(postgres: PostgresBench):
    def bad(db: Db) -> None:
        db.insert(accounts, {"name": "bad"})
        raise ValueError("a handler's mistake")

    async def run(store: Store) -> None:
        found = await asyncio.gather(
            store.turn(account("a")), store.turn(bad), store.turn(account("b")), return_exceptions=True
        )
        assert isinstance(found[1], ValueError)
        assert sorted(await store.write(names)) == ["a", "b"]

    on(postgres, run)


@pytest.mark.parametrize("how", ["turn", "alone", "group"])
def test_a_statement_that_failed_unseen_fails_its_work_and_no_other(postgres: PostgresBench, how: str):
    """SQLite undoes one statement, PostgreSQL everything since the last savepoint: going on would keep a half."""

    def careless(db: Db) -> None:
        db.insert(accounts, {"name": "half"})
        with suppress(SQLAlchemyError):
            db.execute(text("SELECT * FROM nothing_of_that_name"))

    async def run(store: Store) -> None:
        found = await outcome(store, careless, how)
        assert isinstance(found, RuntimeError)
        assert "savepoint" in str(found)
        assert await store.write(names) == (["a", "b"] if how == "group" else [])

    on(postgres, run)


def test_what_is_remembered_is_forgotten_on_every_connection_when_it_changes(postgres: PostgresBench):
    def rule(db: Db) -> Any:
        meet(meeting)  # so that each is done on another connection
        return dated.rule(db, "a.rule", MONDAY.date()).value

    async def everywhere(store: Store) -> list[Any]:
        return await asyncio.gather(*(store.turn(rule) for _ in range(4)))

    async def run(store: Store) -> None:
        await store.write(lambda db: dated.put(db, "a.rule", MONDAY.date(), 1, "a letter"))
        assert await everywhere(store) == [1, 1, 1, 1]
        await store.turn(lambda db: dated.put(db, "a.rule", MONDAY.date(), 2, "another letter"))
        assert await everywhere(store) == [2, 2, 2, 2]

    meeting = asyncio.Barrier(4)
    on(postgres, run)


def test_a_server_that_takes_long_is_no_stuck_turn(postgres: PostgresBench):
    async def run(store: Store) -> None:
        with psycopg.connect(postgres.url) as other:
            other.execute("SELECT pg_advisory_xact_lock(7)")
            waiting = store.turn(lambda db: db.execute(text("SELECT pg_advisory_xact_lock(7)")) and None)
            stuck = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'"
            while not await asyncio.to_thread(postgres.server.do, stuck):
                pass
            before = store.busy_for()
            await asyncio.sleep(0.01)
            assert store.busy_for() == before > 0.0  # it is the server that is at work
        await waiting
        assert store.busy_for() == 0.0

    on(postgres, run)


def test_the_turns_of_one_person_are_done_in_the_order_they_are_given(postgres: PostgresBench):
    """The others don't wait for them."""

    async def run(store: Store) -> None:
        gate = asyncio.Event()

        def first(db: Db) -> None:
            await_(asyncio.wait_for(gate.wait(), 2.0))
            db.insert(accounts, {"name": "first"})

        hers = [store.turn(first, 7), *(store.turn(account(name), 7) for name in ("second", "third"))]
        await store.turn(account("another's"), 8)
        gate.set()
        await asyncio.gather(*hers)
        assert await store.write(names) == ["another's", "first", "second", "third"]

    on(postgres, run)


def test_a_work_that_ends_the_transaction_in_its_own_words_is_refused(postgres: PostgresBench):
    async def run(store: Store) -> None:
        for words in ("COMMIT", "ROLLBACK"):
            with pytest.raises(Misused):
                await store.turn(lambda db, words=words: db.execute(text(words)) and None)
        await store.turn(account("a"))
        assert await store.write(names) == ["a"]

    on(postgres, run)


# The connection


def test_connections_that_are_lost_are_opened_again_and_nobody_notices(postgres: PostgresBench):
    async def run(store: Store) -> None:
        await asyncio.gather(*(store.turn(names) for _ in range(8)), store.write(account("a")))
        postgres.server.send_away("store")
        await asyncio.gather(*(store.turn(names) for _ in range(8)))
        assert await together(store, account("b"), account("c")) == [2, 3]
        assert await store.write(names) == ["a", "b", "c"]

    on(postgres, run)


def test_a_connection_that_is_lost_in_the_middle_of_a_work_is_no_failure_of_it(postgres: PostgresBench):
    ran: list[str] = []

    def cut(db: Db, name: str) -> None:
        db.insert(accounts, {"name": name})
        ran.append(name)
        if ran.count(name) == 1:
            postgres.server.send_away("store", but="query LIKE 'SELECT 1'")
        db.execute(select(accounts))

    async def run(store: Store) -> None:
        await store.turn(lambda db: cut(db, "turn"))
        await store.write(lambda db: cut(db, "alone"), alone=True)
        await store.write(lambda db: cut(db, "grouped"))
        assert await store.write(names) == ["turn", "alone", "grouped"]

    on(postgres, run)
    assert ran == ["turn", "turn", "alone", "alone", "grouped", "grouped"]


def test_a_work_that_costs_the_connection_again_and_again_is_put_off(postgres: PostgresBench):
    def deadly(db: Db) -> None:
        db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def run(store: Store) -> None:
        with pytest.raises(StoreDown, match="twice"):
            await store.turn(deadly)
        first, found, last = await together(store, account("a"), deadly, account("b"))
        assert isinstance(found, StoreDown)
        assert not isinstance(first, BaseException)
        assert not isinstance(last, BaseException)
        assert await store.write(names) == ["a", "b"]

    on(postgres, run)


@pytest.mark.parametrize("arrives", [True, False])
def test_a_commit_whose_answer_is_lost_is_looked_up(postgres: PostgresBench, arrives: bool):
    """It may have been kept or not: doing it again, or saying that it wasn't kept, would be wrong in one of them."""
    done: list[int] = []

    def once(db: Db) -> int:
        done.append(db.insert(accounts, {"name": f"run {len(done)}"}))
        return done[-1]

    async def run() -> None:
        with Proxy(postgres.server.folder) as proxy:
            through = PostgresBench(postgres.server, proxy.url("store"), postgres.folder)
            async with asyncio.timeout(LIMIT), through.open() as store:
                await store.write(names)
                proxy.cut_at(b"COMMIT", arrives=arrives)
                assert await store.write(once) == done[-1]
                assert await store.write(names) == [f"run {len(done) - 1}"]
                assert len(done) == (1 if arrives else 2)
                proxy.cut_at(b"COMMIT", arrives=arrives)
                await store.turn(lambda db: db.execute(db.insert_new(accounts), {"name": "turn"}).rowcount)
                assert (await store.write(names))[1:] == ["turn"]

    asyncio.run(run())


def test_what_was_acknowledged_is_there_after_the_server_was_killed(tmp_path: Any):
    """All its processes at once, in the middle of work; the store goes on by itself when the server is back."""
    server = Server()
    try:
        with server.database() as url:
            upgrade.upgrade(url, MONDAY)
            bench, kept = PostgresBench(server, url, tmp_path), set[str]()

            async def keep(name: str, do: Callable[[Work[int]], Awaitable[int]]) -> None:
                while True:
                    try:
                        await do(lambda db: db.execute(db.insert_new(accounts), {"name": name}).rowcount)
                    except StoreDown:
                        await asyncio.sleep(0.05)
                    else:
                        kept.add(name)
                        return

            async def run(store: Store) -> None:
                async with asyncio.TaskGroup() as tasks:
                    for i in range(600):
                        tasks.create_task(keep(f"n{i}", store.turn if i % 2 else store.write))
                        if i in (200, 400):
                            await asyncio.sleep(0.02)
                            server.kill()
                            server.start()
                assert set(await store.write(names)) == kept == {f"n{i}" for i in range(600)}

            on(bench, run)
    finally:
        server.stop()


# One process


def test_a_second_process_is_refused(postgres: PostgresBench):
    async def run(store: Store) -> None:
        with pytest.raises(Locked, match=r"store is open in another process"):
            lock(postgres.url)
        code = "import sys; from bot.domain.engine import lock; lock(sys.argv[1])"
        other = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", code, postgres.url], capture_output=True, timeout=LIMIT
        )
        assert b"Locked" in other.stderr

    on(postgres, run)
    lock(postgres.url).close()


def test_a_process_that_lost_the_lock_to_another_writes_no_more(postgres: PostgresBench):
    async def run() -> None:
        keys = Keys(postgres.folder / "keys")
        held = Held(postgres.url)
        store = PostgresStore(postgres.url, keys, postgres.clock, held=held)
        await store.write(account("a"))
        postgres.server.send_away("store")
        with closing(lock(postgres.url)):
            await asyncio.sleep(1.1)  # it is looked at once a second
            with pytest.raises(StoreDown, match="open in another process"):
                await store.write(account("b"))
        await asyncio.sleep(1.1)
        await store.write(account("c"))
        assert await store.write(names) == ["a", "c"]
        await store.close()
        keys.close()

    asyncio.run(run())


def test_a_database_that_is_not_there_is_told_in_a_sentence(server: Server):
    with pytest.raises(StoreDown, match='database "nowhere" does not exist'):
        lock(server.url("nowhere"))


def test_the_settings_that_make_the_promises_hold_are_in_force(postgres: PostgresBench):
    postgres.server.do("ALTER DATABASE store SET synchronous_commit = off")  # as somebody in a hurry may have done
    try:

        async def run(store: Store) -> None:
            def look(db: Db) -> tuple[Any, ...]:
                asked = ("synchronous_commit", "transaction_isolation", "timezone")
                return tuple(db.execute(text(f"SHOW {name}")).scalar() for name in asked)

            assert await store.turn(look) == ("on", "serializable", "UTC")
            assert await store.write(look, alone=True) == ("on", "serializable", "UTC")
            assert await store.write(look) == ("on", "repeatable read", "UTC")

        on(postgres, run)
    finally:
        postgres.server.do("ALTER DATABASE store RESET synchronous_commit")


def test_works_that_wait_together_share_a_commit(postgres: PostgresBench):
    async def run(store: Store) -> None:
        await together(store, *(account(f"a{i}") for i in range(90)))

    on(postgres, run)
    assert sum(postgres.commits) == 91
    assert len(postgres.commits) <= 5
    assert max(postgres.commits) == 32


def test_a_key_is_durable_before_anybody_commits_what_it_sealed(postgres: PostgresBench):
    """The key of one turn is made while another turn's commit of keys fails: it isn't lost with that one."""

    class Full(Keys):
        fails = 0

        def commit(self) -> None:
            if self.fails:
                self.fails -= 1
                raise OSError("no space left")
            super().commit()

    async def run() -> None:
        keys = Full(postgres.folder / "keys")
        store = PostgresStore(postgres.url, keys, postgres.clock)
        await store.write(account("telegram:111"))
        meeting = asyncio.Barrier(2)

        def meets(db: Db, address: str) -> None:
            met(db, address)
            with suppress(TimeoutError):
                meet(meeting)

        keys.fails = 1
        found = await asyncio.gather(
            *(store.turn(lambda db, a=a: meets(db, a)) for a in ("1", "2")), return_exceptions=True
        )
        assert sorted(type(f).__name__ for f in found) == ["NoneType", "StoreDown"]
        await store.close()
        keys.close()

    asyncio.run(run())
    (known,) = write(postgres, lambda db: [db.seal(p, "c", "x") for p in rows(db, "people", "id")])
    assert len(known) == 1
