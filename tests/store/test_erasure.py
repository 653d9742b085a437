"""Erasing: nothing of a person is left, in the database or anywhere beside it, however it was interrupted."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import ColumnElement, Table, select, update

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.chat.talk import Talk, Talks
from bot.domain import audit, backup, erasure, inbox, media, officers, outbox, owners, people, retention, talks, tickets
from bot.domain.db import Db
from bot.domain.engine import looking
from bot.domain.keys import SECRETS, Keys, NoKey
from bot.domain.tables import invites, metadata
from bot.domain.tables import outbox as outgoing
from bot.domain.tables import owners as owning
from bot.domain.tables import people as table
from tests.office import MONDAY
from tests.store.bench import LIMIT, Bench, PostgresBench, SqliteBench, message, met, rows, write
from tests.store.test_move import everything

WIB = ZoneInfo("Asia/Jakarta")
NAME, PHONE, NIK = "Burungkenari Wijayakusuma", "+6281987654321", "3573014107890042"
CANARIES = (NAME, NAME.split()[0], PHONE.removeprefix("+"), NIK)
STAMP = "20261123-020000"


def siti(db: Db, folder: Path) -> int:
    """An owner who has said a lot; her id. Somebody else is there, too, and stays."""
    met(db, "99", name="Budi")
    contact = met(db, "12345", name=NAME)
    person = Person(contact.person, "id", contact=contact.id)
    said = f"NIK saya {NIK}, nama {NAME}, hp {PHONE}"
    heard = message("u:1", said, address="12345")
    letter = inbox.add(db, contact, heard, {"update_id": 1, "message": {"text": said}})
    assert letter
    inbox.done(db, letter, said)
    inbox.add_happening(db, person.id, "due:1", "nudge", {"what": said})
    talks.save(db, person.id, Talks(open=Talk(7, "register", MONDAY, MONDAY, given={"heard": said})), False)
    shop: owners.Facts = {"village": "35.73.01.1007", "business": f"Toko {NAME}", "sector": "pangan"}
    owners.register(db, person, name=NAME, phone=PHONE, **shop)
    nik = {"nik": db.seal(person.id, "owners.nik", NIK), "nik_index": db.keys.index("nik", NIK)}
    db.execute(update(owning).where(owning.c.person_id == person.id).values(nik))
    outbox.put(db, contact, Message((f"Terima kasih, {NAME}.",)), "i1.0")
    tickets.open_ticket(db, person, "question", said)
    audit.note(db, None, "looked", person.id, "owner:1", said)
    code = officers.invite(db, f"Bu {NAME}", "petugas", "35.73")
    officer = met(db, "555", account="telegram:222", name="Rina")
    officers.join(db, Person(officer.person, "id", contact=officer.id), code)
    db.execute(update(metadata.tables["officers"]).values(name=db.seal(officer.person, "officers.name", "Rina")))
    db.execute(invites.delete())
    outbox.put(db, officer, Message((f"Tiket 1: {NAME} bertanya.",)), "alert:ticket:1", about=person.id)
    chat = met(db, PHONE.removeprefix("+"), account="whatsapp:333")  # there her address is her number
    db.execute(
        update(metadata.tables["contacts"])
        .where(metadata.tables["contacts"].c.id == chat.id)
        .values(person_id=person.id, address=db.seal(person.id, "contacts.address", PHONE.removeprefix("+")))
    )
    hers = replace(chat, person=person.id)
    wamid = f"wamid.{PHONE.removeprefix('+')}"
    assert inbox.add(db, hers, message(f"m:{wamid}", said, address=hers.address), {"from": hers.address, "text": said})
    outbox.put(db, hers, Message((f"Halo {NAME}",)), "w1.0")
    (parcel,) = outbox.claim(db, chat.account, list(outbox.EXPIRY), 5)
    outbox.sent(db, [(parcel.id, person.id, wamid)])
    inbox.add_unreadable(db, chat.account, f"m:{wamid}.2", {"from": hers.address, "odd": said}, "KeyError")
    name = media.write(db.keys, folder, db.key_of(person.id), said.encode(), db.now)
    media.put(db, person.id, name, "evidence", "image/jpeg", len(said))
    return person.id


def gone(bench: Bench, person: int) -> list[erasure.Left]:
    """Have the person erased, up to the commit."""
    erased = write(
        bench,
        lambda db: erasure.freeze(db, person, db.now + timedelta(days=7)),
        lambda db: setattr(bench.clock, "at", db.now + timedelta(days=7)),
        lambda db: erasure.erase_due(db, person, WIB),
        erasure.left,
    )
    assert erased[2] is True
    return erased[3]


def end(bench: Bench, each: erasure.Left) -> None:
    """What the clock does after the commit."""
    keys = Keys(bench.folder / "keys")
    place, copies = bench.folder / "media", bench.folder / "copies"
    assert erasure.destroy(keys, bench.url, place, copies, each, bench.clock.now())
    keys.close()
    write(bench, lambda db: erasure.over(db, each))


def opened(url: str, keys: Keys) -> Iterator[bytes]:
    """Everything that the keys open in a database: every sealed column of every row, tried with every key."""
    with closing(sqlite3.connect(keys.folder / "wrapped.db")) as db:
        names = [row[0] for row in db.execute("SELECT id FROM keys") if row[0] not in SECRETS]
    with looking(url) as connection:
        for each in metadata.sorted_tables:
            for row in connection.execute(select(each)).mappings():
                for column, value in row.items():
                    if isinstance(value, bytes) and value[:1] == b"\x01":
                        for name in names:
                            try:
                                yield keys.open(name, f"{each.name}.{column}", value)
                            except NoKey:
                                continue
                    else:
                        yield str(value).encode()


def found(content: bytes) -> list[str]:
    """The canaries in something, also as base64 or hexadecimal."""

    def forms(plain: bytes) -> tuple[bytes, ...]:
        return plain, plain.hex().encode(), base64.b64encode(plain)[:-4]

    return [word for word in CANARIES if any(form in content for form in forms(word.encode()))]


def test_the_search_itself_finds_what_is_there(sqlite: SqliteBench):
    write(sqlite, lambda db: siti(db, sqlite.folder / "media"))
    keys = Keys(sqlite.folder / "keys")
    assert len(found(b"".join(opened(sqlite.url, keys)))) == len(CANARIES)
    keys.close()


def test_nothing_of_her_is_left_anywhere(sqlite: SqliteBench):
    copies = sqlite.folder / "copies"
    (person,) = write(sqlite, lambda db: siti(db, sqlite.folder / "media"))
    copy = backup.backup(sqlite.url, str(sqlite.folder / "keys"), str(copies), 7, STAMP)["copy"]
    key = write(sqlite, lambda db: db.key_of(person))[0]
    assert key.encode() in (copies / "wrapped.db").read_bytes()
    for each in gone(sqlite, person):
        end(sqlite, each)
    assert found(sqlite.bytes()) == []  # database, its log, media, keys, copies: all that lies there
    keys = Keys(sqlite.folder / "keys")
    for url in (sqlite.url, f"sqlite:///{copy}"):
        assert found(b"".join(opened(url, keys))) == []
    keys.close()
    for wrapped in (sqlite.folder / "keys" / "wrapped.db", copies / "wrapped.db"):
        with closing(sqlite3.connect(wrapped)) as db:
            assert not db.execute("SELECT 1 FROM keys WHERE id = ?", (key,)).fetchone()
            assert [row[0] for row in db.execute("SELECT id FROM erased")] == [key]
    assert list((sqlite.folder / "media").iterdir()) == []
    assert write(sqlite, lambda db: rows(db, "owners", "person_id"), lambda db: rows(db, "erasing", "key_id")) == [
        [],
        [],
    ]


def test_nothing_of_her_is_left_on_postgresql(postgres: PostgresBench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(postgres.server.binaries), prepend=os.pathsep)
    copies = postgres.folder / "copies"
    (person,) = write(postgres, lambda db: siti(db, postgres.folder / "media"))
    copy = backup.backup(postgres.url, str(postgres.folder / "keys"), str(copies), 7, STAMP)["copy"]
    for each in gone(postgres, person):
        end(postgres, each)
    assert found(b"".join(p.read_bytes() for p in postgres.folder.rglob("*") if p.is_file())) == []
    keys = Keys(postgres.folder / "keys")
    assert found(b"".join(opened(postgres.url, keys))) == []
    with postgres.server.database() as url:
        subprocess.run(["pg_restore", "--no-owner", f"--dbname={url}", copy], check=True, timeout=60)
        assert found(b"".join(opened(url, keys))) == []
    keys.close()


def test_an_update_of_hers_that_could_not_be_read_goes_too(bench: Bench):
    def unread(db: Db) -> int:
        person = met(db, "12345")
        for number, address in enumerate(("12345", "99999")):
            inbox.add_unreadable(db, person.account, f"u:{number}", {"chat": address, "text": NAME}, "KeyError")
        return person.person

    (person,) = write(bench, unread)
    write(bench, lambda db: erasure.erase(db, person, WIB))
    ((kept,),) = write(bench, inbox.aside)
    assert write(bench, lambda db: inbox.aside_payload(db, kept.id)) == [{"chat": "99999", "text": NAME}]


def test_a_restore_brings_nobody_back(sqlite: SqliteBench):
    (person,) = write(sqlite, lambda db: siti(db, sqlite.folder / "media"))
    copy = Path(backup.backup(sqlite.url, str(sqlite.folder / "keys"), str(sqlite.folder / "copies"), 7, STAMP)["copy"])
    for each in gone(sqlite, person):
        end(sqlite, each)
    for old in sqlite.folder.glob("office.db*"):
        old.unlink()
    copy.rename(sqlite.file)
    before, count, again, after = write(
        sqlite,
        lambda db: rows(db, "people", "id"),
        lambda db: erasure.again(db, WIB),
        lambda db: erasure.again(db, WIB),
        lambda db: rows(db, "people", "id"),
    )
    assert person in before
    assert (count, again) == (1, 0)
    assert after == [id for id in before if id != person]
    for each in write(sqlite, erasure.left)[0]:
        end(sqlite, each)
    assert write(sqlite, erasure.left) == [[]]


def references(each: Table) -> list[str]:
    """The columns of a table that may say who somebody is."""
    words = {f"{word}_id" for word in ("person", "owner", "officer", "actor", "contact", "about", "user")}
    return [c.name for c in each.columns if c.name.endswith("_by") or c.name in words]


STAYS = {
    "audit.actor_id": "an id alone, so that the trace outlives the person",
    "audit.person_id": "an id alone, so that the trace outlives the person",
    "faqs.approved_by": "as told by the operator, an office's name",
}


def test_no_column_that_points_at_a_person_is_forgotten():
    covered: set[str] = set()
    for each in metadata.sorted_tables:
        keys = {key.parent.name: key for key in each.foreign_keys}
        for name in references(each):
            known = name in keys and leads(keys[name].column.table)
            assert known or f"{each.name}.{name}" in STAYS, f"{each.name}.{name}: whose is it? Give it a foreign key"
            covered.add(f"{each.name}.{name}")
        for column in erasure.unlinked(each):
            assert column.nullable, f"{each.name}.{column.name}"
    assert {"outbox.about_id", "changes.decided_by", "businesses.owner_id", "invites.used_by"} <= covered


def leads(each: Table) -> bool:
    return each is table or erasure.of(each, 1) is not None


def test_of_a_row_in_every_table_none_that_is_hers_is_left(bench: Bench):
    def hers(db: Db) -> dict[str, int]:
        count: dict[str, int] = {}
        for each in metadata.sorted_tables:
            whose: ColumnElement[bool] | None = erasure.of(each, 1) if each is not table else table.c.id == 1
            if whose is not None:
                count[each.name] = len(db.execute(select(each).where(whose)).all())
        return count

    before, _, after, left = write(
        bench, lambda db: (everything(db), hers(db))[1], lambda db: erasure.erase(db, 1, WIB), hers, erasure.left
    )
    assert sum(count > 0 for count in before.values()) > 15, before
    assert set(after.values()) == {0}
    assert len(left) == 2  # the one that was there, and hers


STEPS = ("before", "rows", "files", "key", "copies")
KILLED = """
import json, os, sys
from datetime import datetime, UTC
from pathlib import Path
from zoneinfo import ZoneInfo
from bot.domain import backup, erasure, media
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.keys import Keys

