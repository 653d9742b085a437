"""Keys: made before what they seal, never mixed up, and nothing readable without them."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.chat.talk import Talk, Talks
from bot.domain import inbox, jobs, outbox, owners, people, talks
from bot.domain.db import Db, StoreDown
from bot.domain.engine import looking
from bot.domain.keys import HOUSE, KEPT, Keys, NoKey, keyring
from bot.domain.tables import people as table
from bot.post.store import Store
from tests.office import MONDAY
from tests.store.bench import LIMIT, Bench, SqliteBench, full_disk, message, met, on, rows, together, write

KILLED = """
import asyncio, os, sys
from pathlib import Path
from bot.domain.keys import Keys
from bot.post.sqlite import SqliteStore
from bot.chat.messages import Incoming
from bot.chat.seams import SystemClock
from bot.domain import people

class Cut(Keys):
    cut = None
    def commit(self):
        if self.cut == "before":
            os._exit(9)
        super().commit()
        if self.cut == "after":
            os._exit(9)

def met(db, address):
    incoming = Incoming("u:0", address, "text", db.now)
    people.meet(db, people.account(db, "telegram:111"), incoming, "owners", "id")

async def main(folder, where):
    keys = Cut(folder / "keys")
    store = SqliteStore(f"sqlite:///{folder}/office.db", keys, SystemClock())
    await store.write(lambda db: met(db, address="1"))
    keys.cut = where
    await asyncio.gather(*(store.write(lambda db, i=i: met(db, address=str(i))) for i in range(2, 9)))

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize("where", ["before", "after"])
def test_killed_at_any_moment_no_person_is_without_her_key(sqlite: SqliteBench, where: str):
    command = [sys.executable, "-c", KILLED, str(sqlite.folder), where]
    killed = subprocess.run(command, capture_output=True, timeout=LIMIT)
    assert killed.returncode == 9, killed.stderr.decode()
    with closing(sqlite3.connect(sqlite.folder / "keys" / "wrapped.db")) as db:
        kept = {row[0] for row in db.execute("SELECT id FROM keys")}
    known = write(sqlite, lambda db: rows(db, "people", "key_id"))[0]
    assert len(known) == 1
    assert set(known) <= kept
    write(sqlite, lambda db: met(db, address="2"))  # life goes on


def first(db: Db) -> None:
    """Somebody is met, her key is known by her number, and then it goes wrong."""
    contact = met(db, address="first", name="Pertama")
    assert db.key_of(contact.person)
    raise ValueError


def second(db: Db) -> tuple[int, str]:
    """The next person, by another way than meeting (an import, say). SQLite gives her the number that is free again."""
    key = db.keys.new()
    return db.insert(table, {"key_id": key, "language": "id", "desk": "owners", "met_at": db.now}), key


def test_a_number_that_a_rollback_gave_back_gets_the_next_persons_key(bench: Bench):
    async def run(store: Store) -> None:
        failed, made = await together(store, first, second)
        assert isinstance(failed, ValueError)
        assert await store.write(lambda db: db.key_of(made[0])) == made[1]

    on(bench, run)


def test_the_same_after_a_commit_that_failed(sqlite: SqliteBench):
    async def run(store: Store) -> None:
        await store.write(lambda db: people.account(db, "telegram:111"))
        with full_disk(), pytest.raises(StoreDown):
            await store.write(lambda db: met(db, address="first", name="Pertama"))
        person, key = await store.write(second)
        assert person == 1
        assert await store.write(lambda db: db.key_of(person)) == key

    on(sqlite, run)


