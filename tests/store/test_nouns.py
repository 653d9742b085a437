"""The other nouns that the stations rest on: reminders, jobs, talks, people, buttons that work once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import String, Table, delete, insert
from sqlalchemy.exc import IntegrityError

from bot.chat.talk import Talk, Talks
from bot.domain import inbox, jobs, people, reminders, talks
from bot.domain.db import Db
from bot.domain.tables import Lane, Working, businesses, metadata, owners, used_buttons
from tests.office import MONDAY
from tests.store.bench import Bench, SqliteBench, message, met, minutes, rows, write

JAKARTA = ZoneInfo("Asia/Jakarta")


def forget_key(bench: SqliteBench, key: str) -> None:
    with closing(sqlite3.connect(bench.folder / "keys" / "wrapped.db")) as keys, keys:
        keys.execute("DELETE FROM keys WHERE id = ?", (key,))


# Reminders


def test_a_reminder_fires_once_when_it_is_due(bench: Bench):
    def put(db: Db) -> None:
        reminders.put(db, met(db).person, "nudge", "7", db.now + minutes(10), {"talk": 7})
        assert reminders.fire(db) == []
        db.now += minutes(10)
        (letter,) = reminders.fire(db)
        assert inbox.payload(db, letter) == {"happening": "nudge", "data": {"talk": 7}, "lane": Lane.REMINDER}
        assert reminders.fire(db) == []

    def fire_again(db: Db) -> None:
        db.now += minutes(10)
        assert reminders.fire(db) == []

    write(bench, put, fire_again)
    write(bench, fire_again)


def test_a_reminder_that_is_put_again_moves(bench: Bench):
    def work(db: Db) -> None:
        person = met(db).person
        reminders.put(db, person, "nudge", "7", db.now, {"talk": 7})
        reminders.put(db, person, "nudge", "7", db.now + minutes(30), {"talk": 8})
        reminders.put(db, person, "nudge", "8", db.now + minutes(30), {"talk": 9})
        assert reminders.fire(db) == []
        db.now += minutes(30)
        fired = reminders.fire(db)
        assert [(inbox.payload(db, letter) or {})["data"] for letter in fired] == [{"talk": 8}, {"talk": 9}]

    write(bench, work)


def test_a_reminder_may_come_again_after_it_fired(bench: Bench):
    def work(db: Db) -> None:
        person = met(db).person
        for _ in range(3):
            reminders.put(db, person, "nudge", "7", MONDAY, {})
            assert len(reminders.fire(db)) == 1

    write(bench, work)


def test_a_dropped_reminder_is_gone(bench: Bench):
    def work(db: Db) -> None:
        person = met(db).person
        for key in ("7", "8"):
            reminders.put(db, person, "nudge", key, db.now, {"talk": int(key)})
        reminders.drop(db, person, "nudge", "7")
        reminders.drop(db, person, "nudge", "nothing")
        (letter,) = reminders.fire(db)
        assert (inbox.payload(db, letter) or {})["data"] == {"talk": 8}

    write(bench, work)


def test_many_that_are_due_at_once_come_in_pieces(bench: Bench):
    def work(db: Db) -> None:
        person = met(db).person
        for i in range(501):
            reminders.put(db, person, "nudge", str(i), db.now, {})
        assert [len(reminders.fire(db)) for _ in range(3)] == [500, 1, 0]

    write(bench, work)


def test_a_reminder_of_somebody_whose_key_is_gone_stops_nobody(sqlite: SqliteBench):
    def put(db: Db) -> str:
        siti, budi = met(db, "1"), met(db, "2")
        for contact in (siti, budi):
            reminders.put(db, contact.person, "nudge", "7", db.now, {})
        return db.key_of(siti.person)

    (key,) = write(sqlite, put)
    forget_key(sqlite, key)

    def fire(db: Db) -> None:
        assert [letter.person for letter in reminders.fire(db)] == [2]
        assert rows(db, "reminders", "id") == []

    write(sqlite, fire)


@pytest.mark.parametrize(
    ("hour", "day", "at"),
    [(7, 23, (7, 23)), (19, 23, (19, 23)), (20, 23, (8, 24)), (23, 23, (8, 24)), (0, 24, (8, 24)), (6, 24, (8, 24))],
)
def test_a_reminder_comes_at_a_polite_hour(hour: int, day: int, at: tuple[int, int]):
    found = reminders.polite(datetime(2026, 11, day, hour, 30, tzinfo=JAKARTA).astimezone(UTC), JAKARTA)
    local = found.astimezone(JAKARTA)
    assert (local.hour, local.day) == at


# Jobs


def test_a_job_is_done_and_its_result_happens_to_its_person_once(bench: Bench):
    def work(db: Db) -> None:
        person = met(db).person
        jobs.put(db, "tests.work:double", {"n": 1}, person=person, then="doubled")
        jobs.put(db, "tests.work:double", {"n": 2})
        one, two = jobs.claim(db, 5)
        assert jobs.claim(db, 5) == []
        assert (one.args, one.then, one.person, one.attempts) == ({"n": 1}, "doubled", person, 1)
        letter = jobs.done(db, one, {"n": 2})
        assert letter
        assert inbox.payload(db, letter) == {"happening": "doubled", "data": {"n": 2}, "lane": Lane.REPLY}
        assert jobs.done(db, one, {"n": 2}) is None
        assert jobs.done(db, two, {"n": 4}) is None
        assert rows(db, "jobs", "state") == [Working.DONE, Working.DONE]

    write(bench, work)


def test_no_more_jobs_than_asked_for_and_the_oldest_first(bench: Bench):
    def work(db: Db) -> None:
        ids = [jobs.put(db, "tests.work:nothing", {}) for _ in range(3)]
        assert [job.id for job in jobs.claim(db, 2)] == ids[:2]
        assert [job.id for job in jobs.claim(db, 2)] == ids[2:]

    write(bench, work)


def test_a_job_is_tried_three_times_with_pauses_and_then_its_person_is_told(bench: Bench):
    def work(db: Db) -> None:
        jobs.put(db, "tests.work:fails", {}, person=met(db).person, then="drawn")
        for attempt in (1, 2):
            (job,) = jobs.claim(db, 1)
            assert job.attempts == attempt
            assert jobs.failed(db, job, "exit 1") is None
            assert jobs.claim(db, 1) == []
            db.now += minutes(attempt)
        (job,) = jobs.claim(db, 1)
        letter = jobs.failed(db, job, "exit 1")
        assert letter
        assert inbox.payload(db, letter) == {"happening": "drawn", "data": {"failed": True}, "lane": Lane.REPLY}
        db.now += minutes(60)
        assert jobs.claim(db, 1) == []
        assert rows(db, "jobs", "state", "error") == [(Working.FAILED, "exit 1")]

    write(bench, work)


def test_a_job_that_was_running_at_a_crash_runs_again(bench: Bench):
    def work(db: Db) -> None:
        jobs.put(db, "tests.work:nothing", {})
        (job,) = jobs.claim(db, 1)
        assert jobs.release(db) == 1
        assert jobs.release(db) == 0
        assert [(again.id, again.attempts) for again in jobs.claim(db, 1)] == [(job.id, 2)]

    write(bench, work)


def test_a_job_of_somebody_whose_key_is_gone_stops_nobody(sqlite: SqliteBench):
    def put(db: Db) -> str:
        siti = met(db, "1")
        jobs.put(db, "tests.work:nothing", {"n": 1}, person=siti.person, then="drawn")
        jobs.put(db, "tests.work:nothing", {"n": 2})
        return db.key_of(siti.person)

    (key,) = write(sqlite, put)
    forget_key(sqlite, key)

    def take(db: Db) -> None:
        assert [job.args for job in jobs.claim(db, 5)] == [{"n": 2}]
        assert rows(db, "jobs", "state") == [Working.FAILED, Working.RUNNING]

    write(sqlite, take)


# Talks, people, buttons


def test_a_talk_is_kept_as_it_was(bench: Bench):
    def work(db: Db) -> None:
        person = met(db).person
        assert talks.load(db, person) == (Talks(), True)
        db.execute(delete(metadata.tables["talks"]))  # as it is with somebody from before there was a row for everybody
        assert talks.load(db, person) == (Talks(), False)
        talks.save(db, person, Talks(), False)
        assert talks.load(db, person)[1] is False  # nothing to keep is no row
        kept = Talks(open=Talk(7, "register", MONDAY, MONDAY, waiting="name"))
        talks.save(db, person, kept, False)
        assert talks.load(db, person) == (kept, True)
        assert rows(db, "talks", "flow", "waiting") == [("register", "name")]
        assert kept.open
        kept.open.waiting = "phone"
        talks.save(db, person, kept, True)
        assert talks.load(db, person) == (kept, True)
        talks.save(db, person, Talks(), True)
        assert talks.load(db, person) == (Talks(), True)
        assert rows(db, "talks", "flow", "waiting") == [(None, None)]

    write(bench, work)


def test_a_person_is_met_once_an_address(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db, "1", name="Siti")
        assert met(db, "1", name="Another name") == siti
        budi = met(db, "2")
        assert budi.person != siti.person
        assert met(db, "1", account="telegram:222").person not in (siti.person, budi.person)
        person, reachable = people.load(db, siti.person, siti.id)
        assert (person.name, person.language, person.desk, reachable) == ("", "id", "owners", True)
        assert len(set(rows(db, "people", "key_id"))) == 3

    write(bench, work)


def test_an_accounts_id_stays(bench: Bench):
    first = write(bench, lambda db: people.account(db, "telegram:111"), lambda db: people.account(db, "house"))
    assert write(bench, lambda db: people.account(db, "telegram:111"))[0] == first[0] != first[1]


def test_slots_are_few_and_stay(bench: Bench):
    assert {people.slot(n) for n in range(5000)} == set(range(64))
    assert [people.slot(n) for n in (1, 2, 3, 1000)] == [55, 13, 27, 23]


def test_where_to_reach_a_person(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db, "1")
        assert people.contact_of(db, siti.person) == siti
        assert people.contact_of(db, 99) is None
        other = people.account(db, "telegram:222")
        address = db.seal(siti.person, "contacts.address", "9")
        found = {"account_id": other, "address": address, "address_index": b"9"}
        row = {**found, "person_id": siti.person, "reachable": True}
        second = db.insert(metadata.tables["contacts"], row)
        people.set_reachable(db, siti.id, False)
        found = people.contact_of(db, siti.person)
        assert found
        assert (found.id, found.account, found.address) == (second, other, "9")

    write(bench, work)


def test_a_button_works_once_a_person(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, "1").person, met(db, "2").person
        assert [db.once(siti, "b"), db.once(siti, "b"), db.once(budi, "b"), db.once(siti, "c")] == [1, 0, 1, 1]

    write(bench, work)
    assert write(bench, lambda db: db.once(1, "b")) == [False]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (used_buttons, {"person_id": 99, "button": "b", "used_at": MONDAY}),
        (owners, {"person_id": 99, "name": b"Siti", "registered_at": MONDAY, "changed_at": MONDAY}),
        (businesses, {"owner_id": 1, "name": b"Kue", "sector": "pangan", "village": "35", "registered_at": MONDAY,
                      "changed_at": MONDAY}),
        (metadata.tables["reminders"], {"person_id": 99, "kind": "n", "key": "7", "data": {}, "due_at": MONDAY}),
        (metadata.tables["talks"], {"person_id": 99, "state": b"", "touched_at": MONDAY}),
        (metadata.tables["people"], {"key_id": "k", "language": "id", "desk": "owners"}),
        (metadata.tables["contacts"], {"account_id": 1, "person_id": 1, "address": b"7", "address_index": b"7"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)  # fmt: skip
def test_the_tables_refuse_what_can_not_be(bench: Bench, table: Table, row: dict[str, object]):
    def work(db: Db) -> None:
        met(db)
        with pytest.raises(IntegrityError), db.connection.begin_nested():
            db.execute(insert(table).values(row))

    write(bench, work)


def test_times_come_back_as_they_went_in(bench: Bench):
    def work(db: Db) -> None:
        local = datetime(2026, 11, 23, 9, 0, tzinfo=JAKARTA)
        db.now = local
        letter = inbox.add(db, met(db), message("u:1"), {})
        assert letter
        assert rows(db, "inbox", "received_at") == [datetime(2026, 11, 23, 2, 0, tzinfo=UTC)]
        assert inbox.oldest_waiting(db, [1]) == local

    write(bench, work)


def test_a_wish_for_any_topic_fits_among_the_tallies():
    kind, topic = metadata.tables["tallies"].c.kind.type, metadata.tables["wishes"].c.topic.type
    assert isinstance(kind, String)
    assert isinstance(topic, String)
    assert (kind.length or 0) >= len("wish.") + (topic.length or 0)
