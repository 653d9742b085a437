"""Answers that were put on their way and came into nobody's hands, and how the sender finds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.util import await_

from bot.chat.messages import Message
from bot.chat.seams import Busy
from bot.domain import in_hand, people
from bot.domain.db import Db
from bot.domain.outbox import Parcel
from bot.domain.people import Contact
from bot.domain.tables import Outgoing
from tests.fakes import update
from tests.post.station import Post, Station
from tests.post.test_at_once import answers, known
from tests.store.proxy import Proxy


def answered(db: Db, contact: Contact, word: str, take: Callable[[Parcel], None]) -> None:
    expires = db.now + timedelta(minutes=15)
    in_hand.answer(db, contact, Message((word,)), f"i7.{word}", expires, lambda _: True, take)


async def contact_of(station: Station, address: str) -> Contact:
    found = await station.store.write(partial(people.known, account=station.account, address=address))
    assert found
    return found


def test_what_is_in_nobodys_hands_is_sent_and_once_though_the_word_of_it_comes_late(either: Post):
    """As after a COMMIT whose answer is lost, or came through after it was asked for."""

    async def work(station: Station) -> None:
        await known(station, 1)
        late: list[Parcel] = []
        siti = await contact_of(station, "1")
        await station.store.turn(partial(answered, contact=siti, word="dua", take=late.append))
        await station.sent(1)
        assert station.sender
        station.sender.take(late)
        await station.hear(1, "tiga")
        await station.settled()
        assert station.channel.to("1") == ["dua", "tiga"]

    either.run(work)


def test_what_she_says_while_her_answer_is_in_nobodys_hands_is_answered_behind_it(either: Post):
    async def work(station: Station) -> None:
        await known(station, 1)
        siti = await contact_of(station, "1")
        await station.store.turn(partial(answered, contact=siti, word="dua", take=lambda parcel: None))
        while True:  # on PostgreSQL it is the platform that brings it again
            with suppress(Busy):
                await station.intake.deliver([update(100, 1, "tiga")])
                break
        await station.sent(2)
        assert station.channel.to("1") == ["dua", "tiga"]

    either.run(work)


def test_a_connection_that_goes_at_the_commit_of_an_answer_loses_nothing(tmp_path: Path, empty: Path, emptied: str):
    folder, name = Path(emptied.partition("host=")[2]), emptied.rpartition("?")[0].rpartition("/")[2]
    with Proxy(folder) as proxy:
        post = Post(tmp_path, empty, proxy.url(name))

        async def work(station: Station) -> None:
            await known(station, 1)
            siti = await contact_of(station, "1")
            taken: list[Parcel] = []
            tries: list[int] = []

            def cut(db: Db) -> None:
                tries.append(1)
                answered(db, siti, "dua", taken.append)
                if len(tries) == 1:
                    proxy.cut_at(b"COMMIT", arrives=True)

            await station.store.turn(cut)
            assert len(tries) == 2
            assert taken == []
            await station.sent(1)
            await station.settled()
            assert station.channel.to("1") == ["dua"]

        post.run(work)


def test_what_waits_in_one_chat_keeps_no_other_from_being_answered_at_once(postgres: Post):
    async def work(station: Station) -> None:
        await known(station, 1, 2)
        station.channel.gate.clear()
        await station.hear(1, "dua", "tiga")
        siti, budi = await contact_of(station, "1"), await contact_of(station, "2")
        sender = station.sender
        assert sender
        for _ in range(2):
            await station.store.write(lambda db: None)  # the claim that finds the second one waiting is over
            assert [sender.free(contact.id) for contact in (siti, budi)] == [False, True]
        station.channel.gate.set()
        await station.settled()
        assert sender.free(siti.id)
        sender.wake()  # of what isn't said in which chat it is
        assert not sender.free(budi.id)
        await station.settled()
        assert station.channel.to("1") == ["dua", "tiga"]

    postgres.run(work)


def test_a_stop_in_the_middle_of_a_second_attempt_leaves_no_answer_on_its_way(postgres: Post):
    postgres.words.fails["racun"] = 1
    begun = asyncio.Event()

    def look(db: Db) -> None:
        if postgres.words.ran[1:]:
            begun.set()
            await_(asyncio.sleep(0.05))

    async def work(station: Station) -> None:
        await known(station, 1)
        postgres.words.look = look
        await station.hear(1, "racun")
        await begun.wait()
        await station.slots.stop()
        assert [state for state, _ in await station.store.write(answers)] != [Outgoing.SENT, Outgoing.LEASED]
        await station.sent(1)
        assert station.channel.to("1") == ["racun"]

    postgres.run(work)
