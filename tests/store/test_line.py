"""On PostgreSQL: what nobody waits for is held back, is there when something is asked, and fails its own work only."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, func, insert, select, text, update

from bot.domain.db import Db
from bot.domain.line import Line
from bot.domain.prepared import Prepared
from bot.domain.tables import accounts
from bot.post.postgres import PostgresStore
from bot.post.store import Store
from tests.store.bench import PostgresBench, on, outcome, rows


def names(db: Db) -> list[str]:
    return rows(db, "accounts", "name")


PUT = Prepared(insert(accounts).returning(accounts.c.id), "name")
RENAME = Prepared(update(accounts).where(accounts.c.name == bindparam("before")).values(name=bindparam("after")))
COUNT = Prepared(select(func.count().label("n")).select_from(accounts).where(accounts.c.name.like(bindparam("like"))))


BY_ID = Prepared(select(accounts.c.id.label("numbered")).where(accounts.c.id == bindparam("id")))


class Counting(PostgresBench):
    """Counts how often its works go to the server and back."""

    trips = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[PostgresStore]:
        before = Line.send

        async def send(line: Line, asked: Any) -> Any:
            self.trips += 1
            return await before(line, asked)

        Line.send = send  # pyright: ignore[reportAttributeAccessIssue]
        try:
            async with super().open() as store:
                yield store
        finally:
            Line.send = before


@pytest.mark.parametrize("asks", [False, True])
def test_a_row_that_should_be_new_and_is_there_has_its_work_done_again(postgres: PostgresBench, asks: bool):
    """Whether it is told at the COMMIT or by what is asked next."""
    tries: list[bool] = []

    def work(db: Db) -> None:
        tries.append(db.again)
        if not db.again:
            PUT.new(db, name="a")
        PUT.later(db, name="b")
        if asks:
            COUNT.scalar(db, like="%")

    async def run(store: Store) -> None:
        await store.turn(lambda db: PUT.new(db, name="a"))
        await store.turn(work)
        assert tries == [False, True]
        assert sorted(await store.turn(names)) == ["a", "b"]

    on(postgres, run)


def test_what_nobody_waits_for_goes_with_the_next_question_or_the_commit(postgres: PostgresBench):
    def work(db: Db) -> int:
        for name in ("a", "b"):
            PUT.later(db, name=name)
        RENAME.later(db, before="b", after="a'")
        seen = COUNT.scalar(db, like="a%")  # and is there when something is asked
        PUT.later(db, name="c")
        return seen

    async def run(store: Store) -> None:
        counting.trips = 0
        assert await store.turn(work) == 2
        assert counting.trips == 2
        assert sorted(await store.write(names)) == ["a", "a'", "c"]
        counting.trips = 0
        await store.turn(lambda db: None)
        assert counting.trips == 0

    counting = Counting(postgres.server, postgres.url, postgres.folder)
    on(counting, run)


@pytest.mark.parametrize("how", ["turn", "alone", "group"])
def test_what_is_wrong_with_it_is_its_works_failure_and_no_others(postgres: PostgresBench, how: str):
    def twice(db: Db) -> str:
        for _ in range(2):
            PUT.later(db, name="twice")
        return "as if"

    async def run(store: Store) -> None:
        found = await outcome(store, twice, how)
        assert isinstance(found, psycopg.errors.UniqueViolation)
        assert await store.write(names) == (["a", "b"] if how == "group" else [])
        assert await store.turn(lambda db: COUNT.scalar(db, like="%")) == (2 if how == "group" else 0)

    on(postgres, run)


def test_what_is_undone_is_not_sent_and_what_was_before_it_stays(postgres: PostgresBench):
    def work(db: Db) -> None:
        PUT.later(db, name="before")
        db.mark()
        PUT.later(db, name="by a flow")
        assert db.wrote()
        PUT.later(db, name="by a flow")  # which is wrong, and nobody hears of it
        db.undo()
        PUT.later(db, name="after")

    def over(db: Db) -> None:
        PUT.later(db, name="nothing of this")
        COUNT.scalar(db, like="%")
        PUT.later(db, name="nor this")
        db.start_over()
        PUT.later(db, name="but this")

    async def run(store: Store) -> None:
        await store.turn(work)
        await store.turn(over)
        assert sorted(await store.write(names)) == ["after", "before", "but this"]

    on(postgres, run)


def test_every_way_of_asking_sees_what_was_held_back(postgres: PostgresBench):
    def work(db: Db) -> list[Any]:
        PUT.later(db, name="a")
        by_core = db.execute(select(func.count()).select_from(accounts)).scalar()
        PUT.later(db, name="b")
        by_orm = db.session.execute(select(func.count()).select_from(accounts)).scalar()
        PUT.later(db, name="c")
        by_text = db.connection.exec_driver_sql("SELECT count(*) FROM accounts").scalar()
        return [by_core, by_orm, by_text]

    async def run(store: Store) -> None:
        assert await store.turn(work) == [1, 2, 3]

    on(postgres, run)


def test_a_value_that_can_not_be_sent_is_its_works_failure(postgres: PostgresBench):
    async def run(store: Store) -> None:
        with pytest.raises(psycopg.ProgrammingError):
            await store.turn(lambda db: PUT.later(db, name=object()))
        await store.turn(lambda db: PUT.later(db, name="a"))
        assert await store.write(names) == ["a"]

    on(postgres, run)


def test_a_statement_is_prepared_once_however_large_its_numbers_are(postgres: PostgresBench):
    def prepared(db: Db) -> list[str]:
        for number in (1, 40_000, 3_000_000_000):
            BY_ID.first(db, id=number)
        found = db.execute(text("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%numbered%'"))
        return [row.name for row in found]

    async def run(store: Store) -> None:
        assert len(await store.turn(prepared)) == 1

    on(postgres, run)
