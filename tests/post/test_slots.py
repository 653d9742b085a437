"""Slots: one person's rows in order, also when turns fail; nobody waits for somebody else's trouble."""

from __future__ import annotations

import asyncio

from bot.domain import inbox, people
from bot.domain.db import Db
from bot.domain.tables import Received
from tests.post.station import LIMIT, Bounds, Post, Station
from tests.store.bench import full_disk, message, rows


def states(db: Db) -> list[tuple[int, int]]:
    return rows(db, "inbox", "state", "attempts")


def neighbour(person: int) -> int:
    """Another person of the same slot."""
    return next(n for n in range(person + 1, 10_000) if people.slot(n) == people.slot(person))


async def meet_until(station: Station, person: int) -> None:
    """Have people 1..`person` met, as addresses "1".."person"."""

    def work(db: Db) -> None:
        for n in range(1, person + 1):
            assert people.meet(db, station.account, message("u:0", address=str(n)), "owners", "id").person == n

    await station.store.write(work)


def test_one_persons_rows_are_done_in_order_and_answered_in_order(post: Post):
    async def work(station: Station) -> None:
        for i in range(20):
            await station.hear(i % 4, *("satu", "dua", "tiga"))
        await station.settled()
        for n in range(4):
            assert station.channel.to(str(n)) == ["satu", "dua", "tiga"] * 5

    post.run(work)
    by_person = {n: [word for person, word in post.words.ran if person == n] for n in range(1, 5)}
    assert all(ran == ["satu", "dua", "tiga"] * 5 for ran in by_person.values())


def test_a_turn_that_fails_is_tried_again_before_the_persons_next(post: Post):
    post.words.fails["racun"] = 2

    async def work(station: Station) -> None:
        await station.hear(1, "satu", "racun", "dua")
        await station.settled()
        assert station.channel.to("1") == ["satu", "racun", "dua"]
        assert await station.store.write(lambda db: rows(db, "accounts", "name")) == ["telegram:111"]

    post.run(work)
    assert [word for _, word in post.words.ran] == ["satu", "racun", "racun", "racun", "dua"]


def test_the_third_failure_sets_the_row_aside_says_sorry_and_goes_on(post: Post):
    post.words.fails["racun"] = 99

    async def work(station: Station) -> None:
        await station.hear(1, "satu", "racun", "dua")
        await station.settled()
        first, sorry, last = station.channel.to("1")
        assert (first, last) == ("satu", "dua")
        assert sorry.startswith("Sorry, something went wrong on our side")
        assert await station.store.write(states) == [(Received.DONE, 1), (Received.QUARANTINED, 3), (Received.DONE, 1)]
        (aside,) = await station.store.write(inbox.aside)
        assert "RuntimeError at station.py" in aside.error
        assert "racun" not in aside.error  # what a person said is not for the list

    post.run(work)
    assert [word for _, word in post.words.ran].count("racun") == 3


def test_one_person_in_trouble_holds_neither_the_slot_nor_anybody_else(post: Post):
    post.words.fails["racun"] = 99
    post.bounds = Bounds(flood_updates=1000, same_question=1000, retries=(30.0, 30.0))  # longer than this test may take
    other = neighbour(1)

    async def work(station: Station) -> None:
        await meet_until(station, other)
        await station.hear("1", "racun", "satu")
        await station.hear(other, "dua", "tiga")
        await station.hear("2", "empat")
        await station.sent(3)
        assert (1, "satu") not in post.words.ran

    post.run(work)
    assert [ran for ran in post.words.ran if ran[0] != 1] == [(other, "dua"), (other, "tiga"), (2, "empat")]


def test_while_nothing_can_be_kept_no_attempt_is_counted_and_nothing_is_lost(post: Post):
    async def work(station: Station) -> None:
        await station.hear(1, "satu")
        await station.settled()
        letters = [await station.store.write(lambda db, n=n: add(db, station, n)) for n in range(3)]
        with full_disk():
            station.slots.put(letters)
            await asyncio.sleep(0.1)  # far more than three tries, at 0.01 s each
            assert station.slots.waiting == 3
        await station.settled()
        assert await station.store.write(states) == [(Received.DONE, 1)] * 4
        assert station.channel.to("1") == ["satu"] * 4

    post.run(work)


