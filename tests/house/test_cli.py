"""The command line as an operator meets it: what it answers, what it refuses with a sentence, and its exit codes."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.chat.reading.place import Place as Region
from bot.cli import app
from bot.config import load
from bot.domain import inbox, places
from bot.domain.db import Db
from bot.domain.engine import lock, writing
from bot.domain.keys import Keys
from bot.domain.tables import regions
from bot.run import BROKE, CANT_START, run
from bot.terminal import show
from tests.office import MONDAY
from tests.store.bench import message, met

BOTH = """
[telegram.owners]
token = "111:owners"
[telegram.officers]
token = "222:officers"
"""

OWNERS_ONLY = """
[telegram.owners]
token = "111:owners"
"""


class Place:
    """A folder with settings and an upgraded database that no process has open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "office.db"
        self.keys = folder / "keys"
        self.settings(BOTH)

    def settings(self, sections: str) -> None:
        if "[web]" not in sections:
            sections += '[web]\nlisten = "127.0.0.1:0"\n'  # a desk may be running on this machine
        (self.folder / "config.toml").write_text(
            f'[database]\nurl = "sqlite:///{self.database}"\nkeys = "{self.keys}"\n'
            f'[backup]\nfolder = "{self.folder}/backups"\n{sections}',
            encoding="utf-8",
        )

    def do(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["--config", str(self.folder / "config.toml"), *words])

    def refused(self, code: int, *words: str) -> str:
        """The one sentence on stderr of a command that ends with `code`."""
        result = self.do(*words)
        assert (result.exit_code, result.stdout) == (code, ""), (result.output, result.exception)
        assert isinstance(result.exception, SystemExit), result.exception
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
        return result.stderr.strip()

    def cant_run(self) -> str:
        """The last line on stderr of a desk that can't start."""
        command = [sys.executable, "-m", "bot.cli", "--config", str(self.folder / "config.toml"), "run"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (ended.returncode, ended.stdout) == (3, ""), ended.stderr
        assert "Traceback" not in ended.stderr
        assert "Unclosed" not in ended.stderr
        return ended.stderr.strip().splitlines()[-1]

    def write(self, work: Callable[[Db], Any]) -> Any:
        engine, keys = writing(f"sqlite:///{self.database}"), Keys(self.keys)
        with engine.begin() as connection:
            found = work(Db(connection, keys, MONDAY))
            keys.commit()
        engine.dispose()
        keys.close()
        return found


@pytest.fixture
def place(tmp_path: Path, template: Path) -> Generator[Place]:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    before = os.umask(0)
    os.umask(before)
    yield Place(tmp_path)
    os.umask(before)


def one_kept(db: Db) -> int:
    letter = inbox.add(db, met(db), message("u:1"), {"text": "rahasia"})
    assert letter
    return letter.id


def test_the_master_key_is_changed_while_the_desk_is_stopped(place: Place):
    row, before = place.write(one_kept), (place.keys / "master.key").read_bytes()
    with closing(lock(f"sqlite:///{place.database}")):
        assert "open in another process" in place.refused(1, "keys", "rotate")
    assert place.do("backup").exit_code == 0
    done = place.do("keys", "rotate")
    assert (done.exit_code, "keys are wrapped with the new master key" in done.stdout) == (0, True), done.output
    assert (place.keys / "master.key").read_bytes() != before
    place.write(lambda db: inbox.set_aside(db, row, "KeyError"))
    assert "rahasia" in place.do("quarantine", "show", str(row)).stdout
    copied = Keys(place.folder / "backups", place.keys / "master.key")  # the copy fits the new one
    copied.close()


@pytest.mark.parametrize("command", ["show", "replay", "drop"])
def test_only_what_is_set_aside_can_be_looked_at_replayed_or_dropped(place: Place, command: str):
    row = place.write(one_kept)
    said = place.refused(1, "quarantine", command, str(row))
    assert said == f"Not set aside: {row}. `pendamping quarantine list` shows what is."
    place.write(lambda db: inbox.set_aside(db, row, "KeyError"))
    if command != "show":
        assert "999" in place.refused(1, "quarantine", command, str(row), "999")
        assert len(place.write(inbox.aside)) == 1  # all of it or nothing
    assert place.do("quarantine", command, str(row)).exit_code == 0


def test_a_message_that_could_be_sent_is_not_sent_again(place: Place):
    assert place.refused(1, "outbox", "requeue", "7", "5").startswith("Not given up: 5, 7.")
    assert place.do("outbox", "requeue", "--all").stdout == "0 to be sent again.\n"


def test_an_invitation_needs_a_name_a_known_area_and_an_officers_bot(place: Place):
    assert "a name of 1 to 60" in place.refused(1, "officers", "invite", "  ")
    assert "a name of 1 to 60" in place.refused(1, "officers", "invite", "x" * 61)
    assert "a role is one of" in place.refused(1, "officers", "invite", "Pak Budi", "--role", "lurah")
    for area in ("36.71.01", "35.73.99", "99"):
        assert f"The area {area} isn't known" in place.refused(1, "officers", "invite", "Pak Budi", "--area", area)
    for area in ("35.73", "35.73.01", "35"):
        found = place.do("officers", "invite", "Pak Budi", "--area", area)
        assert "/start join-code-" in found.stdout, found.output
    place.write(lambda db: db.execute(regions.delete()))  # as before the first start
    assert "isn't known" in place.refused(1, "officers", "invite", "Pak Budi", "--area", "35.73.99")
    assert place.do("officers", "invite", "Pak Budi", "--area", "35.73.01").exit_code == 0
    place.settings(OWNERS_ONLY)
    assert "no officers' bot" in place.refused(1, "officers", "invite", "Pak Budi")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("consent.text", "{}", 'consent.text must look like {"version": "1.0", "years": 5, '),
        ("consent.text", '{"version": "2", "years": "5", "months": 12, "contact": "kami"}', "must look like"),
        ("consent.age", "true", "consent.age must look like 17"),
        ("consent.age", "-1", "must look like 17"),
        ("change.evidence", '["name", 5]', "must look like"),
        ("class.thresholds", '{"sales": [["mikro"]], "capital": []}', "must look like"),
        ("photo.limits", '{"sharp": NaN, "side": 400}', "must look like"),
        ("result.colors", '{"now": "red", "before": "#e08a00", "grid": "#c9d3d1", "ink": "#1f2d2b", "paper": "#fff"}',
         "must look like"),
        ("consent.txt", "{}", "There is no rule consent.txt: `pendamping rules list` shows those there are."),
    ],
)  # fmt: skip
def test_a_rule_has_a_name_and_a_shape_that_ship(place: Place, name: str, value: str, told: str):
    assert told in place.refused(1, "rules", "set", "--", name, "2027-01-01", value, "a letter")