def test_a_key_store_that_can_not_write_is_a_store_that_is_down(sqlite: SqliteBench):
    async def run(store: Store) -> None:
        with closing(sqlite3.connect(sqlite.folder / "keys" / "wrapped.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # five seconds of this, and SQLite gives up
            with pytest.raises(StoreDown):
                await store.write(met)
            other.execute("ROLLBACK")
        await store.write(met)
        assert len(await store.write(lambda db: rows(db, "people", "id"))) == 1

    on(sqlite, run)


def test_nothing_a_person_says_or_hears_lies_open(sqlite: SqliteBench):
    canary = "BURUNGKENARI"

    def everything(db: Db) -> None:
        contact = met(db, name=f"{canary} nama")
        heard = message("u:1", f"{canary} kata")
        letter = inbox.add(db, contact, heard, {"update_id": 1, "message": {"text": heard.text}})
        assert letter
        inbox.done(db, letter, heard.text)
        inbox.add_unreadable(db, contact.account, "u:2", {"what": canary}, "ValueError")
        inbox.add_happening(db, contact.person, "h:1", "happened", {"what": canary})
        outbox.put(db, contact, Message((f"{canary} jawab",)), "i1.0")
        talk = Talk(7, "register", MONDAY, MONDAY, given={"name": canary})
        talks.save(db, contact.person, Talks(open=talk), False)
        person = Person(contact.person, "id")
        owners.register(db, person, name="Siti", phone=f"+62{canary}", village="35", business="Kue", sector="pangan")
        jobs.put(db, "tests.work:nothing", {"what": canary}, person=contact.person)

    async def run(store: Store) -> None:
        await store.write(everything)
        assert canary.encode() not in sqlite.bytes()
        assert b"register" in sqlite.bytes()  # what isn't hers can be read, so the search does find things

    on(sqlite, run)
    assert canary.encode() not in sqlite.bytes()


def test_what_is_sealed_opens_for_its_person_and_column_only(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, address="1").person, met(db, address="2").person
        sealed = db.seal(siti, "outbox.body", {"a": 1})
        assert db.open(siti, "outbox.body", sealed) == {"a": 1}
        assert sealed != db.seal(siti, "outbox.body", {"a": 1})
        for person, column in ((budi, "outbox.body"), (siti, "inbox.payload"), (None, "outbox.body")):
            with pytest.raises(NoKey):
                db.open(person, column, sealed)

    write(bench, work)


def test_wrapped_keys_without_their_master_are_refused(tmp_path: Path):
    Keys(tmp_path).close()
    (tmp_path / "master.key").unlink()
    with pytest.raises(NoKey, match=r"master\.key"):
        Keys(tmp_path)


def test_a_master_without_its_wrapped_keys_is_refused(tmp_path: Path):
    Keys(tmp_path).close()
    (tmp_path / "wrapped.db").unlink()
    for _ in range(2):
        with pytest.raises(NoKey, match=r"wrapped\.db is missing.*from the backup"):
            Keys(tmp_path)
    assert not (tmp_path / "wrapped.db").exists()


def test_a_database_with_people_gets_no_new_keys(bench: Bench):
    def opened(folder: str) -> None:
        with looking(bench.url) as connection:
            keyring(bench.folder / folder, people.anybody(connection)).close()

    opened("other")  # nobody is in it yet
    write(bench, met)
    with pytest.raises(NoKey, match=r"wrapped\.db is missing"):
        opened("another")
    opened("keys")


@pytest.mark.parametrize("cut", ["wrapped.db", "master.key"])
def test_killed_while_the_first_keys_are_made_it_begins_again(tmp_path: Path, cut: str):
    keys = Keys(tmp_path)
    sealed = keys.seal(HOUSE, "c", b"x")
    keys.close()
    (tmp_path / "master.key").rename(tmp_path / "master.key.new")  # the last step had not come yet
    if cut == "wrapped.db":
        (tmp_path / "wrapped.db").unlink()  # nor the one before
    again = Keys(tmp_path)
    assert (tmp_path / "master.key").exists()
    assert not (tmp_path / "master.key.new").exists()
    if cut == "master.key":
        assert again.open(HOUSE, "c", sealed) == b"x"
    again.close()
    Keys(tmp_path).close()


def test_a_foreign_master_is_refused(tmp_path: Path):
    Keys(tmp_path / "mine").close()
    Keys(tmp_path / "other").close()
    (tmp_path / "mine" / "master.key").unlink()
    (tmp_path / "other" / "master.key").rename(tmp_path / "mine" / "master.key")
    with pytest.raises(NoKey, match="doesn't open the wrapped keys"):
        Keys(tmp_path / "mine")


def test_the_keys_are_for_their_owner_only(tmp_path: Path):
    Keys(tmp_path / "keys").close()
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "master.key").stat().st_mode & 0o777 == 0o400


def test_many_threads_may_use_the_keys(bench: Bench):
    async def run(store: Store) -> None:
        found = await asyncio.gather(*(store.write(lambda db, i=i: met(db, address=str(i))) for i in range(50)))
        sealed = await store.write(lambda db: [db.seal(c.person, "c", c.address) for c in found])
        opened = await store.write(lambda db: [db.open(c.person, "c", s) for c, s in zip(found, sealed, strict=True)])
        assert opened == [c.address for c in found]

    on(bench, run)


def test_more_new_people_than_are_remembered_have_their_keys_before_the_commit(tmp_path: Path):
    with closing(Keys(tmp_path / "keys")) as keys:
        names = [keys.new() for _ in range(KEPT + 10)]
        sealed = [keys.seal(name, "a.column", b"satu") for name in names]
        assert {keys.open(name, "a.column", words) for name, words in zip(names, sealed, strict=True)} == {b"satu"}
    with closing(Keys(tmp_path / "keys")) as again:
        assert {again.open(name, "a.column", words) for name, words in zip(names, sealed, strict=True)} == {b"satu"}


def test_who_needs_a_remembered_or_a_new_key_does_not_wait_for_the_disk(tmp_path: Path):
    with closing(Keys(tmp_path / "keys")) as keys, closing(sqlite3.connect(tmp_path / "keys" / "wrapped.db")) as disk:
        first = keys.new()
        disk.execute("BEGIN IMMEDIATE")  # a disk that doesn't answer
        waiting = threading.Thread(target=keys.commit)
        waiting.start()
        while not keys._lock.locked():  # pyright: ignore[reportPrivateUsage]
            time.sleep(0.001)
        second = keys.new()
        assert keys.open(first, "a.column", keys.seal(first, "a.column", b"satu")) == b"satu"
        assert keys.open(second, "a.column", keys.seal(second, "a.column", b"dua")) == b"dua"
        assert waiting.is_alive()
        disk.rollback()
        waiting.join()
        keys.commit()
        assert {first, second} <= {row[0] for row in disk.execute("SELECT id FROM keys")}
