"""A prepared statement says what the same statement says through SQLAlchemy, and keeps to the transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from bot.domain.db import Db, StoreDown
from bot.domain.prepared import Prepared
from bot.domain.tables import contacts, people
from tests.store.bench import Bench, SqliteBench, met, write

WHERE = people.c.id == bindparam("person")


def test_types_and_names_are_those_of_core(bench: Bench):
    columns = (
        people.c.id,
        people.c.language,
        people.c.met_at.label("since"),
        people.c.opted_out_at,
        contacts.c.reachable,
    )
    query = select(*columns).join(contacts, contacts.c.person_id == people.c.id).where(WHERE)
    optout = update(people).where(WHERE).values(opted_out_at=bindparam("at"))

    def work(db: Db) -> Any:
        met(db)
        at = db.now + timedelta(hours=1, microseconds=5)
        assert Prepared(optout).changed(db, person=1, at=at) == 1
        assert Prepared(optout).changed(db, person=99, at=at) == 0
        (core,) = db.execute(query, {"person": 1}).all()
        (row,) = Prepared(query).all(db, person=1)
        assert tuple(row) == tuple(core)
        assert (row.since, row.opted_out_at, row.reachable) == (core.since, at, True)
        assert Prepared(query).first(db, person=1) == row
        assert Prepared(query).scalar(db, person=1) == 1
        assert Prepared(query).first(db, person=99) is Prepared(query).scalar(db, person=99) is None
        assert Prepared(query).all(db, person=99) == []

    write(bench, work)


def test_a_list_of_values_is_refused(sqlite: SqliteBench):
    some = Prepared(select(people.c.id).where(people.c.id.in_(bindparam("some", expanding=True))))
    with pytest.raises(AssertionError):
        write(sqlite, lambda db: some.all(db, some=[1]))


def test_without_a_transaction_nothing_is_done(sqlite: SqliteBench):
    """SQLite rolls everything back on some errors; a statement after that would commit by itself."""

    def work(db: Db) -> None:
        raw: Any = db.connection.connection.driver_connection
        raw.execute("ROLLBACK")
        Prepared(select(people.c.id)).all(db)

    with pytest.raises(StoreDown):
        write(sqlite, work)
