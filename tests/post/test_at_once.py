"""A turn is done in the commit that keeps its update; the answer is in the sender's hands from then."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy import update as change

from bot.chat.seams import AccountRefused
from bot.domain import inbox, people
from bot.domain.db import Db
from bot.domain.tables import Outgoing, Received, contacts
from tests.fakes import update
from tests.post.station import Post, Station
from tests.store.bench import full_disk, message, rows
from tests.store.proxy import Proxy


async def known(station: Station, *people: int) -> None:
    """They have been heard of once, and answered."""
    for person in people:
        await station.hear(person, "satu")
    await station.settled()
    station.channel.sent.clear()


def states(db: Db) -> list[tuple[int, int]]:
    return rows(db, "inbox", "state", "attempts")


def answers(db: Db) -> list[tuple[int, int]]:
    return rows(db, "outbox", "state", "attempts")


def test_it_is_kept_done_and_in_hand_in_one_commit(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1)
        station.channel.gate.clear()
        await station.hear(1, "dua")
        assert (await station.store.write(states))[-1] == (Received.DONE, 1)
        assert (await station.store.write(lambda db: rows(db, "outbox", "state", "attempts")))[-1] == (
            Outgoing.LEASED,
            1,
        )
        station.channel.gate.set()
        await station.settled()
        assert station.channel.to("1") == ["dua"]
        assert await station.store.write(lambda db: rows(db, "outbox", "state")) == [Outgoing.SENT] * 2

    either.run(work)


def test_what_she_says_while_an_answer_is_on_its_way_is_answered_behind_it(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1)
        station.channel.gate.clear()
        for word in ("dua", "tiga"):
            await station.hear(1, word)
        assert (await station.store.write(answers))[1:] == [(Outgoing.LEASED, 1), (Outgoing.READY, 0)]
        station.channel.gate.set()
        await station.settled()
        assert station.channel.to("1") == ["dua", "tiga"]

    either.run(work)


@pytest.mark.parametrize("asks", [False, True])
def test_brought_again_it_is_known(either: Post, asks: bool):
    """Also where its flow asks the database, which on PostgreSQL is told then that the update is there already."""
    if asks:
        either.words.look = lambda db: db.execute(text("SELECT 1"))

    async def work(station: Station) -> None:
        await known(station, 1)
        for _ in range(3):
            await station.intake.deliver([update(77, 1, "dua")])
        await station.settled()
        assert station.channel.to("1") == ["dua"]
        assert await station.store.write(states) == [(Received.DONE, 1)] * 2

    either.run(work)


def test_brought_again_while_it_waits_unnoticed_it_has_its_turn(either: Post):
    """As after a COMMIT whose answer was lost: it failed at nothing."""

    async def work(station: Station) -> None:
        await known(station, 1)
        siti = await station.store.write(lambda db: people.known(db, station.account, "1"))
        raw = update(77, 1, "dua")
        incoming = station.channel.heard(raw)
        assert siti
        assert incoming
        await station.store.write(lambda db: inbox.add(db, siti, incoming, raw))
        with structlog.testing.capture_logs() as said:
            await station.intake.deliver([raw])
            await station.settled()
        assert station.channel.to("1") == ["dua"]
        assert "turn_failed" not in [line["event"] for line in said]

    either.run(work)


def test_the_answers_of_one_person_keep_their_order_however_fast_she_is(either: Post):
    words = ("satu", "dua", "tiga", "empat") * 3

    async def work(station: Station) -> None:
        await known(station, 1, 2)
        updates = [update(100 + i, 1 + i % 2, word) for i, word in enumerate(w for w in words for _ in range(2))]
        await asyncio.gather(*(station.intake.deliver(updates[i : i + 3]) for i in range(0, len(updates), 3)))
        await station.settled()
        assert station.channel.to("1") == list(words)
        assert station.channel.to("2") == list(words)

    either.run(work)


def test_what_she_says_while_the_last_is_being_kept_waits_behind_it(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1)
        first, second = (
            asyncio.create_task(station.intake.deliver([update(100 + i, 1, word)]))
            for i, word in enumerate(("satu", "dua"))
        )
        await first
        await station.intake.deliver([update(102, 1, "tiga")])
        await second
        await station.settled()
        assert station.channel.to("1") == ["satu", "dua", "tiga"]

    either.run(work)


def test_what_fails_is_kept_counted_and_tried_again_before_her_next(either: Post):
    either.words.fails["racun"] = 1

    async def work(station: Station) -> None:
        await known(station, 1)
        await station.intake.deliver([update(100, 1, "racun"), update(101, 1, "dua")])
        await station.settled()
        assert station.channel.to("1") == ["racun", "dua"]
        assert (await station.store.write(states))[-2:] == [(Received.DONE, 2), (Received.DONE, 1)]

    either.run(work)
    assert [word for _, word in either.words.ran] == ["satu", "racun", "racun", "dua"]


def test_what_a_flow_did_wrong_with_its_rows_does_not_let_her_next_pass(either: Post):
    def wrong(db: Db) -> None:
        if either.words.fails.pop("satu", 0):
            db.insert(contacts, {"account_id": 4711, "address": b"", "address_index": b"", "person_id": 4711})

    async def work(station: Station) -> None:
        await known(station, 1)
        either.words.look, either.words.fails = wrong, {"satu": 1}
        await station.intake.deliver([update(100, 1, "satu"), update(101, 1, "dua")])
        await station.settled()
        assert station.channel.to("1") == ["satu", "dua"]

    either.run(work)


@pytest.mark.parametrize("first", ["done", "failed"])
def test_what_a_commit_kept_whose_answer_is_lost_has_its_turn(tmp_path: Path, empty: Path, emptied: str, first: str):
    """The connection goes at the COMMIT of a turn, or at that which keeps the update of one that failed."""
    folder, name = Path(emptied.partition("host=")[2]), emptied.rpartition("?")[0].rpartition("/")[2]
    with Proxy(folder) as proxy:
        post = Post(tmp_path, empty, proxy.url(name))
        post.words.fails = {"racun": int(first == "failed")}

        async def work(station: Station) -> None:
            await known(station, 1)
            post.words.look = lambda db: proxy.cut_at(b"COMMIT", arrives=True) if not post.words.ran[1:] else None
            await station.intake.deliver([update(100, 1, "racun"), update(101, 1, "dua")])
            await station.sent(2)
            assert station.channel.to("1") == ["racun", "dua"]

        post.run(work)


def test_after_three_failures_it_is_set_aside(either: Post):
    either.words.fails["racun"] = 3

    async def work(station: Station) -> None:
        await known(station, 1)
        await station.hear(1, "racun")
        await station.settled()
        assert (await station.store.write(states))[-1] == (Received.QUARANTINED, 3)

    either.run(work)


def test_with_the_store_away_it_is_brought_again_and_nothing_is_lost_or_said_twice(post: Post):
    async def work(station: Station) -> None:
        await known(station, 1)
        with full_disk(), structlog.testing.capture_logs() as log:
            refused = await asyncio.gather(station.intake.deliver([update(100, 1, "dua")]), return_exceptions=True)
        assert [type(error).__name__ for error in refused] == ["Busy"]
        (why,) = (line["error"] for line in log if line["event"] == "store_down")
        assert "disk" in why
        await station.intake.deliver([update(100, 1, "dua")])
        await station.settled()
        assert station.channel.to("1") == ["dua"]

    post.run(work)


def test_an_address_that_is_nobodys_any_more_is_met_anew(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1)

        def moved(db: Db) -> None:
            """Her address is another person's now."""
            person = people.meet(db, station.account, message("u:0", address="2"), "owners", "id").person
            index = people.address_index(db.keys, station.account, "1")
            hers = {"person_id": person, "address": db.seal(person, "contacts.address", "1")}
            db.execute(change(contacts).where(contacts.c.address_index == index).values(hers))

        await station.store.write(moved)
        await station.hear(1, "dua")
        await station.settled()
        assert station.channel.to("1") == ["dua"]

    either.run(work)


