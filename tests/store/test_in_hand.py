"""Answers in the sender's hands from the commit of their turn on, and what else may want the same chat just then."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from sqlalchemy.util import await_

from bot.chat.messages import Message
from bot.domain import in_hand, outbox
from bot.domain.db import Db
from bot.domain.outbox import Parcel
from bot.domain.people import Contact
from bot.domain.tables import Lane, Outgoing
from bot.post.store import Store
from tests.store.bench import Bench, PostgresBench, met, minutes, on, rows

ALL = (Lane.REPLY, Lane.ALERT)


def say(db: Db, contact: Contact, word: str, lane: Lane = Lane.REPLY) -> None:
    outbox.put(db, contact, Message((word,)), word, lane)


def answer(db: Db, contact: Contact, word: str, taken: list[Parcel], *, free: bool = True) -> None:
    expires = db.now + minutes(15)
    in_hand.answer(db, contact, Message((word,)), word, expires, lambda contact: free, taken.append)


def states(db: Db) -> list[tuple[str, int, int]]:
    return sorted(rows(db, "outbox", "origin", "state", "attempts"))


def words(parcels: list[Parcel]) -> list[object]:
    return [parcel.message.parts[0] for parcel in parcels]


def test_an_answer_is_in_hand_from_its_commit_on_and_once(bench: Bench):
    taken: list[Parcel] = []

    async def run(store: Store) -> None:
        siti = await store.write(partial(met, address="1"))
        for _ in range(2):
            await store.turn(lambda db: answer(db, siti, "first", taken))
        assert words(taken) == ["first"]
        assert await store.write(states) == [("first", Outgoing.LEASED, 1)]
        assert await store.write(lambda db: outbox.claim(db, siti.account, ALL, 50)) == []
        parcel = taken[0]
        await store.write(lambda db: outbox.sent(db, [(parcel.id, parcel.person, "7")]))
        assert await store.write(states) == [("first", Outgoing.SENT, 1)]

    on(bench, run)


@pytest.mark.parametrize("open_", ["waits", "flies", "in the same turn"])
def test_it_waits_its_turn_behind_what_is_open_in_that_chat(bench: Bench, open_: str):
    taken: list[Parcel] = []

    async def run(store: Store) -> None:
        siti = await store.write(partial(met, address="1"))
        if open_ != "in the same turn":
            await store.write(lambda db: say(db, siti, "a"))
        if open_ == "flies":
            await store.write(lambda db: outbox.claim(db, siti.account, ALL, 50))

        def turn(db: Db) -> set[int]:
            if open_ == "in the same turn":
                say(db, siti, "a")
            answer(db, siti, "b", taken, free=open_ == "in the same turn")
            return db.put

        assert await store.turn(turn) == {siti.id}
        assert taken == []
        assert (await store.write(states))[1] == ("b", Outgoing.READY, 0)

    on(bench, run)


def test_a_sender_that_does_not_know_yet_what_is_on_its_way_is_asked_again(postgres: PostgresBench):
    """A claim has come through, and who claimed hasn't heard of it when the turn asks whether the chat is free."""
    taken: list[Parcel] = []
    said = iter((True, False))

    async def run(store: Store) -> None:
        siti = await store.write(partial(met, address="1"))
        await store.write(lambda db: say(db, siti, "alert", Lane.ALERT))
        assert words(await store.write(lambda db: outbox.claim(db, siti.account, ALL, 50))) == ["alert"]
        await store.turn(lambda db: answer(db, siti, "answer", taken, free=next(said)))
        assert taken == []
        assert await store.write(states) == [("alert", Outgoing.LEASED, 1), ("answer", Outgoing.READY, 0)]

    on(postgres, run)


def test_a_claim_leaves_alone_what_a_turn_is_about_to_answer(postgres: PostgresBench):
    """The turn has put its answer and isn't kept yet: the claim finds nothing on its way in that chat, and takes what
    waits there, until it wants to keep it."""
    taken: list[Parcel] = []

    async def run(store: Store) -> None:
        siti = await store.write(partial(met, address="1"))
        await store.write(lambda db: say(db, siti, "alert", Lane.ALERT))
        put, claims = asyncio.Event(), asyncio.Event()

        def turn(db: Db) -> None:
            answer(db, siti, "answer", taken)
            assert db.line
            await_(db.line.flush())
            put.set()
            await_(asyncio.wait_for(claims.wait(), 2.0))
            await_(asyncio.sleep(0.1))  # its lease waits for us

        def claim(db: Db) -> list[Parcel]:
            found = outbox.claim(db, siti.account, ALL, 50)
            claims.set()
            return found

        turned = asyncio.ensure_future(store.turn(turn))
        await put.wait()
        assert words(await store.write(claim)) == []
        await turned
        assert words(taken) == ["answer"]
        assert await store.write(states) == [("alert", Outgoing.READY, 0), ("answer", Outgoing.LEASED, 1)]

    on(postgres, run)


def test_what_is_in_nobodys_hands_waits_again(bench: Bench):
    taken: list[Parcel] = []

    async def run(store: Store) -> None:
        siti, budi = [await store.write(partial(met, address=address)) for address in "12"]
        for contact, word in ((siti, "a"), (budi, "b")):
            await store.turn(lambda db, contact=contact, word=word: answer(db, contact, word, taken))
        ours, lost = taken
        found = await store.write(partial(outbox.on_their_way, account=siti.account))
        assert found == {ours.id: siti.id, lost.id: budi.id}
        await store.write(partial(outbox.let_go, rows=[lost.id]))
        assert await store.write(states) == [("a", Outgoing.LEASED, 1), ("b", Outgoing.READY, 1)]

    on(bench, run)
