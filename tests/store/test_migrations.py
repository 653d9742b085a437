"""Upgrades: one line of revisions, no data lost on the way from any of them, and a file that is whole in the end."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.domain import export, upgrade
from bot.domain.assess import photos, results
from bot.domain.engine import looking, writing
from bot.domain.tables import metadata
from bot.domain.upgrade import UpgradeFailed
from tests.office import MONDAY
from tests.store.server import Server

REVISIONS = [script.revision for script in ScriptDirectory(upgrade.MIGRATIONS).walk_revisions()][::-1]


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def at(path: Path, revision: str) -> Path:
    """A database of an earlier version, with a row in every table it has."""
    upgrade.upgrade(url(path), MONDAY, to=revision)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA foreign_keys=ON")
        db.execute("BEGIN")
        db.execute("PRAGMA defer_foreign_keys=ON")
        for table in tables(db):
            columns = db.execute(f"PRAGMA table_info({table})").fetchall()
            values = {name: value(kind) for _, name, kind, *_ in columns}
            places = ", ".join("?" * len(values))
            names = ", ".join(f'"{name}"' for name in values)
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(values.values()))
        db.execute("UPDATE regions SET parent = NULL")
        db.execute("COMMIT")
    return path


def value(kind: str) -> Any:
    """Something that fits a column's type; 1 wherever there may be a reference: all rows point at each other."""
    kind = kind.upper()
    if "INT" in kind or kind == "BOOLEAN":
        return 1
    if "DATE" in kind:
        return "2026-11-23 02:00:00.000000"
    return b"\x01sealed" if "BLOB" in kind else "{}"


def tables(db: sqlite3.Connection) -> list[str]:
    found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if name != "alembic_version" and not name.startswith("sqlite_")]


