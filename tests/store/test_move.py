"""An installation is carried to another database whole, both ways, or not at all."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event
from typer.testing import CliRunner

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.chat.reading.place import Place
from bot.chat.talk import Talk, Talks
from bot.cli import app
from bot.domain import consents, dated, inbox, jobs, move, officers, outbox, owners, places, reminders, talks, tickets
from bot.domain import media as files
from bot.domain import upgrade as upgrades
from bot.domain.db import Db
from bot.domain.engine import Locked, lock, named, writing
from bot.domain.move import CantMove, Moved
from bot.domain.tables import Lane, metadata
from tests.office import MONDAY
from tests.store.bench import Bench, PostgresBench, SqliteBench, message, met, rows, write
from tests.store.server import Server


def everything(db: Db) -> None:
    """A row or more in every table, with what is hard to carry: bytes, JSON, times, days, true and false, no value."""
    siti, budi = met(db, "1", name="Siti Ñ 🌱"), met(db, "2")
    person = Person(siti.person, "id", contact=siti.id)
    letter = inbox.add(db, siti, message("u:1"), {"update_id": 1})
    assert letter
    inbox.done(db, letter, "halo")
    inbox.add_unreadable(db, siti.account, "u:2", {"what": 2}, "KeyError")
    outbox.put(db, siti, Message(("pertama",)), "i1.0")
    outbox.put(db, budi, Message(("kedua",)), "i1.0", Lane.ALERT, replaces=1)
    talks.save(db, siti.person, Talks(open=Talk(7, "register", MONDAY, MONDAY, waiting="name")), False)
    jobs.put(db, "tests.work:double", {"n": 1}, person=siti.person, then="doubled")
    reminders.put(db, siti.person, "nudge", "7", MONDAY, {"talk": 7, "ids": [1, 2]})
    places.put(db, [Place("35.73", "Malang", "kota", "35"), Place("35.73.01", "Blimbing", "kecamatan", "35.73")])
    owners.register(db, person, name="Siti", phone="+6281", village="35.73;rt=001", business="Kue", sector="pangan")
    consents.note(db, person, consents.SERVICE, "1", allowed=True)
    consents.note(db, person, "news", "1", allowed=False)
    code = officers.invite(db, "Pak Budi", "petugas", "35.73")
    officers.join(db, Person(budi.person, "id", contact=budi.id), code)
    tickets.open_ticket(db, person, "asks", "tolong")
    dated.put(db, "class.thresholds", MONDAY.date(), {"sales": [["mikro", 2_000_000_000]]}, "PP 7/2021")
    db.insert(metadata.tables["wishes"], {"person_id": siti.person, "topic": "pelatihan", "at": MONDAY})
    db.once(siti.person, "b")
    about = {"person_id": siti.person, "at": MONDAY}
    for id in (1, 2):
        db.insert(
            metadata.tables["audit"], {**about, "actor_id": budi.person, "action": "look", "object": f"owner:{id}"}
        )
    db.insert(
        metadata.tables["audit_seals"], {"last_id": 2, "count": 2, "marks": b"m", "digest": bytes(32), "at": MONDAY}
    )
    db.insert(
        metadata.tables["media"], {**about, "name": "a" * 64, "kind": "evidence", "mime": "image/jpeg", "size": 9}
    )
    change = {"person_id": siti.person, "fact": "name", "value": b"sealed", "asked_at": MONDAY, "due_at": MONDAY}
    db.insert(metadata.tables["changes"], change)
    db.execute(db.insert_new(metadata.tables["name_words"]), {"person_id": siti.person, "word": bytes(16)})
    db.execute(metadata.tables["erasing"].insert(), {"key_id": "a" * 32, "files": ["b" * 64], "at": MONDAY})
    tally = {"kind": "owners", "month": MONDAY.date(), "village": "35.73", "sector": "", "count": 3}
    db.execute(metadata.tables["tallies"].insert(), tally)
    assessed(db, siti.person)
    link = {"person_id": siti.person, "code_index": bytes(32), "expires_at": MONDAY, "tries": 1}
    db.execute(metadata.tables["links"].insert(), {**link, "contact_id": siti.id, "home_id": siti.id})
    bubble = {"outbox_id": 1, "place": 0, "attempt": 1, "fate": 3, "counted": True, "at": MONDAY}
    db.execute(metadata.tables["bubbles"].insert(), bubble)
    cost = {"account_id": siti.account, "day": MONDAY.date(), "flow": "register", "lane": 0, "category": "service",
            "tariff": "regular", "billable": True, "count": 13}  # fmt: skip
    db.execute(metadata.tables["costs"].insert(), cost)
    db.execute(metadata.tables["begun"].insert(), {"contact_id": siti.id, "at": MONDAY})
    upload = {"account_id": siti.account, "media_id": 1, "ext_id": "800", "at": MONDAY}
    db.execute(metadata.tables["uploads"].insert(), upload)
    told = {"account_id": siti.account, "about": "tier", "state": "250", "why": "", "wrong": False, "at": MONDAY}
    db.execute(metadata.tables["standings"].insert(), told)


def assessed(db: Db, person: int) -> None:
    """Rows of the self-assessment, and an answer to what owners ask."""

    def put(table: str, **row: Any) -> None:
        db.execute(metadata.tables[table].insert(), row)

    put("instruments", code="naik-kelas", version="1", since=MONDAY.date(), document={"items": [1]}, put_at=MONDAY)
    put(
        "assessments", id=1, person_id=person, business_id=1, instrument="naik-kelas", version="1", kind="full",
        started_at=MONDAY, finished_at=MONDAY, claimed=66, claimed_band="berkembang", verified=40,
        verified_band="berkembang", marks={"held": ["nib"]},
    )  # fmt: skip
    put("answers", assessment_id=1, item="A1", answer="ada", at=MONDAY)
    put("evidence", assessment_id=1, item="A1", answer="ada", media_id=1, words=b"x", state=0, at=MONDAY)
    put(
        "faqs", code="nib_buat", since=MONDAY.date(), topic="nib", place=2, title="Cara buat NIB", question="Cara?",
        answer="Buka oss.go.id.", words="cara", sure="H", source="OSS",
    )  # fmt: skip


def gone(db: Db) -> None:
    """The newest rows of a table are tidied away; their numbers are not given again."""
    table = metadata.tables["reminders"]
    for key in ("8", "9"):
        reminders.put(db, 1, "nudge", key, MONDAY, {})
    db.execute(delete(table).where(table.c.key != "7"))


@pytest.fixture(params=["sqlite to postgres", "postgres to sqlite"])
def ways(request: pytest.FixtureRequest, tmp_path: Path, server: Server) -> Any:
    """Where everything is, and an empty database of the other kind."""
    if request.param == "sqlite to postgres":
        source: Bench = request.getfixturevalue("sqlite")
        with server.database() as url:
            yield source, PostgresBench(server, url, source.folder)
    else:
        source = request.getfixturevalue("postgres")
        (tmp_path / "other").mkdir()
        yield source, SqliteBench(tmp_path / "other")


Ways = tuple[PostgresBench | SqliteBench, PostgresBench | SqliteBench]


def moved(ways: Ways) -> list[Moved]:
    source, target = ways
    return move.move(source.url, target.url, source.folder / "keys", MONDAY)


def test_everything_is_carried_over_and_can_be_read_there(ways: Ways):
    source, target = ways
    write(source, everything, gone)
    found = moved(ways)
    assert {table.table for table in found} == {table.name for table in move.CARRIED} | {move.FILES}
    assert all(table.rows for table in found if table.table != move.FILES), [
        table.table for table in found if not table.rows
    ]
    target.folder = source.folder  # the keys stay where they are

    def look(db: Db) -> list[Any]:
        owner = owners.find(db, Person(1, "id"))
        assert owner
        assert (owner.phone, owner.businesses[0].village) == ("+6281", "Kota Malang, RT 001")
        reminders.put(db, 1, "nudge", "new", MONDAY, {})
        return [rows(db, table.name, *table.columns.keys()) for table in move.CARRIED]

    there, here = write(target, look)[0], write(source, look)[0]
    assert there == here  # also the number of the reminder that was put in each


def test_and_back_again_it_is_the_same(sqlite: SqliteBench, server: Server, tmp_path: Path):
    write(sqlite, everything, gone)
    keys = sqlite.folder / "keys"
    with server.database() as url:
        there = move.move(sqlite.url, url, keys, MONDAY)
        back = move.move(url, f"sqlite:///{tmp_path}/back.db", keys, MONDAY)
    assert there == back
    with closing(sqlite3.connect(sqlite.file)) as before, closing(sqlite3.connect(tmp_path / "back.db")) as after:
        for db in (before, after):
            db.execute("PRAGMA wal_checkpoint")
        dumps = [{line for line in db.iterdump() if line.startswith("INSERT")} for db in (before, after)]
    assert dumps[0] == dumps[1]


def laid(ways: Ways) -> tuple[Path, Path]:
    """Two files lie beside what is moved, one half written; where they lie, and where they would be looked for."""
    source, _ = ways
    here, there = (files.folder(bench.url, source.folder / "keys") for bench in ways)
    write(source, everything)
    here.mkdir()
    for name in ("a" * 64, "b" * 64, f"{'c' * 64}.01234567.part"):
        (here / name).write_bytes(b"sealed " + name.encode())
    os.utime(here / ("a" * 64), (MONDAY.timestamp(), MONDAY.timestamp()))
    return here, there


def test_the_files_go_to_where_the_other_database_has_them(ways: Ways):
    here, there = laid(ways)
    assert (moved(ways)[-1].table, moved_files(there)) == (move.FILES, moved_files(here)[:2])
    assert (there / ("a" * 64)).stat().st_mtime == MONDAY.timestamp()


def moved_files(place: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(place.iterdir())]


def test_onto_the_files_of_another_nothing_is_moved(ways: Ways):
    _, there = laid(ways)
    there.mkdir()
    (there / "other").touch()
    refused(ways, rf"{there.name} isn't empty")
    assert moved_files(there) == [("other", b"")]
    (there / "other").unlink()
    assert moved(ways)[-1].rows == 2


def test_where_the_rows_are_refused_no_file_stays(ways: Ways):
    _, target = ways
    _, there = laid(ways)
    upgrades.upgrade(target.url, MONDAY)
    write(target, lambda db: dated.put(db, "a.rule", MONDAY.date(), 1, "a letter"))
    refused(ways, "there are rows in the table rules")
    assert not there.exists()


def refused(ways: Ways, match: str) -> None:
    """It is refused, and what is there stays as it was."""
    source, _ = ways
    before = write(source, lambda db: [rows(db, t.name, *t.columns.keys()) for t in move.CARRIED])
    with pytest.raises(CantMove, match=match):
        moved(ways)
    after = write(source, lambda db: [rows(db, t.name, *t.columns.keys()) for t in move.CARRIED])
    assert after == before


def test_into_a_database_that_is_not_empty_nothing_is_moved(ways: Ways):
    source, target = ways
    write(source, everything)
    upgrades.upgrade(target.url, MONDAY)
    write(target, lambda db: dated.put(db, "a.rule", MONDAY.date(), 1, "a letter"))
    refused(ways, r"isn't empty: there are rows in the table rules")
    assert write(target, lambda db: rows(db, "people", "id")) == [[]]


def test_with_a_key_missing_nothing_is_moved(ways: Ways):
    source, _ = ways
    write(source, everything)
    (key,) = write(source, lambda db: db.key_of(1))
    source.forget_key(key)
    with pytest.raises(CantMove, match="1 people have no key"):
        moved(ways)
    with pytest.raises(CantMove, match="The keys aren't in"):
        move.move(source.url, ways[1].url, source.folder / "elsewhere", MONDAY)


def test_while_a_desk_runs_on_either_nothing_is_moved(ways: Ways):
    write(ways[0], everything)
    for bench in ways:
        with closing(lock(bench.url)), pytest.raises(Locked, match="open in another process"):
            moved(ways)
    assert moved(ways)


def lossy(kind: str) -> Callable[..., None]:
    """A database that swallows rows, or changes them, without a word."""

    def swallow(connection: Any, clause: Any, many: Any, single: Any, options: Any) -> Any:
        if getattr(clause, "is_insert", False) and clause.table.name == "inbox":
            given = [{**row, "attempts": row["attempts"] + (kind == "changes")} for row in many or [single]]
            return clause, given[: 1 if kind == "loses" else None], {}
        return clause, many, single

    return swallow


@pytest.mark.parametrize("kind", ["loses", "changes"])
def test_what_does_not_arrive_as_it_was_is_noticed_and_nothing_kept(ways: Ways, kind: str):
    source, target = ways
    write(source, everything)
    upgrades.upgrade(target.url, MONDAY)
    engine = writing(target.url)
    event.listen(engine, "before_execute", lossy(kind), retval=True)
    with pytest.raises(CantMove, match="2 rows of the table inbox were read"):
        move.copy(source.url, engine, source.folder / "keys")
    engine.dispose()
    assert write(target, lambda db: rows(db, "people", "id")) == [[]]
    assert moved(ways)


def test_where_there_is_nothing_or_it_is_the_same_place(sqlite: SqliteBench, tmp_path: Path):
    keys = sqlite.folder / "keys"
    with pytest.raises(CantMove, match="where everything lies already"):
        move.move(sqlite.url, sqlite.url, keys, MONDAY)
    with pytest.raises(CantMove, match="There is nothing in"):
        move.move(f"sqlite:///{tmp_path}/none.db", sqlite.url, keys, MONDAY)


def test_the_command_says_what_was_moved_and_what_to_set(ways: Ways, tmp_path: Path):
    source, target = ways
    write(source, everything)
    settings = f'[database]\nurl = "{source.url}"\nkeys = "{source.folder}/keys"\n'
    (tmp_path / "config.toml").write_text(settings, encoding="utf-8")
    command = ["--config", str(tmp_path / "config.toml"), "db", "move", "--to"]
    done = CliRunner().invoke(app, [*command, target.url])
    assert done.exit_code == 0, done.output
    assert re.search(r"^people +2 rows  sha256 [0-9a-f]{16}$", done.output, re.MULTILINE)
    assert re.search(r"^files +0 +sha256", done.output, re.MULTILINE)
    assert f"{named(target.url)} too, as it was" in done.output
    assert f"[database] keys: {source.folder}/keys" in done.output
    again = CliRunner().invoke(app, [*command, target.url])
    assert (again.exit_code, "isn't empty" in again.stderr) == (1, True)
    wrong = CliRunner().invoke(app, [*command, "postgres://siti:canary@h/d"])
    assert (wrong.exit_code, "must be like" in wrong.stderr, "canary" in wrong.output) == (1, True, False)


def test_a_database_is_named_without_its_password():
    assert named("postgresql://siti:canary@db.example/office") == "postgresql://db.example/office"