@pytest.mark.parametrize(
    ("name", "value"),
    [("change.evidence", "[]"), ("photo.limits", '{"sharp": 1, "side": 300}'), ("erasure.days", "14")],
)
def test_a_rule_of_that_shape_is_in_force_from_its_day(place: Place, name: str, value: str):
    assert place.do("rules", "set", name, "2027-01-01", value, "a letter").exit_code == 0
    assert "2027-01-01" in place.do("rules", "list").stdout


def test_an_instrument_that_is_not_there_is_said(place: Place):
    assert place.refused(1, "instrument", "show", "--of", "foo").startswith("There is no instrument 'foo' in force on")
    assert "no version '9'" in place.refused(1, "instrument", "show", "--version", "9")


def test_messages_to_a_bot_that_is_gone_are_noted(place: Place):
    place.write(one_kept)
    assert "messages wait" not in place.do("check", "--offline").stdout
    place.settings(OWNERS_ONLY.replace("111", "333"))
    assert "1 messages wait for telegram:111" in place.do("check", "--offline").stdout


# What is missing or broken is a sentence, and nothing is made up in its place


def test_missing_wrapped_keys_are_said_and_not_replaced(place: Place):
    place.write(met)
    (place.keys / "wrapped.db").unlink()
    assert "wrapped.db is missing" in place.refused(1, "officers", "list")
    assert "wrapped.db is missing" in place.refused(1, "officers", "invite", "Pak Budi")
    found = place.do("check", "--offline")
    assert found.exit_code == 1
    assert "wrapped.db is missing" in found.stdout
    (place.keys / "master.key").unlink()  # the whole folder is lost
    assert "wrapped.db is missing" in place.refused(1, "officers", "list")
    assert "wrapped.db is missing" in place.do("check", "--offline").stdout
    assert not (place.keys / "wrapped.db").exists()


def test_a_damaged_database_is_said(place: Place):
    place.database.write_bytes(b"not a database at all" * 500)
    for command in (("officers", "list"), ("quarantine", "list"), ("db", "upgrade"), ("backup",)):
        assert "not a database" in place.refused(1, *command)
    assert "not a database" in place.cant_run()


def test_a_database_damaged_inside_is_said(place: Place):
    with place.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (place.database.stat().st_size - 4096))
    assert place.refused(1, "officers", "list")
    assert place.cant_run()


def test_another_database_beside_keys_of_people_is_no_new_desk(place: Place):
    place.write(met)
    place.database.unlink()
    told = f"{place.database} holds nothing of ours, but {place.keys} the keys of 1 people: is it the right database?"
    for empty in (True, False):  # no file, and one of somebody else
        if not empty:
            with closing(sqlite3.connect(place.database)) as db:
                db.execute("CREATE TABLE other (id INTEGER)")
        assert place.cant_run() == f"Pendamping can't start: {told}"
        assert place.refused(1, "db", "upgrade") == told
        assert place.refused(1, "officers", "invite", "Pak Budi") == told
        found = place.do("check", "--offline")
        assert (found.exit_code, f"wrong  {told}" in found.stdout) == (1, True), found.stdout
        assert place.database.exists() is not empty


