"""The inbox's statements: kept once, done once, tried, set aside, replayed, emptied."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.domain import inbox, people
from bot.domain.db import Db
from bot.domain.inbox import Letter
from bot.domain.tables import Lane, Received
from bot.domain.tables import inbox as table
from tests.store.bench import Bench, message, met, minutes, rows, write


def kept(db: Db, key: str = "u:1", address: str = "7") -> Letter:
    """A letter of a person, just come in."""
    letter = inbox.add(db, met(db, address), message(key, address=address), {"update_id": key})
    assert letter is not None
    return letter


def states(db: Db) -> list[tuple[int, int]]:
    return rows(db, "inbox", "state", "attempts")


def test_an_update_is_kept_once(bench: Bench):
    def work(db: Db) -> None:
        first = kept(db)
        assert first.attempts == 1
        assert inbox.add(db, met(db), message("u:1"), {"update_id": 1, "again": True}) is None
        other = met(db, account="telegram:222")
        assert inbox.add(db, other, message("u:1"), {"update_id": 1}) is not None  # another bot counts for itself
        assert inbox.payload(db, first) == {"update_id": "u:1"}

    write(bench, work)


def test_the_second_of_two_deliveries_makes_no_second_row_also_after_a_restart(bench: Bench):
    again = write(bench, kept, lambda db: inbox.add(db, met(db), message("u:1"), {}))[1]
    assert again is None
    assert write(bench, lambda db: inbox.add(db, met(db), message("u:1"), {}), states) == [None, [(0, 1)]]


def test_an_unreadable_update_is_kept_once_and_seen(bench: Bench):
    def work(db: Db) -> None:
        account = people.account(db, "telegram:111")
        row = inbox.add_unreadable(db, account, "u:9", {"update_id": 9}, "KeyError")
        assert row is not None
        assert inbox.add_unreadable(db, account, "u:9", {"update_id": 9}, "KeyError") is None
        assert [(a.id, a.state, a.error) for a in inbox.aside(db)] == [(row, Received.UNREADABLE, "KeyError")]
        assert inbox.aside_payload(db, row) == {"update_id": 9}
        assert inbox.unfinished(db) == []

    write(bench, work)


def test_a_turn_is_over_once(bench: Bench):
    def work(db: Db) -> None:
        letter = kept(db)
        assert inbox.done(db, letter, "halo")
        assert not inbox.done(db, letter, "halo")
        assert inbox.payload(db, letter) is None
        assert inbox.attempt(db, letter.id) is None
        assert not inbox.set_aside(db, letter.id, "late")
        assert states(db) == [(Received.DONE, 1)]

    write(bench, work)


def test_attempts_are_counted_and_what_is_unfinished_is_found_in_order(bench: Bench):
    def work(db: Db) -> None:
        letters = [kept(db, f"u:{i}", address=str(i % 3)) for i in range(6)]
        inbox.done(db, letters[2], "")
        assert inbox.attempt(db, letters[1].id) == 2
        assert inbox.attempt(db, letters[1].id) == 3
        found = inbox.unfinished(db)
        assert [f.id for f in found] == [letters[i].id for i in (0, 1, 3, 4, 5)]
        assert [f.attempts for f in found] == [1, 3, 1, 1, 1]
        assert all(f.incoming is None for f in found)
        assert [(f.person, f.slot) for f in found] == [(f.person, people.slot(f.person)) for f in found]

    write(bench, work)


def test_set_aside_and_replayed_it_waits_again_with_new_attempts(bench: Bench):
    def work(db: Db) -> None:
        letter = kept(db)
        inbox.attempt(db, letter.id)
        assert inbox.aside_payload(db, letter.id) is None  # nobody reads what isn't set aside
        assert inbox.set_aside(db, letter.id, "e" * 500)
        assert inbox.unfinished(db) == []
        (aside,) = inbox.aside(db)
        assert (aside.id, aside.account, aside.state, aside.attempts) == (letter.id, "telegram:111", 2, 2)
        assert len(aside.error) == 400
        assert inbox.aside_payload(db, letter.id) == {"update_id": "u:1"}
        assert inbox.replay(db, [letter.id, 999]) == 1
        assert inbox.replay(db, [letter.id]) == 0
        assert inbox.aside_payload(db, letter.id) is None
        assert states(db) == [(Received.WAITING, 0)]
        assert inbox.aside(db) == []

    write(bench, work)


def test_dropped_is_gone_from_quarantine_with_its_words(bench: Bench):
    def work(db: Db) -> None:
        letter = kept(db)
        assert inbox.drop(db, [letter.id]) == 0  # only what was set aside
        inbox.set_aside(db, letter.id, "e")
        assert inbox.drop(db, [letter.id]) == 1
        assert rows(db, "inbox", "state", "payload") == [(Received.DROPPED, None)]
        assert inbox.replay(db, [letter.id]) == 0

    write(bench, work)


def test_a_happening_is_a_row_of_its_person_and_comes_once(bench: Bench):
    def work(db: Db) -> None:
        contact = met(db)
        letter = inbox.add_happening(db, contact.person, "due:1", "nudge", {"talk": 7})
        assert letter is not None
        assert (letter.person, letter.contact, letter.slot) == (contact.person, contact.id, people.slot(contact.person))
        assert inbox.payload(db, letter) == {"happening": "nudge", "data": {"talk": 7}, "lane": Lane.REPLY}
        assert inbox.add_happening(db, contact.person, "due:1", "nudge", {"talk": 7}) is None
        assert inbox.add_happening(db, 999, "due:2", "nudge", {}) is None  # nobody there

    write(bench, work)


def test_what_was_said_is_emptied_first_and_deleted_later(bench: Bench):
    def work(db: Db) -> None:
        old, waiting, aside = (kept(db, f"u:{i}") for i in range(3))
        inbox.done(db, old, "halo")
        inbox.set_aside(db, aside.id, "e")
        db.now += minutes(60)
        new = kept(db, "u:new")
        inbox.done(db, new, "halo")
        before, now = db.now - minutes(30), db.now
        long_ago = now - minutes(120)
        assert inbox.purge(db, before, long_ago, long_ago) == 1
        assert rows(db, "inbox", "id", "payload")[0] == (old.id, None)
        assert rows(db, "inbox", "said")[0] is not None
        assert inbox.purge(db, before, long_ago, long_ago) == 0
        assert inbox.purge(db, before, before, long_ago) == 1
        assert rows(db, "inbox", "id", "said")[0] == (old.id, None)
        assert inbox.purge(db, before, before, before) == 1
        assert rows(db, "inbox", "id") == [waiting.id, aside.id, new.id]
        soon = now + minutes(1)
        assert inbox.purge(db, soon, soon, soon, limit=5) == 3  # emptied twice and deleted
        assert rows(db, "inbox", "id") == [waiting.id, aside.id]

    write(bench, work)


def test_the_oldest_that_waits(bench: Bench):
    def work(db: Db) -> None:
        known = [people.account(db, "telegram:111"), people.account(db, inbox.HOUSE)]
        inbox.add(db, met(db, account="telegram:999"), message("u:1"), {})  # that bot is no longer in the settings
        db.now += minutes(1)
        assert inbox.oldest_waiting(db, known) is None
        first, since = kept(db), db.now
        db.now += minutes(1)
        kept(db, "u:2")
        assert inbox.oldest_waiting(db, known) == since
        inbox.done(db, first, "")
        assert inbox.oldest_waiting(db, known) == db.now

    write(bench, work)


@pytest.mark.parametrize("change", [{"account_id": 99}, {"person_id": 99}, {"contact_id": 99}, {"state": None}])
def test_no_row_points_nowhere(bench: Bench, change: dict[str, int | None]):
    def work(db: Db) -> None:
        letter = kept(db)
        with pytest.raises(IntegrityError), db.connection.begin_nested():
            db.execute(update(table).where(table.c.id == letter.id).values(change))
        copy = db.execute(select(table)).mappings().one()
        with pytest.raises(IntegrityError), db.connection.begin_nested():
            db.execute(insert(table).values({**copy, "id": 99}))  # the same key again

    write(bench, work)
