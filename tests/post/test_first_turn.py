"""Who isn't remembered is looked for in the commit that keeps her update, and where she can be has her turn there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.chat.seams import Busy
from bot.domain import inbox, people
from bot.domain.db import Db
from bot.domain.engine import Misused
from bot.domain.tables import Outgoing, Received, contacts
from tests.fakes import update
from tests.post.station import Post, Station
from tests.post.test_at_once import answers, known, states
from tests.store.bench import full_disk, message, rows


def test_what_a_stranger_says_meanwhile_waits_for_her_first_turn(either: Post):
    async def work(station: Station) -> None:
        words = ("satu", "dua", "tiga", "empat")
        updates = [update(100 + i, 1, word) for i, word in enumerate(words)]
        await asyncio.gather(*(station.intake.deliver([one]) for one in (*updates, *updates)))
        await station.settled()
        assert station.channel.to("1") == list(words)
        assert await station.store.write(lambda db: len(rows(db, "people", "id"))) == 1

    either.run(work)


def test_a_strangers_first_message_is_kept_done_and_in_hand_in_one_commit(post: Post):
    async def work(station: Station) -> None:
        station.channel.gate.clear()
        await station.hear(1, "satu")
        assert await station.store.write(states) == [(Received.DONE, 1)]
        assert await station.store.write(answers) == [(Outgoing.LEASED, 1)]
        station.channel.gate.set()
        await station.settled()
        assert station.channel.to("1") == ["satu"]

    post.run(work)


def test_whoever_was_met_before_the_start_is_looked_for_and_answered_in_one_commit(post: Post):
    async def again(station: Station) -> None:
        station.channel.gate.clear()
        await station.intake.deliver([update(200, 1, "dua"), update(201, 1, "tiga")])
        assert (await station.store.write(states))[-2:][0] == (Received.DONE, 1)
        assert (await station.store.write(answers))[1] == (Outgoing.LEASED, 1)
        station.channel.gate.set()
        await station.settled()
        assert station.channel.to("1") == ["dua", "tiga"]

    post.run(lambda station: known(station, 1))
    post.run(again)
    assert [word for _, word in post.words.ran] == ["satu", "dua", "tiga"]


def test_what_was_left_of_hers_at_the_start_comes_before_what_she_says_now(post: Post):
    async def left(station: Station) -> None:
        said = message("u:100", "dua", "1")
        await station.store.write(
            lambda db: inbox.add(
                db, people.meet(db, station.account, said, "owners", "id"), said, update(100, 1, "dua")
            )
        )

    async def again(station: Station) -> None:
        await station.take_up()
        await station.intake.deliver([update(201, 1, "tiga")])
        await station.settled()
        assert station.channel.to("1") == ["dua", "tiga"]

    post.run(left)
    post.run(again)


def test_a_strangers_first_turn_that_fails_is_counted_and_tried_again(post: Post):
    post.words.fails["racun"] = 1

    async def work(station: Station) -> None:
        await asyncio.gather(
            *(station.intake.deliver([update(100 + i, 1 + i, w)]) for i, w in enumerate(("racun", "satu")))
        )
        await station.hear(1, "dua")
        await station.settled()
        assert station.channel.to("1") == ["racun", "dua"]
        assert station.channel.to("2") == ["satu"]
        assert sorted(await station.store.write(states)) == [(Received.DONE, 1), (Received.DONE, 1), (Received.DONE, 2)]

    post.run(work)


def ends_all(db: Db) -> None:
    with suppress(Misused):
        db.connection.commit()


def ends_the_process(db: Db) -> None:
    raise SystemExit


@pytest.mark.parametrize("first", [True, False], ids=["unknown", "known"])
@pytest.mark.parametrize("wrong", [ends_all, ends_the_process])
def test_a_turn_that_undoes_even_its_keeping_is_counted_and_her_next_waits(
    post: Post, first: bool, wrong: Callable[[Db], None]
):
    def until_it_is_set_aside(db: Db) -> None:
        if Received.QUARANTINED not in [state for state, _ in states(db)]:
            wrong(db)

    async def work(station: Station) -> None:
        if not first:
            await known(station, 1)
        post.words.look = until_it_is_set_aside
        await station.intake.deliver([update(100, 1, "racun"), update(101, 1, "dua")])
        await station.settled()
        assert sorted((await station.store.write(states))[-2:]) == [(Received.DONE, 1), (Received.QUARANTINED, 3)]
        assert station.channel.to("1")[-1] == "dua"
        assert station.slots.waiting == 0

    post.run(work)


def test_one_who_writes_from_two_chats_has_one_turn_at_a_time(post: Post):
    def another(db: Db, account: int) -> None:
        row = {"account_id": account, "person_id": 1, "address_index": people.address_index(db.keys, account, "2")}
        db.insert(contacts, {**row, "address": db.seal(1, "contacts.address", "2"), "reachable": True})

    async def work(station: Station) -> None:
        await known(station, 1)
        await station.store.write(lambda db: another(db, station.account))
        post.words.fails["racun"] = 1
        await station.hear(1, "racun")
        await station.intake.deliver([update(100, 2, "dua"), update(101, 2, "tiga")])
        await station.settled()
        assert station.channel.to("2") == ["dua", "tiga"]
        assert station.slots.waiting == 0

    post.run(work)
    assert [word for _, word in post.words.ran] == ["satu", "racun", "racun", "dua", "tiga"]


def test_what_an_unknown_says_in_one_go_stays_in_order_where_only_a_part_can_be_kept(post: Post):
    """Her first message needs more room than her second, and the disk is nearly full."""
    refused = [0]

    def full(db: Db) -> None:
        if post.words.ran:
            return
        refused[0] += 1
        raise sqlite3.DatabaseError("the disk is full")

    async def work(station: Station) -> None:
        post.words.look = full
        with pytest.raises(Busy):
            await station.intake.deliver([update(100, 1, "satu"), update(101, 1, "dua")])
        assert await station.store.write(states) == []
        post.words.look = lambda db: None
        await station.intake.deliver([update(100, 1, "satu"), update(101, 1, "dua")])
        await station.settled()
        assert station.channel.to("1") == ["satu", "dua"]
        assert station.slots.waiting == 0

    post.run(work)
    assert refused[0]


def test_a_stop_lets_what_is_begun_come_to_its_end(post: Post):
    async def work(station: Station) -> None:
        coming = [asyncio.ensure_future(station.intake.deliver([update(100 + i, 1 + i, "satu")])) for i in range(5)]
        while not station.slots.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await station.slots.stop()
        await asyncio.gather(*coming)
        kept = await station.store.write(states)
        assert kept == [(Received.DONE, 1)] * 5
        assert station.slots.waiting == 0

    post.run(work)
    assert sorted(post.words.ran) == [(person, "satu") for person in range(1, 6)]


def test_a_strangers_first_turn_with_the_store_away_leaves_nothing_and_comes_again(post: Post):
    async def work(station: Station) -> None:
        with full_disk():
            came = (station.intake.deliver([update(100 + i, 1 + i, "satu")]) for i in range(3))
            refused = await asyncio.gather(*came, return_exceptions=True)
        assert [type(error).__name__ for error in refused] == ["Busy"] * 3
        assert await station.store.write(states) == []
        await asyncio.gather(*(station.intake.deliver([update(102 - i, 3 - i, "satu")]) for i in range(3)))
        await station.settled()
        assert [station.channel.to(str(person)) for person in (1, 2, 3)] == [["satu"]] * 3
        assert await station.store.write(states) == [(Received.DONE, 1)] * 3

    post.run(work)


def test_whoever_was_met_before_the_start_is_heard_in_order(either: Post):
    async def again(station: Station) -> None:
        await station.intake.deliver([update(200, 1, "dua"), update(201, 1, "tiga")])
        await station.settled()
        assert station.channel.to("1") == ["dua", "tiga"]

    either.run(lambda station: known(station, 1))
    either.run(again)
    assert [word for _, word in either.words.ran] == ["satu", "dua", "tiga"]