url, folder, step, person, now = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5]
keys, engine, now = Keys(folder / "keys"), writing(url), datetime.fromisoformat(now)

def cut(here):
    if step == here:
        os._exit(9)

with engine.begin() as connection:
    erasure.erase_due(Db(connection, keys, now), person, ZoneInfo("Asia/Jakarta"))
    cut("before")
with engine.begin() as connection:
    (each,) = erasure.left(Db(connection, keys, now))
cut("rows")
media.remove(folder / "media", each.files)
cut("files")
keys.destroy(each.key, now)
cut("key")
backup.renew_keys(folder / "keys", folder / "copies")
cut("copies")
"""


@pytest.mark.parametrize("step", STEPS)
def test_killed_between_two_steps_the_next_start_ends_it(sqlite: SqliteBench, step: str):
    (person,) = write(sqlite, lambda db: siti(db, sqlite.folder / "media"))
    backup.backup(sqlite.url, str(sqlite.folder / "keys"), str(sqlite.folder / "copies"), 7, STAMP)
    write(sqlite, lambda db: erasure.freeze(db, person, db.now + timedelta(days=7)))
    sqlite.clock.move(timedelta(days=7))
    command = [sys.executable, "-c", KILLED, sqlite.url, str(sqlite.folder), step, str(person),
               sqlite.clock.now().isoformat()]  # fmt: skip
    killed = subprocess.run(command, capture_output=True, timeout=LIMIT)
    assert killed.returncode == 9, killed.stderr.decode()
    write(sqlite, lambda db: erasure.again(db, WIB))  # what a start does
    for who in write(sqlite, erasure.ready)[0]:
        write(sqlite, lambda db, who=who: erasure.erase_due(db, who, WIB))
    for each in write(sqlite, erasure.left)[0]:
        end(sqlite, each)
    assert found(sqlite.bytes()) == []
    assert list((sqlite.folder / "media").iterdir()) == []
    assert write(sqlite, erasure.left, lambda db: rows(db, "owners", "person_id")) == [[], []]


def test_a_key_that_was_destroyed_before_its_rows_takes_them_along_at_the_next_start(sqlite: SqliteBench):
    (person,) = write(sqlite, lambda db: siti(db, sqlite.folder / "media"))
    keys = Keys(sqlite.folder / "keys")
    name = write(sqlite, lambda db: db.key_of(person))[0]
    assert keys.destroy(name, MONDAY)
    assert keys.destroy(name, MONDAY)
    with pytest.raises(NoKey):
        keys.seal(name, "c", b"x")
    keys.close()
    assert write(sqlite, lambda db: erasure.again(db, WIB), lambda db: rows(db, "owners", "person_id")) == [1, []]


def test_while_somebody_copies_the_keys_it_is_not_over_yet(tmp_path: Path):
    keys = Keys(tmp_path)
    name = keys.new()
    keys.commit()
    with closing(sqlite3.connect(tmp_path / "wrapped.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM keys").fetchall()
        assert keys.destroy(name, MONDAY) is False
        reader.execute("COMMIT")
    assert keys.destroy(name, MONDAY) is True
    assert not (tmp_path / "wrapped.db-wal").stat().st_size
    keys.close()


def test_what_an_officer_was_told_of_her_goes_with_her(sqlite: SqliteBench):
    (person,) = write(sqlite, lambda db: siti(db, sqlite.folder / "media"))

    def told(db: Db) -> Sequence[int]:
        return db.execute(select(outgoing.c.id).where(outgoing.c.about_id == person)).scalars().all()

    assert len(write(sqlite, told)[0]) >= 1
    parcels = write(sqlite, lambda db: outbox.claim(db, people.account(db, "telegram:222"), list(outbox.EXPIRY), 5))[0]
    assert any(NAME in json.dumps(parcel.message.to_json()) for parcel in parcels)  # he can read it until then
    gone(sqlite, person)
    assert write(sqlite, told) == [[]]


def test_what_officers_heard_and_typed_is_not_kept_once_it_is_done(bench: Bench):
    def work(db: Db) -> list[Any]:
        contact = met(db, "555", account="telegram:222")
        db.execute(update(table).where(table.c.id == contact.person).values(desk="officers"))
        letter = inbox.add(db, contact, message("u:1", NAME), {"text": NAME})
        assert letter
        assert inbox.done(db, letter, "", emptied=True)
        assert inbox.add(db, contact, message("u:2", NAME), {"text": NAME}, done="", emptied=True)
        outbox.put(db, contact, Message((NAME,)), "i1.0")
        (parcel,) = outbox.claim(db, contact.account, list(outbox.EXPIRY), 5)
        outbox.sent(db, [(parcel.id, contact.person, "9")])
        return [rows(db, "inbox", "payload", "said"), rows(db, "outbox", "body")]

    assert write(bench, work) == [[[(None, None), (None, None)], [b""]]]


def test_what_could_not_be_read_is_hers_where_it_tells_her_address_and_else_the_days(sqlite: SqliteBench):
    def work(db: Db) -> list[int]:
        siti, budi = met(db, "628123456789"), met(db, "628987654321")
        told = (
            {"messages": [{"from": "628123456789", "odd": 1}]},
            {"from": {"id": 5}},
            {"from": "628123456789", "reply": {"from": "628987654321"}},
        )
        for number, raw in enumerate(told):
            inbox.add_unreadable(db, siti.account, f"m:{number}", raw, "KeyError")
        assert [inbox.aside_payload(db, each.id) for each in inbox.aside(db)] == list(told)
        assert budi.person != siti.person
        return rows(db, "inbox", "person_id")

    (whose,) = write(sqlite, work)
    assert whose == [1, None, None]
    copies = sqlite.folder / "copies"
    backup.backup(sqlite.url, str(sqlite.folder / "keys"), str(copies), 7, STAMP)
    for before, count in ((MONDAY, 0), (MONDAY + timedelta(days=1), 1)):
        drop = partial(retention.drop_days, before=before)
        assert write(sqlite, drop, lambda db: len(erasure.left(db))) == [count, count]
    for each in write(sqlite, erasure.left)[0]:
        end(sqlite, each)
    for wrapped in (sqlite.folder / "keys" / "wrapped.db", copies / "wrapped.db"):
        with closing(sqlite3.connect(wrapped)) as db:
            assert not db.execute("SELECT 1 FROM keys WHERE id LIKE 'day-%'").fetchone()
    write(sqlite, lambda db: inbox.aside_payload(db, 1))
    with pytest.raises(NoKey):
        write(sqlite, lambda db: inbox.aside_payload(db, 2))


def test_a_backup_holds_the_sealed_files_and_loses_those_that_are_gone(sqlite: SqliteBench):
    copies, keys = sqlite.folder / "copies", str(sqlite.folder / "keys")
    place = media.folder(sqlite.url, sqlite.folder / "keys")
    write(sqlite, lambda db: siti(db, place))
    backup.backup(sqlite.url, keys, str(copies), 7, STAMP)
    (file,) = place.iterdir()
    (copy,) = (copies / "media").iterdir()
    assert (copy.name, copy.read_bytes()) == (file.name, file.read_bytes())
    media.remove(place, [file.name])
    backup.backup(sqlite.url, keys, str(copies), 7, "20261123-030000")
    assert list((copies / "media").iterdir()) == []