def test_the_same_for_rows_found_at_the_start_that_are_counted_first(post: Post):
    """Counting worked and the turn met a full disk: the next try must not count again."""
    full = [True] * 5

    def look(db: Db) -> None:
        if full:
            full.pop()
            pages = db.connection.exec_driver_sql("PRAGMA page_count").scalar()
            db.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            people.account(db, "x" * 70_000)

    async def left(station: Station) -> None:
        await station.store.write(lambda db: add(db, station, 1))

    async def work(station: Station) -> None:
        await station.take_up()
        await station.settled()
        assert await station.store.write(states) == [(Received.DONE, 2)]

    post.run(left)
    post.words.look = look
    post.run(work)
    assert not full


def add(db: Db, station: Station, number: int) -> inbox.Letter:
    """A row as the intake leaves it."""
    contact = people.meet(db, station.account, message("u:0", address="1"), "owners", "id")
    raw = {"update_id": 100 + number, "from": "1", "text": "satu"}
    letter = inbox.add(db, contact, message(f"u:{100 + number}", "satu", "1"), raw)
    assert letter
    return letter


def test_rows_found_at_the_start_run_alone_and_counted_one_after_the_other(post: Post):
    """A row that ends the process must find only its own attempt counted, never its neighbours'."""
    seen: list[list[int]] = []

    async def left(station: Station) -> None:
        for n in range(6):
            await station.store.write(lambda db, n=n: leave(db, station, n))

    async def work(station: Station) -> None:
        assert len(await station.take_up()) == 6
        await station.settled()

    post.run(left)
    post.words.look = lambda db: seen.append(rows(db, "inbox", "attempts"))
    post.run(work)
    assert len(seen) == 6
    for done, attempts in enumerate(seen):
        assert attempts == [2] * (done + 1) + [1] * (5 - done)


def leave(db: Db, station: Station, n: int) -> None:
    contact = people.meet(db, station.account, message("u:0", address=str(n)), "owners", "id")
    inbox.add(db, contact, message(f"u:{n}", "satu", str(n)), {"update_id": n, "from": str(n), "text": "satu"})


def test_a_row_found_after_three_attempts_is_set_aside_without_running(post: Post):
    async def left(station: Station) -> None:
        await station.store.write(lambda db: leave(db, station, 1))
        await station.store.write(lambda db: leave(db, station, 2))
        for _ in range(2):
            await station.store.write(lambda db: inbox.attempt(db, 1))

    post.run(left)

    async def work(station: Station) -> None:
        await station.take_up()
        await station.settled()
        assert await station.store.write(states) == [(Received.QUARANTINED, 3), (Received.DONE, 2)]
        assert station.channel.to("1")[0].startswith("Sorry")

    post.run(work)
    assert post.words.ran == [(2, "satu")]


def test_a_row_that_is_already_done_runs_no_second_time(post: Post):
    async def work(station: Station) -> None:
        await station.hear(1, "satu")
        await station.settled()
        letter = inbox.Letter(1, station.account, 1, 1, people.slot(1), "text")
        station.slots.put([letter, letter])
        await station.settled()
        assert station.channel.to("1") == ["satu"]

    post.run(work)
    assert post.words.ran == [(1, "satu")]


def test_a_row_that_can_not_even_be_set_aside_politely_is_set_aside(post: Post):
    """The person's address is gone, so there is nobody to say sorry to; her slot must go on."""
    post.words.fails["racun"] = 99
    other = neighbour(1)

    async def work(station: Station) -> None:
        await meet_until(station, other)
        letter = await station.store.write(lambda db: add(db, station, 1))
        broken = inbox.Letter(letter.id, letter.account, 999, 999, letter.slot, "text")
        station.slots.put([broken])
        await station.hear(other, "dua")
        await station.settled()
        assert (await station.store.write(states))[0] == (Received.QUARANTINED, 3)

    post.run(work)
    assert (other, "dua") in post.words.ran


def test_stopping_ends_at_once_though_a_turn_waits_to_be_tried_again(post: Post):
    post.words.fails["racun"] = 99
    post.bounds = Bounds(retries=(LIMIT * 10, LIMIT * 10))

    async def work(station: Station) -> None:
        await station.hear(1, "racun")
        async with asyncio.timeout(LIMIT / 2):
            await station.slots.stop()  # the turn may fail before or after this
        await station.hear(1, "satu")  # comes too late for this process
        assert station.slots.waiting == 2

    post.run(work)


def test_what_waits_when_it_stops_is_done_by_the_next_process(post: Post):
    async def first(station: Station) -> None:
        await station.slots.stop()
        await station.hear(1, "satu", "dua")

    async def second(station: Station) -> None:
        await station.take_up()
        await station.settled()
        assert station.channel.to("1") == ["satu", "dua"]

    post.run(first)
    assert post.words.ran == []
    post.run(second)