def test_an_address_that_becomes_anothers_under_a_turn_that_fails_is_that_persons(postgres: Post, emptied: str):
    """There a turn that fails is begun anew, and what it read first may not be so any more."""

    async def work(station: Station) -> None:
        await known(station, 1, 2)

        def moved(db: Db) -> None:
            if postgres.words.fails["racun"]:
                with psycopg.connect(emptied, autocommit=True, options="-c lock_timeout=5s") as other:
                    other.execute("UPDATE contacts SET person_id = 2, address = (SELECT address FROM contacts"
                                  " WHERE person_id = 2), name = NULL WHERE person_id = 1")  # fmt: skip

        postgres.words.look, postgres.words.fails = moved, {"racun": 1}
        await station.hear(1, "racun")
        await station.settled()
        kept = await station.store.write(lambda db: rows(db, "inbox", "person_id", "state"))
        assert kept[-1] == (2, Received.DONE)

    postgres.run(work)
    assert postgres.words.ran[-2:] == [(1, "racun"), (2, "racun")]


def test_while_the_account_has_to_wait_what_is_in_hand_waits_in_the_outbox(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1, 2)

        def refuse(address: str, words: str) -> None:
            raise AccountRefused("401")

        station.channel.trouble = refuse
        await station.hear(1, "dua")
        await station.settled()
        await station.hear(2, "tiga")
        await station.settled()
        assert [state for state, _ in await station.store.write(answers)] == [Outgoing.SENT] * 2 + [Outgoing.READY] * 2
        assert station.channel.sent == []

    either.run(work)


