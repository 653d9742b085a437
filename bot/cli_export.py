"""`pendamping export`: lists for the office's spreadsheets, as XLSX in which no cell is a formula."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli_audit import reading
from bot.terminal import do, said, settings

if TYPE_CHECKING:
    from bot.domain.assess.instrument import Instrument
    from bot.domain.db import Db

export_app = typer.Typer(no_args_is_help=True, help="Lists for the office's spreadsheets (XLSX).")
_Kecamatan = Annotated[str, typer.Option(help="Only of this kecamatan, by its name or code.")]
_Of = Annotated[str, typer.Option("--of", help="Which check: naik-kelas or ekspor.")]
_Quick = Annotated[bool, typer.Option("--quick", help="Quick checks; otherwise full ones.")]


@export_app.command("assessments")
def export_assessments(
    file: Annotated[Path, typer.Argument(help="The XLSX file to write.")],
    kecamatan: _Kecamatan = "",
    sector: Annotated[list[str] | None, typer.Option(help="Only of this sector; may be given again.")] = None,
    band: Annotated[str, typer.Option(help="Only with this confirmed status: belum, berkembang, siap.")] = "",
    gate: Annotated[str, typer.Option(help="Only where this is still missing: nib, izin_edar, indikator.")] = "",
    of: _Of = "naik-kelas",
    quick: _Quick = False,
) -> None:
    """Businesses by their confirmed score, the best first, with names. That they were taken along is noted of each."""
    from bot.domain.assess import ranking, sheets
    from bot.domain.cells import write_xlsx

    config = settings()
    with said(), reading(config) as db:
        instrument = _instrument(db, of)
        sectors = _sectors()
        _known("sector", sector or [], sectors)
        _known("band", [band] if band else [], [one.code for one in instrument.bands])
        _known("gate", [gate] if gate else [], [one.code for one in instrument.gates])
        area = _area(db, kecamatan, config.office.region)
        kind = "quick" if quick else "full"
        found = ranking.ranked(db, area, code=of, kind=kind, sectors=sector or (), band=band, gate=gate)
        names: dict[int, tuple[str, str]] = {}
        for begin in range(0, len(found), sheets.PAGE):
            some = [one.assessment for one in found[begin : begin + sheets.PAGE]]
            for id, business, owner in do("export names", assessments=some)["names"]:
                names[id] = business, owner
        drawn = {code: _drawn(name) for code, name in sectors.items()}
        rows = sheets.ranking(db, instrument, found, names, drawn, config.office.zone)
        written = write_xlsx(file, instrument.title, [_drawn(name) for name in sheets.header(instrument)], rows)
    typer.echo(f"{written} businesses in {file}. It holds names: keep it where only those see it who may.")


@export_app.command("counts")
def export_counts(
    file: Annotated[Path, typer.Argument(help="The XLSX file to write.")],
    kecamatan: _Kecamatan = "",
    of: _Of = "naik-kelas",
    quick: _Quick = False,
    whole: Annotated[bool, typer.Option("--whole", help="Small numbers too: only for the desk itself.")] = False,
) -> None:
    """How the indicators stand in each kecamatan, for planners: numbers below 5 are hidden."""
    from bot.domain.assess import ranking, sheets
    from bot.domain.cells import write_xlsx

    config = settings()
    with said(), reading(config) as db:
        instrument = _instrument(db, of)
        area = _area(db, kecamatan, config.office.region)
        kind = "quick" if quick else "full"
        found = ranking.counts(db, area, instrument, kind=kind, fewest=0 if whole else ranking.FEWEST)
        head = [_drawn(name) for name in sheets.counts_header(instrument)]
        written = write_xlsx(file, instrument.title, head, sheets.counts(db, instrument, found))
    typer.echo(f"{written} rows in {file}.")


def _instrument(db: Db, code: str) -> Instrument:
    from bot.domain.assess import instruments

    return instruments.in_force(db, code, db.now.astimezone(settings().office.zone).date())


def _known(what: str, some: list[str], all: Any) -> None:
    for one in some:
        if one not in all:
            raise LookupError(f"There is no {what} {one!r}: {', '.join(all)}.")


def _sectors() -> dict[str, Any]:
    from handlers import business

    return dict(business.NAMES["sector"])


def _area(db: Db, kecamatan: str, region: str) -> str:
    """The code of a kecamatan of the office's region, or the region. Raises `LookupError`."""
    from bot.domain import places

    if not kecamatan:
        return region
    there = {p.name.casefold(): p.code for p in places.kecamatans(db, region)}
    if kecamatan in there.values():
        return kecamatan
    _known("kecamatan", [kecamatan.casefold()], there)
    return there[kecamatan.casefold()]


def _drawn(words: Any) -> str:
    """A text in the office's main language."""
    from bot.app import LOCALES
    from bot.chat.text import Catalogs

    office = settings().office
    catalogs = Catalogs.load(LOCALES, office.languages, office.zone)
    return catalogs.draw(words, catalogs.main).text
