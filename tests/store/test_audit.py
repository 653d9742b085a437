"""The audit: only ever added to, sealed in a chain over what is committed, and no single change to it stays unseen."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from bot.domain import audit
from bot.domain.audit import Head, Verified
from bot.domain.db import Db, StoreDown
from bot.domain.engine import looking
from bot.domain.keys import Keys
from bot.domain.postgres import writing
from tests.office import MONDAY
from tests.store.bench import Bench, PostgresBench, SqliteBench, met, rows, write

TRIGGERS = ("audit_no_update", "audit_no_delete", "audit_seals_no_update", "audit_seals_no_delete")


def looks(db: Db, count: int) -> None:
    """Officer 1 looks at somebody so many times."""
    for i in range(count):
        db.now += timedelta(seconds=1)
        audit.note(db, 1, "seen", i % 7, f"owner:{i}")


def chain(bench: Bench, *batches: int) -> list[Head]:
    """Rows in so many seals; the ends to be kept outside."""
    ends: list[Head] = []
    for count in batches:

        def work(db: Db, count: int = count, ends: Sequence[Head] = tuple(ends)) -> list[Head] | None:
            looks(db, count)
            return audit.seal(db, ends)

        (found,) = write(bench, work)
        assert found
        ends = found
    return ends


def verified(bench: Bench, ends: Sequence[Head]) -> Verified:
    return write(bench, lambda db: audit.verify(db, ends))[0]


def test_the_database_itself_refuses_to_change_or_delete(bench: Bench):
    ends = chain(bench, 3)
    for statement in ("UPDATE audit SET action = 'x'", "DELETE FROM audit", "DELETE FROM audit_seals"):
        with pytest.raises(DBAPIError, match="only ever added to"):
            write(bench, lambda db, statement=statement: db.execute(text(statement)))
    assert verified(bench, ends) == Verified(3, 0, "")


def test_rows_are_sealed_in_batches_and_the_newest_are_told_apart(bench: Bench):
    ends = chain(bench, 5, 1, 40)
    assert ends == [Head(3, 46, ends[0].digest)]
    assert verified(bench, ends) == Verified(46, 0, "")
    write(bench, lambda db: looks(db, 2))
    assert verified(bench, ends) == Verified(46, 2, "")
    assert write(bench, lambda db: rows(db, "audit_seals", "id", "last_id", "count")) == [
        [(1, 5, 5), (2, 6, 1), (3, 46, 40)]
    ]


def test_a_seal_holds_no_more_than_a_batch(sqlite: SqliteBench):
    write(sqlite, lambda db: looks(db, audit.BATCH + 5))
    (first,) = write(sqlite, lambda db: audit.seal(db, []))
    assert first[0].last == audit.BATCH
    (second,) = write(sqlite, lambda db: audit.seal(db, first))
    assert verified(sqlite, second) == Verified(audit.BATCH + 5, 0, "")
    assert write(sqlite, lambda db: audit.seal(db, second)) == [None]


def test_every_single_edit_or_deletion_is_found(sqlite: SqliteBench):
    """A thousand of them: any column of any row or seal, any row or seal gone, any row slipped in."""
    ends = chain(sqlite, 17, 1, 30, 12)
    chance = random.Random(20261122)
    keys = Keys(sqlite.folder / "keys")
    engine = create_engine(sqlite.url)
    tried: set[str] = set()
    missed: list[str] = []
    with engine.connect() as connection:
        for trigger in TRIGGERS:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.commit()
        while len(tried) < 1000:
            statement, values = tampering(chance)
            with connection.begin() as transaction:
                changed = connection.execute(text(statement), values).rowcount
                assert changed == 1, statement
                found = audit.verify(Db(connection, keys, sqlite.clock.now()), ends)
                transaction.rollback()
            tried.add(f"{statement} {sorted(values.items())}")
            if not found.wrong:
                missed.append(f"{statement} {values}")
        assert audit.verify(Db(connection, keys, sqlite.clock.now()), ends).wrong == ""
    engine.dispose()
    keys.close()
    assert missed == []


def tampering(chance: random.Random) -> tuple[str, dict[str, Any]]:
    """A statement that changes or deletes one row or seal, or adds a row among those that are sealed."""
    row, end, other = chance.randint(1, 60), chance.randint(1, 4), chance.randint(100, 10**9)
    day = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} 01:02:03.{chance.randint(0, 999999):06}"
    noise = chance.randbytes(chance.randint(1, 40))
    of_rows: dict[str, Sequence[Any]] = {
        "id": (other, -other), "at": (day, "", "yesterday", other), "actor_id": (other, None),
        "action": ("", "sеen", "unmasked", noise), "person_id": (other, None), "object": ("", f"owner:{other}", noise),
        "detail": (noise, b"", "x"),
    }  # fmt: skip
    of_seals: dict[str, Sequence[Any]] = {
        "id": (other, -other), "last_id": (other, 0, -1), "count": (other, 0), "marks": (noise, b"", noise * 16),
        "digest": (noise, chance.randbytes(32), b""), "at": (day, "", other),
    }  # fmt: skip
    match chance.randint(0, 9):
        case 0:
            return "DELETE FROM audit WHERE id = :id", {"id": row}
        case 1:
            return "DELETE FROM audit_seals WHERE id = :id", {"id": end}
        case 2:
            slipped = "INSERT INTO audit (id, at, actor_id, action, object) VALUES (:id, :at, 1, 'seen', '')"
            return slipped, {"id": -chance.randint(0, 10**6), "at": day}
        case 3 | 4:
            column = chance.choice(list(of_seals))
            value = chance.choice(of_seals[column])
            return f"UPDATE audit_seals SET {column} = :new WHERE id = :id", {"new": value, "id": end}
        case _:
            column = chance.choice(list(of_rows))
            return f"UPDATE audit SET {column} = :new WHERE id = :id", {
                "new": chance.choice(of_rows[column]),
                "id": row,
            }


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE audit SET person_id = 99 WHERE id = 7", "row 7 was edited"),
        ("DELETE FROM audit WHERE id IN (6, 9)", "row 6 was removed"),
        ("UPDATE audit SET id = 1000 WHERE id = 4", "row 4 was removed"),
        ("INSERT INTO audit (id, at, action, object) VALUES (0, '2026-01-01', 'seen', '')", "row 0 was added"),
        ("DELETE FROM audit_seals WHERE id = 2", "seal 2 was removed"),
        ("UPDATE audit_seals SET digest = x'00' WHERE id = 2", "seal 2 was edited, or the one before it exchanged"),
        ("DELETE FROM audit_seals WHERE id = 3", "the end was cut off: seal 3, up to row 12, isn't there"),
    ],
)
def test_the_first_change_is_named(sqlite: SqliteBench, statement: str, wrong: str):
    ends = chain(sqlite, 5, 5, 2)
    tamper(sqlite, statement)
    assert verified(sqlite, ends).wrong == wrong


def tamper(bench: Bench, *statements: str) -> None:
    """What somebody does who has the database, but not the keys."""

    def work(db: Db) -> None:
        for trigger in TRIGGERS:
            db.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for statement in statements:
            db.execute(text(statement))

    write(bench, work)


def test_cutting_off_the_end_is_seen_also_after_new_rows_were_sealed(sqlite: SqliteBench):
    ends = chain(sqlite, 5, 5)
    tamper(sqlite, "DELETE FROM audit WHERE id > 5", "DELETE FROM audit_seals WHERE id > 1")
    assert "the end was cut off" in verified(sqlite, ends).wrong
    (kept,) = write(sqlite, lambda db: (looks(db, 3), audit.seal(db, ends))[1])
    assert [head.seal for head in kept] == [2, 2]
    assert "the end was cut off: seal 2, up to row 10" in verified(sqlite, kept).wrong
    assert verified(sqlite, kept[1:]).wrong == ""


def test_without_what_is_kept_outside_the_end_proves_nothing(sqlite: SqliteBench):
    chain(sqlite, 5)
    assert "audit.head beside the keys is missing" in verified(sqlite, []).wrong


def test_the_end_is_kept_in_a_file_beside_the_keys(tmp_path: Path):
    ends = [Head(1, 5, "ab"), Head(2, 6, "cd")]
    assert audit.heads(tmp_path) == []
    audit.keep(tmp_path, ends)
    assert audit.heads(tmp_path) == ends
    assert [path.name for path in tmp_path.iterdir()] == ["audit.head"]


def test_a_row_that_is_committed_late_does_not_fall_behind_a_seal(postgres: PostgresBench):
    """PostgreSQL gives row 4 to a transaction that is still open when row 5 is committed."""
    ends = chain(postgres, 3)
    late = writing(postgres.url)
    keys = Keys(postgres.folder / "keys")
    with late.connect() as connection:
        looks(Db(connection, keys, postgres.clock.now()), 1)  # row 4, uncommitted
        write(postgres, lambda db: looks(db, 1))  # row 5
        assert write(postgres, lambda db: rows(db, "audit", "id"))[0] == [1, 2, 3, 5]
        with pytest.raises(StoreDown, match="lock timeout"):
            write(postgres, lambda db: audit.seal(db, ends))
        connection.commit()
    late.dispose()
    keys.close()
    (ends,) = write(postgres, lambda db: audit.seal(db, ends))
    assert ends[0].last == 5
    assert verified(postgres, ends) == Verified(5, 0, "")


def test_nobody_gets_a_number_while_rows_are_being_sealed(postgres: PostgresBench):
    """The seal's lock: a writer waits for it, and what he writes falls behind the last row of the seal."""
    late, keys = writing(postgres.url, lock_timeout="200ms"), Keys(postgres.folder / "keys")

    def work(db: Db) -> list[Head] | None:
        ends = audit.seal(db, [])
        with late.connect() as connection, pytest.raises(DBAPIError, match="lock timeout"):
            looks(Db(connection, keys, postgres.clock.now()), 1)
        return ends

    write(postgres, lambda db: looks(db, 2))
    (ends,) = write(postgres, work)
    late.dispose()
    keys.close()
    assert verified(postgres, ends) == Verified(2, 0, "")


