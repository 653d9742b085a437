"""The ranking and the counts as rows of a sheet, for the office's spreadsheets (`bot.domain.cells`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.chat.text import Text, Words, t
from bot.domain import audit, places
from bot.domain.assess import instruments
from bot.domain.assess.instrument import Instrument
from bot.domain.assess.ranking import Counts, Ranked
from bot.domain.cells import Cell
from bot.domain.db import Db
from bot.domain.tables import assessments, businesses, owners

PAGE = 200
"""How many businesses are read, or taken along, at once."""
COLUMNS: tuple[Text, ...] = (
    t("place"), t("business"), t("owner"), t("kecamatan"), t("kelurahan"), t("sector"), t("score, confirmed"),
    t("status"), t("score, as answered"), t("still missing"), t("checked on"),
)  # fmt: skip
_KECAMATAN = len("35.73.01")

Names = Mapping[int, tuple[str, str]]
"""Business and owner by the number of the assessment."""


def take_along(db: Db, some: Collection[int]) -> Names:
    """The names of businesses and owners of at most `PAGE` assessments; that they leave the desk is noted of each."""
    mine = (
        select(assessments.c.id, assessments.c.person_id, businesses.c.name, owners.c.name.label("owner"))
        .join(businesses, businesses.c.id == assessments.c.business_id)
        .join(owners, owners.c.person_id == assessments.c.person_id)
        .where(assessments.c.id.in_(some))
    )
    found: dict[int, tuple[str, str]] = {}
    for row in db.execute(mine).all():
        business = db.open(row.person_id, "businesses.name", row.name)
        found[row.id] = (business, db.open(row.person_id, "owners.name", row.owner))
        audit.note(db, None, "exported", row.person_id, f"assessment:{row.id}")
    return found


def header(instrument: Instrument) -> list[Words]:
    """The ranking's columns; at its end the indicators of an instrument, by what is confirmed."""
    return [*COLUMNS, *(indicator.short for indicator in instrument.indicators)]


def ranking(
    db: Db, instrument: Instrument, found: Sequence[Ranked], names: Names, sectors: Mapping[str, str], zone: ZoneInfo
) -> Iterator[list[Cell]]:
    """A row for each business, under `header`, in its own version's words. `sectors` are names by their codes."""
    for one, (marks, finished) in zip(found, _kept(db, found), strict=True):
        business, owner = names.get(one.assessment, ("", ""))
        own = instruments.of(db, instrument.code, one.version)
        yield [
            one.place, business, owner, places.name(db, one.village[:_KECAMATAN]), places.name(db, one.village),
            sectors.get(one.sector, one.sector), one.verified, own.band(one.band).title, one.claimed,
            ", ".join(gate.step for gate in own.gates if gate.code in one.failed), finished.astimezone(zone).date(),
            *(marks.get(indicator.code) for indicator in instrument.indicators),
        ]  # fmt: skip


def _kept(db: Db, found: Sequence[Ranked]) -> Iterator[tuple[Mapping[str, int], Any]]:
    """Confirmed marks by indicator, and when it was finished, of each."""
    columns = (assessments.c.id, assessments.c.marks, assessments.c.finished_at)
    for begin in range(0, len(found), PAGE):
        some = found[begin : begin + PAGE]
        rows = db.execute(select(*columns).where(assessments.c.id.in_([one.assessment for one in some])))
        by_id = {row.id: (row.marks["verified"], row.finished_at) for row in rows}
        yield from (by_id[one.assessment] for one in some)


def counts_header(instrument: Instrument) -> list[Words]:
    """The columns of the counts: each level of the instrument, and what needs nothing."""
    return [t("kecamatan"), t("indicator"), *(level.title for level in instrument.levels), t("good")]


def counts(db: Db, instrument: Instrument, found: Iterable[Counts]) -> Iterator[list[Cell]]:
    """A row for each kecamatan and indicator, under `counts_header`; what is hidden is told as "–"."""
    titles = {indicator.code: indicator.title for indicator in instrument.indicators}
    levels = [*(level.code for level in instrument.levels), ""]
    for one in found:
        numbers = (one.by_level[level] for level in levels)
        yield [places.name(db, one.kecamatan), titles[one.indicator],
               *("–" if number is None else number for number in numbers)]  # fmt: skip
