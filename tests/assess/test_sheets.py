"""The office's sheets: ranked and filtered, names only where they are noted, nothing calculated, few hidden."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app
from bot.domain import upgrade
from bot.domain.assess import instruments, ranking, sheets
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.keys import keyring
from bot.domain.places import put
from bot.domain.regions import load
from bot.domain.tables import audit
from tests.assess.test_assessments import CHECK, example, finished, owner
from tests.office import MONDAY
from tests.store.bench import Bench, write

EVIL = '=HYPERLINK("http://evil")'


def fill(db: Db) -> None:
    """Seven owners in two kecamatan, one of them with a name that a spreadsheet would calculate."""
    instruments.ship(db)
    put(db, load("35.73"))
    for n in range(7):
        name = EVIL if n == 6 else str(n)
        person, business = owner(db, name, "35.73.01.1007" if n else "35.73.02.1001", "kriya" if n == 1 else "pangan")
        finished(db, person, business, example("berkembang" if n < 3 else "pemula"))


def test_a_row_tells_what_was_confirmed_and_what_is_missing(bench: Bench):
    def work(db: Db) -> None:
        fill(db)
        found = ranking.ranked(db, "35.73")
        names = sheets.take_along(db, [one.assessment for one in found[:2]])
        rows = list(sheets.ranking(db, CHECK, found, names, {"pangan": "Pangan"}, ZoneInfo("Asia/Jakarta")))
        assert len(rows) == 7
        assert {len(row) for row in rows} == {len(sheets.header(CHECK))}
        missing = "NIB, izin edar (P-IRT atau BPOM MD), setiap indikator paling sedikit 40"
        assert rows[0] == [
            1, "Kue", "Siti 0", "Kecamatan Klojen", "Klojen", "Pangan", 43, "Berkembang", 66, missing, MONDAY.date(),
            43, 50, 33, 35, 45, 46,
        ]  # fmt: skip
        assert [row[1] for row in rows[2:]] == [""] * 5, "only who was taken along has a name"
        noted = db.execute(select(audit.c.person_id, audit.c.object).where(audit.c.action == "exported")).all()
        assert {(row.person_id, row.object) for row in noted} == {
            (one.person, f"assessment:{one.assessment}") for one in found[:2]
        }

    write(bench, work)


def test_small_numbers_are_hidden(bench: Bench):
    def work(db: Db) -> None:
        fill(db)
        hidden = list(sheets.counts(db, CHECK, ranking.counts(db, "35.73", CHECK)))
        whole = list(sheets.counts(db, CHECK, ranking.counts(db, "35.73", CHECK, fewest=0)))
        assert len(hidden) == len(whole) == 12
        assert {len(row) for row in hidden} == {len(sheets.counts_header(CHECK))}
        assert all(cell == "–" or (isinstance(cell, int) and cell >= 5) for row in hidden for cell in row[2:])
        assert any("–" in row for row in hidden)
        assert all(isinstance(cell, int) for row in whole for cell in row[2:])

    write(bench, work)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with settings and a filled database."""
    url = f"sqlite:///{tmp_path}/office.db"
    upgrade.upgrade(url, MONDAY)
    keys, engine = keyring(tmp_path / "keys", False, tmp_path / "keys" / "master.key"), writing(url)
    with engine.begin() as connection:
        fill(Db(connection, keys, MONDAY))
    engine.dispose()
    keys.close()
    (tmp_path / "config.toml").write_text(f'[database]\nurl = "{url}"\nkeys = "{tmp_path}/keys"\n', encoding="utf-8")
    return tmp_path


def do(place: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["--config", str(place / "config.toml"), "export", *words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stderr if code else result.stdout


def sheet(file: Path) -> tuple[int, list[str], str]:
    """Rows, texts and the whole of the sheet's XML."""
    with zipfile.ZipFile(file) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    return xml.count("<row "), re.findall(r"<t[^>]*>([^<]*)</t>", xml), xml


def test_the_ranking_is_written_with_its_filters(place: Path):
    file = place / "a.xlsx"
    assert do(place, "assessments", str(file)).startswith("7 businesses in ")
    count, texts, xml = sheet(file)
    assert count == 8
    assert texts[:3] == ["peringkat", "usaha", "pemilik"]
    assert "Siti 3" in texts
    assert "<f>" not in xml
    assert f"Siti {EVIL}" in texts
    for words, rows in (
        (("--kecamatan", "klojen"), 1),
        (("--kecamatan", "35.73.01"), 6),
        (("--sector", "kriya"), 1),
        (("--sector", "kriya", "--sector", "pangan"), 7),
        (("--gate", "nib", "--band", "belum"), 4),
        (("--band", "siap"), 0),
        (("--quick",), 0),
    ):
        do(place, "assessments", str(file), *words)
        assert sheet(file)[0] == rows + 1, words


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--band", "emas"), "There is no band 'emas': belum, berkembang, siap."),
        (("--gate", "x"), "There is no gate 'x': nib, izin_edar, indikator."),
        (("--sector", "x"), "There is no sector 'x': "),
        (("--kecamatan", "Menteng"), "There is no kecamatan 'menteng': "),
        (("--of", "x"), "no instrument 'x' in force"),
    ],
)
def test_what_is_not_there_is_told(place: Path, words: tuple[str, ...], told: str):
    assert told in do(place, "assessments", str(place / "a.xlsx"), *words, code=1)
    assert not (place / "a.xlsx").exists()


def test_the_counts_are_written(place: Path):
    file = place / "c.xlsx"
    assert do(place, "counts", str(file)).startswith("12 rows in ")
    _, texts, _ = sheet(file)
    assert "–" in texts
    assert "Siti" not in " ".join(texts)
    do(place, "counts", str(file), "--whole")
    assert "–" not in sheet(file)[1]
