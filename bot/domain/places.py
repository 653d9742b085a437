"""The office's regions: rows it can edit, read once by a process and kept until they change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import bindparam, delete, func, select

from bot.chat.reading.place import Kind, Place, PlaceReader, reader
from bot.domain.db import Db
from bot.domain.regions import NICKNAMES
from bot.domain.tables import regions

VILLAGES = ("kelurahan", "desa")


def put(db: Db, found: Iterable[Place]) -> int:
    """Replace every region by these (`bot.domain.regions`). How many there are now. `ValueError` for none."""
    rows = [{"code": p.code, "name": p.name, "kind": p.kind, "parent": p.parent or None} for p in found]
    if not rows:
        raise ValueError("no region at all")
    db.execute(delete(regions))
    db.execute(regions.insert(), rows)
    db.forget()
    return len(rows)


def count(db: Db, under: str) -> int:
    """How many regions there are under a code."""
    return db.execute(select(func.count()).where(regions.c.code.startswith(under + "."))).scalar_one()


def villages(db: Db, under: str) -> tuple[Place, ...]:
    """The kelurahan and desa under a code, by name."""
    if (found := db.kept.get(f"villages {under}")) is None:
        inside = [p for p in _all(db) if p.kind in VILLAGES and p.code.startswith(under + ".")]
        found = db.kept[f"villages {under}"] = tuple(sorted(inside, key=lambda p: p.name))
    return found


def kecamatans(db: Db, under: str) -> list[Place]:
    """The kecamatan under a code, in order of their codes."""
    return [p for p in _all(db) if p.kind == "kecamatan" and p.code.startswith(under + ".")]


def place_reader(db: Db, under: str) -> PlaceReader:
    """The reader of addresses for the office of a region."""
    if (found := db.kept.get(f"reader {under}")) is None:
        found = db.kept[f"reader {under}"] = reader(_all(db), under, NICKNAMES.get(under))
    return found


def _all(db: Db) -> tuple[Place, ...]:
    rows = db.execute(select(regions).order_by(regions.c.code))
    return tuple(Place(r.code, r.name, cast(Kind, r.kind), r.parent or "") for r in rows)


_NAME = select(regions.c.name, regions.c.kind).where(regions.c.code == bindparam("code"))


def name(db: Db, code: str) -> str:
    """A region's name; its code when we don't know it (any more)."""
    row = db.execute(_NAME, {"code": code}).first()
    if row is None:
        return code
    return f"{row.kind.title()} {row.name}" if row.kind in ("kota", "kabupaten", "kecamatan") else row.name
