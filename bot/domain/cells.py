"""Tables for other programs: CSV and XLSX files in which no cell is ever a formula (OWASP ASVS 1.2.10).

Whatever people typed stands in such files, and is opened on an officer's machine. An XLSX cell is a string, a number or
a date by its type, so it needs nothing else. A CSV cell has no type: one that a spreadsheet could take for a formula
gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

Cell = str | int | float | bool | date | datetime | None
Row = Sequence[Cell]

LONGEST = 32_767
"""Characters of a cell in Excel."""
_TRIGGERS = frozenset("=+-@|%\t\r\n")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]"
)


def safe(value: str) -> str:
    """A text as a CSV cell: with an apostrophe before what a spreadsheet could calculate, also behind blanks and in
    wide letters (``＝1+1``); without characters nobody sees."""
    text = _HIDDEN.sub("", value)[:LONGEST]
    begins = unicodedata.normalize("NFKC", text).lstrip()
    risky = text[:1] in _TRIGGERS or begins[:1] in _TRIGGERS
    return f"'{text}" if risky else text


def _plain(value: Cell) -> str:
    """A cell as CSV has it. Times are local to whoever gives them, without their zone."""
    match value:
        case None:
            return ""
        case str():
            return safe(value)
        case bool():
            return "1" if value else "0"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a CSV file as spreadsheets here read it: UTF-8 with a mark, every cell quoted. How many rows."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        return _write(file, header, rows)


def _write(file: IO[str], header: Sequence[str], rows: Iterable[Row]) -> int:
    out = csv.writer(file, quoting=csv.QUOTE_ALL)
    out.writerow([safe(name) for name in header])
    count = 0
    for row in rows:
        out.writerow([_plain(cell) for cell in row])
        count += 1
    return count


def write_xlsx(path: Path, sheet: str, header: Sequence[str], rows: Iterable[Row]) -> int:
    """Write an XLSX file of one sheet, row by row, whatever its size. How many rows.

    Only for a job's child process or a command: the library is large.
    """
    from xlsxwriter import Workbook

    options = {"constant_memory": True, "in_memory": False, "remove_timezone": True,
               "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}  # fmt: skip
    count = 0
    book: Any = Workbook(str(path), options)
    with book:
        page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31].strip() or "data")
        bold = book.add_format({"bold": True})
        moment, day = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd hh:mm", "yyyy-mm-dd"))
        for column, name in enumerate(header):
            page.write_string(0, column, _whole(name), bold)
        for count, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                match cell:
                    case None:
                        continue
                    case str():
                        page.write_string(count, column, _whole(cell))
                    case bool():
                        page.write_boolean(count, column, cell)
                    case datetime():
                        page.write_datetime(count, column, cell, moment)
                    case date():
                        page.write_datetime(count, column, cell, day)
                    case _ if cell - cell == 0:
                        page.write_number(count, column, cell)
                    case _:  # not a number, infinite: a spreadsheet has none
                        page.write_string(count, column, str(cell))
    return count


def _whole(text: str) -> str:
    """A text as XLSX can hold it."""
    return _HIDDEN.sub("", text)[:LONGEST]
