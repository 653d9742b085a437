"""What nobody needs any more goes after its time, and people who were silent for years are told before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bot.chat.flow import Person
from bot.chat.talk import Talks
from bot.domain import dated, erasure, inbox, jobs, people, retention, talks, tickets
from bot.domain.db import Db
from bot.domain.tables import Received, Working, metadata
from tests.office import MONDAY
from tests.store.bench import Bench, SqliteBench, message, met, rows, write

DAY = timedelta(days=1)
KEPT, NOTICE = 1825 * DAY, 30 * DAY


def table(name: str) -> Any:
    return metadata.tables[name]


def purged(db: Db) -> int:
    return retention.purge(db, 30 * DAY, 365 * DAY, 300 * DAY, 30 * DAY)


def test_each_kind_goes_after_its_time_and_not_before(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db)
        person = Person(siti.person, "id", contact=siti.id)
        letter = inbox.add(db, siti, message("u:1"), {"text": "halo"})
        assert letter
        inbox.set_aside(db, letter.id, "ValueError")
        inbox.add_unreadable(db, siti.account, "u:2", {"text": "?"}, "KeyError")
        number, _ = tickets.open_ticket(db, person, "question", "rahasia")
        db.execute(update(table("tickets")).where(table("tickets").c.id == number).values(closed_at=db.now))
        db.insert(table("wishes"), {"person_id": siti.person, "topic": "halal", "at": db.now})
        job = jobs.put(db, "tests.work:double", {}, person=siti.person)
        db.execute(update(table("jobs")).where(table("jobs").c.id == job).values(state=Working.DONE, done_at=db.now))
        assert purged(db) == 0

        def later(days: int) -> tuple[Any, ...]:
            db.now = MONDAY + days * DAY + timedelta(seconds=1)
            gone = purged(db)
            assert purged(db) == 0
            (words,) = rows(db, "tickets", "words")
            return (
                gone,
                rows(db, "inbox", "state"),
                words is not None,
                len(rows(db, "wishes", "id")),
                len(rows(db, "jobs", "id")),
            )

        aside, given_up = [Received.QUARANTINED, Received.UNREADABLE], [Received.DROPPED] * 2
        assert later(29) == (0, aside, True, 1, 1)
        assert later(30) == (3, given_up, True, 1, 0)
        assert rows(db, "inbox", "payload") == [None, None]
        assert later(300) == (1, given_up, True, 0, 0)
        assert later(364) == (0, given_up, True, 0, 0)
        assert later(365) == (1, given_up, False, 0, 0)

    write(bench, work)


def test_an_open_ticket_and_a_waiting_job_stay_however_old(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db)
        tickets.open_ticket(db, Person(siti.person, "id", contact=siti.id), "question", "rahasia")
        jobs.put(db, "tests.work:double", {})
        db.now += 4000 * DAY
        assert purged(db) == 0

    write(bench, work)


def test_who_was_silent_for_years_is_told_and_then_erased(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, "1"), met(db, "2")
        for contact in (siti, budi):
            talks.save(db, contact.person, Talks(keys=True), False)
        db.now = MONDAY + KEPT - NOTICE
        assert retention.warn_idle(db, KEPT, NOTICE) == 0
        db.now += timedelta(seconds=1)
        assert retention.warn_idle(db, KEPT, NOTICE) == 2
        assert retention.warn_idle(db, KEPT, NOTICE) == 0
        until = db.now + NOTICE
        assert rows(db, "people", "erase_at") == [until, until]
        assert rows(db, "outbox", "person_id", "origin") == [(p, f"idle:{until.date()}") for p in (1, 2)]
        assert retention.stay(db, NOTICE) == 0
        db.now += 10 * DAY
        talks.save(db, budi.person, Talks(keys=True), True)  # he writes
        assert retention.stay(db, NOTICE) == 1
        db.now = until - timedelta(seconds=1)
        assert erasure.say_farewell(db) == 0
        db.now = until
        assert erasure.say_farewell(db) == 1
        assert rows(db, "people", "erase_at") == [until, None]
        noted = rows(db, "audit", "action", "person_id")
        assert noted == [("erasure.idle", 1), ("erasure.idle", 2), ("erasure.stays", 2)]

    write(bench, work)


def test_who_asked_to_be_erased_or_works_here_is_left_alone(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, "1"), met(db, "2")
        erasure.freeze(db, siti.person, db.now + 7 * DAY)
        talks.save(db, siti.person, Talks(keys=True), False)
        db.execute(update(table("people")).where(table("people").c.id == budi.person).values(desk="officers"))
        db.now += 6 * DAY
        talks.save(db, siti.person, Talks(keys=True), True)
        assert retention.stay(db, NOTICE) == 0
        db.now += 4000 * DAY
        assert retention.warn_idle(db, KEPT, NOTICE) == 0

    write(bench, work)


def test_who_blocked_us_is_erased_without_a_word(bench: Bench):
    def work(db: Db) -> None:
        people.set_reachable(db, met(db).id, False)
        db.now += KEPT
        assert retention.warn_idle(db, KEPT, NOTICE) == 1
        assert rows(db, "outbox", "id") == []

    write(bench, work)


def test_the_years_are_those_of_the_text_of_consent(sqlite: SqliteBench):
    def work(db: Db) -> tuple[int, int]:
        dated.ship(db)
        before = retention.years(db, MONDAY.date())
        dated.put(db, "consent.text", MONDAY.date(), {"version": "2", "years": 3}, "uji")
        return before, retention.years(db, MONDAY.date())

    assert write(sqlite, work) == [(5, 3)]


def test_photos_of_evidence_go_after_the_months_of_the_text_and_exports_are_others_care(bench: Bench):
    def work(db: Db) -> None:
        dated.ship(db)
        siti = met(db)
        for kind in ("evidence", "export"):
            about = {"person_id": siti.person, "kind": kind, "mime": "image/jpeg", "size": 1, "at": db.now}
            db.insert(table("media"), {**about, "name": kind})
        kept = retention.evidence_days(db, MONDAY.date()) * DAY
        assert kept == 365 * DAY
        db.now += kept
        assert retention.drop_evidence(db, kept) == 0
        db.now += timedelta(seconds=1)
        assert retention.drop_evidence(db, kept) == 1
        assert rows(db, "media", "name") == ["export"]

    write(bench, work)


def test_only_copies_of_upgrades_are_named_and_only_old_ones(tmp_path: Path):
    names = ("office.db", "office.db-wal", "office.db.lock", "office.db.0003.20260101-020000", "office.db.notes",
             "office.db.0004.20261120-020000", "other.db.0003.20200101-020000", "office.db.0003.20260101-020000.old",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    found = retention.old_copies(f"sqlite:///{tmp_path}/office.db", MONDAY - 30 * DAY)
    assert [path.name for path in found] == ["office.db.0003.20260101-020000"]
    assert retention.old_copies("postgresql://a@b/c", MONDAY) == []
