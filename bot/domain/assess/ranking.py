"""For the office: businesses ranked by their verified score, and counts in which nobody can be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from bot.domain import consents
from bot.domain.access import within
from bot.domain.assess import instruments
from bot.domain.assess.instrument import Instrument
from bot.domain.db import Db
from bot.domain.tables import assessments, businesses, people

FEWEST = 5
"""Businesses that a count has at least, for planners: fewer could be told apart."""
_KECAMATAN = len("35.73.01")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A business at its `place` of the list, by its newest finished check. `band` and `failed` (gates closed in what is
    verified) are codes of the instrument's `version`.
    Its name isn't here: whoever may see it asks `bot.domain.lookup`."""

    place: int
    assessment: int
    version: str
    business: int
    person: int
    sector: str
    village: str
    claimed: int
    verified: int
    band: str
    failed: tuple[str, ...]


def ranked(
    db: Db,
    area: str,
    *,
    code: str = instruments.CHECK,
    kind: str = "full",
    sectors: Collection[str] = (),
    band: str = "",
    gate: str = "",
    begin: int = 0,
    limit: int | None = None,
) -> list[Ranked]:
    """The best first, within an area (a Kemendagri code); of some `sectors`, a `band`, with a `gate` closed, if given:
    `limit` of them, after the first `begin`.

    The place is that in the filtered list. Quick checks aren't ranked with full ones: they leave most questions out.
    """
    rows = _filtered(_newest(code, kind, area), sectors, band, gate).order_by(
        assessments.c.verified.desc(), assessments.c.claimed.desc(), assessments.c.finished_at, assessments.c.id
    )
    return [
        Ranked(
            place, row.id, row.version, row.business_id, row.person_id, row.sector, row.village, row.claimed,
            row.verified, row.verified_band, tuple(row.marks["failed"]["verified"]),
        )
        for place, row in enumerate(db.execute(rows.offset(begin).limit(limit)), begin + 1)
    ]  # fmt: skip


def number(
    db: Db,
    area: str,
    *,
    code: str = instruments.CHECK,
    kind: str = "full",
    sectors: Collection[str] = (),
    band: str = "",
    gate: str = "",
) -> int:
    """How many `ranked` has in all."""
    rows = _filtered(_newest(code, kind, area), sectors, band, gate)
    return db.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def _filtered(rows: Select[Any], sectors: Collection[str], band: str, gate: str) -> Select[Any]:
    if sectors:
        rows = rows.where(businesses.c.sector.in_(sectors))
    if band:
        rows = rows.where(assessments.c.verified_band == band)
    if gate:  # a list of codes, as its text
        failed = assessments.c.marks[("failed", "verified")].as_string()
        rows = rows.where(failed.contains(f'"{gate}"', autoescape=True))
    return rows


def _newest(code: str, kind: str, area: str) -> Select[Any]:
    """The newest finished check of each business, of nobody who asked to be erased or has taken back her leave to
    be noted."""
    last = (
        select(func.max(assessments.c.id))
        .where(assessments.c.instrument == code, assessments.c.kind == kind, assessments.c.finished_at.is_not(None))
        .group_by(assessments.c.business_id)
    )
    return (
        select(assessments, businesses.c.sector, businesses.c.village)
        .join(businesses, businesses.c.id == assessments.c.business_id)
        .join(people, people.c.id == assessments.c.person_id)
        .where(assessments.c.id.in_(last), people.c.frozen_at.is_(None), within(businesses.c.village, area))
        .where(consents.not_withdrawn(assessments.c.person_id))
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Businesses of a kecamatan by how an indicator stands: by the codes of the instrument's levels, "" for none of
    them. None: too few to be shown, or it would tell one that is."""

    kecamatan: str
    indicator: str
    by_level: dict[str, int | None]


def counts(db: Db, area: str, instrument: Instrument, *, kind: str = "full", fewest: int = FEWEST) -> list[Counts]:
    """How the indicators stand in each kecamatan, by what is verified. `fewest` 0 hides nothing.

    What is hidden can't be worked out from the rest of its row, though the row's total is known from another one.
    """
    cells: Counter[tuple[str, str, str]] = Counter()
    for row in db.execute(_newest(instrument.code, kind, area)):
        for indicator, mark in row.marks["verified"].items():
            cells[row.village[:_KECAMATAN], indicator, _level(instrument, mark)] += 1
    return list(_rows(instrument, cells, fewest))


def _rows(instrument: Instrument, cells: Counter[tuple[str, str, str]], fewest: int) -> Iterator[Counts]:
    levels = [*(level.code for level in instrument.levels), ""]
    for kecamatan in sorted({place for place, _, _ in cells}):
        for indicator in instrument.indicators:
            numbers = {level: cells[kecamatan, indicator.code, level] for level in levels}
            if any(numbers.values()):
                yield Counts(kecamatan, indicator.code, _hidden(numbers, fewest))


def _hidden(numbers: dict[str, int], fewest: int) -> dict[str, int | None]:
    """Those under `fewest` hidden, with as many after them as leave two or more that sum up to `fewest`.

    The ones after them, for the smallest of the rest would tell by its being the smallest.
    """
    levels = list(numbers)
    small = {level for level in levels if numbers[level] < fewest}
    while small and len(small) < len(levels) and (len(small) < 2 or sum(numbers[one] for one in small) < fewest):
        after = zip(levels, levels[1:] + levels[:1], strict=True)
        small.add(next(level for before, level in after if before in small and level not in small))
    return {level: None if level in small else number for level, number in numbers.items()}


def _level(instrument: Instrument, mark: int) -> str:
    return next((level.code for level in instrument.levels if mark < level.below), "")
