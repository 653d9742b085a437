"""Carry an installation from one database to another, either kind to either, and lose nothing on the way.

Everything is written in one transaction and read back before it is committed: the same number of rows and the same
checksum in every table, or nothing is kept. The files people sent go to where the other database has them, sealed as
they are. The keys stay where they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from bot.domain import media, upgrade
from bot.domain.engine import lock, looking, named, writing
from bot.domain.keys import HOUSE
from bot.domain.tables import commits, metadata, people

_PIECE = 1000  # rows at a time
CARRIED = [table for table in metadata.sorted_tables if table is not commits]  # those marks are each store's own
FILES = "files"
"""What stands in place of a table's name for the files."""


class CantMove(Exception):
    """Something would be lost, or lie on top of something else; a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that was carried over: its rows, and SHA-256 of all they hold (hexadecimal, its beginning). `FILES` is
    one as well."""

    table: str
    rows: int
    checksum: str


def move(source: str, target: str, keys: Path, now: datetime) -> list[Moved]:
    """Copy every row of the database `source` to the empty database `target`, and the files; both are upgraded first.

    `keys` is the folder with the keys of both. Raises `CantMove`, `Locked`, `StoreDown` and `UpgradeFailed`; then
    nothing is kept in `target`, and `source` is as it was.
    """
    if named(source) == named(target):
        raise CantMove(f"{named(target)} is where everything lies already.")
    with closing(lock(source)), closing(lock(target)):
        if upgrade.current(source) is None:
            raise CantMove(f"There is nothing in {named(source)}.")
        upgrade.upgrade(source, now)
        upgrade.upgrade(target, now)
        here, there = media.folder(source, keys), media.folder(target, keys)
        if here != there and there.exists() and any(there.iterdir()):
            raise CantMove(f"{there} isn't empty: files of another database lie there.")
        engine = writing(target)
        try:
            moved = files(here, there)  # before the rows: no row is kept there whose file isn't
            return [*copy(source, engine, keys), moved]
        except BaseException:
            if here != there:
                shutil.rmtree(there, ignore_errors=True)
            raise
        finally:
            engine.dispose()


def files(here: Path, there: Path) -> Moved:
    """Copy the files of one folder to another, which is empty; between databases that share it, nothing is copied.
    Raises `CantMove` and `OSError`."""
    names = sorted(path.name for path in here.glob("*") if path.is_file() and path.suffix != ".part")
    if here != there and names:
        there.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in names:
            _sync(Path(shutil.copy2(here / name, there / name)))  # with its time, which a sweep compares with
        _sync(there)
    before, after = _hashed(here, names), _hashed(there, names)
    if before != after:
        raise CantMove(f"The files in {here} didn't come to {there} as they were.")
    return Moved(FILES, len(names), after)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _hashed(folder: Path, names: list[str]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name} {hashlib.sha256((folder / name).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def copy(source: str, target: Engine, keys: Path) -> list[Moved]:
    """The rows alone, between two databases of the same revision that nobody else has open. Raises `CantMove`."""
    with looking(source) as reads, target.begin() as writes:
        _check_keys(reads, keys)
        _check_empty(writes)
        moved = [_table(reads, writes, table) for table in CARRIED]
        _counters(reads, writes)
    return moved


def _check_empty(target: Connection) -> None:
    name = named(target.engine.url.render_as_string(hide_password=True))
    for table in CARRIED:
        if target.execute(select(table).limit(1)).first() is not None:
            raise CantMove(f"{name} isn't empty: there are rows in the table {table.name}.")


def _check_keys(source: Connection, keys: Path) -> None:
    """Every person's key must be there: a move is no way to find out too late that one is not."""
    wrapped = keys / "wrapped.db"
    if not wrapped.exists():
        raise CantMove(f"The keys aren't in {keys}: see [database] keys.")
    with closing(sqlite3.connect(f"file:{wrapped}?mode=ro", uri=True)) as db:
        kept = {row[0] for row in db.execute("SELECT id FROM keys")}
    missing = [HOUSE] if HOUSE not in kept else []
    missing += [row.key_id for row in source.execute(select(people.c.key_id)) if row.key_id not in kept]
    if missing:
        raise CantMove(f"{len(missing)} people have no key in {wrapped}: bring it back from the newest backup.")


def _table(source: Connection, target: Connection, table: Table) -> Moved:
    for rows in _pieces(source, table):
        target.execute(insert(table), rows)
    before, after = _sum(source, table), _sum(target, table)
    if before != after:
        raise CantMove(
            f"{before[0]} rows of the table {table.name} were read, and {after[0]} came, or not as they were."
        )
    return Moved(table.name, *after)


def _pieces(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """All rows in the order of their keys (what an outbox row replaces comes before it), some at a time."""
    ordered = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_PIECE)
    for rows in connection.execute(ordered).mappings().partitions():
        yield [dict(row) for row in rows]


def _sum(connection: Connection, table: Table) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for rows in _pieces(connection, table):
        count += len(rows)
        for row in rows:
            digest.update(_written(row).encode())
    return count, digest.hexdigest()[:16]


def _written(row: Mapping[str, Any]) -> str:
    """A row as text, the same from both kinds of database."""

    def plain(value: Any) -> str:
        return value.hex() if isinstance(value, bytes) else value.isoformat()

    return json.dumps(row, sort_keys=True, default=plain) + "\n"


def _counters(source: Connection, target: Connection) -> None:
    """No number is given twice, also not one whose row was tidied away before."""
    for table in CARRIED:
        if "id" not in table.c:
            continue
        last = max(_counted(source, table), source.execute(select(func.max(table.c.id))).scalar() or 0)
        given = {"name": table.name, "last": last}
        if target.dialect.name == "sqlite":
            if table.dialect_options["sqlite"]["autoincrement"]:
                target.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), given)
                target.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), given)
        elif last:
            target.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), given)


def _counted(source: Connection, table: Table) -> int:
    """The last number that was given in a table, as the database remembers it."""
    if source.dialect.name == "sqlite":
        last = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    else:
        last = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)")
    return source.execute(last, {"name": table.name}).scalar() or 0
