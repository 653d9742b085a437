"""DATA SAYA: everything that is kept of a person, found by the tables themselves, for the files that tell it
(`bot.files.mydata`).

A table's rows are hers where its column ``person_id``, ``owner_id`` or ``about_id`` names her, or where they hang on
such a row. So a new table is in the file from its first day; a test fills every table and looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, false, func, or_, select

from bot.chat.reading.identifiers import masked
from bot.domain import audit, jobs, places
from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.tables import metadata, people

SCHEMA = "pendamping/data-saya/1"
WORK = "bot.files.mydata:files"
READY = "mydata_ready"
"""The happening that brings the files."""
_HERS = ("person_id", "owner_id", "about_id")
_DONE = ("actor_id",)
"""Columns that name a person without a reference, so that they outlive her."""
COUNTED = ("inbox", "outbox", "tickets")
"""What DATA SAYA counts in the chat."""
_SIXTEEN = re.compile(r"(?<![0-9])[0-9]{16}(?![0-9])")


def ask(
    db: Db, person: int, *, language: str, zone: str, office: str, full: bool, words: Mapping[str, Mapping[str, Any]]
) -> None:
    """Have the files made; they come to her as the happening `READY`. `full`: with her NIK unmasked.

    `words` are the names of a business's facts ("label") and of the codes kept of each, as JSON of their `Text`.
    """
    businesses = metadata.tables["businesses"]
    codes = db.execute(select(businesses.c.village).where(businesses.c.owner_id == person)).scalars()
    words = {**words, "village": {code: places.name(db, code) for code in codes}}
    args = {"language": language, "zone": zone, "office": office, "full": full, "words": words}
    jobs.put(db, WORK, args, person=person, then=READY)


# What is kept


def gather(db: Db, person: int, **args: Any) -> dict[str, Any]:
    """Everything kept of a person, opened: what `bot.files.mydata.files` is given. For a connection that only reads."""
    seen = audit.noted(db, person=person, limit=10_000) if named(db, [person]) else []
    named(db, {row.actor for row in seen if row.actor})
    held = {table.name: _rows(db, person, table, where) for table, where in _whose(person, _hers)}
    done = {table.name: _rows(db, person, table, where, own=False) for table, where in _whose(person, _by_her)}
    data = {
        "schema": SCHEMA,
        "made_at": db.now.isoformat(),
        "office": args["office"],
        "nik_in_full": args["full"],
        "seen": [
            {"at": row.at.isoformat(), "who": _who(db, person, row.actor), "action": row.action, "object": row.object,
             "reason": row.reason}
            for row in seen
        ],
        "held": held,
        "done": {name: rows for name, rows in done.items() if rows},
    }  # fmt: skip
    return {**args, "data": data if args["full"] else masked_all(data)}


def named(db: Db, some: Iterable[int]) -> bool:
    """Remember the names of people's keys, which a reading connection can't ask for by a prepared statement."""
    found = db.execute(select(people.c.id, people.c.key_id).where(people.c.id.in_(list(some)))).all()
    db.keys.names.update({row.id: row.key_id for row in found})
    return bool(found)


def tables_of(hers: bool = True) -> set[str]:
    """The tables that hold rows of a person, or (not `hers`) rows that say what she did with those of others."""
    return {table.name for table, _ in _whose(0, _hers if hers else _by_her)}


def counts(db: Db, person: int) -> dict[str, int]:
    """How many rows of a person there are in each table."""
    return {
        table.name: db.execute(select(func.count()).select_from(table).where(where)).scalar_one()
        for table, where in _whose(person, _hers)
        if table.name in COUNTED
    }


def _whose(
    person: int, find: Callable[[Table, int], ColumnElement[bool] | None]
) -> list[tuple[Table, ColumnElement[bool]]]:
    found = ((table, find(table, person)) for table in metadata.sorted_tables)
    return [(table, where) for table, where in found if where is not None]


def _hers(table: Table, person: int) -> ColumnElement[bool] | None:
    """Which rows of a table are hers; None where there can't be any."""
    if table is people:
        return people.c.id == person
    if named := [table.c[name] == person for name in _HERS if name in table.c]:
        return or_(*named)
    hanging = [part for part in map(partial(_hangs, person=person), table.foreign_key_constraints) if part is not None]
    return or_(false(), *hanging) if hanging else None


def _hangs(constraint: Any, person: int) -> ColumnElement[bool] | None:
    """Which rows hang on rows of hers by this reference (of one column, not itself a person)."""
    elements = list(constraint.elements)
    table: Table = elements[0].column.table
    if len(elements) != 1 or _is_person(elements[0].column) or (hers := _hers(table, person)) is None:
        return None
    return elements[0].parent.in_(select(elements[0].column).where(hers))


def _is_person(column: Any) -> bool:
    """Whether a column holds the number of a person."""
    return column is people.c.id or column.name in _HERS


def _by_her(table: Table, person: int) -> ColumnElement[bool] | None:
    """Which rows say that she did something, as an officer: decided, looked, joined."""
    doing = [
        column
        for column in table.c
        if column.name not in _HERS
        and (column.name in _DONE or any(_is_person(key.column) for key in column.foreign_keys))
    ]
    return or_(*(column == person for column in doing)) if doing else None


def _rows(db: Db, person: int, table: Table, where: ColumnElement[bool], *, own: bool = True) -> list[dict[str, Any]]:
    key = list(table.primary_key.columns)
    found = db.execute(select(table).where(where).order_by(*key)).mappings()
    return [_row(db, person, table, row, own=own) for row in found]


def _row(db: Db, person: int, table: Table, row: Mapping[Any, Any], *, own: bool) -> dict[str, Any]:
    """A row in plain values, without bytes that her key doesn't open: what is looked up by, other people's words."""
    shown: dict[str, Any] = {}
    for column in table.c:
        value = row[column]
        if column.name.endswith("_index"):
            continue
        if isinstance(value, bytes):
            if not own:
                continue
            try:
                value = db.open(person, f"{table.name}.{column.name}", value)
            except (NoKey, ValueError):
                continue
        shown[column.name] = value.isoformat() if isinstance(value, date | datetime) else value
    return shown


def _who(db: Db, person: int, actor: int | None) -> str:
    """Who did something: an officer's name, "self", or "system"."""
    if actor is None or actor == person:
        return "system" if actor is None else "self"
    officers = metadata.tables["officers"]
    name = db.execute(select(officers.c.name).where(officers.c.person_id == actor)).scalar()
    return str(db.open(actor, "officers.name", name)) if name else f"officer {actor}"


def masked_all(value: Any) -> Any:
    """The same without what may be a NIK, wherever it stands."""
    if isinstance(value, str):
        return _SIXTEEN.sub(lambda found: masked(found[0]), value)
    if isinstance(value, dict):
        return {key: masked_all(one) for key, one in cast(dict[str, Any], value).items()}
    return [masked_all(one) for one in cast(list[Any], value)] if isinstance(value, list) else value
