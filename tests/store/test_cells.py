"""Cells of CSV and XLSX: whatever people typed, nothing in them is calculated."""

from __future__ import annotations

import csv
import random
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import cells

SIGNS = [*"=+-@|%\t\r\n '\",;\x00\x0b\u200b\ufeff\u00a0\u3000＝＋－＠﹢﹣", "=cmd|' /C calc'!A0",
         "=HYPERLINK(\"http://x\")",
         "{=1+1}", "@SUM(A1)", "+62812", "-5", "https://contoh.example", "mailto:a@b.example", "_x000D_=1", "<f>1</f>",
         "</t></is></c>", "&#61;", "Keripik", "Bu Siti", "12345678901234567890", "1e5", "TRUE",
         "👩‍🍳", "\ud800"]  # fmt: skip
TRIGGERS = tuple("=+-@|%\t\r\n")


def strings(count: int) -> list[str]:
    chance = random.Random(7)
    made = ["".join(chance.choices(SIGNS, k=chance.randint(1, 5))) for _ in range(count - len(SIGNS))]
    return [*SIGNS, *made]


def test_ten_thousand_strings_are_no_formula_in_xlsx(tmp_path: Path):
    typed = strings(10_000)
    rows = [typed[i : i + 10] for i in range(0, len(typed), 10)]
    assert cells.write_xlsx(tmp_path / "a.xlsx", "=data[1]", ["=a", *"bcdefghij"], rows) == 1000
    with zipfile.ZipFile(tmp_path / "a.xlsx") as file:
        assert not any("hyperlink" in name.lower() or "external" in name.lower() for name in file.namelist())
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    tree = ElementTree.fromstring(sheet)
    kinds = {tag.tag.rpartition("}")[2] for tag in tree.iter()}
    assert not kinds & {"f", "hyperlink", "hyperlinks"}
    assert {cell.get("t") for cell in tree.iter() if cell.tag.endswith("}c")} <= {"inlineStr", "s"}


def test_ten_thousand_strings_begin_no_formula_in_csv(tmp_path: Path):
    typed = strings(10_000)
    assert cells.write_csv(tmp_path / "a.csv", ["=a"], ([text] for text in typed)) == 10_000
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *read = csv.reader(file)
    assert header == ["'=a"]
    assert len(read) == 10_000
    for (cell,) in read:
        assert not cell.startswith(TRIGGERS), repr(cell)
        assert not cell.lstrip().translate(WIDE).startswith(TRIGGERS), repr(cell)


WIDE = str.maketrans("＝＋－＠﹢﹣", "=+-@+-")


@given(text=st.text(max_size=80))
def test_a_safe_cell_never_begins_a_formula_and_keeps_what_is_harmless(text: str):
    shown = cells.safe(text)
    assert not shown.lstrip().startswith(TRIGGERS)
    if re.fullmatch(r"[\w .,]*", text, re.ASCII):
        assert shown == text


def test_numbers_days_and_truth_keep_their_kind(tmp_path: Path):
    row = [1, -2.5, True, None, date(2026, 11, 23), datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "x", float("nan")]
    cells.write_csv(tmp_path / "a.csv", list("abcdefgh"), [row])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == ["1", "-2.5", "1", "", "2026-11-23", "2026-11-23 09:30", "x", "nan"]
    assert cells.write_xlsx(tmp_path / "a.xlsx", "a", list("abcdefgh"), [row]) == 1
    with zipfile.ZipFile(tmp_path / "a.xlsx") as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>-2.5</v>" in sheet
    assert 't="b"' in sheet
    assert "<f" not in sheet


@pytest.mark.parametrize("name", ["", "[]:*?/\\'", "x" * 80, "Data usaha"])
def test_any_name_of_a_sheet_will_do(tmp_path: Path, name: str):
    assert cells.write_xlsx(tmp_path / "a.xlsx", name, ["a"], []) == 0
