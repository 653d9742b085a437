"""Addresses, and the regions they are found in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.chat.reading import Invalid, Reading, Unsure
from bot.chat.reading.place import Place, PlaceReader, Site, key, rt_rw
from bot.domain.regions import load, read_csv, write_csv


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ds purwantoro rt3", "35.73.01.1007"),
        ("oro2 dowo", "35.73.02.1008"),
        ("prwntoro", "35.73.01.1007"),
        ("kauman klojen", "35.73.02.1007"),
        ("kel Sukun kec Sukun", "35.73.04.1005"),
        ("jl. bareng raya 2n bareng", "35.73.02.1009"),
        ("kota lama", "35.73.03.1001"),
        ("kota batu", "35.79"),
        ("lawang kabupaten malang", "35.07.25"),
        ("surabya", "35.78"),
    ],
)
def test_sure(monday: Reading, read_place: PlaceReader, text: str, code: str) -> None:
    site = read_place(text, monday)
    assert isinstance(site, Site)
    assert site.place.code == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("blimbing", {"35.73.01", "35.73.01.1005"}),
        ("malang", {"35.07", "35.73"}),
        ("sawojajar 2", {"35.73.03.1008", "35.07"}),
        ("gading", {"35.73.02.1010", "35.73.04.1002"}),
    ],
)
def test_offered(monday: Reading, read_place: PlaceReader, text: str, codes: set[str]) -> None:
    read = read_place(text, monday)
    assert isinstance(read, Unsure)
    assert {s.place.code for _, s in read.choices} == codes


@pytest.mark.parametrize("text", ["dekat MOG", "jl veteran", "pasar besar malang", "nasi goreng", "rumah sendiri", ""])
def test_no_place(monday: Reading, read_place: PlaceReader, text: str) -> None:
    assert isinstance(read_place(text, monday), Invalid)


@pytest.mark.parametrize("text", ["jl sumbersari no 5", "pasar dinoyo", "purwodadi pasuruan"])
def test_a_street_or_landmark_is_asked_back(monday: Reading, read_place: PlaceReader, text: str) -> None:
    assert isinstance(read_place(text, monday), Unsure)


@pytest.mark.parametrize("text", ["rt3/rw15 dinoyo", "RT 03 RW 015", "rt/rw 3/15", "rt.003 / 15", "RT03RW15"])
def test_rt_and_rw_are_kept(text: str) -> None:
    assert rt_rw(text) == ("003", "015")


def test_every_kelurahan_is_read_by_its_name(
    monday: Reading, read_place: PlaceReader, places: tuple[Place, ...]
) -> None:
    wards = [p for p in places if p.kind == "kelurahan" and p.code.startswith("35.73.")]
    districts = {p.code: p.name for p in places if p.kind == "kecamatan"}
    assert len(wards) == 57
    for ward in wards:
        assert read_place(f"kel {ward.name.upper()} kec {districts[ward.parent]}", monday) == Site(ward)
        assert read_place(f"kelurahan {key(ward.name)}", monday) == Site(ward)


def test_towns_and_kecamatan_elsewhere_are_known(places: tuple[Place, ...]) -> None:
    assert sum(p.kind in {"kota", "kabupaten"} for p in places) == 514
    assert sum(p.kind == "kecamatan" and p.parent == "35.07" for p in places) == 33
    with pytest.raises(ValueError, match=r"35\.99"):
        load("35.99")


def test_an_office_brings_its_own_file(tmp_path: Path, places: tuple[Place, ...]) -> None:
    file = tmp_path / "regions.csv"
    assert write_csv(places, file) == len(places)
    assert read_csv(file) == places


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("35.73.1,Klojen,kecamatan,", "line 2"),
        ("35.73.02,Klojen,distrik,", "line 2"),
        ("35.73.02,,kecamatan,", "line 2"),
    ],
)
def test_an_odd_line_is_named(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "regions.csv"
    file.write_text(f"code,name,kind,parent\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=why):
        read_csv(file)
