"""The sender: lanes, pauses, refusals, and an order in each chat that no trouble changes."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import select

from bot.chat.messages import Attachment, Message
from bot.chat.seams import AccountRefused, Later, Never, Pace
from bot.domain import media, outbox, people
from bot.domain.db import Db
from bot.domain.keys import Keys
from bot.domain.tables import Lane, Outgoing
from bot.domain.tables import outbox as table
from bot.files import EXPORT
from bot.post.pacing import Pacing
from tests.fakes import FakeChannel
from tests.post.station import Post, Station
from tests.store.bench import full_disk, message, rows

QUICK = Pace(bulk_per_second=2000, bulk_burst=5)


async def say(station: Station, address: str, *words: str, lane: Lane = Lane.REPLY) -> None:
    """Put words into the outbox, for somebody we may not have met yet."""

    def work(db: Db) -> None:
        contact = people.meet(db, station.account, message("u:0", address=address), "owners", "id")
        for word in words:
            outbox.put(db, contact, Message((word,)), f"test:{word}", lane)

    await station.store.write(work)
    station.wake()


async def outbox_rows(station: Station, *columns: str) -> list[object]:
    return await station.store.write(lambda db: rows(db, "outbox", *columns))


async def states(station: Station) -> list[object]:
    return await outbox_rows(station, "state", "attempts")


class Once:
    """Trouble for the first sends of some words."""

    def __init__(self, words: str, *errors: Exception) -> None:
        self.words = words
        self.errors = list(errors)

    def __call__(self, address: str, words: str) -> None:
        if words == self.words and self.errors:
            raise self.errors.pop(0)


def _first_id(db: Db) -> str | None:
    row = db.execute(select(table.c.person_id, table.c.ext_id)).one()
    return outbox.ext_id(db, row.person_id, row.ext_id)


def test_the_platforms_id_is_kept(post: Post):
    async def work(station: Station) -> None:
        await say(station, "1", "a")
        await station.settled()
        assert await states(station) == [(Outgoing.SENT, 1)]
        assert await station.store.write(_first_id) == "1"

    post.run(work)


def test_an_answer_never_waits_behind_an_announcement(post: Post):
    async def work(station: Station) -> None:
        await station.start(channel=FakeChannel(Pace(bulk_per_second=0.001)))  # nothing of the bulk goes out
        await say(station, "1", "news", lane=Lane.BROADCAST)
        await say(station, "2", "reminder", lane=Lane.REMINDER)
        await say(station, "1", "answer")
        await say(station, "2", "alert", lane=Lane.ALERT)
        await station.sent(2)
        assert sorted(words for _, words in station.channel.sent) == ["alert", "answer"]

    post.run(work, started=False)


def test_bulk_goes_out_at_the_pace_it_may(post: Post):
    """Not one a second: the loop has to look again when the bucket has filled up, not at the next poll."""

    async def work(station: Station) -> None:
        await station.start(channel=FakeChannel(Pace(bulk_per_second=100, bulk_burst=1)))
        for i in range(60):
            await say(station, str(i), "news", lane=Lane.BROADCAST)
        await station.sent(60)
        assert station.channel.most_flying <= 3

    post.run(work, started=False)


def test_told_to_wait_the_chat_keeps_its_order_and_others_go_on(post: Post):
    async def work(station: Station) -> None:
        station.channel.trouble = Once("s0", Later(5, "429", counts=False), Later(5, "timeout"))
        await say(station, "1", "s0", "s1", "s2")
        await say(station, "2", "b0", "b1")
        await station.sent(2)
        await station.settled()
        assert station.channel.sent == [("2", "b0"), ("2", "b1")]
        for _ in range(2):
            post.move(6)
            station.wake()
            await station.settled()
        assert station.channel.to("1") == ["s0", "s1", "s2"]
        assert await states(station) == [(Outgoing.SENT, 2)] + [(Outgoing.SENT, 1)] * 4

    post.run(work)


def test_after_429_bulk_pauses_and_answers_do_not(post: Post):
    at = [0.0]
    pacing = Pacing(QUICK, lambda: at[0])

    async def work(station: Station) -> None:
        await station.start(pacing)
        station.channel.trouble = Once("n1", Later(30, "429", counts=False))
        at[0] = 1.0
        await say(station, "1", "n1", lane=Lane.BROADCAST)
        await say(station, "2", "n2", lane=Lane.BROADCAST)
        await station.settled()
        await say(station, "3", "n3", lane=Lane.BROADCAST)
        await say(station, "4", "answer")
        await station.settled()
        assert ("3", "n3") not in station.channel.sent
        assert ("4", "answer") in station.channel.sent
        at[0] = 32.0
        post.move(31)
        station.wake()
        await station.sent(4)
        assert {words for _, words in station.channel.sent} == {"n1", "n2", "n3", "answer"}

    post.run(work, started=False)


def test_blocked_means_no_more_news_until_she_speaks_again(post: Post):
    async def work(station: Station) -> None:
        await station.start(channel=FakeChannel(QUICK))
        station.channel.trouble = Once("a", Never("blocked by the user", unreachable=True))
        await say(station, "1", "a")
        await station.settled()
        await say(station, "1", "news", lane=Lane.BROADCAST)
        await say(station, "2", "news", lane=Lane.BROADCAST)
        await station.sent(1)
        await station.settled()
        assert station.channel.sent == [("2", "news")]
        assert (await states(station))[0] == (Outgoing.DEAD, 1)
        await station.hear(1, "satu")
        await station.sent(3)
        assert sorted(station.channel.to("1")) == ["news", "satu"]

    post.run(work, started=False)


def test_what_can_never_be_sent_is_dead_but_its_person_is_not(post: Post):
    async def work(station: Station) -> None:
        station.channel.trouble = Once("a", Never("message is too long"))
        await say(station, "1", "a", "b")
        await station.sent(1)
        assert station.channel.sent == [("1", "b")]
        assert await station.store.write(lambda db: rows(db, "contacts", "reachable")) == [True]

    post.run(work)


def test_a_refused_account_consumes_nothing(post: Post):
    at = [0.0]

    async def work(station: Station) -> None:
        await station.start(Pacing(QUICK, lambda: at[0]))
        station.channel.trouble = Once("a", AccountRefused("wrong token"))
        await say(station, "1", "a")
        await station.settled()
        await say(station, "2", "b")
        await station.settled()
        assert station.channel.sent == []
        assert await states(station) == [(Outgoing.READY, 0), (Outgoing.READY, 0)]
        at[0] = 61.0
        station.wake()
        await station.sent(2)

    post.run(work, started=False)


def test_one_that_can_not_be_drawn_stops_no_other_and_dies_after_eight_tries(post: Post):
    async def work(station: Station) -> None:
        station.channel.trouble = Once("a", *[TypeError("a mistake in the drawing")] * 8)
        await say(station, "1", "a", "b", lane=Lane.ALERT)
        await say(station, "2", "c")
        for _ in range(9):
            await station.settled()
            post.move(60)
            station.wake()
        await station.sent(2)
        assert station.channel.sent == [("2", "c"), ("1", "b")]
        assert (await outbox_rows(station, "state", "attempts", "error"))[0] == (Outgoing.DEAD, 8, "broken: TypeError")

    post.run(work)


def test_a_long_text_goes_on_after_the_bubbles_that_went_out(post: Post):
    half, more = Later(1, "timeout"), Later(1, "timeout")
    half.ids = ("11", "12")

    async def work(station: Station) -> None:
        station.channel.trouble = Once("long", half, more)
        await say(station, "1", "long")
        for _ in range(3):
            await station.settled()
            post.move(2)
            station.wake()
        await station.sent(1)
        assert station.channel.after == [(), ("11", "12"), ("11", "12")]

    post.run(work)


def test_too_late_is_not_sent(post: Post):
    async def work(station: Station) -> None:
        station.channel.trouble = Once("a", Later(16 * 60, "no network"))
        await say(station, "1", "a")
        await station.settled()
        post.move(17 * 60)
        station.wake()
        await say(station, "1", "b")
        await station.settled()
        assert station.channel.sent == [("1", "b")]

    post.run(work)


def test_what_came_of_a_send_is_written_down_however_long_the_store_is_away(post: Post):
    async def work(station: Station) -> None:
        station.channel.gate.clear()
        await say(station, "1", "a")
        while not station.channel.flying:  # noqa: ASYNC110 - the channel tells nobody
            await asyncio.sleep(0.001)
        with full_disk():
            station.channel.gate.set()
            await station.sent(1)
            await asyncio.sleep(0.1)
        await station.settled()
        assert await states(station) == [(Outgoing.SENT, 1)]
        station.wake()
        await station.settled()
        assert len(station.channel.sent) == 1

    post.run(work)


def test_stopping_waits_for_what_is_in_flight_and_leaves_nothing_leased(post: Post):
    async def work(station: Station) -> None:
        station.channel.gate.clear()
        await say(station, "1", "a")
        await say(station, "2", "b")
        while station.channel.flying < 2:  # noqa: ASYNC110 - the channel tells nobody
            await asyncio.sleep(0.001)
        assert station.sender
        stopping = asyncio.create_task(station.sender.stop(10))
        await asyncio.sleep(0.01)
        assert not stopping.done()
        station.channel.gate.set()
        await stopping
        assert await states(station) == [(Outgoing.SENT, 1)] * 2

    post.run(work)


@pytest.mark.parametrize("steps", range(12))
def test_stopping_at_any_moment_leaves_nothing_leased(post: Post, steps: int):
    """Also between the moment the rows are taken and the moment their sends begin."""

    async def work(station: Station) -> None:
        for i in range(5):
            await say(station, str(i), "a")
        for _ in range(steps):
            await asyncio.sleep(0)
        assert station.sender
        await station.sender.stop(10)
        taken = [state for state, _ in await station.store.write(lambda db: rows(db, "outbox", "state", "attempts"))]
        assert Outgoing.LEASED not in taken
        assert taken.count(Outgoing.SENT) == len(station.channel.sent)

    post.run(work)


def test_a_platform_that_hangs_does_not_keep_the_process_from_stopping(post: Post):
    async def work(station: Station) -> None:
        station.channel.gate.clear()
        await say(station, "1", "a")
        while not station.channel.flying:  # noqa: ASYNC110 - the channel tells nobody
            await asyncio.sleep(0.001)
        assert station.sender
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await station.sender.stop(0.05)
        assert not station.channel.flying
        assert await states(station) == [(Outgoing.LEASED, 1)]  # for the next start, which sends it again

    post.run(work)


def test_a_file_is_opened_right_before_it_is_sent(post: Post):
    async def work(station: Station) -> None:
        def key(db: Db) -> tuple[Keys, people.Contact]:
            return db.keys, people.meet(db, station.account, message("u:0", address="a"), "owners", "id")

        keys, contact = await station.store.write(key)
        name = await station.store.write(lambda db: db.key_of(contact.person))
        sealed = media.write(keys, station.office.media, name, b"a paper", station.clock.now())

        def put(db: Db) -> None:
            row = media.put(db, contact.person, sealed, EXPORT, "application/pdf", 7)
            for number in (row, row + 1):
                file = Attachment(number, "paper.pdf", "document", "application/pdf")
                outbox.put(db, contact, Message((f"file {number}",), file=file), f"f{number}")

        await station.store.write(put)
        await station.settled()
        assert station.channel.sent == [("a", "file 1")]
        assert station.channel.files == [b"a paper"]
        (error,) = await station.store.write(lambda db: rows(db, "outbox", "error")[1:])
        assert error == "its file isn't kept any more"

    post.run(work)


def test_what_nobody_told_of_is_found_however_busy_it_is(post: Post):
    async def work(station: Station) -> None:
        await station.hear("2", "hi")
        await station.settled()

        def quietly(db: Db) -> None:
            contact = people.meet(db, station.account, message("u:0", address="1"), "owners", "id")
            outbox.put(db, contact, Message(("late",)), "test:late")

        await station.store.write(quietly)
        while ("1", "late") not in station.channel.sent:
            await station.hear("2", "hi")  # answered at once: a send every moment, and nothing put
            await asyncio.sleep(0.05)

    post.run(work)


def test_what_is_to_be_sent_again_at_once_is(post: Post):
    async def work(station: Station) -> None:
        station.channel.trouble = Once("a", Later(0, "again"))
        await say(station, "1", "a")
        await station.settled()
        assert station.channel.sent == [("1", "a")]

    post.run(work)