def content(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by column name."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return {table: [dict(row) for row in db.execute(f"SELECT * FROM {table}")] for table in tables(db)}


def test_there_is_one_newest_revision_and_the_start_knows_it():
    assert upgrade.head() == REVISIONS[-1] == upgrade.LATEST


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_any_version_is_upgraded_with_all_its_data(tmp_path: Path, revision: str):
    path = at(tmp_path / "office.db", revision)
    before = content(path)
    copied = upgrade.upgrade(url(path), MONDAY)
    assert (copied is None) == (revision == upgrade.LATEST)
    assert upgrade.current(url(path)) == upgrade.LATEST
    after = content(path)
    assert all(before.values())
    for table, kept in before.items():
        for old, new in zip(kept, after[table], strict=True):
            both = old.keys() & new.keys()
            assert {name: as_bytes(old[name]) for name in both} == {name: as_bytes(new[name]) for name in both}
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert upgrade.upgrade(url(path), MONDAY) is None


def test_a_job_that_waits_over_an_upgrade_finds_its_function(tmp_path: Path):
    path = at(tmp_path / "office.db", "0007")
    names = ("bot.domain.assess.photos:cleaned", "bot.domain.assess.drawing:files", "bot.domain.export:files", "other")
    with closing(sqlite3.connect(path)) as db, db:
        columns = [name for _, name, *_ in db.execute("PRAGMA table_info(jobs)") if name not in ("id", "work")]
        copied = ", ".join(f'"{name}"' for name in columns)
        for name in names:
            db.execute(f"INSERT INTO jobs (work, {copied}) SELECT ?, {copied} FROM jobs WHERE id = 1", (name,))
    upgrade.upgrade(url(path), MONDAY)
    with closing(sqlite3.connect(path)) as db:
        *moved, other = [work for (work,) in db.execute("SELECT work FROM jobs WHERE id > 1 ORDER BY id")]
    assert moved == [photos.WORK, results.WORK, export.WORK]
    assert other == "other"
    for work in moved:
        module, _, function = work.partition(":")
        assert callable(getattr(import_module(module), function))


def as_bytes(value: Any) -> Any:
    """Words are bytes in a column that is sealed since."""
    return value.encode() if isinstance(value, str) else value


def test_what_is_migrated_is_what_the_tables_say(tmp_path: Path):
    upgrade.upgrade(url(tmp_path / "office.db"), MONDAY)
    engine = create_engine(url(tmp_path / "office.db"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_parts_that_the_comparison_does_not_look_at_are_the_same_too(tmp_path: Path):
    """Conditions of partial indexes, AUTOINCREMENT, what a deletion does to those that point at it."""
    upgrade.upgrade(url(tmp_path / "migrated.db"), MONDAY)
    engine = create_engine(url(tmp_path / "made.db"))
    metadata.create_all(engine)
    engine.dispose()

    def shape(name: str) -> dict[str, set[str]]:
        with closing(sqlite3.connect(tmp_path / name)) as db:
            found = db.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
            )
            return {name: {" ".join(part.replace('"', "").split()).strip(" ()") for part in sql.split(",")}
                    for name, sql in found}  # fmt: skip

    assert shape("migrated.db") == shape("made.db")


def test_the_same_holds_on_postgresql(server: Server):
    """Every column, key, condition and index; each of its upgrades is one transaction."""
    shapes: list[list[Any]] = []
    for migrated in (True, False):
        with server.database() as there:
            if migrated:
                upgrade.upgrade(there, MONDAY)
            else:
                metadata.create_all(writing(there))
            name = there.partition("?")[0].rpartition("/")[2]
            shapes.append(server.do(SHAPE, within=name))
            with looking(there) as connection:
                context = MigrationContext.configure(connection, opts={"compare_type": True})
                assert compare_metadata(context, metadata) == []
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) > 100


SHAPE = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid != coalesce(to_regclass('alembic_version'), 0)
    UNION SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename != 'alembic_version' ORDER BY 1, 2
"""


def test_numbers_of_rows_that_are_gone_are_not_given_again(tmp_path: Path):
    path = at(tmp_path / "office.db", "0002")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM outbox")
        db.execute("UPDATE sqlite_sequence SET seq = 99 WHERE name IN ('inbox', 'outbox')")
    upgrade.upgrade(url(path), MONDAY)
    with closing(sqlite3.connect(path)) as db:
        last = dict(db.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    assert (last["inbox"], last["outbox"], last["people"]) == (99, 99, 1)


def test_a_new_file_is_made_and_nothing_copied(tmp_path: Path):
    path = tmp_path / "folder" / "office.db"
    assert upgrade.current(url(path)) is None
    assert upgrade.upgrade(url(path), MONDAY) is None
    assert [p.name for p in path.parent.iterdir()] == ["office.db"]


def older(path: Path) -> Path:
    """A database that says it is of a version before the first: the next upgrade has something to do, and fails."""
    at(path, upgrade.LATEST)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM alembic_version")
    return path


def test_before_an_upgrade_the_old_file_is_copied(tmp_path: Path):
    path = at(tmp_path / "office.db", upgrade.LATEST)
    before = content(path)
    copied = upgrade.upgrade(url(path), MONDAY + timedelta(seconds=5), to=REVISIONS[-1])
    assert copied is not None
    assert copied == tmp_path / f"office.db.{REVISIONS[-1]}.20261123-020005"
    assert content(copied) == before


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(tmp_path: Path):
    path = older(tmp_path / "office.db")
    before = content(path)
    with pytest.raises(UpgradeFailed, match="already exists"):
        upgrade.upgrade(url(path), MONDAY)
    assert content(path) == before
    assert upgrade.current(url(path)) is None


def test_an_upgrade_that_leaves_rows_pointing_nowhere_is_undone(tmp_path: Path):
    path = tmp_path / "office.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE b (a INTEGER REFERENCES a (id))")
        db.execute("INSERT INTO b VALUES (7)")
    with pytest.raises(UpgradeFailed, match="point nowhere"):
        upgrade.upgrade(url(path), MONDAY)
    assert content(path) == {"a": [], "b": [{"a": 7}]}


def test_a_database_of_a_later_version_is_refused(tmp_path: Path):
    path = at(tmp_path / "office.db", upgrade.LATEST)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UpgradeFailed, match="9999"):
        upgrade.upgrade(url(path), MONDAY)
