"""She has said BERHENTI: what the office starts is looked at again when it is sent, and answers go on."""

from __future__ import annotations

import asyncio

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.chat.seams import Later, Pace
from bot.domain import consents, outbox, people
from bot.domain.db import Db
from bot.domain.people import Contact
from bot.domain.tables import Lane, Outgoing
from tests.fakes import FakeChannel
from tests.post.station import Post, Station
from tests.store.bench import message, rows

BULK = (Lane.REMINDER, Lane.BROADCAST)


async def meet(station: Station, address: str) -> Contact:
    return await station.store.write(
        lambda db: people.meet(db, station.account, message("u:0", address=address), "owners", "id")
    )


async def say(station: Station, contact: Contact, *lanes: Lane) -> None:
    def work(db: Db) -> None:
        for lane in lanes:
            outbox.put(db, contact, Message((lane.name,)), f"test:{lane.name}", lane)

    await station.store.write(work)


async def opt_out(station: Station, contact: Contact) -> None:
    """As another turn does it, with nothing else done about what waits."""
    await station.store.write(lambda db: people.opt_out(db, contact.person, out=True))


async def states(station: Station) -> list[object]:
    return await station.store.write(lambda db: rows(db, "outbox", "lane", "state"))


def test_what_was_put_before_expires_and_an_answer_goes(post: Post):
    async def work(station: Station) -> None:
        siti = await meet(station, "1")
        await say(station, siti, *Lane)
        await opt_out(station, siti)
        for _ in range(2):  # nothing of the bulk is looked at while an answer to her is on its way
            station.wake()
            await station.settled()
        assert station.channel.to("1") == ["REPLY", "ALERT"]
        assert await states(station) == [
            (Lane.REPLY, Outgoing.SENT), (Lane.ALERT, Outgoing.SENT),
            (Lane.REMINDER, Outgoing.EXPIRED), (Lane.BROADCAST, Outgoing.EXPIRED),
        ]  # fmt: skip
        await station.store.write(lambda db: people.opt_out(db, siti.person, out=False))
        station.wake()
        await station.settled()
        assert len(station.channel.sent) == 2, "what expired stays so when she wants to hear from us again"

    post.run(work)


def test_hers_hold_nobody_up(post: Post):
    async def work(station: Station) -> None:
        await station.start(channel=FakeChannel(Pace(bulk_per_second=1000, bulk_burst=3)))
        everybody = [await meet(station, str(i)) for i in range(30)]

        def put(db: Db) -> None:
            for contact in everybody:
                outbox.put(db, contact, Message(("BROADCAST",)), "test", Lane.BROADCAST)
                people.opt_out(db, contact.person, out=contact is not everybody[-1])

        await station.store.write(put)
        station.wake()
        await station.sent(1)
        await station.settled()
        assert station.channel.sent == [(everybody[-1].address, "BROADCAST")]

    post.run(work, started=False)


def test_what_is_on_its_way_is_looked_at_again_when_it_comes_back(post: Post):
    """Between claim and platform nothing stops it: one call in flight. Where the platform says "later", she is asked
    about again."""

    async def work(station: Station) -> None:
        siti = await meet(station, "1")
        left = asyncio.Event()

        def trouble(address: str, words: str) -> None:
            if not left.is_set():
                left.set()
                raise Later(5, "timeout")

        station.channel.trouble = trouble
        await say(station, siti, Lane.BROADCAST)
        station.wake()
        await left.wait()
        await opt_out(station, siti)
        await station.settled()
        post.move(6)
        station.wake()
        await station.settled()
        assert station.channel.sent == []
        assert await states(station) == [(Lane.BROADCAST, Outgoing.EXPIRED)]

    post.run(work)


def test_the_stop_word_takes_at_once_what_waits(post: Post):
    async def work(station: Station) -> None:
        await station.start(channel=FakeChannel(Pace(bulk_per_second=0.001)))  # nothing of the bulk goes out
        siti, budi = await meet(station, "1"), await meet(station, "2")
        for contact in (siti, budi):
            await say(station, contact, *BULK)
        await station.store.write(lambda db: consents.stop(db, Person(siti.person, "id", contact=siti.id)))
        assert await station.store.write(lambda db: rows(db, "outbox", "person_id", "state")) == [
            (siti.person, Outgoing.EXPIRED), (siti.person, Outgoing.EXPIRED),
            (budi.person, Outgoing.READY), (budi.person, Outgoing.READY),
        ]  # fmt: skip

    post.run(work, started=False)
