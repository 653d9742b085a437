"""How well the readers read: labelled phrases (columns category, text, expected) scored by category.

Right is the expected value, read for sure or asked back ("echoed") with the expected one among the choices. Silently
wrong is a value taken for sure that isn't the expected one: the worst a reader can do.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot.chat.reading import dates, intent, money, optout, phone, place, times, yesno
from bot.chat.reading.outcome import Invalid, Reading, Unsure

DEFAULT_NOW = "2026-11-23T09:00:00+07:00"
"""The reference clock of the labelled phrases: Monday, 9 in the morning, in Malang."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled phrase."""

    category: str
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a reader made of a phrase, in the notation of the labels: its value, and the choices it would offer."""

    value: str
    sure: bool
    choices: frozenset[str] = frozenset()


Scorer = Callable[[str, Reading], Heard]


def read_rows(path: Path) -> list[Row]:
    """The rows of a file. Raises `ValueError` when a column is missing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"category", "text", "expected"} <= set(rows.fieldnames or ()):
            raise ValueError(f"{path.name}: the columns must be category, text, expected")
        return [Row(str(r["category"]), str(r["text"]), str(r["expected"])) for r in rows]


def scorers(read_place: place.PlaceReader) -> dict[str, Scorer]:
    """The reader of each category, speaking the notation of the labels."""
    return {
        "yesno": _plain(yesno.read_yes_no, {}),
        "yesno_jv": _plain(yesno.read_yes_no, {}),
        "money": _plain(money.read_money, {}),
        "date": _plain(dates.read_date, {dates.NO_SUCH_DATE.msgid: "invalid"}),
        "time": _plain(times.read_time, {times.NO_SUCH_TIME.msgid: "invalid"}),
        "phone": _plain(phone.read_phone, {phone.NOT_A_NUMBER.msgid: "invalid", phone.FOREIGN.msgid: "foreign"}),
        "address": lambda text, reading: _address(read_place(text, reading), text),
        "intent": _plain(lambda text, _reading: intent.read_intent(text), {}),
        "optout": lambda text, _reading: Heard(optout.read_optout(text) or "not_optout", sure=True),
    }


def _plain(read: Callable[[str, Reading], object], refusals: Mapping[str, str]) -> Scorer:
    def heard(text: str, reading: Reading) -> Heard:
        outcome = read(text, reading)
        if isinstance(outcome, Invalid):
            return Heard(refusals.get(outcome.why.msgid, "none"), sure=True)
        if isinstance(outcome, Unsure):
            unsure = cast(Unsure[object], outcome)
            return Heard(str(unsure.value), False, frozenset(str(v) for _, v in unsure.choices))
        return Heard(str(outcome), sure=True)

    return heard


_SHORT = {"kelurahan": "kel", "desa": "kel", "kecamatan": "kec", "kota": "kab", "kabupaten": "kab", "provinsi": "prov"}


def _address(read: place.Site | Invalid | Unsure[place.Site], text: str) -> Heard:
    if isinstance(read, Invalid):
        rt, rw = place.rt_rw(text)
        return Heard("none" + _details(rt, rw, ""), sure=True)
    site = read.value if isinstance(read, Unsure) else read
    label = f"{_SHORT[site.place.kind]}={site.place.code}"
    details = _details(site.rt, site.rw, site.local)
    if isinstance(read, Unsure):
        offered = frozenset(f"{_SHORT[s.place.kind]}={s.place.code}{details}" for _, s in read.choices)
        return Heard(label + details, False, offered)
    return Heard(label + details, sure=True)


def _details(rt: str, rw: str, local: str) -> str:
    return "".join(f";{name}={value}" for name, value in (("rt", rt), ("rw", rw), ("local", local)) if value)


def right(heard: Heard, expected: str) -> bool:
    """Whether the expected value was read, or is offered. What must be asked back is right only when it is."""
    kind, mark, rest = expected.partition("=" if expected.startswith("amb=") else ":")
    if kind in {"ambiguous", "amb"} and mark:
        options, _, details = rest.partition(";")
        wanted = {o + (f";{details}" if details else "") for o in options.split("|")}
        offered = {c.partition("=")[2] if kind == "amb" else c for c in heard.choices}
        return not heard.sure and wanted <= offered
    if "|" in expected:
        return not heard.sure and set(expected.split("|")) <= heard.choices
    if heard.sure:
        return heard.value == expected
    return expected in (heard.choices or {heard.value})


def score(rows: Iterable[Row], reading: Reading, readers: Mapping[str, Scorer]) -> dict[str, Any]:
    """The report as JSON data: by category n, correct, accuracy, echoed, silently_wrong, then every miss.

    All but accuracy (0 to 1) are numbers of rows; correct counts what was read at once and what was offered. Intents
    have `offered` (right among the offered) and `surely_wrong` beside. Raises `ValueError` for an unknown category.
    """
    categories: dict[str, dict[str, Any]] = {}
    misses: list[dict[str, str]] = []
    for row in rows:
        if row.category not in readers:
            raise ValueError(f"unknown category {row.category!r}")
        counts = categories.setdefault(row.category, _empty(row.category))
        heard = readers[row.category](row.text, reading)
        correct = right(heard, row.expected)
        counts["n"] += 1
        counts["correct"] += correct
        counts["echoed"] += not heard.sure
        wrong = heard.sure and not correct
        refused = heard.value.partition(";")[0] in {"none", "invalid", "foreign"}
        counts["silently_wrong"] += wrong and not refused
        if row.category == "intent":
            counts["offered"] += correct and not heard.sure
            counts["surely_wrong"] += wrong and not refused
        if not correct:
            read = heard.value if heard.sure else "? " + " | ".join(sorted(heard.choices) or [heard.value])
            misses.append({"category": row.category, "text": row.text, "expected": row.expected, "read": read})
    for counts in categories.values():
        counts["accuracy"] = round(counts["correct"] / counts["n"], 4)
    return {"categories": categories, "misses": misses}


def _empty(category: str) -> dict[str, Any]:
    counts: dict[str, Any] = {"n": 0, "correct": 0, "accuracy": 0.0, "echoed": 0, "silently_wrong": 0}
    return counts | {"offered": 0, "surely_wrong": 0} if category == "intent" else counts


def drawn(report: Mapping[str, Any]) -> str:
    """The report as a table for people, then every miss."""
    lines = [f"{'category':<10} {'n':>5} {'correct':>8} {'accuracy':>9} {'echoed':>7} {'silently wrong':>15}"]
    for name, c in report["categories"].items():
        lines.append(
            f"{name:<10} {c['n']:>5} {c['correct']:>8} {c['accuracy']:>9.1%} {c['echoed']:>7} {c['silently_wrong']:>15}"
            + (f"   offered {c['offered']}, surely wrong {c['surely_wrong']}" if "offered" in c else "")
        )
    for miss in report["misses"]:
        lines.append(f"{miss['category']}: {miss['text']!r} is {miss['expected']}, read {miss['read']}")
    return "\n".join(lines)


def main(
    path: Path,
    as_json: bool = False,
    now: str = DEFAULT_NOW,
    *,
    read_place: place.PlaceReader,
    region: str = "35.73",
    zone: str = "Asia/Jakarta",
) -> int:
    """Score a file and print the report; 0, or 2 when the file can't be scored. A `now` without a zone is local."""
    try:
        at = datetime.fromisoformat(now)
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
        report = score(read_rows(path), Reading(at, ZoneInfo(zone), region), scorers(read_place))
    except (OSError, ValueError) as error:
        print(error)
        return 2
    print(json.dumps(report, ensure_ascii=False, indent=2) if as_json else drawn(report))
    return 0