def test_damaged_keys_are_said(place: Place):
    (place.keys / "wrapped.db").write_bytes(b"not a database at all" * 500)
    found = place.do("check", "--offline")
    assert (found.exit_code, "wrapped.db can't be read: file is not a database" in found.stdout) == (1, True)


def test_what_cannot_be_written_is_said_and_no_restore_advised(place: Place):
    if os.access("/sys/kernel", os.W_OK):
        pytest.skip("nothing here that can't be written")
    place.keys = Path("/sys/kernel")
    place.settings(BOTH)
    found = place.do("check", "--offline")
    assert (found.exit_code, "wrong  /sys/kernel can't be written" in found.stdout) == (1, True), found.stdout
    assert "restore" not in found.stdout


@pytest.mark.parametrize("command", [("quarantine", "list"), ("backup",), ("rules", "list"), ("outbox", "list")])
def test_where_nothing_was_started_nothing_is_made(tmp_path: Path, command: tuple[str, ...]):
    place = Place(tmp_path)
    assert place.refused(1, *command).startswith("Nothing has been started here")
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


REGION = '[office]\nregion = "99.99"\n[web]\nlisten = "127.0.0.1:0"\n[simulator]\nlisten = "127.0.0.1:0"\n'


def test_a_region_that_nobody_knows_is_said(place: Place):
    place.settings(REGION)
    assert "[office] region" in place.cant_run()
    assert "99.99" in place.refused(1, "regions", "export", str(place.folder / "out.csv"))
    found = place.do("check", "--offline")
    assert found.exit_code == 1
    assert "99.99" in found.stdout
    place.write(lambda db: places.put(db, [Region("99.99.01", "Baru", "kecamatan", "99.99")]))
    assert "99.99" not in [line for line in place.do("check", "--offline").stdout.splitlines() if "wrong" in line]


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "desk.example:0"])
def test_a_simulator_for_everybody_is_refused(place: Place, listen: str):
    place.settings(f'[simulator]\nlisten = "{listen}"\n')
    assert "[simulator] listen" in place.cant_run()
    found = place.do("check", "--offline")
    assert found.exit_code == 1
    assert "[simulator] listen" in found.stdout


def test_a_taken_port_is_said_before_anything_slow(place: Place):
    place.write(lambda db: db.execute(regions.delete()))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        place.settings(f'{BOTH}[web]\nlisten = "127.0.0.1:{port}"\n')
        assert f"[web] listen: 127.0.0.1:{port}" in place.cant_run()
        assert place.write(lambda db: places.count(db, "35.73")) == 0
        place.settings(f'[web]\nlisten = "127.0.0.1:0"\n[simulator]\nlisten = "127.0.0.1:{port}"\n')
        assert f"[simulator] listen: 127.0.0.1:{port}" in place.cant_run()


# The start and the end

HERE = '[web]\nlisten = "127.0.0.1:0"\n[simulator]\nlisten = "127.0.0.1:0"\n'


def test_without_a_terminal_the_last_lines_say_what_to_open_and_to_try(place: Place):
    place.settings(HERE)
    command = [sys.executable, "-m", "bot.cli", "--config", str(place.folder / "config.toml"), "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        lines: list[str] = []
        while not (lines and lines[-1].startswith("Desk: ")):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        process.terminate()
        process.stdout.read()
        assert process.wait(20) == 0
    (opened,) = [i for i, line in enumerate(lines) if line.startswith("Ready. Open http://127.0.0.1:")]
    (started,) = [i for i, line in enumerate(lines) if '"started"' in line]
    (tried,) = [i for i, line in enumerate(lines) if line.startswith("Try: ")]
    assert started < opened < tried


def test_a_loop_that_broke_has_an_exit_code_of_its_own(place: Place):
    place.settings(HERE)
    assert run(load(place.folder / "config.toml"), ready=lambda desk, _: desk.broken.set()) == BROKE
    assert BROKE not in (0, 1, 2, CANT_START, 70)


def test_what_is_piped_is_one_whole_line_a_row(capsys: pytest.CaptureFixture[str]):
    long = "mencocokkan data dengan surat kelurahan " * 8 + "x" * 300
    rows = [{"id": 1, "reason": long, "object": "owners:1"}, {"id": 2, "reason": "", "object": "owners:2"}]
    show(rows, ("id", "reason", "object"), False, "Nothing.")
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "reason", "object"]
    assert long in first
    assert first.rstrip().endswith("owners:1")
    assert second.split() == ["2", "owners:2"]
