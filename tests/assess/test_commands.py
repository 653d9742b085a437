"""The office's commands: an instrument is shown, checked, compared and imported; answers are approved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.domain.assess.instrument import shipped


class Place:
    """A folder with settings; the commands make the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "mine.json"
        (folder / "config.toml").write_text(
            f'[database]\nurl = "sqlite:///{folder}/office.db"\nkeys = "{folder}/keys"\n', encoding="utf-8"
        )

    def do(self, *words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["--config", str(self.folder / "config.toml"), *words])
        assert result.exit_code == code, (result.output, result.exception)
        return result.stderr if code else result.stdout


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_instrument_is_shown_changed_checked_and_imported(place: Place):
    document = json.loads(place.do("instrument", "show"))
    assert document["code"] == "naik-kelas"
    document |= {"version": "own", "since": "2026-11-10"}
    document["indicators"][0]["weight"] -= 1
    place.file.write_text(json.dumps(document), encoding="utf-8")
    assert "weights come to 99" in place.do("instrument", "check", str(place.file), code=1)
    assert "weights come to 99" in place.do("instrument", "import", str(place.file), code=1)
    document["indicators"][1]["weight"] += 1
    place.file.write_text(json.dumps(document), encoding="utf-8")
    assert "examples.berkembang.claimed: the answers come to 65" in place.do(
        "instrument", "check", str(place.file), code=1
    )
    document["examples"] = {}
    document["items"].pop()
    place.file.write_text(json.dumps(document), encoding="utf-8")
    assert "32 questions, all well" in place.do("instrument", "check", str(place.file))
    changes = place.do("instrument", "diff", str(place.file))
    assert "  indicators.A.weight: 25 → 24\n" in changes
    assert "- items.F6\n" in changes
    assert place.do("instrument", "import", str(place.file)) == "naik-kelas own is in force from 2026-11-10.\n"
    assert place.do("instrument", "diff", str(place.file), "--version", "own") == "Nothing is different.\n"
    listed = json.loads(place.do("instrument", "list", "--json"))
    ours = {one.code: one.version for one in shipped()}
    assert [(row["code"], row["version"]) for row in listed] == [
        ("ekspor", ours["ekspor"]),
        ("naik-kelas", "own"),
        ("naik-kelas", ours["naik-kelas"]),
    ]
    place.file.write_text("{", encoding="utf-8")
    assert "line 1" in place.do("instrument", "check", str(place.file), code=1)
    assert json.loads(place.do("instrument", "schema"))["title"] == "Instrument"


def test_a_worked_example_is_printed(place: Place):
    printed = place.do("instrument", "show", "--example", "maju-tanpa-nib")
    assert "Claimed: 93, Berkembang" in printed
    assert "held back by: NIB" in printed
    assert "1. Yang paling mendesak: lengkapi izin dulu." in printed
    assert "Claimed: 73, Siap uji pasar" in place.do("instrument", "show", "--of", "ekspor", "--example", "uji-pasar")
    assert "no example 'x': pemula," in place.do("instrument", "show", "--example", "x", code=1)


def test_answers_are_listed_approved_and_corrected(place: Place):
    place.do("faq", "export", str(place.file))
    rows = json.loads(place.file.read_text(encoding="utf-8"))
    assert len(rows) == 34
    shown = {row["code"]: row["shown"] for row in json.loads(place.do("faq", "list", "--json"))}
    assert (shown["nib_buat"], shown["bpom_kapan"]) == (True, False)
    assert place.do("faq", "approve", "bpom_kapan", "--by", "Bu Rina") == "1 approved.\n"
    assert "no such answer: x" in place.do("faq", "approve", "x", "--by", "Bu Rina", code=1)
    rows[0]["answer"] = "Baru."
    place.file.write_text(json.dumps(rows), encoding="utf-8")
    assert place.do("faq", "import", str(place.file)) == "1 answers are new or changed.\n"
    shown = {row["code"]: row["shown"] for row in json.loads(place.do("faq", "list", "--json"))}
    assert shown["bpom_kapan"]  # untouched, so still approved
    rows[0]["sure"] = "X"
    place.file.write_text(json.dumps(rows), encoding="utf-8")
    assert "nib_apa.sure" in place.do("faq", "import", str(place.file), code=1)


def test_an_example_is_found_and_a_file_that_is_not_there_is_told(place: Place):
    assert "(ekspor " in place.do("instrument", "show", "--example", "uji-pasar")
    assert place.do("instrument", "check", "nofile.json", code=1).strip() == "There is no file nofile.json."