def test_a_reason_is_sealed_with_the_key_of_the_person_it_is_about(sqlite: SqliteBench):
    def work(db: Db) -> str:
        siti = met(db)
        audit.note(db, None, "unmasked", siti.person, "owner:phone", "diminta bu Siti sendiri")
        audit.note(db, None, "invited", None, "officer", "alasan kantor")
        found = audit.noted(db, person=siti.person)
        assert [(row.action, row.object, row.reason) for row in found] == [
            ("unmasked", "owner:phone", "diminta bu Siti sendiri")
        ]
        return db.key_of(siti.person)

    (key,) = write(sqlite, work)
    assert b"bu Siti" not in sqlite.bytes()
    sqlite.forget_key(key)
    assert write(sqlite, lambda db: [row.reason for row in audit.noted(db)]) == [[None, "alasan kantor"]]


def test_what_is_shown_can_be_narrowed(sqlite: SqliteBench):
    def work(db: Db) -> None:
        looks(db, 10)
        audit.note(db, 2, "unmasked", 3, "owner:phone")
        assert [r.id for r in audit.noted(db, person=3)] == [4, 11]
        assert [r.id for r in audit.noted(db, actor=2)] == [11]
        assert [r.id for r in audit.noted(db, since=db.now)] == [10, 11]
        assert [r.id for r in audit.noted(db, until=db.now, after=7)] == [8, 9]
        assert audit.count(db, 1, "seen", db.now - timedelta(seconds=2)) == 3

    write(sqlite, work)


def test_a_reason_is_read_beside_a_running_desk(sqlite: SqliteBench):
    def work(db: Db) -> None:
        looks(db, 1)
        audit.note(db, 1, "unmasked", met(db, "9").person, "owner:nib", "mencocokkan data")

    write(sqlite, work)
    keys = Keys(sqlite.folder / "keys")
    with closing(keys), looking(sqlite.url) as connection:
        assert audit.noted(Db(connection, keys, MONDAY))[-1].reason == "mencocokkan data"
