"""Instruments in the database: every version that was ever in force, never changed, each from a day on."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.domain.assess.instrument import Instrument, read, shipped
from bot.domain.db import Db
from bot.domain.tables import instruments

CHECK = "naik-kelas"
EXPORT = "ekspor"

_IN_FORCE = (
    select(instruments.c.version)
    .where(instruments.c.code == bindparam("code"), instruments.c.since <= bindparam("day"))
    .order_by(instruments.c.since.desc())
    .limit(1)
)
_OF = select(instruments.c.document).where(
    instruments.c.code == bindparam("code"), instruments.c.version == bindparam("version")
)


def ship(db: Db) -> int:
    """Add the shipped versions that aren't there; what the office has imported stays. How many were new."""
    there = {(code, version) for code, version, _ in listed(db)}
    return sum(_insert(db, one) for one in shipped() if (one.code, one.version) not in there)


def unused(db: Connection) -> list[Instrument]:
    """Shipped versions that `ship` can't add: the database has something else by that version, or from that day on."""
    rows = db.execute(select(instruments.c.code, instruments.c.version, instruments.c.since, instruments.c.document))
    there = rows.all()
    return [
        one
        for one in shipped()
        if any(
            row.version != one.version or row.document != _document(one)
            for row in there
            if row.code == one.code and (row.version == one.version or row.since == one.since)
        )
    ]


def put(db: Db, document: Any) -> Instrument:
    """Add a version. Raises `BadInstrument`, and `ValueError` for a version or a day that is taken by another one."""
    instrument = read(document)
    if _insert(db, instrument):
        db.forget()
        return instrument
    same = db.execute(_OF, {"code": instrument.code, "version": instrument.version}).scalar()
    if same is None:
        raise ValueError(f"since: another version of {instrument.code} is in force from {instrument.since}")
    if _read(json.dumps(same)) != instrument:
        raise ValueError(f"version: {instrument.code} has another version {instrument.version}; give it a new one")
    return instrument


def _insert(db: Db, instrument: Instrument) -> bool:
    row = {
        "code": instrument.code,
        "version": instrument.version,
        "since": instrument.since,
        "document": _document(instrument),
        "put_at": db.now,
    }
    return db.execute(db.insert_new(instruments), row).rowcount == 1


def _document(instrument: Instrument) -> dict[str, Any]:
    return instrument.model_dump(mode="json", exclude_defaults=True)


def in_force(db: Db, code: str, day: date) -> Instrument:
    """What new checks take on a day of the office's calendar. Raises `LookupError` if there is none."""
    version = db.execute(_IN_FORCE, {"code": code, "day": day}).scalar()
    if version is None:
        raise LookupError(f"no instrument {code!r} in force on {day}")
    return of(db, code, version)


def of(db: Db, code: str, version: str) -> Instrument:
    """A version. Raises `LookupError` if there is none."""
    key = f"instrument {code} {version}"
    if (found := db.kept.get(key)) is None:
        document = db.execute(_OF, {"code": code, "version": version}).scalar()
        if document is None:
            raise LookupError(f"no version {version!r} of the instrument {code!r}")
        found = db.kept[key] = _read(json.dumps(document))
    return found


@lru_cache(maxsize=64)
def _read(document: str) -> Instrument:
    return read(json.loads(document))


def listed(db: Db) -> list[tuple[str, str, date]]:
    """Code, version and first day of every version."""
    columns = (instruments.c.code, instruments.c.version, instruments.c.since)
    return [(r.code, r.version, r.since) for r in db.execute(select(*columns).order_by(columns[0], columns[2]))]
