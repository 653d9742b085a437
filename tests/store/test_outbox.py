"""The outbox's statements: put once, claimed in order, one of a chat at a time, tried eight times."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.chat.messages import Message
from bot.domain import dead_letters, outbox, people
from bot.domain.db import Db
from bot.domain.outbox import Parcel
from bot.domain.people import Contact
from bot.domain.tables import Lane, Outgoing
from bot.domain.tables import outbox as table
from tests.store.bench import Bench, SqliteBench, met, minutes, rows, write

ALL = tuple(Lane)
ANSWERS = (Lane.REPLY, Lane.ALERT)
BULK = (Lane.REMINDER, Lane.BROADCAST)


def say(db: Db, contact: Contact, words: str, lane: Lane = Lane.REPLY, **more: Any) -> None:
    outbox.put(db, contact, Message((words,)), f"test:{words}", lane, **more)


def claim(db: Db, lanes: Collection[Lane] = ALL, most: int = 50) -> list[Parcel]:
    return outbox.claim(db, people.account(db, "telegram:111"), lanes, most)


def words(parcels: list[Parcel]) -> list[Any]:
    return [parcel.message.parts[0] for parcel in parcels]


def test_one_cause_has_one_effect(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, "1"), met(db, "2")
        for text in ("first", "second"):
            outbox.put(db, siti, Message((text,)), "i1.0")
        outbox.put(db, budi, Message(("third",)), "i1.0")
        assert words(claim(db)) == ["first", "third"]

    write(bench, work)


def test_the_first_lane_goes_first(bench: Bench):
    def work(db: Db) -> None:
        for i, lane in enumerate(reversed(ALL)):
            say(db, met(db, str(i)), lane.name, lane)
        assert words(claim(db, ANSWERS)) == ["REPLY", "ALERT"]
        assert words(claim(db, BULK)) == ["REMINDER", "BROADCAST"]

    write(bench, work)


def test_a_chat_hears_one_after_the_other_in_the_order_it_was_said(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, "1"), met(db, "2")
        for i in range(3):
            say(db, siti, f"s{i}")
        say(db, budi, "b0")
        heard: list[Any] = []
        for _ in range(3):
            parcels = claim(db)
            assert claim(db) == []  # all that is left is of chats in flight
            heard += words(parcels)
            for parcel in parcels:
                outbox.sent(db, [(parcel.id, parcel.person, "1")])
        assert heard == ["s0", "b0", "s1", "s2"]

    write(bench, work)


def test_a_chat_with_much_to_hear_keeps_nobody_waiting(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, "1"), met(db, "2")
        for i in range(60):
            say(db, siti, f"s{i}")
        say(db, budi, "b0")
        assert words(claim(db, most=50)) == ["s0", "b0"]

    write(bench, work)


def test_no_more_than_asked_for(bench: Bench):
    def work(db: Db) -> None:
        for i in range(5):
            say(db, met(db, str(i)), f"m{i}")
        assert words(claim(db, most=2)) == ["m0", "m1"]
        assert words(claim(db, most=2)) == ["m2", "m3"]
        assert claim(db, most=0) == []

    write(bench, work)


def test_another_accounts_rows_are_its_own(bench: Bench):
    def work(db: Db) -> None:
        say(db, met(db, account="telegram:222"), "theirs")
        assert claim(db) == []

    write(bench, work)


def test_what_waits_to_be_tried_again_holds_its_chat_back_and_no_other(bench: Bench):
    def work(db: Db) -> None:
        siti, budi = met(db, "1"), met(db, "2")
        say(db, siti, "s0")
        say(db, siti, "s1")
        (first,) = claim(db)
        assert outbox.put_back(db, first, 30, "no network", counts=True)
        say(db, budi, "b0")
        assert words(claim(db)) == ["b0"]
        db.now += minutes(1)
        (again,) = claim(db)
        assert (again.message.parts[0], again.attempts) == ("s0", 2)
        outbox.sent(db, [(again.id, again.person, "1")])
        assert words(claim(db)) == ["s1"]

    write(bench, work)


def test_a_wait_that_the_platform_asks_for_is_no_attempt_and_still_keeps_the_order(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db)
        say(db, siti, "s0")
        say(db, siti, "s1")
        for _ in range(outbox.TRIES + 2):
            (first,) = claim(db)
            assert (first.message.parts[0], first.attempts) == ("s0", 1)
            assert outbox.put_back(db, first, 30, "429", counts=False)
            assert claim(db) == []
            db.now += minutes(1)

    write(bench, work)


def test_what_is_planned_for_later_holds_nothing_back(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db)
        say(db, siti, "tomorrow", due=db.now + minutes(600))
        say(db, siti, "now")
        (now,) = claim(db)
        assert now.message.parts == ("now",)
        outbox.sent(db, [(now.id, now.person, "1")])
        db.now += minutes(601)
        assert words(claim(db)) == ["tomorrow"]

    write(bench, work)


def test_bubbles_that_went_out_are_remembered(bench: Bench):
    def work(db: Db) -> None:
        say(db, met(db), "long")
        (first,) = claim(db)
        assert first.after == ()
        outbox.put_back(db, first, 0, "half", counts=True, after=("11", "12"))
        (again,) = claim(db)
        assert again.after == ("11", "12")
        outbox.put_back(db, again, 0, "nothing new", counts=True, after=again.after)
        (third,) = claim(db)
        assert third.after == ("11", "12")
        outbox.sent(db, [(third.id, third.person, "13")])
        ((state, kept),) = rows(db, "outbox", "state", "ext_id")
        assert (state, outbox.ext_id(db, third.person, kept)) == (Outgoing.SENT, "13")

    write(bench, work)


def test_dead_after_eight_tries_and_then_the_next_of_the_chat(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db)
        say(db, siti, "s0", expires=db.now + minutes(600))
        say(db, siti, "s1", expires=db.now + minutes(600))
        for attempt in range(1, 9):
            (parcel,) = claim(db)
            assert parcel.attempts == attempt
            assert outbox.put_back(db, parcel, 1, "broken", counts=True) == (attempt < 8)
            db.now += minutes(1)
        assert words(claim(db)) == ["s1"]
        (found,) = dead_letters.listed(db)
        assert (found["attempts"], found["error"], found["lane"], found["person"]) == (8, "broken", "reply", 1)

    write(bench, work)


def test_requeued_it_has_new_tries_and_time(bench: Bench):
    def work(db: Db) -> None:
        for i in range(2):
            say(db, met(db, str(i)), f"m{i}")
        for parcel in claim(db):
            outbox.give_up(db, parcel.id, "never")
        db.now += minutes(60)  # by now it would have expired
        assert dead_letters.requeue(db, [1]) == 1
        assert [(p.id, p.attempts) for p in claim(db)] == [(1, 1)]
        assert dead_letters.requeue(db, None) == 1
        assert [(p.id, p.attempts) for p in claim(db)] == [(2, 1)]
        assert dead_letters.listed(db) == []

    write(bench, work)


def test_what_was_in_flight_at_a_crash_goes_out_again(bench: Bench):
    def work(db: Db) -> None:
        say(db, met(db, "1"), "flying")
        say(db, met(db, "2"), "landed")
        flying, landed = claim(db)
        outbox.sent(db, [(landed.id, landed.person, "1")])
        assert outbox.release(db) == 1
        assert [(p.id, p.attempts) for p in claim(db)] == [(flying.id, 2)]

    write(bench, work)


def test_what_was_in_flight_at_eight_crashes_is_given_up(bench: Bench):
    """Or one message whose drawing kills the process would keep it from ever starting again."""

    def work(db: Db) -> None:
        say(db, met(db), "deadly")
        for _ in range(outbox.TRIES):
            assert len(claim(db)) == 1
            outbox.release(db)
        assert claim(db) == []
        assert [found["attempts"] for found in dead_letters.listed(db)] == [8]

    write(bench, work)


def test_too_old_is_not_sent(bench: Bench):
    def work(db: Db) -> None:
        say(db, met(db, "1"), "reply")
        say(db, met(db, "2"), "short", expires=db.now + minutes(1))
        db.now += minutes(1)
        assert words(claim(db)) == ["reply"]
        say(db, met(db, "3"), "later")
        db.now += minutes(14)
        assert outbox.expire(db) == 1
        assert outbox.expire(db) == 0
        assert words(claim(db)) == ["later"]
        assert rows(db, "outbox", "state") == [Outgoing.LEASED, Outgoing.EXPIRED, Outgoing.LEASED]

    write(bench, work)


@pytest.mark.parametrize("reason", ["unreachable", "opted out"])
def test_who_is_away_or_wants_no_news_still_gets_answers(bench: Bench, reason: str):
    def work(db: Db) -> None:
        siti = met(db)

        def away(yes: bool) -> None:
            if reason == "unreachable":
                people.set_reachable(db, siti.id, not yes)
            else:
                people.opt_out(db, siti.person, yes)

        away(True)
        for lane in ALL:
            say(db, siti, lane.name, lane)
        heard: list[Any] = []
        while parcels := claim(db):
            heard += words(parcels)
            outbox.sent(db, [(parcels[0].id, parcels[0].person, "1")])
        assert heard == ["REPLY", "ALERT"]
        away(False)
        assert words(claim(db)) == (["REMINDER"] if reason == "unreachable" else [])
        gone = [Outgoing.EXPIRED] * 2 if reason == "opted out" else [Outgoing.LEASED, Outgoing.READY]
        assert rows(db, "outbox", "state")[2:] == gone

    write(bench, work)


def test_an_edit_knows_what_it_replaces(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db)
        say(db, siti, "first")
        (first,) = claim(db)
        outbox.sent(db, [(first.id, first.person, "4711")])
        say(db, siti, "better", replaces=first.id)
        (edit,) = claim(db)
        assert edit.replaces == "4711"

    write(bench, work)


def test_of_several_edits_of_one_message_the_last_goes_out_when_the_message_has(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db, "1")
        say(db, siti, "1 of 3")
        [first] = claim(db)
        for step in (2, 3):
            edit = Message((f"{step} of 3",), op="edit")
            outbox.put(db, siti, edit, f"step {step}", Lane.ALERT, replaces=first.id)
        outbox.put_back(db, first, 0.0, "not yet", counts=True)
        [again] = claim(db)
        assert words([again]) == ["1 of 3"]
        outbox.sent(db, [(again.id, again.person, "77")])
        [last] = claim(db)
        assert (words([last]), last.replaces) == (["3 of 3"], "77")

    write(bench, work)


def test_one_that_can_not_be_read_any_more_stops_nobody(sqlite: SqliteBench):
    def put(db: Db) -> str:
        siti, budi = met(db, "1"), met(db, "2")
        say(db, siti, "gone")
        say(db, budi, "stays")
        return db.key_of(siti.person)

    (key,) = write(sqlite, put)
    with closing(sqlite3.connect(sqlite.folder / "keys" / "wrapped.db")) as keys, keys:
        keys.execute("DELETE FROM keys WHERE id = ?", (key,))

    def take(db: Db) -> None:
        assert words(claim(db)) == ["stays"]
        assert [found["error"] for found in dead_letters.listed(db)] == ["unreadable body: NoKey"]

    write(sqlite, take)


def test_how_much_waits_in_each_lane(bench: Bench):
    def work(db: Db) -> None:
        since = db.now
        say(db, met(db, "1"), "a")
        db.now += minutes(1)
        say(db, met(db, "2"), "b")
        say(db, met(db, "3"), "c", Lane.BROADCAST)
        assert outbox.depth(db) == [(Lane.REPLY, 2, since), (Lane.BROADCAST, 1, db.now)]

    write(bench, work)


def test_old_rows_are_deleted_but_nothing_that_waits(bench: Bench):
    def work(db: Db) -> None:
        siti = met(db)
        say(db, siti, "first")
        (first,) = claim(db)
        outbox.sent(db, [(first.id, first.person, "1")])
        db.now += minutes(60)
        say(db, siti, "edit", replaces=first.id)  # it points at the old one
        say(db, met(db, "2"), "waits")
        assert outbox.purge(db, db.now - minutes(30)) == 1
        assert rows(db, "outbox", "id", "replaces") == [(2, None), (3, None)]
        assert outbox.purge(db, db.now + minutes(60)) == 0

    write(bench, work)


@pytest.mark.parametrize("change", [{"account_id": 99}, {"contact_id": 99}, {"person_id": 99}, {"replaces": 99}])
def test_no_row_points_nowhere(bench: Bench, change: dict[str, int]):
    def work(db: Db) -> None:
        say(db, met(db), "a")
        with pytest.raises(IntegrityError), db.connection.begin_nested():
            db.execute(update(table).values(change))
        copy = db.execute(select(table)).mappings().one()
        with pytest.raises(IntegrityError), db.connection.begin_nested():
            db.execute(insert(table).values({**copy, "id": 99}))  # the same person and origin again

    write(bench, work)