def test_a_parted_chat_speaks_for_itself_at_once_and_in_order(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1)

        def parted(db: Db) -> None:
            db.execute(change(contacts).values(address_index=b"gone", reachable=False))

        await station.store.write(parted)
        await station.intake.deliver([update(100, 1, "dua"), update(101, 1, "tiga")])
        await station.settled()
        assert station.channel.to("1") == ["dua", "tiga"]

    either.run(work)
    assert [person for person, _ in either.words.ran] == [1, 2, 2]


def test_what_waited_when_a_chat_was_parted_is_the_others(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1)
        station.intake.at_once = False
        waiting = asyncio.ensure_future(station.store.write(lambda db: db.execute(
            change(contacts).values(address_index=b"gone", reachable=False)
        ).rowcount))  # fmt: skip
        await station.hear(1, "dua")
        await waiting
        await station.settled()
        assert station.channel.to("1") == ["dua"]

    either.run(work)
    assert [person for person, _ in either.words.ran] == [1, 2]


@pytest.mark.parametrize("error", [StopIteration, GeneratorExit, SystemExit, KeyError])
def test_whatever_a_turn_raises_the_store_goes_on(post: Post, error: type[BaseException]):
    def broken(db: Db) -> None:
        raise error

    async def work(station: Station) -> None:
        found = await asyncio.gather(
            station.store.write(broken), station.store.write(states), station.store.write(broken, alone=True),
            return_exceptions=True,
        )  # fmt: skip
        assert [isinstance(one, Exception) for one in found] == [True, False, True]
        await station.hear(1, "satu")
        await station.settled()
        assert station.channel.to("1") == ["satu"]

    post.run(work)


@pytest.mark.parametrize("remembered", [True, False])
def test_a_new_address_that_is_told_twice_makes_nobody_new(either: Post, remembered: bool):
    moved = update(100, 1, "", kind="moved", also="2")

    async def work(station: Station) -> None:
        if remembered:
            await known(station, 1)
        for told in (moved, moved, {**moved, "update_id": 101}):
            await station.intake.deliver([told])
            await station.settled()
        await station.intake.deliver([update(102, 2, "dua")])
        await station.settled()
        assert station.channel.to("2") == ["dua"]
        assert await station.store.write(lambda db: len(rows(db, "people", "id"))) == 1

    if not remembered:
        either.run(lambda station: known(station, 1))
    either.run(work)


def test_a_new_address_that_is_told_twice_stays_hers_until_its_turn(post: Post):
    async def work(station: Station) -> None:
        await known(station, 1)
        moved = replace(message("u:100", address="1"), kind="moved", also="2")

        def told(db: Db) -> list[str]:
            her = people.meet(db, station.account, moved, "owners", "id")
            people.move(db, her, "2")
            people.meet(db, station.account, moved, "owners", "id")
            return [address for address in "12" if people.known(db, station.account, address)]

        assert await station.store.write(told) == ["2"]

    post.run(work)
