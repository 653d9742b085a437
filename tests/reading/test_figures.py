"""The figures the readers must keep on the labelled phrases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.chat.reading import Reading
from bot.chat.reading.place import PlaceReader
from bot.chat.reading.score import Row, drawn, main, read_rows, score, scorers

PHRASES = Path(__file__).parents[1] / "data" / "utterances.csv"
LEAST = {
    "money": 0.98,
    "date": 0.98,
    "time": 0.98,
    "phone": 0.98,
    "address": 0.98,
    "yesno": 0.95,
    "yesno_jv": 0.95,
    "optout": 0.95,
    "intent": 0.85,
}


@pytest.fixture(scope="module")
def report(monday: Reading, read_place: PlaceReader) -> dict[str, Any]:
    return score(read_rows(PHRASES), monday, scorers(read_place))


@pytest.mark.parametrize("category", LEAST)
def test_a_category_keeps_its_figure(report: dict[str, Any], category: str) -> None:
    counts = report["categories"][category]
    assert counts["n"] > 100
    assert counts["accuracy"] >= LEAST[category], [m for m in report["misses"] if m["category"] == category]


@pytest.mark.parametrize("category", ["money", "date", "phone", "time", "address"])
def test_no_value_is_silently_wrong(report: dict[str, Any], category: str) -> None:
    assert report["categories"][category]["silently_wrong"] == 0


def test_few_plain_values_are_echoed(monday: Reading, read_place: PlaceReader) -> None:
    readers = scorers(read_place)
    for category in ("money", "date", "time", "phone", "address", "yesno", "yesno_jv"):
        plain = [r for r in read_rows(PHRASES) if r.category == category and not _doubtful(r.expected)]
        echoed = [r.text for r in plain if not readers[category](r.text, monday).sure]
        assert len(echoed) <= 0.1 * len(plain), (category, echoed)


def _doubtful(expected: str) -> bool:
    return "|" in expected or expected.startswith(("none", "invalid", "foreign"))


def test_intents_are_seldom_surely_wrong(report: dict[str, Any]) -> None:
    counts = report["categories"]["intent"]
    assert counts["surely_wrong"] <= 0.02 * counts["n"]


def test_a_wrong_value_is_counted_as_silently_wrong(monday: Reading, read_place: PlaceReader) -> None:
    rows = [
        Row("money", "5jt", "6000000"),  # sure and wrong
        Row("money", "rahasia", "6000000"),  # not read: wrong, but not silently
        Row("money", "500", "500000"),  # offered
        Row("time", "jam 6", "ambiguous:06:00|18:00"),
        Row("time", "jam 9", "ambiguous:09:00|21:00"),  # should have been asked back
    ]
    report = score(rows, monday, scorers(read_place))
    assert report["categories"]["money"] == {
        "n": 3, "correct": 1, "accuracy": 0.3333, "echoed": 1, "silently_wrong": 1,
    }  # fmt: skip
    assert report["categories"]["time"]["silently_wrong"] == 1
    assert [m["read"] for m in report["misses"]] == ["5000000", "none", "09:00"]
    assert "'5jt' is 6000000" in drawn(report)


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], read_place: PlaceReader) -> None:
    file = tmp_path / "phrases.csv"
    file.write_text('category,text,expected\nintent,"mau bikin nib",nib\ndate,besok,2027-01-02\n', encoding="utf-8")
    assert main(file, as_json=True, now="2027-01-01T20:00", read_place=read_place) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"categories", "misses"}
    assert printed["misses"] == []
    assert printed["categories"]["intent"] == {
        "n": 1, "correct": 1, "accuracy": 1.0, "echoed": 0, "silently_wrong": 0, "offered": 0, "surely_wrong": 0,
    }  # fmt: skip


def test_a_file_that_cannot_be_scored(tmp_path: Path, read_place: PlaceReader) -> None:
    assert main(tmp_path / "absent.csv", read_place=read_place) == 2
    file = tmp_path / "phrases.csv"
    file.write_text("text\nya\n", encoding="utf-8")
    assert main(file, read_place=read_place) == 2
